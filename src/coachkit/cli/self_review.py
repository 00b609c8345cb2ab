"""``self-review``: the evidence, the draft, what is handed over, and what was handed to somebody."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from coachkit.cli.context import Language, one_day, opened, since_day, viewer_named
from coachkit.cli.output import AsJson, console, emit, read_out, table
from coachkit.drafting.cleaning import clean

if TYPE_CHECKING:
    from coachkit.access import Viewer
    from coachkit.bootstrap import App
    from coachkit.delivery.document import Document
    from coachkit.domain.drafts import Draft
    from coachkit.drafting.self_review_shapes import Line, Review

__all__ = ["register"]

As = Annotated[str, typer.Option("--as", help="Whose review: it opens with their own eyes and nobody else's.")]
Reader = Annotated[str, typer.Option("--as", help="With whose eyes. The read is noted as theirs.")]
Since = Annotated[str | None, typer.Option(help="From which day; otherwise half a year back.", metavar="DAY")]
On = Annotated[str | None, typer.Option(help="As of the end of which day; otherwise as of now.", metavar="DAY")]
Markdown = Annotated[bool, typer.Option("--markdown", help="Print Markdown.")]
Out = Annotated[Path | None, typer.Option(help="Write Markdown to a file instead.")]
Ids = Annotated[list[str], typer.Argument(metavar="ID…", help="Ids of records, as `self-review evidence` lists them.")]
Period = Annotated[str, typer.Argument(help="Half of a year: 2026-H1.")]

_CHANGED = {
    "edit": ("Changed: ", "已修改："),
    "remove": ("Taken out: ", "已去掉："),
    "keep": ("As drafted: ", "按原稿："),
}

commands = typer.Typer(no_args_is_help=True, help="Write a self-review from your own evidence; hand it over, or not.")


def register(app: typer.Typer) -> None:
    app.add_typer(commands, name="self-review")


def _review(app: App, viewer: Viewer, since: str | None, on: str | None) -> Review:
    settings = app.settings
    return app.self_reviews.review(
        viewer,
        language=settings.language,
        model=settings.model,
        since=since_day(since, app.settings.timezone),
        on=one_day(on),
    )


@commands.command()
def evidence(
    context: typer.Context,
    viewer: As,
    since: Since = None,
    on: On = None,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """List the evidence by month and kind, and what was left out of it.

    Example: `coachkit self-review evidence --as 'Maria Gomez'`
    """
    with opened(context, language=lang) as app:
        shelf = app.self_reviews.shelf(
            viewer_named(app, viewer), since=since_day(since, app.settings.timezone), on=one_day(on)
        )
        zh = app.settings.language == "zh"
    if as_json:
        emit(shelf)
        return
    dots = " · ".join(
        f"{month.first:%Y-%m} {'—' if month.dots is None else '●' * month.dots + '○' * (3 - month.dots)}"
        for month in shelf.months
    )
    console.print(f"{shelf.period}  {dots}", markup=False)
    table(
        ("月份", "类型", "日期", "编号", "键", "标题", "")
        if zh
        else ("month", "kind", "day", "id", "key", "title", ""),
        [
            (
                f"{line.day:%Y-%m}",
                line.kind,
                line.day,
                line.id,
                clean(line.key),
                line.title[:70],
                ("不用" if zh else "left out") if line.excluded else "",
            )
            for line in sorted(shelf.lines, key=_by_month_and_kind)
        ],
        empty="没有记录。" if zh else "No records.",
    )
    for words in shelf.words:
        console.print(f"{words.id}  {words.section}  “{words.text}”  {words.url}", markup=False)


def _by_month_and_kind(line: Line) -> tuple[int, str]:
    return -(line.day.year * 12 + line.day.month), line.kind


@commands.command()
def show(
    context: typer.Context,
    viewer: As,
    since: Since = None,
    on: On = None,
    model: Annotated[str | None, typer.Option(help="none, local, or a LiteLLM model string.")] = None,
    lang: Language = None,
    markdown: Markdown = False,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Show the review as it stands, with the questions that only its person can answer.

    Nobody else can open it before it is submitted. With `--json` each sentence has the id that `change` takes.

    Example: `coachkit self-review show --as 'Maria Gomez' --lang zh --out review.md`
    """
    with opened(context, language=lang, model=model) as app:
        review = _review(app, viewer_named(app, viewer), since, on)
        shown = _document(app, review.draft)
    if as_json:
        emit({"period": review.period, "answers": review.answers, "document": shown})
    else:
        _print(shown, markdown=markdown, out=out)


