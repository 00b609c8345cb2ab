"""``eval new``: a case to fill in, or one made of a draft of production; ``eval ci``: a job for a team's own CI."""

from __future__ import annotations

from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from coachkit.cli.context import Language, given, near, opened, viewer_named
from coachkit.cli.evals import Evals, commands, evals_folder
from coachkit.cli.evals_label import printable
from coachkit.cli.output import AsJson, console, emit, notes
from coachkit.errors import BadInput

if TYPE_CHECKING:
    from coachkit.bootstrap import App
    from coachkit.evaluation.freezing.pseudonyms import Pseudonyms
    from coachkit.evaluation.freezing.writing import Frozen

__all__ = ["register"]


class Forge(StrEnum):
    GITHUB = "github"
    GITLAB = "gitlab"


def register(_app: typer.Typer) -> None:
    """They stand in the group ``eval``, which :mod:`coachkit.cli.evals` registers."""


Draft = Annotated[
    str | None, typer.Option(metavar="DRAFT", help="A draft of this installation, by its id, to make the case of.")
]
Gold = Annotated[list[str] | None, typer.Option(help="Key of a record that should be cited.")]
Told = Annotated[list[str] | None, typer.Option(help="Words that must be told.")]
NotTold = Annotated[list[str] | None, typer.Option(help="Words that must not be told.")]
Replaced = Annotated[
    list[str] | None,
    typer.Option(metavar="WORDS=OTHERS", help="Words that nobody knows to be a name, and what replaces them."),
]


