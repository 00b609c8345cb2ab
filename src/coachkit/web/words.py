"""Names of kinds, roles, states and fields of records, as pages show them."""

from __future__ import annotations

from collections.abc import Mapping

from coachkit.drafting.cleaning import clean, shorten
from coachkit.web.i18n import Speech, mark

__all__ = [
    "ANSWERED",
    "CHECKS",
    "DOCUMENTS",
    "EDITS",
    "FIELDS",
    "HELD_BACK",
    "KINDS",
    "OUTCOMES",
    "RELATIONS",
    "ROLES",
    "STATES",
    "SYNC_STATES",
    "UNTOLD",
    "VIEWS",
    "key_of",
    "models_in_words",
    "name",
    "title_of",
]

KINDS: Mapping[str, str] = {
    "action_item": mark("Action item"),
    "account": mark("Account"),
    "change_request": mark("Change request"),
    "check_in": mark("Check-in"),
    "commit": mark("Commit"),
    "document": mark("Document"),
    "feedback": mark("Feedback"),
    "goal": mark("Goal"),
    "interaction": mark("Comment"),
    "issue": mark("Ticket"),
    "meeting": mark("Meeting"),
    "membership": mark("Team membership"),
    "note": mark("Private note"),
    "person_profile": mark("HR record"),
    "reporting_line": mark("Reporting line"),
    "task": mark("Task"),
    "team": mark("Team"),
}

ROLES: Mapping[str, str] = {
    "authored": mark("Author"),
    "co_authored": mark("Co-author"),
    "committed": mark("Took the change in"),
    "merged": mark("Merged it"),
    "reviewed": mark("Reviewer"),
    "approved": mark("Approved it"),
    "tested": mark("Tested it"),
    "reported": mark("Reported it"),
    "commented": mark("Commented"),
    "asked": mark("Asked"),
    "answered": mark("Answered"),
    "unblocked": mark("Unblocked it"),
    "mentored": mark("Mentored"),
    "documented": mark("Documented it"),
    "decided": mark("Decided"),
    "responded": mark("Responded to the incident"),
    "served": mark("Served the customer"),
    "assigned": mark("Assigned to"),
    "mentioned": mark("Mentioned"),
    "attended": mark("Attended"),
    "target": mark("Concerns the work of"),
    "subject": mark("About"),
    "author": mark("From"),
    "owner": mark("Owner"),
    "manager": mark("Manager"),
    "report": mark("Report"),
}

FIELDS: Mapping[str, str] = {
    "container": mark("In"),
    "team": mark("Team"),
    "state": mark("State"),
    "level": mark("Level"),
    "commitment": mark("Commitment"),
    "created_at": mark("Created"),
    "closed_at": mark("Closed"),
    "starts_on": mark("Begins"),
    "due_on": mark("Due"),
    "done_at": mark("Done"),
    "scheduled_at": mark("Scheduled"),
    "every_days": mark("Every (days)"),
    "relation": mark("Given by"),
    "author_name": mark("From"),
    "item": mark("Concerns"),
}
"""Typed fields of a record that its page shows, in this order."""

STATES: Mapping[str, str] = {
    "company": mark("Company"),
    "person": mark("Person"),
    "committed": mark("Committed"),
    "aspirational": mark("Aspirational"),
    "planned": mark("Planned"),
    "held": mark("Held"),
    "cancelled": mark("Cancelled"),
    "peer": mark("a peer"),
    "manager": mark("their manager"),
    "lead": mark("a lead"),
    "customer": mark("a customer"),
    "team": mark("Team"),
}
"""Values that are ours; a source's own names of states are shown as they are."""

RELATIONS: Mapping[str, str] = {
    "blocked_by": mark("waits for"),
    "blocks": mark("holds up"),
    "fixes": mark("fixes"),
    "goal": mark("for the goal"),
    "parent": mark("part of"),
    "epic": mark("part of"),
    "relates": mark("goes with"),
}
"""How an item is linked to another; what a source calls otherwise is shown as it is."""

ANSWERED: Mapping[str, str] = {
    "prepare": mark("being prepared"),
    "snooze": mark("put off"),
    "not_relevant": mark("not relevant"),
    "wrong": mark("wrong"),
}
"""What somebody answered to a card."""

