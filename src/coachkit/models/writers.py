"""Which writer a model setting means."""

from __future__ import annotations

import threading
from pathlib import Path

from coachkit.drafting.ports import Writer
from coachkit.errors import BadInput
from coachkit.models.gateway import LiteLLMWriter
from coachkit.models.local import LocalWriter
from coachkit.models.weights import find_weights

__all__ = ["Writers"]


class Writers:
    """Writers by model setting. The packaged model is loaded once, when first needed.

    :param folder: where its weights lie, see :func:`~coachkit.models.weights.find_weights`.
    :param url: of a self-hosted server for LiteLLM models; ``key`` its key.
    """

    def __init__(self, folder: Path | None = None, *, url: str = "", key: str = "") -> None:
        self._folder = folder
        self._url, self._key = url, key
        self._local: LocalWriter | None = None
        self._lock = threading.Lock()

    def __call__(self, model: str) -> Writer | None:
        """The writer for ``none`` (there is none to ask), ``local``, or a LiteLLM model string.

        :raises BadInput: for anything else.
        """
        if model == "none":
            return None
        if model == "local":
            with self._lock:
                self._local = self._local or LocalWriter(find_weights(self._folder))
                return self._local
        if "/" not in model or model != model.strip():
            raise BadInput(
                f"{model!r} is no model setting.", hint="none, local, or PROVIDER/MODEL such as openai/gpt-5."
            )
        return LiteLLMWriter(model, url=self._url, key=self._key)

    def close(self) -> None:
        """End the packaged model's process."""
        with self._lock:
            if self._local is not None:
                self._local.close()