@commands.command()
def new(
    context: typer.Context,
    document: Annotated[
        str | None, typer.Argument(help="brief, agenda, self_review, contribution_summary or key_conversation.")
    ] = None,
    name: Annotated[str, typer.Option("--id", help="Of the case: a name of its own among all.")] = "",
    organisation: Annotated[str, typer.Option(help="Its name in organisations.yaml.")] = "sample-7",
    subject: Annotated[str, typer.Option(help="Work mail of the person it is about, or a target: goal:PAY-O1.")] = "",
    from_draft: Draft = None,
    viewer: Annotated[str | None, typer.Option("--as", help="Whose draft it is. The read is noted.")] = None,
    why: Annotated[str, typer.Option(help="What is wrong with the draft; it stands in the case.")] = "",
    gold: Gold = None,
    must_mention: Told = None,
    must_not: NotTold = None,
    replace: Replaced = None,
    yes: Annotated[bool, typer.Option("--yes", help="Write it; without, it is only shown.")] = False,
    evals: Evals = None,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """Begin a case; or make one of a bad draft, with its evidence, every name, mail, key and link replaced.

    What would be written is shown first. Read it: what nobody knows to be a name (a customer, a product) stays as it
    is, unless you say `--replace 'Acme=Customer'`. With `--yes` it is written.

    Example: `coachkit eval new brief --subject maria@guidu.example --yes`, or
    `coachkit eval new --from-draft 9f0c3e7a51d84b2c6a10 --as 'Ana Costa' --why 'it missed the blocked goal'`
    """
    folder = evals_folder(evals)
    zh = given(context).settings(language=lang).language == "zh"
    if from_draft is None:
        _begin(document, name, organisation, subject, folder, yes=yes, zh=zh, as_json=as_json)
        return
    with opened(context) as app:
        frozen, said = _frozen(app, from_draft, viewer, name, why, gold, must_mention, must_not, replace)
    from coachkit.evaluation.freezing.writing import write_frozen

    paths = write_frozen(frozen, folder) if yes else ()
    if as_json:
        emit({"case": frozen.case.id, "records": len(frozen.lines), "written": list(paths), "names": said.names()})
        return
    if not yes:
        _preview(frozen, said, zh)
    _wrote(paths, zh)


def _frozen(
    app: App,
    draft: str,
    viewer: str | None,
    name: str,
    why: str,
    gold: list[str] | None,
    must_mention: list[str] | None,
    must_not: list[str] | None,
    replace: list[str] | None,
) -> tuple[Frozen, Pseudonyms]:
    """The case of a draft, as the options say.

    :raises BadInput: if it is not said whose draft it is, or a name that is known would be left in it.
    """
    from coachkit.proving.freezing import freeze

    if viewer is None:
        raise BadInput(
            "it is not known whose draft it is.",
            hint="Say --as PERSON: the one for whom it was prepared.",
            chinese=("不知道这是谁的草稿。", "请用 --as 指明：为谁生成的。"),
        )
    frozen, said = freeze(
        app,
        draft,
        viewer_named(app, viewer),
        name=name,
        why=why,
        gold=gold or (),
        must_mention=must_mention or (),
        must_not=must_not or (),
        besides=_pairs(replace or []),
    )
    if left := said.leftovers(frozen.records):
        raise BadInput(
            f"{len(left)} names would be left in it: {', '.join(left[:5])}.",
            hint="Replace them: --replace 'NAME=OTHER'.",
            chinese=(f"仍会留下 {len(left)} 个名字：{'、'.join(left[:5])}。", "请用 --replace 'NAME=OTHER' 替换。"),
        )
    return frozen, said


def _begin(
    document: str | None,
    name: str,
    organisation: str,
    subject: str,
    folder: Path,
    *,
    yes: bool,
    zh: bool,
    as_json: bool,
) -> None:
    from pydantic import ValidationError

    from coachkit.evaluation.cases import EvalCase, Forbidden, Mention
    from coachkit.evaluation.freezing.writing import case_yaml, write_case

    if document is None:
        raise BadInput(
            "say which document the case is about, or of which draft it is to be made.",
            hint="coachkit eval new brief --subject MAIL, or coachkit eval new --from-draft DRAFT --as PERSON.",
            chinese=("请说明用例是关于哪种文书，或由哪份草稿生成。", "coachkit eval new brief --subject MAIL"),
        )
    try:
        case = EvalCase(
            id=name or f"{document.replace('_', '-')}-{organisation}-new",
            document=document.replace("-", "_"),
            organisation=organisation,
            subject=subject or "somebody@guidu.example",
            slices=("new",),
            gold=("PAY-12",),
            must_mention=(Mention(en=("words that must be told",), zh=("必须提到的话",), why="why they matter"),),
            must_not=(Forbidden(text="words that must not be told", why="why not"),),
            provenance="who found it, and where",
        )
    except ValidationError as error:
        wrong = error.errors()[0]["msg"]
        raise BadInput(f"no such case can be: {wrong}.", hint="See `coachkit eval list --schema`.") from error
    paths = (write_case(case, folder),) if yes else ()
    if as_json:
        emit({"case": case.id, "written": list(paths)})
        return
    if not yes:
        console.print(case_yaml(case), markup=False)
    _wrote(paths, zh)


def _pairs(replace: list[str]) -> dict[str, str]:
    found = {}
    for one in replace:
        words, equals, others = one.partition("=")
        if not (words and equals and others):
            raise BadInput(
                f"{one!r} does not say what replaces what.",
                hint="Write --replace 'Acme=Customer'.",
                chinese=(f"“{one}”没有说明用什么替换什么。", "请写成 --replace 'Acme=Customer'。"),
            )
        found[words] = others
    return found


def _preview(frozen: Frozen, said: Pseudonyms, zh: bool) -> None:
    from coachkit.evaluation.freezing.writing import case_yaml

    console.print(case_yaml(frozen.case), markup=False)
    console.print("替换：" if zh else "Replaced:", markup=False)
    texts = frozen.records
    for original, stands in said.names().items():
        if stands in texts:
            console.print(f"  {original} → {stands}", markup=False)
    console.print(f"\n{'记录' if zh else 'Records'} ({len(frozen.lines)}):", markup=False)
    for line in frozen.lines:
        record = line["record"]
        words = [record.get(name) for name in ("key", "name", "title", "text", "body", "outcome")]
        told = " · ".join(" ".join(str(word).split())[:200] for word in words if word)
        console.print(f"  {record['noun']} {line['occurred_at'][:10]} {printable(told)}", markup=False)
    doubtful = said.doubtful(str(word) for line in frozen.lines for word in line["record"].values())
    if doubtful:
        head = "可能仍是名字，请逐个看一遍" if zh else "May still be names; look at each"
        console.print(f"\n{head}: {', '.join(doubtful)}", markup=False)


def _wrote(paths: tuple[Path, ...], zh: bool) -> None:
    for path in paths:
        console.print(str(near(path.resolve())), markup=False)
    if not paths:
        notes.print("什么都还没有写。确认后加 --yes。" if zh else "Nothing is written yet. Say --yes when it is right.")


@commands.command("ci")
def template(
    forge: Annotated[Forge, typer.Argument(help="github or gitlab.")],
    out: Annotated[Path | None, typer.Option(help="Write to a file instead.")] = None,
    as_json: AsJson = False,
) -> None:
    """Print a job for a team's own CI: it runs the quick matrix on each change, gates it, and keeps the report.

    Example: `coachkit eval ci github --out .github/workflows/evals.yml`
    """
    text = (files("coachkit.evaluation.reporting") / "templates" / f"{forge}.yml").read_text("utf-8")
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, "utf-8")
    if as_json:
        emit({"forge": str(forge), "job": text, "file": str(out) if out else None})
    elif out is None:
        console.print(text.rstrip(), markup=False)
    else:
        notes.print(str(near(out.resolve())), markup=False)
