"""What can be evaluated: documents, and other parts that have cases of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from coachkit.errors import NotFound
from coachkit.evaluation.cases import EvalCase
from coachkit.evaluation.matrix import ModelSpec
from coachkit.evaluation.record import Cell, Sample

__all__ = ["Lane", "Subject", "Subjects"]


class Lane:
    """Where samples are made."""

    PROCESSES = "processes"
    """Several at once, each in a process of its own: what takes the processor."""
    ALONE = "alone"
    """One after the other: what has one model to itself."""
    THREADS = "threads"
    """Several at once in one process: what waits for somebody else's server."""


class Subject(Protocol):
    """A kind of thing that is evaluated.

    :ivar documents: what cases say in their field ``document``.
    :ivar parts: modules and packages of coachkit whose code decides what comes out, see
        :func:`coachkit.evaluation.hashing.code_hash`.
    :ivar packages: distributions that decide it too.
    """

    @property
    def documents(self) -> tuple[str, ...]: ...
    @property
    def parts(self) -> tuple[str, ...]: ...
    @property
    def packages(self) -> tuple[str, ...]: ...

    def models(self, wanted: Sequence[ModelSpec]) -> Sequence[ModelSpec]:
        """Those of the matrix, or of a subject without models what is measured: ``lexical``, ``hybrid``."""

    def prompts(self, document: str, model: str, wanted: Sequence[str]) -> Sequence[str]:
        """The prompts by which a model works on a document, as ``agent@version``; one empty name where none is used."""

    def lane(self, cell: Cell) -> str:
        """One of :class:`Lane`."""

    def decides(self, case: EvalCase, cell: Cell) -> Mapping[str, Any]:
        """Whatever else decides what comes out: hashes of prompts and weights, settings. Plain data."""

    def make(self, case: EvalCase, cell: Cell, office: Any) -> Sample:
        """Make it. ``office`` is the case's organisation, opened, or ``None`` where the case names none.

        The key, organisation, split and slices of the sample are filled in by who asked.

        :raises CoachkitError: where the product refuses; the record then says why.
        """


class Subjects:
    """All of them, by what their cases say; what :func:`coachkit.evaluation.matrix.expand` asks."""

    def __init__(self, subjects: Sequence[Subject]) -> None:
        self._by_document = {document: one for one in subjects for document in one.documents}

    def of(self, document: str) -> Subject:
        """:raises NotFound: if nobody evaluates such a thing."""
        if document not in self._by_document:
            known = ", ".join(self._by_document)
            raise NotFound(f"nothing here evaluates {document!r}.", subject="cases", hint=f"There are: {known}.")
        return self._by_document[document]

    def models(self, document: str, wanted: Sequence[ModelSpec]) -> Sequence[ModelSpec]:
        return self.of(document).models(wanted)

    def prompts(self, document: str, model: str, wanted: Sequence[str]) -> Sequence[str]:
        return self.of(document).prompts(document, model, wanted)
