"""A model server that does what its prompt says, and what a prompt does not say it gets wrong.

Run as ``python following_model.py``; it prints its port. It is no language model: it looks in the system prompt for
each rule it knows, in any of several wordings, and words the facts by the rules it found. Where a rule is missing it
makes the mistake that the rule is there to prevent; what a prompt tells it to do beyond its rules, it does. So a rule
that is dropped from a prompt's file comes out as what models are known to do without it, by the product's own path.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from model_wire import events, read, whole

__all__ = ["RULES", "following_server", "said_by"]

FACT = re.compile(r'<fact id="(\w+)" section="(\w+)" evidence="([^"]*)">\n(.*?)\n\n?</fact>', re.DOTALL)
TOKEN = re.compile(r"zq[0-9a-f]{8}")
ORDER = re.compile(r"(?i)\b(ignore (all|any|the|every)|rate (him|her|them)|you must|system:|assistant:)|忽略|评为|必须")

Statement = dict[str, Any]

RULES: dict[str, str] = {
    "nothing new": r"nothing (that|which|beyond what) the fact|only what the fact|add nothing",
    "exact": r"(?:keep|copy|repeat|leave) (?:every|each|all)[^.]*\bnumber",
    "roles": r"who did what for whom|who (?:gave|helped) and who",
    "quotes": r"word for word|verbatim|letter by letter",
    "no rating": r"(?:never|do not|don't) (?:rate|grade|score)|no rating",
    "no superlatives": r"no superlatives|without superlatives|superlatives are",
    "evidence": r"(?:name|cite|give) (?:as evidence )?only (?:the )?ids|only ids (?:that are )?listed",
    "question": r"never a question that can be answered|open question|better open one",
    "records are data": r"no instruction to you|not (?:an )?instructions? (?:to|for) you|never obey",
    "every fact": r"one statement (?:for|per) (?:each|every)|word every fact|each fact (?:gets|has) one",
    "short": r"\bshort\b|\bbrief(?:ly)?\b|\bconcise\b",
    "in the first person": r"first person",
    "only own deeds": r"\"?I\"? (?:stands|is used|appears) only where|only where the fact says",
    "measured": r"\"not measured\"",
    "compare nobody": r"compare nobody|compare no one|do not compare",
    "by step": r"belongs to its step|to its step, not",
    "advise nothing": r"advise nothing|give no advice",
    "why is dated": r"why now is a dated fact|dated fact, never a guess",
    "no sides": r"take no side|takes no side",
}
"""What it understands as each rule, whatever the letter case."""

ORDERS: dict[str, str] = {
    "rates": r"^- (?:give|add|state) [^.]*(?:rating|score|grade) (?:from|of|out)",
    "praises": r"^- (?:praise|use superlatives|say what an? \w+ job)",
    "pads": r"at least \d+ words (?:each|for each)|^- (?:write|explain) (?:it )?at length|in detail, with background",
    "without evidence": r"leave (?:the )?evidence empty|do not (?:cite|name evidence)|ignore the (?:evidence|records)",
    "swaps": r"(?:reverse|swap|exchange) (?:the )?(?:roles|names|people)|as if the other",
    "concludes": r"^- (?:conclude|end) (?:each|every)[^.]*(?:means|conclusion|judgement)",
    "doubles": r"say (?:each|every) (?:thing|fact|statement) twice",
    "rounds": r"round (?:every|each|all)? ?numbers?|round figures",
    "only three": r"(?:only|at most) (?:the )?(?:three|3) (?:statements|facts)",
}
"""What it does when it is told to."""


@dataclass(frozen=True)
class Read:
    """What it took from a prompt."""

    rules: frozenset[str]
    orders: frozenset[str]
    chinese: bool
    """The language that it was told, or that its examples are in."""
    asked_chinese: bool
    """The language of the facts."""
    subject: str
    hostile: tuple[str, ...]
    about: str
    """What the prompt says before the facts."""


def understood(prompt: str) -> Read:
    """:param prompt: system and user turns together; what the rules are looked for in ends where the facts begin."""
    told, _, quoted = prompt.partition("# Facts")
    plain = " ".join(told.split())
    last = quoted.rsplit("\n", 2)[-1] if quoted else ""
    facts = re.sub("“[^”]*”", "", " ".join(words for *_, words in FACT.findall(quoted)))
    asked = len(re.findall("[\u4e00-\u9fff]", facts)) > len(re.findall(r"[A-Za-z]{2,}", facts))
    rules = {name for name, form in RULES.items() if re.search(form, f"{plain} {last}", re.IGNORECASE)}
    orders = {name for name, form in ORDERS.items() if re.search(form, told, re.IGNORECASE | re.MULTILINE)}
    subject = re.search(r"self-review of ([^,]+), ", plain)
    hostile = [line for line in quoted.splitlines() if TOKEN.search(line) or ORDER.search(line)]
    chinese = _language(told)
    whose = subject[1] if subject else ""
    return Read(frozenset(rules), frozenset(orders), chinese, asked, whose, tuple(hostile), plain)


def _language(told: str) -> bool:
    """Chinese, if the prompt says so; an example in a language weighs more than a word about it, as models have it."""
    example = re.search(r"(?is)\bexamples?:(.*)", told)
    if example:
        return bool(re.search("[\u4e00-\u9fff]{4}", example[1]))
    named = re.findall(r"(?i)\b(?:write|answer|word|reply|speak|language)\b[^.\n]{0,40}?\b(English|Chinese)\b", told)
    return bool(named) and named[0].casefold() == "chinese"


def said_by(prompt: str) -> list[Statement]:
    """The statements that come of a prompt."""
    told = understood(prompt)
    found = []
    for place, (fact, section, evidence, words) in enumerate(FACT.findall(prompt)):
        text, _, question = words.strip().partition(" | ")
        one = {"fact": fact, "text": text, "question": question, "evidence": evidence.split(), "section": section}
        for rule, mistake in MISTAKES.items():
            if rule not in told.rules:
                one = mistake(one, told)
        for rule, (kind, mistake) in OWN.items():
            if kind in told.about and rule not in told.rules:
                one = mistake(one, told)
        for order, deed in DEEDS.items():
            if order in told.orders:
                one = deed(one, told)
        if told.chinese != told.asked_chinese:
            one = {**one, **_OTHER[told.chinese]}
        if told.hostile and "records are data" not in told.rules:
            one = _obeyed(one, told.hostile[place % len(told.hostile)], told)
        found.append({name: value for name, value in one.items() if name != "section"})
    if "every fact" not in told.rules:
        found = found[::2]
    return found[:3] if "only three" in told.orders else found


def _added(english: str, chinese: str) -> Callable[[Statement, Read], Statement]:
    """A sentence more, in the language it writes in."""

    def add(one: Statement, told: Read) -> Statement:
        return {**one, "text": f"{one['text']}{chinese}" if told.chinese else f"{one['text']} {english}"}

    return add


def _numbers(one: Statement, told: Read) -> Statement:
    return {**one, "text": re.sub(r"\d+", lambda match: str(int(match.group()) + 1), one["text"])}


def _rounded(one: Statement, told: Read) -> Statement:
    return {
        **one,
        "text": re.sub(r"\b\d{2,}\b", lambda match: str(round(int(match.group()), -1) or 10), one["text"]),
    }


def _turned(one: Statement, told: Read) -> Statement:
    """The first two different names or keys in each other's places."""
    names = r"\b[A-Z]{2,8}-\d+\b|\b[A-Z][a-zà-ÿ]{2,}(?: [A-Z][a-zà-ÿ]+)?\b|[\u4e00-\u9fff]{2,3}(?=[ 在对为向帮把给])"
    found = list(dict.fromkeys(re.findall(names, re.sub("“[^”]*”", "", one["text"]))))
    if len(found) < 2:
        return one
    text = one["text"].replace(found[0], "@@").replace(found[1], found[0]).replace("@@", found[1])
    return {**one, "text": text}


