"""Which writer a setting means; and the packaged model's process, stood in for by a small program."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from coachkit.drafting.ports import Assignment, Task
from coachkit.errors import BadInput
from coachkit.models import local
from coachkit.models.gateway import LiteLLMWriter
from coachkit.models.local import LocalWriter, _masked, _unmasked
from coachkit.models.weights import find_weights
from coachkit.models.writers import Writers


def task(*sentences: str, seconds: float = 20.0, language: str = "en") -> Task:
    return Task(
        document="brief",
        language="zh" if language == "zh" else "en",
        instructions="",
        assignments=tuple(
            Assignment(
                fact=f"f{place}",
                section="wins",
                composed=sentence,
                question="",
                evidence=("E1",),
                turns=(("system", "Reorder."), ("user", sentence)),
            )
            for place, sentence in enumerate(sentences)
        ),
        evidence=(),
        seconds=seconds,
    )


@pytest.mark.parametrize("model", ["", "gpt", " openai/x", "Local", "NONE"])
def test_what_is_no_model_setting(model: str) -> None:
    with pytest.raises(BadInput):
        Writers()(model)


def test_settings_and_their_writers(tmp_path: Path) -> None:
    writers = Writers(tmp_path)
    assert writers("none") is None
    assert isinstance(writers("openai/gpt"), LiteLLMWriter)
    assert writers("local") is writers("local")
    writers.close()


def test_without_weights_it_says_so(tmp_path: Path) -> None:
    assert find_weights(tmp_path) is None
    assert LocalWriter(None).write(task("A b.")).problems == ("missing-model",)


def test_chinese_is_left_to_our_own_words(tmp_path: Path) -> None:
    assert LocalWriter(tmp_path / "x.gguf").write(task("停了", language="zh")).problems == ("english-only",)


def test_weights_are_found_below_the_folder(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.gguf").touch()
    assert find_weights(tmp_path) == tmp_path / "deep" / "a.gguf"


def test_quotations_never_reach_the_model_and_come_back_whole() -> None:
    sentence, quotes = _masked("Tom said “a “b”” and “c d”.")
    assert "c d" not in sentence
    assert _masked("Tom: “one”, “two”.") == ("Tom: “Q1”, “Q2”.", ["“one”", "“two”"])
    assert _unmasked('On 4 June “Q2”, then "Q1"', ["“one”", "“two”"]) == "On 4 June “two”, then “one”"
    assert quotes


PROGRAM = """
import json, sys, time
print(json.dumps({{"ready": True}}), flush=True)
for line in sys.stdin:
    said = json.loads(line)["messages"][-1]["content"]
    {behaviour}
"""


@pytest.fixture
def process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> object:
    """``process(behaviour)``: a writer whose process does that with each request."""

    def made(behaviour: str) -> LocalWriter:
        program = tmp_path / "worker.py"
        program.write_text(PROGRAM.format(behaviour=behaviour))
        popen = local.subprocess.Popen

        def start(command: list[str], **options: object) -> object:
            assert command[1:3] == ["-m", "coachkit.models.local_worker"]
            return popen([sys.executable, str(program)], **options)  # type: ignore[call-overload] - as they came

        monkeypatch.setattr(local.subprocess, "Popen", start)
        return LocalWriter(tmp_path / "x.gguf")

    return made


def written(
    process: object, behaviour: str, *sentences: str, seconds: float = 20.0
) -> tuple[list[str], tuple[str, ...]]:
    writer = process(behaviour)  # type: ignore[operator] - the fixture above
    try:
        found = writer.write(task(*sentences, seconds=seconds))
        return [one.text for one in found.proposals], found.problems
    finally:
        writer.close()


def test_each_sentence_is_worded_with_its_own_quotations(process: object) -> None:
    behaviour = 'print(json.dumps({"text": "Now " + said}), flush=True)'
    assert written(process, behaviour, "Tom: “a”.", "Ana: “b”.") == (["Now Tom: “a”.", "Now Ana: “b”."], ())


def test_a_refused_request_costs_its_sentence_alone(process: object) -> None:
    behaviour = 'print(json.dumps({"error": "x"} if "Tom" in said else {"text": said}), flush=True)'
    assert written(process, behaviour, "Tom.", "Ana.") == (["Ana."], ())


def test_a_process_that_ends_is_told_and_started_anew(process: object) -> None:
    writer = process('sys.exit(1) if "Tom" in said else print(json.dumps({"text": said}), flush=True)')  # type: ignore[operator]
    try:
        assert writer.write(task("Tom.")).problems == ("unavailable",)
        assert [one.text for one in writer.write(task("Ana.")).proposals] == ["Ana."]
    finally:
        writer.close()


def test_garbage_is_told(process: object) -> None:
    assert written(process, 'print("garbage", flush=True)', "Tom.") == ([], ("unavailable",))


def test_time_has_an_end_and_keeps_what_was_worded(process: object) -> None:
    behaviour = 'time.sleep(600 if "Ana" in said else 0) or print(json.dumps({"text": said}), flush=True)'
    writer = process(behaviour)  # type: ignore[operator] - the fixture above
    try:
        assert writer.write(task("Li.")).problems == ()  # its process has begun: that is not timed
        found = writer.write(task("Tom.", "Ana.", "Li.", seconds=3))
    finally:
        writer.close()
    assert ([one.text for one in found.proposals], found.problems) == (["Tom."], ("out-of-time",))


def test_each_sentence_is_told_as_it_comes(process: object) -> None:
    writer = process('print(json.dumps({"text": "Now " + said, "tokens_in": 9, "tokens_out": 3}), flush=True)')  # type: ignore[operator]
    told: list[str] = []
    try:
        found = writer.write(task("Tom.", "Ana."), lambda one: told.append(one.text))
        assert told == ["Now Tom.", "Now Ana."]
        assert (found.usage.requests, found.usage.tokens_in, found.usage.tokens_out) == (2, 18, 6)
        assert found.usage.first_seconds is not None
        assert found.usage.cost == 0.0
    finally:
        writer.close()


def test_a_late_answer_is_not_taken_for_the_next_one(process: object) -> None:
    behaviour = """number = json.loads(line)["number"]
    time.sleep(3 if "Ana" in said else 0)
    print(json.dumps({"number": number, "text": "Now " + said}), flush=True)"""
    writer = process(behaviour)  # type: ignore[operator] - the fixture above
    try:
        assert writer.write(task("Li.")).problems == ()  # its process has begun: that is not timed
        first = writer.write(task("Tom.", "Ana.", seconds=2))
        assert [one.text for one in first.proposals] == ["Now Tom."]
        assert first.problems == ("out-of-time",)
        assert [one.text for one in writer.write(task("Li.")).proposals] == ["Now Li."]
    finally:
        writer.close()


def test_a_name_it_cannot_spell_costs_no_time(process: object) -> None:
    behaviour = 'print(json.dumps({"text": "Now " + said}), flush=True)'
    assert written(process, behaviour, "Tom asked 李薇.", "Ana: “你好”.") == (["Now Ana: “你好”."], ())
    assert written(process, behaviour, "Tom asked 李薇.") == ([], ("english-only",))
