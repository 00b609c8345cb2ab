"""The sample organisation, synced through its connectors into a store, as one day's briefs find it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path

from coachkit.access import PersonEntry
from coachkit.bootstrap import App, open_app
from coachkit.domain.drafts import Draft, DraftKind, Statement
from coachkit.domain.identity import public_id, record_id
from coachkit.sample import Organisation, Situation, simulate, write
from coachkit.settings import load_settings

__all__ = ["SampleOffice", "opened_sample", "said_in", "words"]


MODEL_SECONDS = 8.0
"""For one document: what the model does not reach stands in our own words."""


@dataclass
class SampleOffice:
    """The organisation as it was planted, and the installation that read it."""

    organisation: Organisation
    app: App
    made: dict[tuple[int, str, str], Draft] = field(default_factory=dict)

    def person(self, employee_id: str) -> PersonEntry:
        return self.app.directory.find_person(f"hris:{employee_id}")

    def brief(self, employee_id: str, language: str, model: str = "none") -> Draft:
        """The brief about somebody for their manager, prepared once."""
        subject = self.person(employee_id)
        place = (subject.id, language, model)
        if place not in self.made:
            manager = self.app.directory.manager_of(subject.id)
            assert manager is not None
            self.made[place] = self.app.documents.prepare(
                DraftKind.BRIEF,
                self.app.directory.viewer(manager.id, self.app.now()),
                subject.id,
                language="zh" if language == "zh" else "en",
                model=model,
                now=self.app.now(),
            )
        return self.made[place]

    def evidence_of(self, situation: Situation) -> set[str]:
        """Public ids of the records that show a situation."""
        return {public_id(record_id(place.connection, place.stream, place.native_id)) for place in situation.evidence}


@contextmanager
def opened_sample(folder: Path, seed: int, today: date) -> Iterator[SampleOffice]:
    """Made, written, connected and synced like the demo, in the morning of ``today``."""
    organisation = simulate(seed, today=today)
    now = datetime.combine(today, time(6, 0), UTC)
    app = open_app(load_settings(data=folder / "data", model_timeout=MODEL_SECONDS), now=lambda: now)
    try:
        for spec in write(organisation, folder / "sample"):
            app.connections.add(spec.name, spec.connector, spec.config, now=now)
            report = app.sync(spec.name)
            assert report.error is None
        yield SampleOffice(organisation, app)
    finally:
        app.close()


def words(statement: Statement) -> str:
    return f"{statement.text} {statement.question}".strip()


def said_in(draft: Draft) -> list[Statement]:
    return [statement for section in draft.sections for statement in section.statements]
