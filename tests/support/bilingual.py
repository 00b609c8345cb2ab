"""Work on twenty topics, told in English by some and in Chinese by others, with a question about each in both."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["TOPICS", "Topic"]


@dataclass(frozen=True, slots=True)
class Topic:
    """:ivar en: a record in English; ``zh``: one in Chinese. ``ask_en`` and ``ask_zh``: a question about both."""

    name: str
    en: str
    zh: str
    ask_en: str
    ask_zh: str


TOPICS = (
    Topic(
        "login",
        "Users are thrown out after signing in on the phone; the session cookie is dropped",
        "手机端登录后会话丢失，用户被踢出",
        "sign-in problems on mobile",
        "手机登录问题",
    ),
    Topic(
        "refund",
        "Refunds above 5,000 need a second approval before they are paid out",
        "大额退款需要第二个人审批后才能打款",
        "approval of large refunds",
        "大额退款审批",
    ),
    Topic(
        "index",
        "Rebuilding the search index takes nine hours and blocks releases",
        "搜索索引重建要九个小时，挡住了发布",
        "slow rebuild of the search index",
        "索引重建太慢",
    ),
    Topic(
        "alarms",
        "The night shift was woken four times by alarms that meant nothing",
        "夜间值班被无效告警叫醒四次",
        "false alarms at night",
        "夜间误报",
    ),
    Topic(
        "onboarding",
        "Wrote a checklist for the first week of new colleagues",
        "为新同事的第一周写了入职清单",
        "help for newcomers",
        "新人入职帮助",
    ),
    Topic(
        "invoice",
        "Invoices show the wrong tax rate for customers in Spain",
        "西班牙客户的发票税率显示错误",
        "wrong tax on invoices",
        "发票税率错误",
    ),
    Topic(
        "backup",
        "Restored the customer database from last night's backup in 40 minutes",
        "用昨晚的备份在四十分钟内恢复了客户数据库",
        "recovering a database from backup",
        "从备份恢复数据库",
    ),
    Topic(
        "flaky",
        "Browser tests fail at random because they do not wait for animations",
        "浏览器测试随机失败，因为没有等待动画结束",
        "unstable UI tests",
        "不稳定的界面测试",
    ),
    Topic(
        "memory",
        "The import job eats all memory on files above two gigabytes",
        "导入任务处理超过两吉字节的文件时内存耗尽",
        "import runs out of memory",
        "导入时内存不足",
    ),
    Topic(
        "translation",
        "Half of the settings page is still untranslated",
        "设置页面还有一半没有翻译",
        "missing translations in settings",
        "设置页缺少翻译",
    ),
    Topic(
        "contract",
        "The hospital signed for two more years after the pilot",
        "医院在试点之后续签了两年合同",
        "customer renewed the contract",
        "客户续约",
    ),
    Topic(
        "permissions",
        "Guests could open folders that were shared with their former team",
        "访客还能打开共享给原团队的文件夹",
        "people see folders they should not",
        "越权访问文件夹",
    ),
    Topic(
        "deploy",
        "Rolled back Tuesday's release because checkout returned errors",
        "因为结账报错，回滚了周二的发布",
        "release was rolled back",
        "版本回滚",
    ),
    Topic(
        "training",
        "Ran a workshop on reading query plans for the support team",
        "给客服团队办了一次读查询计划的培训",
        "teaching colleagues about databases",
        "给同事做数据库培训",
    ),
    Topic(
        "latency",
        "The 95th percentile of page loads fell from 710 to 400 milliseconds",
        "页面加载的九十五分位从七百一十毫秒降到四百毫秒",
        "pages load faster",
        "页面加载更快",
    ),
    Topic(
        "spam",
        "Bots register thousands of fake accounts every night",
        "机器人每晚注册几千个虚假账号",
        "fake sign-ups",
        "虚假注册",
    ),
    Topic(
        "export",
        "The ledger export times out when it has more than a million rows",
        "账本导出超过一百万行就会超时",
        "timeouts in the ledger export",
        "账本导出超时",
    ),
    Topic(
        "hiring",
        "Interviewed six candidates for the data engineering position",
        "面试了六位数据工程师候选人",
        "recruiting a data engineer",
        "招聘数据工程师",
    ),
    Topic(
        "accessibility",
        "Screen readers cannot reach the date picker with the keyboard",
        "读屏软件无法用键盘操作日期选择器",
        "accessibility of the calendar field",
        "日期控件的无障碍",
    ),
    Topic(
        "cost",
        "Moving old logs to cheaper storage saves a third of the cloud bill",
        "把旧日志移到便宜的存储，云账单省了三分之一",
        "lower cloud costs",
        "降低云成本",
    ),
)
