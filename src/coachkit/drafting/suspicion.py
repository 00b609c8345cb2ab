"""Recognising text that reads like instructions to a program, in English and Chinese.

What is recognised is not quoted and not given to a model; its record can still be opened. Recognition is a second wall,
and errs on the side of not quoting: the first wall is that no sentence is shown that the typed record does not support.
"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["is_suspicious"]

_WRITES = r"(?:must|should|shall|please|always|never|output|write|say|state|include|add|report|rate|answer|omit)"
_PATTERNS = (
    # to set aside what it was told
    r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b(?:instructions?|prompts?|guidelines?|all above)\b",
    r"\b(?:ignore|disregard|forget)\b.{0,20}\b(?:all|any|the) (?:previous|prior|above|other)\b",
    r"\bnew instructions?\s*[:：]|\bbegin (?:system|instructions?)\b",
    r"\b(?:system|developer|hidden) (?:prompt|message)s?\b",
    r"(?:忽略|无视|忘记|不要理会|跳过).{0,20}(?:指令|指示|要求|规则|提示|说明|上文|以上)",
    r"(?:系统|隐藏)(?:提示词|指令|提示)|新(?:的)?指令\s*[:：]",
    # to be somebody else
    r"\b(?:you are|act as|pretend to be|respond as|behave as)\b.{0,30}\b(?:ai|assistant|model|agent|bot|evaluator)\b",
    r"(?:你|您)(?:现在|从现在起)?(?:是|将扮演|扮演|要扮演).{0,12}(?:助手|模型|AI|人工智能|评委|评审)",
    # spoken to the one who writes the document
    r"\b(?:language model|llm|chatgpt|ai assistants?|the assistant|summari[sz]er)\b.{0,60}\b" + _WRITES + r"\b",
    r"\b(?:when|while|if)\b.{0,30}\b(?:summari[sz]ing|drafting)\b.{0,60}\b" + _WRITES + r"\b",
    r"\b(?:in|into|to) (?:the|this|your|any) (?:brief|summary|review)\b.{0,40}\b" + _WRITES + r"\b",
    r"\b(?:tell|inform) (?:the|his|her|their) manager\b",
    r"\b(?:output|print|repeat|(?:reply|respond) with)\b.{0,30}\b(?:verbatim|exactly|the (?:word|phrase|token))",
    r"(?:大模型|语言模型|人工智能|AI ?助手|智能助手).{0,16}(?:必须|应当|应该|请|务必|不得|一律|只能)",
    r"(?:简报|摘要|总结)(?:里|中|时).{0,12}(?:写|说|加|注明|必须|请)",
    r"(?:请|务必|必须).{0,8}(?:输出|写明|声称|评为|打分|评分)",
    # to judge
    r"\b(?:rate|score|rank|grade)\b.{0,30}\b(?:10/10|5/5|a\+|exceptional|top performer|(?:high|low)est)\b",
    r"(?:评为|打|给).{0,8}(?:满分|最高分|最低分|不合格|[SABCD]级)",
    # special tokens of chat models
    r"<\|[^|>]{1,40}\|>|\[/?INST\]|<</?SYS>>",
)
_INSTRUCTION = re.compile("|".join(_PATTERNS), re.IGNORECASE | re.DOTALL)
_HIDING = re.compile("[\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]|[\u200b\u200c\u2060\ufeff]{2,}")
"""Direction overrides, tag characters and runs of zero-width ones: nothing that honest text needs."""


def is_suspicious(text: str) -> bool:
    """Whether a text reads like instructions to a program, or hides what it is."""
    plain = "".join(char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char) != "Cf")
    return bool(_HIDING.search(text)) or bool(_INSTRUCTION.search(plain))
