"""The matrix: which samples it wants, and what filters leave of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from coachkit.errors import BadInput, ConfigError, NotFound
from coachkit.evaluation.cases import EvalCase
from coachkit.evaluation.matrix import Filters, Matrix, ModelSpec, Wanted, expand, load_matrix, taken
from coachkit.evaluation.organisations import Organisations, OrganisationSpec, Sampled, load_organisations

SPECS = Organisations(
    by_name={
        name: OrganisationSpec(name=name, split=split, today=date(2026, 5, 11), sample=Sampled(seed=1))  # type: ignore[arg-type]  # as read from a file
        for name, split in (("one", "development"), ("two", "held-out"))
    }
)


class Known:
    """Two versions of each prompt, used by any model but none."""

    def models(self, document: str, wanted: Sequence[ModelSpec]) -> Sequence[ModelSpec]:
        return wanted

    def prompts(self, document: str, model: str, wanted: Sequence[str]) -> Sequence[str]:
        return ("",) if model == "none" else [f"{document}@{one}" for one in wanted]


def case(name: str, organisation: str = "one", document: str = "brief", **more: object) -> EvalCase:
    given = {"id": name, "document": document, "organisation": organisation, "subject": "x", **more}
    return EvalCase.model_validate(given)


def matrix(*blocks: object) -> Matrix:
    return Matrix.model_validate({"name": "m", "blocks": blocks})


def wanted(one: Matrix, cases: Sequence[EvalCase], *only: str) -> tuple[Wanted, ...]:
    return expand(one, cases, SPECS, Known(), Filters.of(only))


def test_every_combination_is_wanted_once() -> None:
    block = {
        "models": ["none", {"model": "openai/x", "repeats": 2, "languages": ["en"]}],
        "prompts": {"brief": ["1.0.0", "1.1.0"]},
    }
    found = wanted(matrix(block, {"models": ["none"]}), [case("a"), case("b", languages=["zh"])])
    cells = [(one.case.id, one.cell.model, one.cell.prompt, one.cell.language, one.cell.repeat) for one in found]
    hosted = [("a", "openai/x", f"brief@{v}", "en", n) for v in ("1.0.0", "1.1.0") for n in (1, 2)]
    assert cells == [("a", "none", "", "en", 1), ("a", "none", "", "zh", 1), *hosted, ("b", "none", "", "zh", 1)]


def test_a_block_chooses_by_document_slice_split_organisation_and_id() -> None:
    cases = [
        case("a", slices=["thin", "x"]),
        case("b", "two", slices=["hostile"]),
        case("c", document="agenda"),
    ]

    def ids(**block: object) -> set[str]:
        return {one.case.id for one in wanted(matrix(block), cases)}

    assert ids() == {"a", "b", "c"}
    assert ids(documents=["agenda"]) == {"c"}
    assert ids(slices=["thin", "hostile"]) == {"a", "b"}
    assert ids(splits=["held-out"]) == {"b"}
    assert ids(organisations=["one"]) == {"a", "c"}
    assert ids(cases=["a", "c*"]) == {"a", "c"}


def test_filters_show_a_part_of_the_same_run() -> None:
    cases = [case(f"a{n}", slices=["thin"] if n % 2 else []) for n in range(20)]
    one = matrix({"take": 6})
    whole = {(w.case.id, w.cell) for w in wanted(one, cases)}
    thin = {(w.case.id, w.cell) for w in wanted(one, cases, "slice=thin", "language=zh,fr")}
    assert len(whole) == 12
    assert thin
    assert thin == {(name, cell) for name, cell in whole if int(name[1:]) % 2 and cell.language == "zh"}
    with pytest.raises(BadInput, match="nothing to choose by"):
        Filters.of(["person=x"])


def test_what_is_taken_is_the_same_every_time_spread_and_with_its_twins() -> None:
    cases = [case(f"p{n}", slices=["plain"]) for n in range(30)] + [
        case(f"h{n}", "two", slices=["h"]) for n in range(3)
    ]
    twins = [case(f"t{n}", "two", slices=["twin"], twin=f"p{n}", twin_kind="name_gender") for n in range(30)]
    pairs = [(one, "") for one in (*cases, *twins)]
    chosen = [one.id for one, _ in taken(pairs, 9)]
    assert chosen == [one.id for one, _ in taken(list(reversed(pairs)), 9)][::-1]
    assert sum(name.startswith("h") for name in chosen) == 3
    assert sum(name.startswith("t") for name in chosen) == 3
    assert {f"p{name[1:]}" for name in chosen if name.startswith("t")} <= set(chosen)


def test_an_unknown_organisation_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no organisation 'three'"):
        wanted(matrix({}), [case("a", "three")])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name: x\n", "schema: 1"),
        ("schema: 1\nname: x\nblocks: [{document: [brief]}]\n", "blocks.0.document"),
        ("schema: 1\nname: x\nblocks: [{models: [{model: a/b, repeats: 0}]}]\n", "repeats"),
    ],
)
def test_a_malformed_matrix_says_where(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=says):
        load_matrix(path)


def test_an_organisation_from_outside_says_why_it_is_absent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "organisations.yaml").write_text(
        "schema: 1\norganisations:\n  real:\n    split: held-out\n    today: 2026-05-11\n    needs: EVAL_REAL\n"
        "    connections: [{name: a, connector: jsonl, config: {path: '${EVAL_REAL}/a', other: '${HOME}'}}]\n",
        "utf-8",
    )
    real = load_organisations(tmp_path).get("real")
    monkeypatch.delenv("EVAL_REAL", raising=False)
    assert "EVAL_REAL is not set" in real.absent
    monkeypatch.setenv("EVAL_REAL", str(tmp_path))
    assert "does not exist" in real.absent
    (tmp_path / "a").mkdir()
    assert not real.absent
    assert real.filled()[0].config == {"path": f"{tmp_path}/a", "other": "${HOME}"}
