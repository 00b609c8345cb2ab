"""Recognising text that reads like instructions to a program, in English and Chinese, and a little in other languages.

What is recognised is not quoted and not given to a model; its record can still be opened. Recognition is a second wall,
and errs on the side of not quoting: the first wall is that no sentence is shown that the typed record does not support.
How much it finds and how much innocent text it withholds is measured (``benchmarks/hostile.py``).
"""

from __future__ import annotations

import re

from coachkit.drafting.disguises import readings

__all__ = ["is_suspicious"]

_PROGRAM = (
    r"(?:ai|llms?|language models?|chat ?bots?|chatgpt|bots?|assistants?|copilot|summari[sz]ers?|evaluators?"
    r"|(?:coding |ai )agents?)"
)
_DOCUMENT = r"(?:brief|summary|summaries|review|reply|repl(?:y|ies)|response|answer|output|report|paragraph|sentence)s?"
_WRITES = r"(?:must|should|shall|please|always|never|output|write|say|state|include|add|append|report|rate|answer|omit)"
_KEPT_BACK = (
    r"(?:system prompt|(?:initial|hidden|system|original) instructions|(?:developer|system) messages?"
    r"|context window|credentials"
    r"|environment variables|api[ _]?keys?|secrets|passwords?|customer (?:database|list|data|emails?)"
    r"|internal config\w*"
    r"|private\b.{0,20}\b(?:pages|records|data|notes))"
)

