"""The sample organisation with hostile texts in it: in each place where somebody's words come in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

from hostile_texts import Hostile

from coachkit.domain.identity import public_id, record_id
from coachkit.sample import Organisation
from coachkit.sample.model import SourceRecord
from coachkit.sample.variants.hostile_sites import SITES

__all__ = ["ROUNDS", "Placed", "place", "record_of"]


@dataclass(frozen=True, slots=True)
class Placed:
    """A hostile text and where it stands.

    :ivar record: public id of the record; of a name, what it is the name of.
    :ivar words: what a sentence that is about this place would say: a key, a name.
    """

    site: str
    hostile: Hostile
    record: str = ""
    words: tuple[str, ...] = ()


@dataclass
class Polluted:
    """An organisation and what was placed in it."""

    organisation: Organisation
    placed: list[Placed] = field(default_factory=list)


def record_of(record: SourceRecord) -> str:
    """The public id of a record of the sample organisation."""
    return public_id(record_id(record.connection, record.stream, record.native_id))


def _line(text: str) -> str:
    return " ".join(text.split())


ROUNDS: Mapping[str, tuple[str, ...]] = {
    "said": ("ticket title", "comment", "feedback", "agenda point", "document title", "key result"),
    "around": ("ticket body", "end of a comment", "end of feedback", "action", "goal title", "reason of a wait"),
    "odd": ("meeting title", "state", "key", "project, branch", "link", "customer's name", "measurement", "unit"),
    "names": ("person's name", "job title", "team's name", "commit"),
}
"""What is placed together in one organisation."""


def place(
    organisation: Organisation, sites: Sequence[str], texts: Sequence[Hostile], cited: set[str], control: int = 2
) -> Polluted:
    """The organisation with texts in these places.

    :param cited: records that documents rest on; nothing else is touched, because nothing else is read.
    :param control: one of so many records stays as it was, so that there is something to compare.
    """
    made = Polluted(organisation)
    supply = iter(texts)
    if "person's name" in sites:
        return _named(made, supply)
    counts = dict.fromkeys(sites, 0)
    records = list(organisation.records)
    for at, record in enumerate(records):
        public = record_of(record)
        if public not in cited or sha256(public.encode()).digest()[0] % control == 0:
            continue
        hostile = next(supply, None)
        if hostile is None:
            break
        for site in sorted(sites, key=lambda site: counts[site]):
            changed = SITES[site](record.record, hostile.marked)
            if changed is not None and changed != record.record:
                records[at] = replace(record, record=changed)
                key = getattr(record.record, "key", None) or ""
                made.placed.append(Placed(site, hostile, public, (key,) if key else ()))
                counts[site] += 1
                break
    made.organisation = replace(organisation, records=tuple(records))
    return made


def _named(made: Polluted, supply: Iterator[Hostile]) -> Polluted:
    """Texts in names of people and teams, in job titles, and in the subjects of commits."""
    organisation = made.organisation
    people = list(organisation.people)
    for at, person in enumerate(people):
        if at % 4 == 1:
            hostile = next(supply)
            people[at] = replace(person, name=f"{person.name} {_line(hostile.marked)}")
            made.placed.append(Placed("person's name", hostile, words=(person.name, *person.name.split())))
        elif at % 4 == 3:
            hostile = next(supply)
            people[at] = replace(person, title=_line(hostile.marked))
            made.placed.append(Placed("job title", hostile, words=(person.title,)))
    teams = list(organisation.teams)
    for at, team in enumerate(teams):
        if at % 3 == 1:
            hostile = next(supply)
            teams[at] = replace(team, name=_line(hostile.marked))
            withheld = ("… →", "→ …", "of …", "…的")
            made.placed.append(Placed("team's name", hostile, words=(team.name, *withheld)))
    repositories = []
    for repository in organisation.repositories:
        commits = list(repository.commits)
        for at, commit in enumerate(commits):
            hostile = next(supply, None) if at % 5 == 1 and commit.merges is None else None
            if hostile is not None:
                _, _, rest = commit.message.partition("\n")
                subject = _line(hostile.marked).replace("\0", "")
                commits[at] = replace(commit, message=f"{subject}\n{rest}")
                made.placed.append(Placed("commit", hostile, words=(commit.message.partition("\n")[0],)))
        repositories.append(replace(repository, commits=tuple(commits)))
    made.organisation = replace(
        organisation, people=tuple(people), teams=tuple(teams), repositories=tuple(repositories)
    )
    return made
