"""What the API says of the queue of doubtful identities."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from coachkit.api.language import Language
from coachkit.domain.identity import public_id
from coachkit.ingest import identity_queue as queue

__all__ = ["Answer", "Candidate", "Decision", "Decisions", "Question", "Questions"]

_EXAMPLE_ID = "ae6q4bcf2y7cu"


class Candidate(BaseModel):
    """A person that the account might be, with what speaks for and against it."""

    person: str = Field(description="Id of the person.", examples=[_EXAMPLE_ID])
    name: str = Field(examples=["Maria Gomez"])
    title: str | None
    email: str | None = Field(examples=["maria@example.org"])
    evidence_for: list[str] = Field(examples=[["same name: Maria Gomez"]])
    evidence_against: list[str] = Field(examples=[["2 people have this name"]])

    @classmethod
    def of(cls, found: queue.Candidate, language: Language) -> Self:
        return cls(
            person=public_id(found.person),
            name=found.name,
            title=found.title,
            email=found.email,
            evidence_for=[clue.text(language) for clue in found.evidence_for],
            evidence_against=[clue.text(language) for clue in found.evidence_against],
        )


class Question(BaseModel):
    """Whose is this account?"""

    id: str = Field(examples=[_EXAMPLE_ID])
    key: str = Field(examples=["github:mgomez"])
    name: str | None = Field(examples=["M. Gomez"])
    contested: bool = Field(description="Records of several people claim it.")
    acts: int = Field(description="How often it did something here.", examples=[144])
    candidates: list[Candidate]

    @classmethod
    def of(cls, found: queue.Question, language: Language) -> Self:
        return cls(
            id=found.public_id,
            key=found.key,
            name=found.name,
            contested=found.contested,
            acts=found.acts,
            candidates=[Candidate.of(one, language) for one in found.candidates],
        )


class Questions(BaseModel):
    """Open questions, those that matter most first."""

    questions: list[Question]
    next: str | None = Field(None, description="Address of the next page.")


class Answer(BaseModel):
    """``is`` or ``not`` a person's, or ``nobody`` here's."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={"examples": [{"verdict": "is", "person": _EXAMPLE_ID, "reason": "she told me"}]},
    )

    verdict: Literal["is", "not", "nobody"]
    person: str | None = Field(None, description="Id of the person; left out with `nobody`.")
    reason: str = Field(min_length=1, max_length=400, description="Why; kept on record.")

    @model_validator(mode="after")
    def _names_a_person(self) -> Self:
        if (self.person is None) != (self.verdict == "nobody"):
            raise ValueError("name a person with `is` and `not`, and none with `nobody`")
        return self


class Decision(BaseModel):
    """An answer that somebody gave."""

    id: str = Field(description="Take it back at /api/identities/decisions/{id}/undo.", examples=[_EXAMPLE_ID])
    key: str = Field(examples=["github:mgomez"])
    verdict: str = Field(examples=["is"])
    person: str | None = Field(examples=[_EXAMPLE_ID])
    decided_by: str = Field(examples=["Ana Costa"])
    decided_at: datetime
    reason: str
    undone_at: datetime | None
    undone_by: str | None

    @classmethod
    def of(cls, found: queue.Decision) -> Self:
        return cls(
            id=found.public_id,
            key=found.key,
            verdict=found.verdict,
            person=public_id(found.person) if found.person else None,
            decided_by=found.decided_by,
            decided_at=found.decided_at,
            reason=found.reason,
            undone_at=found.undone_at,
            undone_by=found.undone_by,
        )


class Decisions(BaseModel):
    """Answers, newest first, also those that were undone."""

    decisions: list[Decision]
