"""Looking whether a model works, point by point, and saying what to do where it does not. Keys are never shown."""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from coachkit.drafting.ports import Assignment, Task, Written
from coachkit.models.answer import mode_of
from coachkit.models.asking import Asking
from coachkit.models.bridge import load_litellm
from coachkit.models.budget import Budget
from coachkit.models.chain import Access, provider_of, read_chain
from coachkit.models.gateway import hosted_loop
from coachkit.models.local import LocalWriter
from coachkit.models.tokens import cost_of
from coachkit.models.writers import Writers

__all__ = ["Finding", "ModelReport", "check_model"]

Language = Literal["en", "zh"]

TRIAL_SECONDS = 60.0

_TRIALS: dict[Language, tuple[tuple[str, str, tuple[str, ...]], ...]] = {
    "en": (
        ("f1", "Maria unblocked Platform on 11 May (PLAT-8).", ("Maria", "Platform", "11 May", "PLAT-8")),
        ("f2", "SRCH-91 has waited for PAY-17 since 2 May (18 days).", ("SRCH-91", "PAY-17", "2 May", "18")),
    ),
    "zh": (
        ("f1", "李薇在 5 月 11 日帮平台组疏通了 PLAT-8。", ("李薇", "平台组", "PLAT-8", "11")),
        ("f2", "SRCH-91 从 5 月 2 日起一直在等 PAY-17（18 天）。", ("SRCH-91", "PAY-17", "18")),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found at one point.

    :ivar ok: ``None`` where it is neither right nor wrong, only to be known.
    :ivar to_do: what to do about it; empty where all is well.
    """

    name: str
    ok: bool | None
    said: str
    to_do: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelReport:
    """One model of a chain.

    :ivar works: documents can be worded by it; of ``none``, that they are composed.
    :ivar said: what it made of a sentence; empty, where it made nothing.
    """

    model: str
    works: bool
    findings: tuple[Finding, ...]
    said: str = ""
    seconds: float = 0.0
    first_seconds: float | None = None
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float | None = None


def check_model(
    setting: str, writers: Writers, *, access: Access, budget: Budget, language: Language
) -> tuple[ModelReport, ...]:
    """A report for each model of a setting, in its order.

    :param language: of the report; both languages are tried.
    :raises BadInput: if it is no model setting.
    """
    return tuple(_check(name, writers, access, budget, language) for name in read_chain(setting))


def _check(name: str, writers: Writers, access: Access, budget: Budget, language: Language) -> ModelReport:
    if name == "none":
        return ModelReport(model=name, works=True, findings=tuple(_composed(language)), cost=0.0)
    if name == "local":
        return _packaged(writers.local, language)
    return _hosted(name, access, budget, language)


def _composed(language: Language) -> Iterator[Finding]:
    zh = language == "zh"
    yield Finding(
        name="wording",
        ok=True,
        said="文档由记录直接写成，不请任何模型" if zh else "documents are composed from facts; no model is asked",
    )
    yield Finding(name="languages", ok=True, said="中文、英文" if zh else "English, Chinese")
    yield Finding(
        name="privacy", ok=True, said="没有内容离开这台机器" if zh else "nothing leaves this machine, nothing is paid"
    )


def _packaged(writer: LocalWriter, language: Language) -> ModelReport:
    zh = language == "zh"
    begun = time.monotonic()
    written = writer.write(_task("en"))
    seconds = time.monotonic() - begun
    missing = "missing-model" in written.problems
    findings = [
        Finding(
            name="weights",
            ok=not missing,
            said=("没有找到" if missing else "已找到") if zh else ("not found" if missing else "found"),
            to_do=("运行 make setup，或用 COACHKIT_MODELS 指明所在目录" if zh else _MISSING) if missing else "",
        )
    ]
    if not missing:
        findings += [_answered(written, language), _latency(seconds, None, language)]
    findings += [
        Finding(name="languages", ok=True, said="只会英文；中文文档按记录直接写成" if zh else _ENGLISH_ONLY),
        Finding(
            name="privacy",
            ok=True,
            said="没有内容离开这台机器" if zh else "nothing leaves this machine, nothing is paid",
        ),
    ]
    works = bool(written.proposals)
    said = written.proposals[0].text if works else ""
    return ModelReport(
        model="local", works=works, findings=tuple(findings), said=said, seconds=round(seconds, 2), cost=0.0
    )


_MISSING = "run make setup, or say in COACHKIT_MODELS where they lie"
_ENGLISH_ONLY = "English only; Chinese documents are composed"


def _hosted(name: str, access: Access, budget: Budget, language: Language) -> ModelReport:
    load_litellm()
    asking = _trial(name, access, budget, "en")
    written = _run(asking)
    findings = [*_key(name, access, language), _address(name, access, language)]
    failure = asking.failure(name)
    if written.proposals:
        chinese = _run(_trial(name, access, budget, "zh"))
        findings += [
            _shape(name, written, language),
            _streaming(written, language),
            _latency(written.usage.seconds, written.usage.first_seconds, language),
            _tokens(written, language),
            _languages(written, chinese, language),
        ]
    else:
        findings.append(_failed(name, written, failure, language))
    findings.append(_price(name, language))
    usage = written.usage
    return ModelReport(
        model=name,
        works=bool(written.proposals),
        findings=tuple(findings),
        said=written.proposals[0].text if written.proposals else "",
        seconds=round(usage.seconds, 2),
        first_seconds=usage.first_seconds,
        tokens_in=usage.tokens_in,
        tokens_out=usage.tokens_out,
        cost=usage.cost,
    )


def _trial(name: str, access: Access, budget: Budget, language: Language) -> Asking:
    deadline = time.monotonic() + TRIAL_SECONDS
    return Asking([name], _task(language), access, budget, deadline, lambda _: None)


def _run(asking: Asking) -> Written:
    return asyncio.run_coroutine_threadsafe(asking.run(), hosted_loop()).result(TRIAL_SECONDS + 10)


def _task(language: Language) -> Task:
    """Two facts, as a document would give them."""
    zh = language == "zh"
    assignments = tuple(
        Assignment(
            fact=fact,
            section="wins",
            composed=words,
            question="",
            evidence=(f"E{place}",),
            turns=(("system", "Reorder the words of a sentence. Add nothing."), ("user", words)),
        )
        for place, (fact, words, _) in enumerate(_TRIALS[language], 1)
    )
    facts = "\n".join(
        f'<fact id="{one.fact}" section="wins" evidence="{one.evidence[0]}">\n{one.composed}\n</fact>'
        for one in assignments
    )
    return Task(
        document="check",
        language=language,
        instructions="Word each fact below in one plain sentence. Keep names, dates, keys and numbers. Add nothing. "
        f"Write in {'Chinese' if zh else 'English'}. Answer with JSON alone: "
        '{"statements": [{"fact": id, "text": …, "evidence": [ids]}, …]}',
        asked=facts,
        assignments=assignments,
        evidence=(),
        seconds=TRIAL_SECONDS,
        settings={"temperature": 0.0, "max_tokens": 600},
    )


def _key(name: str, access: Access, language: Language) -> Iterator[Finding]:
    """Whether there is a key, and where it was found; never the key."""
    zh, provider = language == "zh", provider_of(name)
    if provider in access.keys:
        where = "COACHKIT_MODEL_KEY / COACHKIT_MODEL_KEYS"
        yield Finding(name="key", ok=True, said=f"在 {where} 中找到" if zh else f"found in {where}")
        return
    wanted: Sequence[str] = load_litellm().validate_environment(name).get("missing_keys") or ()
    usual = f"{provider.upper()}_API_KEY"
    if usual in os.environ or not wanted:
        yield Finding(name="key", ok=True, said=f"在 {usual} 中找到" if zh else f"found in {usual}")
        return
    own = provider in access.urls
    yield Finding(
        name="key",
        ok=None if own else False,
        said=f"没有设置 {', '.join(wanted)}" if zh else f"{', '.join(wanted)} is not set",
        to_do=(f"设置 {wanted[0]} 或 COACHKIT_MODEL_KEY" if zh else f"set {wanted[0]}, or COACHKIT_MODEL_KEY"),
    )


def _address(name: str, access: Access, language: Language) -> Finding:
    url = access.urls.get(provider_of(name), "")
    shown = re.sub(r"//[^/@]*@", "//", url).split("?", 1)[0]
    theirs = "服务商自己的地址" if language == "zh" else "the provider's own"
    return Finding(name="address", ok=None, said=shown or theirs)


def _failed(name: str, written: Written, failure: BaseException | None, language: Language) -> Finding:
    zh, status = language == "zh", getattr(failure, "status_code", None)
    code = written.problems[0] if written.problems else "unavailable"
    if code.startswith("over-"):
        code = "over"
    elif status in (401, 403):
        code = "key"
    elif status == 404:
        code = "unknown"
    elif status == 429:
        code = "limit"
    elif status in (400, 422):
        code = "refused"
    elif code == "unavailable" and isinstance(status, int) and status >= 500 and not _unreached(failure):
        code = "broken"
    said, to_do = _FAILURES[code][zh]
    return Finding(name="answer", ok=False, said=said, to_do=to_do.format(name=name, provider=provider_of(name)))


def _unreached(failure: BaseException | None) -> bool:
    """LiteLLM calls a server that nobody reached a broken one; the words of its cause tell the two apart."""
    return type(failure).__name__ == "APIConnectionError" or bool(re.search(r"(?i)connect", str(failure)))


_FAILURES: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "key": (
        ("the key was refused", "look at the key, its project and its rights at {provider}"),
        ("密钥被拒绝", "检查 {provider} 的密钥、所属项目和权限"),
    ),
    "unknown": (
        ("there is no such model or address", "look at the name after the slash, and at COACHKIT_MODEL_URL"),
        ("没有这个模型或地址", "检查斜杠后的名称和 COACHKIT_MODEL_URL"),
    ),
    "limit": (
        ("a limit or quota is reached", "wait, or raise it at {provider}; a second model in the chain helps"),
        ("达到限额", "稍后再试或提高 {provider} 的限额；也可以在设置里再加一个备用模型"),
    ),
    "refused": (
        ("the request was refused as malformed", "try COACHKIT_MODEL_OUTPUT=prompted"),
        ("请求被拒绝", "试试 COACHKIT_MODEL_OUTPUT=prompted"),
    ),
    "broken": (
        ("the server failed", "try again; a second model in the chain helps"),
        ("对方服务出错", "稍后再试；也可以在设置里再加一个备用模型"),
    ),
    "unavailable": (
        ("no answer from its address", "look at the network, the proxy and COACHKIT_MODEL_URL"),
        ("地址没有应答", "检查网络、代理和 COACHKIT_MODEL_URL"),
    ),
    "out-of-time": (
        ("no answer in time", "raise COACHKIT_MODEL_TIMEOUT, or take a faster model"),
        ("没有按时应答", "提高 COACHKIT_MODEL_TIMEOUT，或换更快的模型"),
    ),
    "unusable": (
        ("it answered, and not in the asked shape", "try COACHKIT_MODEL_OUTPUT=tool or prompted, or a larger model"),
        ("有应答，但格式不对", "试试 COACHKIT_MODEL_OUTPUT=tool 或 prompted，或换大一些的模型"),
    ),
    "over": (
        ("a budget does not allow it", "look at COACHKIT_MODEL_COST_DOCUMENT, _COST_DAY and _TOKENS_IN"),
        ("超出预算", "检查 COACHKIT_MODEL_COST_DOCUMENT、_COST_DAY 和 _TOKENS_IN"),
    ),
}
"""By what happened: what was found and what to do, in English and Chinese."""


def _answered(written: Written, language: Language) -> Finding:
    zh, works = language == "zh", bool(written.proposals)
    said = ("有应答" if works else "没有应答") if zh else ("it answers" if works else "it does not answer")
    to_do = ("重试；日志里有原因" if zh else "try again; the log has the reason") if not works else ""
    return Finding(name="answer", ok=works, said=said, to_do=to_do)


def _shape(name: str, written: Written, language: Language) -> Finding:
    zh, asked = language == "zh", len(_TRIALS["en"])
    got = len({one.fact for one in written.proposals})
    words = {"native": ("schema", "JSON 模式"), "tool": ("function", "函数调用"), "prompted": ("words", "文字说明")}
    way = words[mode_of(name)][zh]
    whole = got == asked and not written.problems
    said = f"{way}，{asked} 句中有 {got} 句" if zh else f"{way}; {got} of {asked} statements"
    to_do = "试试 COACHKIT_MODEL_OUTPUT=tool 或 prompted" if zh else "try COACHKIT_MODEL_OUTPUT=tool or prompted"
    return Finding(name="structured", ok=whole, said=said, to_do="" if whole else to_do)


def _streaming(written: Written, language: Language) -> Finding:
    zh, streamed = language == "zh", written.usage.requests == 1
    if streamed:
        return Finding(name="streaming", ok=True, said="逐句到达" if zh else "sentences come one by one")
    said = "不支持或中断过，已改为一次取回" if zh else "not supported, or broken off; asked at once instead"
    return Finding(name="streaming", ok=None, said=said)


def _latency(seconds: float, first: float | None, language: Language) -> Finding:
    zh = language == "zh"
    said = f"共 {seconds:.1f} 秒" if zh else f"{seconds:.1f} s in all"
    if first is not None:
        said = f"第一句 {first:.1f} 秒，{said}" if zh else f"first sentence {first:.1f} s, {said}"
    slow = seconds > TRIAL_SECONDS / 2
    to_do = (
        "提高 COACHKIT_MODEL_TIMEOUT，或换更快的模型" if zh else "raise COACHKIT_MODEL_TIMEOUT, or take a faster model"
    )
    return Finding(name="latency", ok=not slow, said=said, to_do=to_do if slow else "")


def _tokens(written: Written, language: Language) -> Finding:
    given, got = written.usage.tokens_in, written.usage.tokens_out
    said = f"发送 {given}，收到 {got}" if language == "zh" else f"{given} in, {got} out"
    return Finding(name="tokens", ok=given > 0 and got > 0, said=said)


def _languages(english: Written, chinese: Written, language: Language) -> Finding:
    zh = language == "zh"
    kept = {"en": _kept(english, "en"), "zh": _kept(chinese, "zh")}
    names = {"en": "英文" if zh else "English", "zh": "中文" if zh else "Chinese"}
    good = [names[one] for one, held in kept.items() if held]
    bad = [names[one] for one, held in kept.items() if not held]
    said = ("、" if zh else ", ").join(good) or ("都不行" if zh else "none")
    to_do = ""
    if bad:
        lost = "、".join(bad) if zh else " and ".join(bad)
        to_do = (
            f"{lost}没有写对；核对不过的句子会换成直接写成的"
            if zh
            else f"{lost} did not keep its facts; such sentences are replaced"
        )
    return Finding(name="languages", ok=not bad, said=said, to_do=to_do)


def _kept(written: Written, language: Language) -> bool:
    """Whether each sentence is in its language and holds what its fact names."""
    texts = {one.fact: one.text for one in written.proposals}
    return all(
        all(word in texts.get(fact, "") for word in words)
        and bool(re.search(r"[\u4e00-\u9fff]", texts.get(fact, ""))) == (language == "zh")
        for fact, _, words in _TRIALS[language]
    )


def _price(name: str, language: Language) -> Finding:
    zh, million = language == "zh", 1_000_000
    asked, answered = cost_of(name, 1000, 0), cost_of(name, 0, 1000)
    if asked is None or answered is None:
        said = (
            "未知：费用上限不起作用，只按词元数限制"
            if zh
            else "unknown: limits of cost do not hold, those of tokens do"
        )
        return Finding(name="price", ok=None, said=said)
    per = f"${asked * million / 1000:g} / ${answered * million / 1000:g}"
    said = f"每百万词元 {per}（发送 / 收到）" if zh else f"{per} a million tokens in / out"
    return Finding(name="price", ok=True, said=said)
