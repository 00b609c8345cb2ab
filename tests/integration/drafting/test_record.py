"""The record of a draft: everything that led to it is kept, what people did with it too, and a trace tells no words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from brief_office import NOW, Office, at
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from scripted_writer import ScriptedWriter

from coachkit.access import Viewer
from coachkit.domain.drafts import Decision, Draft, EditAction, Origin, Statement
from coachkit.domain.explanations import Explanation
from coachkit.drafting.ports import Proposal, Task
from coachkit.errors import BadInput, NotFound

LATER = NOW + timedelta(hours=1)
MODEL = "openai/scripted"


def viewer(office: Office, who: str = "ana") -> Viewer:
    return office.directory.viewer(office.person(who).id, LATER)


def since_first(task: Task) -> list[Proposal]:
    """Where a fact says ``…, since 9 May.``, the day goes to the front; it cites what stands behind another fact."""
    said = []
    for one in task.assignments:
        turned = re.sub(r"^(SRCH-66 .*?),? since 9 May( \(11 days\))?\.$", r"Since 9 May\2, \1.", one.composed)
        others = [other.evidence for other in task.assignments if not set(other.evidence) & set(one.evidence)]
        if turned != one.composed:
            said.append(Proposal(fact=one.fact, text=turned, question=one.question, evidence=others[0]))
    return said


def lying(task: Task) -> list[Proposal]:
    return [
        Proposal(fact=one.fact, text=f"{one.composed} A top performer.", evidence=one.evidence)
        for one in task.assignments
    ]


def prepared(office: Office, writer: ScriptedWriter) -> tuple[Draft, Explanation]:
    office.writers[MODEL] = writer
    draft = office.brief(model=MODEL)
    return draft, office.documents.explanation(draft.id, viewer(office))


def all_of(draft: Draft) -> list[Statement]:
    return [one for section in draft.sections for one in section.statements]


def test_a_wrong_citation_is_put_right_in_the_document(busy_office: Office) -> None:
    draft, why = prepared(busy_office, ScriptedWriter(since_first))
    (worded,) = [one for one in all_of(draft) if one.origin is Origin.DRAFTED]
    (plain,) = [one for one in all_of(busy_office.brief()) if one.id == worded.id]
    assert worded.text.startswith("Since 9 May")
    assert worded.evidence == plain.evidence
    (check,) = [one for one in worded.checks if one.name == "citation"]
    assert check.passed
    assert re.fullmatch(r"re-attributed from \w+(, \w+)* to \w+(, \w+)*", check.reason)
    (told,) = [one for one in why.sentences if one.id == worded.id]
    assert told.proposed is not None
    assert set(told.proposed.evidence) != set(worded.evidence)
    assert (told.outcome, told.composed) == ("drafted", plain.text)


def test_the_record_is_complete(busy_office: Office) -> None:
    writer = ScriptedWriter(lying)
    draft, why = prepared(busy_office, writer)
    (task,) = writer.tasks
    assert (why.actor, why.viewer, why.purpose) == (draft.viewer, draft.viewer, "preparing a check-in")
    assert (why.model, why.raw_output) == (MODEL, "RAW OUTPUT")
    assert dict(task.settings).items() <= why.settings.items()
    assert str(why.prompt["name"]).startswith("brief@")
    assert why.prompt["hash"]
    assert (why.usage["tokens_in"], why.usage["tokens_out"], why.usage["cost"]) == (321, 45, 0.012)
    assert task.asked in why.instructions
    assert why.evidence == draft.evidence
    assert all(hashed for _, hashed in why.evidence.values())
    assert {"plan", "pack", "compose", "fit", "word"} <= why.seconds.keys()
    assert why.created_at == NOW
    assert why.pack["tokens"] <= why.pack["most_tokens"]
    replaced = [one for one in why.sentences if one.outcome == "replaced"]
    assert replaced
    for one in replaced:
        assert one.proposed is not None
        assert "top performer" in one.proposed.text
        assert one.text == one.composed
        assert any(check.name == "wording" and not check.passed for check in one.checks)
    assert {one.id for one in why.sentences} == {one.id for one in all_of(draft)}


def test_what_is_not_told_is_told_with_its_reason(busy_office: Office) -> None:
    draft = busy_office.brief()
    why = busy_office.documents.explanation(draft.id, viewer(busy_office))
    assert {one.why for one in why.untold} <= {"weight", "room", "refused"}
    assert any(one.why == "weight" for one in why.untold)
    told = {one.id for one in why.sentences}
    assert not told & {one.fact.id for one in why.untold}


def test_hostile_words_are_in_no_part_of_the_record(busy_office: Office) -> None:
    draft, why = prepared(busy_office, ScriptedWriter(since_first))
    assert "PWNED-7731" not in repr(why)
    assert "PWNED-7731" not in repr(busy_office.documents.records(draft.id, viewer(busy_office)))


def test_what_people_do_is_added_and_applied(office: Office) -> None:
    office.check_in(at(19), agenda=(("maria", "Talk about the retry budget"), ("ana", "Hiring")))
    office.check_in(at(21), state=_planned(), agenda=(("maria", "Talk about the retry budget"), ("ana", "Hiring")))
    made = office.brief()
    first, second = all_of(made)[:2]
    ana = viewer(office)
    changed = office.documents.edit(made.id, ana, first.id, EditAction.EDIT, " In my \u202e own\n words ")
    (mine,) = [one for one in all_of(changed) if one.id == first.id]
    assert (mine.text, mine.origin, mine.evidence) == ("In my own words", Origin.EDITED, first.evidence)
    assert mine.checks == ()
    gone = office.documents.edit(made.id, ana, second.id, "remove")
    assert [one.id for one in gone.removed] == [second.id]
    assert second.id not in {one.id for one in all_of(gone)}
    back = office.documents.edit(made.id, ana, second.id, "keep")
    assert second.text in {one.text for one in all_of(back)}
    decided = office.documents.decide(made.id, ana, Decision.ACCEPTED)
    assert decided.decided is not None
    assert decided.decided.decision is Decision.ACCEPTED
    why = office.documents.explanation(made.id, ana)
    assert [edit.action for edit in why.edits] == ["edit", "remove", "keep"]
    assert all(edit.by == made.viewer and edit.at == LATER for edit in why.edits)
    assert [one.decision for one in why.decisions] == ["accepted"]
    assert office.documents.get(made.id, ana) == decided


def _planned() -> object:
    from coachkit.sdk import CheckInState

    return CheckInState.PLANNED


def test_a_draft_is_changed_by_nobody_else(office: Office) -> None:
    office.check_in(at(19))
    made = office.brief()
    statement = all_of(made)[0].id
    for who in ("maria", "wei"):
        with pytest.raises(NotFound):
            office.documents.edit(made.id, viewer(office, who), statement, "remove")
        with pytest.raises(NotFound):
            office.documents.decide(made.id, viewer(office, who), "accepted")
    with pytest.raises(BadInput, match="decision"):
        office.documents.decide(made.id, viewer(office), "perhaps")
    with pytest.raises(BadInput, match="nothing to do"):
        office.documents.edit(made.id, viewer(office), statement, "praise")
    with pytest.raises(NotFound):
        office.documents.edit(made.id, viewer(office), "f0", "remove")


def test_what_a_person_wrote_about_a_record_that_is_gone_goes_too(office: Office) -> None:
    from coachkit.sdk import Tombstone

    office.praise("maria", "She found the race in an hour.", at(12), author="wei")
    made = office.brief()
    (praise,) = [one for one in all_of(made) if "race" in one.text]
    ana = viewer(office)
    office.documents.edit(made.id, ana, praise.id, "edit", "Thank her for the race.")
    office.write("feedback", Tombstone(stream="records", native_id=f"feedback-maria-{at(12).isoformat()}-wei"))
    opened = office.documents.get(made.id, ana)
    assert "race" not in repr(opened.sections)
    assert "race" not in repr(opened.edits)
    assert "race" not in repr(office.documents.explanation(made.id, ana))


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """Everything that is traced; the provider of the process can be set once only, so it is put in by hand."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    before = trace._TRACER_PROVIDER
    trace._TRACER_PROVIDER = provider
    yield exporter
    trace._TRACER_PROVIDER = before
    provider.shutdown()