HELD_BACK: Mapping[str, str] = {
    "cap": mark("two cards in seven days are enough"),
    "rule-cap": mark("this rule had its card lately"),
    "pair": mark("there is a card with this person already"),
    "cooldown": mark("you two had such a card lately"),
    "snoozed": mark("put off"),
    "snooze": mark("put off"),
    "not_relevant": mark("you found it not relevant"),
    "wrong": mark("marked as wrong"),
    "prepared": mark("prepared already"),
}
"""Why a key conversation that is due is not offered now."""

SYNC_STATES: Mapping[str, str] = {
    "running": mark("syncing"),
    "done": mark("in order"),
    "failed": mark("failed"),
    "cancelled": mark("stopped"),
}

_SHOWN_COLUMNS = 90
_UNTITLED = frozenset({"check_in", "membership", "person_profile", "reporting_line"})
"""Kinds whose title is only a key in other words."""

_SPOKEN_KEYS = frozenset({"issue", "change_request", "commit", "document", "goal", "interaction", "task", "account"})
"""Kinds whose key is what people call them; those of others only a program reads."""

DOCUMENTS: Mapping[str, str] = {
    "brief": mark("brief"),
    "agenda": mark("agenda"),
    "self_review": mark("self-review"),
    "contribution_summary": mark("contribution summary"),
    "key_conversation": mark("key conversation"),
}

VIEWS: Mapping[str, str] = {
    "network": mark("the network, where you are named"),
    "contribution-view": mark("a contribution view, where you are named"),
}
"""What insight showed to somebody, for those whom it names."""

OUTCOMES: Mapping[str, str] = {
    "composed": mark("Our own words, from the fact alone."),
    "reworded": mark("Reworded by a model; every check passed."),
    "drafted": mark("Worded by a model; every check passed."),
    "replaced": mark("The model’s words did not hold against the record; our own stand here."),
    "edited": mark("Changed by a person."),
    "removed": mark("Taken out by a person."),
}

UNTOLD: Mapping[str, str] = {
    "weight": mark("others weigh more"),
    "room": mark("the document would be too long"),
    "refused": mark("our own words for it did not hold"),
    "evidence": mark("what it rests on is gone"),
}

EDITS: Mapping[str, str] = {"keep": mark("kept"), "edit": mark("changed"), "remove": mark("taken out")}

CHECKS: Mapping[str, str] = {
    "citation": mark("cites the right records"),
    "shape": mark("plain words"),
    "quotations": mark("quotations"),
    "names": mark("names"),
    "keys": mark("keys"),
    "numbers": mark("numbers and units"),
    "dates": mark("dates"),
    "states": mark("states"),
    "negation": mark("what is denied"),
    "roles": mark("who gives and who receives"),
    "support": mark("nothing beyond the fact"),
    "wording": mark("no rating, praise or mood"),
    "size": mark("length"),
    "question": mark("open question"),
}

MODELS: Mapping[str, str] = {
    "none": mark("computed sentences, no model"),
    "local": mark("the packaged local model"),
}


def name(names: Mapping[str, str], key: str, say: Speech) -> str:
    """The name of ``key`` in this language; one that has none is shown as words."""
    return say(names[key]) if key in names else key.replace("_", " ")


def title_of(kind: str, key: str, title: str, say: Speech, *, text: str = "") -> str:
    """What a list shows of a record: its title; of one without, the beginning of ``text``, or what kind it is of."""
    plain = "" if kind in _UNTITLED else clean(title)
    if plain and plain != clean(key):
        return plain
    words = " · ".join(line for line in map(clean, text.splitlines()) if line)
    if words and words != clean(key):
        return shorten(words, _SHOWN_COLUMNS)[0]
    spoken = key_of(kind, key)
    return " · ".join(filter(None, [name(KINDS, kind, say), spoken]))


def key_of(kind: str, key: str) -> str:
    """The key of a record as people say it; empty, if nobody would."""
    return clean(key) if kind in _SPOKEN_KEYS else ""


def models_in_words(models: tuple[str, ...], say: Speech) -> list[tuple[str, str]]:
    """Model settings with what they mean."""
    return [(model, say(MODELS[model]) if model in MODELS else model) for model in models]