@commands.command()
def exclude(
    context: typer.Context, period: Period, ids: Ids, viewer: As, lang: Language = None, as_json: AsJson = False
) -> None:
    """Leave records out: nothing is drafted from them, and nothing counted over them.

    Example: `coachkit self-review exclude 2026-H1 ae6q4bcf2y7cu --as 'Maria Gomez'`
    """
    with opened(context, language=lang) as app:
        app.self_reviews.pick(viewer_named(app, viewer), period, ids, "exclude")
        zh = app.settings.language == "zh"
    said = f"不用：{len(ids)} 条记录" if zh else f"Left out: {len(ids)} records"
    _done(said, {"period": period, "excluded": ids}, as_json=as_json)


@commands.command()
def keep(
    context: typer.Context, period: Period, ids: Ids, viewer: As, lang: Language = None, as_json: AsJson = False
) -> None:
    """Take records in again.

    Example: `coachkit self-review keep 2026-H1 ae6q4bcf2y7cu --as 'Maria Gomez'`
    """
    with opened(context, language=lang) as app:
        app.self_reviews.pick(viewer_named(app, viewer), period, ids, "keep")
        zh = app.settings.language == "zh"
    said = f"重新采用：{len(ids)} 条记录" if zh else f"Taken in again: {len(ids)} records"
    _done(said, {"period": period, "kept": ids}, as_json=as_json)


@commands.command()
def add(
    context: typer.Context,
    period: Period,
    answer: Annotated[str, typer.Argument(help="moved, helped, changed, missed or support.")],
    text: Annotated[str, typer.Argument(help="What no system saw, in your own words.")],
    viewer: As,
    link: Annotated[str, typer.Option(help="Where more can be read.")] = "",
    as_json: AsJson = False,
) -> None:
    """Add own words to an answer: quoted as such, and never drafted from. Prints their id.

    Example: `coachkit self-review add 2026-H1 helped 'I taught two newcomers to deploy.' --as 'Maria Gomez'`
    """
    with opened(context) as app:
        words = app.self_reviews.add(viewer_named(app, viewer), period, answer, text, link)
    _done(words.id, words, as_json=as_json)