_SET_ASIDE = (
    (
        r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}"
        r"\b(?:\w{0,2}i\w?u?nstructions?|prompts?|guidelines?|directives?|(?:your|all|the|any|these) rules|all above)\b"
    ),
    (
        r"\b(?:ignore|disregard|forget|skip)\b.{0,20}\b(?:all|any|the|everything|your) (?:of the )?(?:previous"
        r"|prior|above|other records|user'?s)\b"
    ),
    r"\b(?:disregard|ignore|forget) (?:everything|the above|all that|the summari[sz]ation|the request)",
    r"\b(?:supersede|override|overrule)s?\b.{0,20}(?:\b(?:all|any|prior|previous|earlier)\b|之前|以上)",
    (
        r"\b(?:prior|previous|earlier|user'?s?|original) (?:task|request|instruction)s? (?:is|are|was"
        r"|has been) (?:cancel|void|complete|compromis)"
    ),
    (
        r"\b(?:new|real|actual|true|next) (?:instruction|directive|task|objective)s?\s*(?:[:：.]|\bis\b|\bare\b"
        r"|supersede)"
    ),
    r"\bbegin (?:system|instructions?)\b|\bend of (?:the )?(?:user input|document|record|system|context|untrusted)\b",
    r"(?:忽略|无视|忘记|忘掉|不要理会|跳过|绕过).{0,20}(?:指令|指示|要求|规则|提示|说明|上文|以上|设定)",
    r"(?:以上|前面|之前|上述)的?(?:内容|指令|要求|说明|任务)?.{0,4}(?:作废|无效|取消)",
    r"(?:现在|真正|新)的?(?:任务|指令|要求)(?:是|为|\s*[:：])",
    r"(?:系统|隐藏|内部|全部|收到的)(?:提示词|指令|提示|说明.{0,3}不要(?:展示|显示))|提示词.{0,6}(?:写|发|输出|告诉)",
)
_ROLES = (
    r"\b(?:system|developer|hidden) (?:prompt|message)s?\b",
    r"<\|[^|>]{1,40}\|>|\[/?INST\]|<</?SYS>>|\(system_message\)|</?(?:untrusted|system|information|important)>",
    (
        r"(?:^|[\n\]>#.)]|- )\s*(?:\[(?:system|assistant|developer)\]|(?:system|assistant|developer)\s*[:：])\s*.{0,40}"
        r"\b(?:you|your|sure|respond|reply|output|call|grant|disregard|ignore|the (?:user|prior|previous)|required)\b"
    ),
    r"(?:^|[\s\]】。—-])(?:【|\[)?(?:系统|system)\s?(?:通知|提示|消息|指令)\s*(?:】|\]|[:：])",
    r"(?:^|[\n。]|--)\s*系统\s*[:：].{0,30}(?:请|把|只|写|不要|删|调用|从现在|停止|回复|输出|转发)",
)
_PERSONA = (
    r"\b(?:you are|act as|pretend to be|pretend you|respond as|behave as)\b.{0,40}\b" + _PROGRAM + r"\b",
    r"\byou are (?:now|no longer|hereby)\b",
    r"\b(?:from now on|from this point)\b.{0,20}\b(?:you|respond|answer|act|reply|every|ignore|always)\b",
    (
        r"\b(?:no|without|any|free of) (?:\w+ )?(?:restrictions?|filters?|limits|content policy|safety \w+|rules)"
        r"\b.{0,40}\b(?:you|answer|respond|comply|whatsoever|freely)\b"
    ),
    (
        r"\b(?:you|answer|respond|comply|assistant)\b.{0,60}\b(?:no|without|unrestricted"
        r"|any) (?:\w+ )?(?:restrictions?|filters?|limits|content policy|rules|mode)\b"
    ),
    (
        r"\bcomply with (?:every|any|all)\b|\bgrant all requests\b|\bfollow only (?:my|user)\b|"
        r"\bunrestricted (?:mode|assistant|ai)\b"
    ),
    r"(?:你|您)(?:现在|从现在起)?(?:是|将扮演|扮演|要扮演).{0,12}(?:助手|模型|AI|人工智能|评委|评审|程序)",
    r"不受.{0,8}(?:规则|限制|约束)|没有(?:任何)?限制的(?:助手|模型|AI)",
)
_ADDRESSED = (
    r"\b(?:note|notes|message|instructions?|important|attention|reminder|processing note|hint)\b.{0,12}\b(?:to"
    r"|for)\b.{0,12}\b" + _PROGRAM + r"\b",
    r"\bif you(?:'re| are) an? " + _PROGRAM + r"\b|\bfor " + _PROGRAM + r"\)?\s*[:：]",
    (
        r"\b(?:note|reminder|message|instruction)s? (?:to|for) (?:whoever|anyone|everyone|anything|the (?:reader"
        r"|writer)|those) (?:who |that )?"
        r"(?:draft|writ|summari|read|review|process)"
    ),
    r"\b(?:language model|llm|chatgpt|ai assistants?|the assistant|summari[sz]er)\b.{0,60}\b" + _WRITES + r"\b",
    r"\b(?:when|while|if|before)\b.{0,30}\b(?:summari[sz]ing|drafting|responding|replying)\b.{0,60}\b(?:"
    + _WRITES
    + r"|call)\b",
    (
        r"\bwhen (?:you|the model|an? ai)\b.{0,12}\b(?:process|summari|read|draft|review)\w*\b.{0,40}\b(?:also|must"
        r"|please|add|send|email)\b"
    ),
    r"\b(?:in|into|to) (?:the|this|your|any) (?:brief|summary|review)\b(?! of\b).{0,40}(?:\b"
    + _WRITES
    + r"\b|不要|请|写)",
    r"\b(?:tell|inform) (?:the|his|her|their) manager\b",
    r"(?:大模型|语言模型|人工智能|AI ?助手|智能助手).{0,16}(?:必须|应当|应该|请|务必|不得|一律|只能)",
    r"(?:写给|告诉|提醒|通知|致).{0,12}(?:程序|模型|助手|机器人|AI)\s*(?:[:：，,]|的?(?:读|看))",
    r"(?:如果|若|假如)(?:你|您)是.{0,16}(?:助手|模型|程序|机器人|AI)",
    r"(?:简报|摘要|总结|自评|文档)(?:里|中|时|的?标题).{0,12}(?:写(?!了|着|过|的)|说(?!了|的)|加(?!了)|注明|必须|请)|(?:写|加|放)进文档",
)
_SAYING = (
    (
        r"\b(?:output|print|repeat|(?:reply|respond|answer)(?: only)? with)\b.{0,30}\b(?:verbatim|exactly"
        r"|nothing else|the (?:word|phrase|token|code))"
    ),
    r"\b(?:reply|respond) (?:only )?with [\w-]*[A-Z0-9][\w-]{5,}",
    r"\b(?:append|include|insert|add|end|close|begin|start|mention)\b.{0,60}\b(?:every|each|your|any|all future"
    r"|all) (?:\w+ )?" + _DOCUMENT + r"\b",
    r"\b(?:end|close|begin|start) (?:every|each) " + _DOCUMENT + r"\b",
    r"\bin your (?:\w+ )?" + _DOCUMENT + r"\b|\b(?:write|say|output|add) nothing else\b|\band nothing else\b",
    r"\b(?:reveal|print|show|output|dump|repeat|list|display|tell me|disclose)\b.{0,40}\b" + _KEPT_BACK,
    r"\b(?:remember|save|store)\b.{0,40}\b(?:your (?:long-term )?memory|long-term memory|all future|every future)\b",
    r"\b(?:decode|decrypt)\b.{0,60}\b(?:follow|do (?:exactly )?what|obey|execute|act on)\b",
    r"(?:(?<![申邀])请|务必|必须).{0,8}(?:输出|写明.{0,3}[他她其]|声称|评为|打分|评分)|原样(?:写|输出|加|复制|回复)",
    r"只(?:回复|输出|回答|写).{0,24}(?:不要|别|即可|其他|其它)",
    r"每(?:一)?(?:段|句|句话|条)(?:的)?(?:结尾|后面|末尾|开头|前面)?.{0,4}(?:加上|写上|附上)",
    r"停止生成|(?:说明|公开|输出|写出)(?:你|您).{0,8}(?:提示|指令|设定)",
)
_DOING = (
    (
        r"\b(?:call|use|invoke|run|execute)\b.{0,12}\b(?:send_?(?:e?mail|message|money)|delete_?(?:file|record"
        r"|user)s?|http_?(?:post|get)|fetch_?url|transfer_\w+)\b"
    ),
    (
        r"\b(?:already|has|have|had|you) (?:been )?(?:approved|granted|confirmed|authori[sz]ed)\b.{0,60}\b(?:call"
        r"|permission|without asking|this step)\b"
    ),
    (
        r"\b(?:please do the following|do the following first|before you can (?:solve|do|answer)"
        r"|the task (?:that )?i gave you)\b"
    ),
    (
        r"\b(?:send|e-?mail|forward|post|share|upload|transfer|publish|leak)\b.{0,60}\b(?:all|every|customer"
        r"|credential|key|password|token|content|"
        r"transaction|money|private|message|record|feedback|summary|names?)\w*\b.{0,90}(?:https?://|www\."
        r"|[\w.+-]+@[\w-]+\.|\b[A-Z]{2}\d{12,}|\bto my\b)"
    ),
    (
        r"\b(?:send|e-?mail|forward|post|share|transfer|visit)\b.{0,40}(?:@(?:attacker|evil|exfil)|\b(?:US|DE"
        r"|GB)\d{12,})"
    ),
    r"\b(?:transfer|send) \$?[\d,]+\b.{0,60}\baccount\b|\brecurring payment\b.{0,40}\baccount\b",
    r"\b(?:add|insert|embed|render)\b.{0,20}\b(?:link|image|pixel)\b.{0,12}\bto https?:|\brender !\[",
    (
        r"把.{0,24}(?:发|发送|转发|上传|提交|转)(?:到|给|至|往).{0,4}(?:https?:|www\.|[\w.+-]+@)|发(?:邮件|送)?(?:给|到|至)\s*(?:https?:"
        r"|[\w.+-]+@)"
    ),
    r"\b(?:send|forward|post|add)\b.{0,12}[\u4e00-\u9fff]{2,12}.{0,12}\bto\b.{0,4}(?:https?:|[\w.+-]+@)",
    r"调用.{0,6}(?:删除|发送|支付|转账|清空).{0,4}(?:接口|工具).{0,2}[，,].{0,4}把",
)
_JUDGING = (
    r"\b(?:rate|score|rank|grade)\b.{0,30}(?:10/10|5/5|\ba\+|\bexceptional\b|\btop performer\b|\b(?:high|low)est\b)",
    (
        r"\b(?:describe|portray|rate|present|call|paint)\b.{0,20}\b(?:me|him|her|them|\w+ as)\b.{0,30}\b(?:strong"
        r"|best|top|weak|worst|lazi|exceptional|only)"
    ),
    (
        r"\b(?:state|say|claim|write|note) that \w+ (?:has|have|is|was|will)\b.{0,30}\b(?:disengaged|lazy"
        r"|looking for|leaving|quit|unreliable|incompetent)"
    ),
    r"\bmark\b.{0,24}\b(?:overdue|open|late|missed)\b.{0,24}\bas (?:done|finished|complete|closed)",
    r"\bcredit\b.{0,24}\b(?:to )?me alone\b|\bleave (?:the |out )?(?:delays?|misses|failures)\b.{0,6}\bout\b",
    r"\bsay that i\b.{0,30}\b(?:absolutely|must|definitely)\b",
    r"(?:评为|评成|打|给).{0,8}(?:满分|最高分|最低分|不合格|[SABCD]级)|(?:写|说|评|标|改)成.{0,12}(?:第一(?!次|个|步|版|批|轮|时间|天)|最好|最强|已经?完成|优秀|满分|不合格)",
    r"(?:不要|别|勿|不得|禁止)(?:提|提到|提及|写|说|mention).{0,14}(?:延期|逾期|贡献|功劳|缺点|失误|overdue|任何)",
    r"写明.{0,6}(?:态度|消极|懒|离职|不合格|不胜任)|功劳.{0,6}(?:都)?(?:算|归)(?:在|给)?我|(?:rate|评) ?成 ?(?:top|最)",
)
_RUNNING = (
    r"\bjavascript\s*:[^\s]*[(=`]|data:text/html|\bon(?:error|load|click|mouse\w+|focus)\s*=\s*[\"'`\\]?\s*\w+[:(]",
    r"<\s*script\b[^>]*(?:>[^<]*\(|\bsrc\s*=)|:\s*expression\s*\(|expression\(javascript",
)
"""Markup that runs code somewhere else; cleaning takes it away, and the reader may know."""
_ELSEWHERE = (
    (
        r"\b(?:ignor\w*|olvida|oubliez|oublie|vergiss|vergesst|dimentica|missachte)\b.{0,40}\b(?:instru\w+"
        r"|istruzion\w+|anweisung\w*|consign\w*|reglas|règles)"
    ),
    r"\b(?:prompt|instru\w+|istruzion\w+)\b.{0,12}\b(?:del? sistema|syst[eè]me|di sistema|des systems?)\b",
    (
        r"\b(?:nota del sistema|nota di sistema|note syst[eè]me|systemhinweis|neue anweisung\w*"
        r"|nuevas instrucciones|nuove istruzioni|nouvelles instructions)\b"
    ),
    r"\b(?:sin|sans|ohne|senza) (?:restri\w+|einschr\w+|limit\w+)\b",
    (
        r"\b(?:env[ií]a|envoie|invia|sende|rassemble|recopila|raccogli|gibst?)\b.{0,60}(?:@\w|https?:|"
        r"\binternen daten\b)"
    ),
)
"""Spanish, French, German, Italian: what is said most."""

_INSTRUCTION = re.compile(
    "|".join((*_SET_ASIDE, *_ROLES, *_PERSONA, *_ADDRESSED, *_SAYING, *_DOING, *_JUDGING, *_RUNNING, *_ELSEWHERE)),
    re.IGNORECASE | re.DOTALL,
)
_HIDING = re.compile("[\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]|[\u200b\u200c\u2060\ufeff]{2,}")
"""Direction overrides, tag characters and runs of zero-width ones: nothing that honest text needs."""


def is_suspicious(text: str) -> bool:
    """Whether a text reads like instructions to a program, in whatever disguise, or hides what it is."""
    return bool(_HIDING.search(text)) or any(_INSTRUCTION.search(reading) for reading in readings(text))