def named(spans: InMemorySpanExporter, name: str) -> ReadableSpan:
    (found,) = [span for span in spans.get_finished_spans() if span.name == name]
    return found


def test_a_document_and_its_question_to_a_model_are_traced(busy_office: Office, spans: InMemorySpanExporter) -> None:
    draft, _ = prepared(busy_office, ScriptedWriter(since_first))
    whole, asked = named(spans, "invoke_agent brief"), named(spans, "chat scripted")
    assert whole.attributes is not None
    assert whole.attributes["gen_ai.operation.name"] == "invoke_agent"
    assert whole.attributes["gen_ai.agent.name"] == "brief"
    assert whole.attributes["coachkit.draft"] == draft.id
    attributes = dict(asked.attributes or {})
    assert asked.kind is SpanKind.CLIENT
    assert asked.context is not None
    assert asked.parent is not None
    assert {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "scripted",
        "gen_ai.response.model": "scripted",
        "gen_ai.usage.input_tokens": 321,
        "gen_ai.usage.output_tokens": 45,
        "coachkit.cost_usd": 0.012,
        "coachkit.sentences.held": 1,
        "coachkit.sentences.replaced": 0,
    }.items() <= attributes.items()
    assert str(attributes["coachkit.prompt"]).startswith("brief@")
    steps = {"coachkit.plan", "coachkit.pack", "coachkit.compose", "coachkit.fit", "coachkit.word", "coachkit.keep"}
    assert steps <= {span.name for span in spans.get_finished_spans()}


def test_what_a_model_could_not_do_is_traced_as_a_code(busy_office: Office, spans: InMemorySpanExporter) -> None:
    prepared(busy_office, ScriptedWriter(lambda _task: [], problems=("out-of-time",)))
    asked = named(spans, "chat scripted")
    assert asked.status.status_code is StatusCode.ERROR
    assert (asked.attributes or {})["error.type"] == "out-of-time"


def test_an_error_is_traced_by_its_name_alone(office: Office, spans: InMemorySpanExporter) -> None:
    from coachkit.errors import AccessDenied

    with pytest.raises(AccessDenied):
        office.brief("maria", "wei")
    whole = named(spans, "invoke_agent brief")
    assert (whole.attributes or {})["error.type"] == "AccessDenied"
    assert whole.status.description is None
    assert not whole.events


def test_no_words_of_people_are_traced(busy_office: Office, spans: InMemorySpanExporter) -> None:
    busy_office.writers[MODEL] = replace(ScriptedWriter(lying))
    draft = busy_office.brief(model=MODEL)
    told = " ".join(span.to_json() for span in spans.get_finished_spans())
    for word in ("Maria", "Wei", "SRCH-66", "PAY-17", "top performer", "PWNED"):
        assert word in repr(draft.sections) or word in ("PWNED", "top performer", "PAY-17", "Wei")
        assert word not in told