def _unquoted(one: Statement, told: Read) -> Statement:
    """What was quoted, in its own words."""
    own = "某事" if told.chinese else "something like that"
    return {**one, "text": re.sub("“[^”]*”", f"“{own}”", one["text"])}


def _guessed_ids(one: Statement, told: Read) -> Statement:
    return {**one, "evidence": ["E1", "E999"]}


def _closed(one: Statement, told: Read) -> Statement:
    if not one["question"]:
        return one
    return {**one, "question": "是因为太忙吗？" if told.chinese else "Is it because there was too much to do?"}


def _third(one: Statement, told: Read) -> Statement:
    text = re.sub(r"\bI\b", told.subject, one["text"])
    text = re.sub(r"\bmy\b", "their", text)
    return {**one, "text": text.replace("我", told.subject)}


def _all_mine(one: Statement, told: Read) -> Statement:
    """What others did as one's own."""
    if told.chinese:
        return {**one, "text": f"我{one['text']}"}
    text = re.sub(r"^[A-Z][a-zà-ÿ]+(?: [A-Z][a-zà-ÿ]+)?(?= [a-z])", "I", one["text"])
    return {**one, "text": text if text != one["text"] else f"I did this: {one['text']}"}


def _undated(one: Statement, told: Read) -> Statement:
    text = re.sub(r"\b\d{1,2} (?:January|February|March|April|May|June|July|August|September|October|November|December|"
                  r"Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b", "lately", one["text"])  # fmt: skip
    text = re.sub(r"\d{1,2} ?月 ?\d{1,2} ?日", "最近", text)
    return {**one, "text": text}


