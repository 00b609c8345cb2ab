"""Case files: what they may say, and what they teach when they are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from coachkit.errors import ConfigError
from coachkit.evaluation.cases import EvalCase, load_case_file, load_cases

HEAD = "schema: 1\ndocument: brief\norganisation: sample-7\nslices: [planted]\n"


def write(folder: Path, text: str, name: str = "a.yaml", document: str = "brief") -> Path:
    path = folder / document / "cases" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def test_a_file_says_once_what_its_cases_share_and_a_case_may_say_otherwise(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        HEAD + "cases:\n- {id: a, subject: a@x}\n- {id: b, subject: a@x, organisation: other, slices: [thin]}\n",
    )
    first, second = load_case_file(path, root=tmp_path).cases
    assert (first.organisation, first.slices, first.languages) == ("sample-7", ("planted",), ("en", "zh"))
    assert (second.organisation, second.slices) == ("other", ("planted", "thin"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("cases: 3\n", "list of cases"),
        ("schema: 9\ncases: []\n", "its schema is 9"),
        (HEAD + "owner: me\ncases: []\n", "nobody knows what owner means"),
        (HEAD + "cases:\n- {id: a, subjekt: a@x}\n", "case a: subjekt"),
        (HEAD + "cases:\n- {id: a}\n", "needs organisation and subject"),
        (HEAD + "cases:\n- {id: A b, subject: x}\n", "case A b: id"),
        (HEAD + "cases:\n- {id: a, subject: x, document: poem}\n", "no such document"),
        (HEAD + "cases:\n- {id: a, subject: x, twin: b}\n", "twin and twin_kind"),
        (HEAD + "cases:\n- {id: a, subject: x, must_mention: [{why: x}]}\n", "say en, zh or record"),
        (HEAD + "cases:\n- {id: a, subject: x, must_not: [{pattern: '('}]}\n", "no regular expression"),
        (HEAD + "cases:\n- {id: a, subject: x, must_not: [{text: x, record: y}]}\n", "say one of"),
        ("a: [", "no YAML"),
    ],
)
def test_what_is_wrong_is_said_with_its_file_case_and_field(tmp_path: Path, text: str, says: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ConfigError) as error:
        load_case_file(path)
    assert says in str(error.value)
    assert str(path) in str(error.value)


def test_an_id_is_there_once_among_all_files(tmp_path: Path) -> None:
    write(tmp_path, HEAD + "cases:\n- {id: a, subject: a@x}\n")
    write(tmp_path, HEAD.replace("brief", "agenda") + "cases:\n- {id: a, subject: a@x}\n", document="agenda")
    with pytest.raises(ConfigError, match="the case a is there twice"):
        load_cases(tmp_path)
    assert [file.path for file in load_cases(tmp_path, ["agenda"])] == ["agenda/cases/a.yaml"]


def test_a_changed_label_asks_for_nothing_new_and_a_changed_question_does() -> None:
    case = EvalCase(id="a", document="brief", organisation="o", subject="x")
    assert case.hash == case.model_copy(update={"id": "b", "gold": ("K",), "slices": ("s",)}).hash
    for name, value in (("subject", "y"), ("viewer", "v"), ("organisation", "p"), ("data", {"k": 1})):
        other = EvalCase.model_validate({**case.model_dump(), name: value})
        assert other.hash != case.hash, name
