"""Questions, and records that have nothing to do with them: how similar an embedder finds what is not alike at all."""

from __future__ import annotations

__all__ = ["QUESTIONS", "RECORDS"]

QUESTIONS = (
    "retry budget of the payment worker",
    "who reviewed the login change",
    "flaky browser tests on Mondays",
    "onboarding of new colleagues",
    "database index became corrupt",
    "customer asked for a refund",
    "支付任务的重试次数",
    "谁评审了登录的改动",
    "周一不稳定的浏览器测试",
    "新同事的入职安排",
    "数据库索引损坏",
    "客户要求退款",
)

RECORDS = (
    "Move the meeting rooms to the third floor and order new chairs.",
    "Translate the footer of the annual report into Spanish.",
    "Renew the certificate of the mail gateway before it runs out.",
    "Draw icons for the settings page in the new style.",
    "Count the licences of the design tool that nobody uses.",
    "The warehouse scanner loses its connection behind the steel shelves.",
    "Write down how interns get a laptop and a badge.",
    "Compare prices of three hosting companies for the archive.",
    "把会议室搬到三楼，并订购新椅子。",
    "把年度报告的页脚翻译成西班牙语。",
    "在邮件网关证书到期之前续期。",
    "按新的风格绘制设置页面的图标。",
    "统计没有人使用的设计工具许可证。",
    "仓库扫码枪在钢架后面会断开连接。",
    "写清楚实习生如何领取电脑和门禁卡。",
    "比较三家托管公司的归档存储价格。",
)