@commands.command(name="take-back")
def take_back(
    context: typer.Context,
    words: Annotated[str, typer.Argument(help="Id of own words.")],
    viewer: As,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """Remove own words.

    Example: `coachkit self-review take-back w1f0c2d3e4a5b --as 'Maria Gomez'`
    """
    with opened(context, language=lang) as app:
        app.self_reviews.take_back(viewer_named(app, viewer), words)
        zh = app.settings.language == "zh"
    _done(f"已收回：{words}" if zh else f"Taken back: {words}", {"taken_back": words}, as_json=as_json)


@commands.command()
def change(
    context: typer.Context,
    period: Period,
    sentence: Annotated[str, typer.Argument(help="Id of a sentence, as show --json tells it.")],
    viewer: As,
    text: Annotated[str | None, typer.Option(help="What shall stand there instead.")] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Take the sentence out.")] = False,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """Edit a sentence with `--text`, take it out with `--remove`, or with neither put it back as it was drafted.

    Example: `coachkit self-review change 2026-H1 f0c1d2e3 --text 'We shipped it together.' --as 'Maria Gomez'`
    """
    action = "remove" if remove else "keep" if text is None else "edit"
    with opened(context, language=lang) as app:
        app.self_reviews.change(viewer_named(app, viewer), period, app.settings.language, sentence, action, text or "")
        zh = app.settings.language == "zh"
    said = _CHANGED[action][zh]
    _done(f"{said}{sentence}", {"period": period, "sentence": sentence, "action": action}, as_json=as_json)


@commands.command()
def preview(
    context: typer.Context,
    viewer: As,
    since: Since = None,
    on: On = None,
    lang: Language = None,
    markdown: Markdown = False,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Show the review exactly as the manager would read it.

    Example: `coachkit self-review preview --as 'Maria Gomez'`
    """
    with opened(context, language=lang) as app:
        reader = viewer_named(app, viewer)
        shown = _document(app, app.self_reviews.preview(reader, _review(app, reader, since, on)))
    _given(shown, markdown=markdown, out=out, as_json=as_json)


@commands.command()
def submit(
    context: typer.Context,
    viewer: As,
    since: Since = None,
    on: On = None,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """Hand the review to the manager, as the preview shows it. `withdraw` takes it back.

    Example: `coachkit self-review submit --as 'Maria Gomez'`
    """
    with opened(context, language=lang) as app:
        reader = viewer_named(app, viewer)
        handed = app.self_reviews.submit(reader, _review(app, reader, since, on))
        manager, zh = app.directory.person(handed.manager).name, app.settings.language == "zh"
    if as_json:
        emit({"period": handed.period, "manager": manager, "at": handed.at})
        return
    said = f"已提交给{manager}：{handed.period}" if zh else f"Submitted to {manager}: {handed.period}"
    console.print(said, markup=False)


@commands.command()
def withdraw(
    context: typer.Context, period: Period, viewer: As, lang: Language = None, as_json: AsJson = False
) -> None:
    """Take a submitted review back: nobody else can read it any more.

    Example: `coachkit self-review withdraw 2026-H1 --as 'Maria Gomez'`
    """
    with opened(context, language=lang) as app:
        app.self_reviews.withdraw(viewer_named(app, viewer), period)
        zh = app.settings.language == "zh"
    said = f"已收回：{period}，别人都看不到了" if zh else f"Taken back: {period}. Nobody else can read it any more."
    _done(said, {"period": period, "withdrawn": True}, as_json=as_json)


@commands.command()
def read(
    context: typer.Context,
    person: Annotated[str, typer.Argument(help="Whose review: a name in any script, an e-mail address or an id.")],
    viewer: Reader,
    period: Annotated[str | None, typer.Option(help="Half of a year; otherwise the newest.")] = None,
    lang: Language = None,
    markdown: Markdown = False,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Read a self-review that was submitted. Whether there is one that was not is told to nobody.

    Example: `coachkit self-review read 'Maria Gomez' --as 'Ana Costa'`
    """
    with opened(context, language=lang) as app:
        subject = app.directory.find_person(person)
        shown = _document(app, app.self_reviews.read(viewer_named(app, viewer), subject.id, period))
    _given(shown, markdown=markdown, out=out, as_json=as_json)


def _done(said: str, value: object, *, as_json: bool) -> None:
    if as_json:
        emit(value)
    else:
        console.print(said, markup=False)


def _document(app: App, draft: Draft) -> Document:
    from coachkit.delivery.document import document

    return document(draft, app.settings.timezone)


def _given(shown: Document, *, markdown: bool, out: Path | None, as_json: bool) -> None:
    if as_json:
        emit(shown)
    else:
        _print(shown, markdown=markdown, out=out)


def _print(shown: Document, *, markdown: bool, out: Path | None) -> None:
    if markdown or out:
        from coachkit.delivery.markdown import markdown as as_markdown

        text = as_markdown(shown)
        if out:
            out.write_text(text, "utf-8")
        else:
            console.print(text, markup=False)
        return
    from coachkit.delivery.terminal import terminal

    read_out(terminal(shown))