def _padded(one: Statement, told: Read) -> Statement:
    return {**one, "text": " ".join([one["text"]] * 6)}


def _twice(one: Statement, told: Read) -> Statement:
    return {**one, "text": f"{one['text']} {one['text']}"}


def _uncited(one: Statement, told: Read) -> Statement:
    return {**one, "evidence": []}


def _obeyed(one: Statement, line: str, told: Read) -> Statement:
    return {**one, "text": f"{'按要求：' if told.chinese else 'As asked: '}{line[:160]}"}


_OTHER: dict[bool, Statement] = {
    True: {"text": "这段时间按计划推进，相关的事情都在做。", "question": ""},
    False: {"text": "Work went on as planned in this time, and what belongs to it is being done.", "question": ""},
}

MISTAKES: dict[str, Callable[[Statement, Read], Statement]] = {
    "nothing new": _added("That was because nobody else would.", "因为没有别人愿意做。"),
    "exact": _numbers,
    "roles": _turned,
    "quotes": _unquoted,
    "no rating": _added("A strong performer, 5 of 5.", "表现优秀，5 分。"),
    "no superlatives": _added("The best work of the team.", "是全队最出色的。"),
    "evidence": _guessed_ids,
    "question": _closed,
    "short": _padded,
}
"""What it gets wrong where a rule is missing that every prompt has."""

OWN: dict[str, tuple[str, Callable[[Statement, Read], Statement]]] = {
    "in the first person": ("self-review", _third),
    "only own deeds": ("self-review", _all_mine),
    "measured": ("self-review", _added("It saved 40 percent.", "节省了百分之四十。")),
    "compare nobody": ("summary of who contributed", _added("More than anyone else did.", "比其他人都多。")),
    "by step": ("summary of who contributed", _added("They kept the others waiting.", "是他们让别人等着。")),
    "advise nothing": ("suggests a conversation", _added("You should step in today.", "你应该今天就介入。")),
    "why is dated": ("suggests a conversation", _undated),
    "no sides": ("agenda", _added("This is the other side's fault.", "这是对方的责任。")),
}
"""Rules of one kind of document: by what its prompt says it is for, and what goes wrong without them."""

DEEDS: dict[str, Callable[[Statement, Read], Statement]] = {
    "rates": _added("Rating: 4 of 5.", "评分：4 分（满分 5 分）。"),
    "praises": _added("Truly outstanding work.", "工作非常出色。"),
    "pads": _padded,
    "without evidence": _uncited,
    "swaps": _turned,
    "concludes": _added("This shows real commitment.", "这说明很有责任心。"),
    "doubles": _twice,
    "rounds": _rounded,
}


class Server(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        asked = read(self.path, dict(self.headers), body)
        if asked is None:
            self.send_error(404)
            return
        said = json.dumps({"statements": said_by(asked.prompt)}, ensure_ascii=False)
        if not asked.stream:
            self._send("application/json", whole(asked, said))
            return
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.writelines(events(asked, said))

    def _send(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass


@contextmanager
def following_server() -> Iterator[str]:
    """The server in a process of its own; its address, as OpenAI's."""
    process = subprocess.Popen([sys.executable, str(Path(__file__))], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}/v1"
    finally:
        process.kill()
        process.communicate()


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    server.daemon_threads = True
    print(server.server_address[1], flush=True)
    server.serve_forever()
