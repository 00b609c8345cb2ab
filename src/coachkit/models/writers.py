"""Which writer a model setting means."""

from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import groupby
from pathlib import Path

from coachkit.drafting.ports import Writer
from coachkit.models.answer import Mode
from coachkit.models.budget import Budget
from coachkit.models.chain import Access, read_chain
from coachkit.models.fallback import FallbackWriter
from coachkit.models.gateway import LiteLLMWriter, load_hosted
from coachkit.models.local import LONGEST_SECONDS, LocalWriter
from coachkit.models.weights import find_weights
from coachkit.settings import Settings

__all__ = ["Writers", "access_of", "budget_of", "writers_for"]


class Writers:
    """Writers by model setting. The packaged model is loaded once, when first needed.

    :param folder: where its weights lie, see :func:`~coachkit.models.weights.find_weights`.
    :param access: addresses and keys of hosted models.
    :param budget: what a document and a day may take.
    :param mode: how hosted models are told the shape of their answer; ``None``: as each understands it.
    :param local_seconds: for one document of the packaged model.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        access: Access | None = None,
        budget: Budget | None = None,
        mode: Mode | None = None,
        local_seconds: float = LONGEST_SECONDS,
    ) -> None:
        self._folder = folder
        self._local_seconds = local_seconds
        self._access, self._budget, self._mode = access, budget, mode
        self._local: LocalWriter | None = None
        self._lock = threading.Lock()

    def __call__(self, model: str) -> Writer | None:
        """The writer for ``none`` (there is none to ask), ``local``, a LiteLLM model string, or several with commas.

        :raises BadInput: for anything else.
        """
        chain = read_chain(model)
        if chain == ("none",):
            return None
        writers: list[Writer] = []
        for local, names in groupby(chain, key=lambda name: name == "local"):
            writers.append(
                self.local
                if local
                else LiteLLMWriter(*names, access=self._access, budget=self._budget, mode=self._mode)
            )
        return writers[0] if len(writers) == 1 else FallbackWriter(", ".join(chain), writers)

    @property
    def local(self) -> LocalWriter:
        """The packaged model, whether it is there or not."""
        with self._lock:
            self._local = self._local or LocalWriter(find_weights(self._folder), longest=self._local_seconds)
            return self._local

    def warm(self, model: str) -> None:
        """Load in the background what hosted models need, so that the first reader does not wait for it."""
        if any("/" in name for name in read_chain(model)):
            threading.Thread(target=load_hosted, name="warming", daemon=True).start()

    def close(self) -> None:
        """End the packaged model's process."""
        with self._lock:
            if self._local is not None:
                self._local.close()


def access_of(settings: Settings) -> Access:
    """Addresses and keys as they are set."""
    key = settings.model_key
    return Access.of(
        settings.model,
        url=settings.model_url,
        key=key.get_secret_value() if key else "",
        urls=settings.model_urls,
        keys={provider: secret.get_secret_value() for provider, secret in settings.model_keys.items()},
    )


def budget_of(settings: Settings, *, spent: Callable[[], float]) -> Budget:
    """Limits as they are set.

    :param spent: what documents of the last day have cost, in US dollars.
    """
    return Budget(
        tokens_in=settings.model_tokens_in,
        tokens_out=settings.model_tokens_out,
        cost_document=settings.model_cost_document,
        cost_day=settings.model_cost_day,
        spent_today=spent,
    )


def writers_for(settings: Settings, *, spent: Callable[[], float], local_seconds: float = LONGEST_SECONDS) -> Writers:
    """The writers of an installation.

    :param spent: what documents of the last day have cost, in US dollars.
    :param local_seconds: for one document of the packaged model.
    """
    mode = None if settings.model_output == "auto" else settings.model_output
    budget = budget_of(settings, spent=spent)
    return Writers(settings.models, access=access_of(settings), budget=budget, mode=mode, local_seconds=local_seconds)
