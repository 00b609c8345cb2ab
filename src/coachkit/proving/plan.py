"""Where everything is that a run needs: the same in every process that works on it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from coachkit.settings import Settings

__all__ = ["Plan", "cache_folder"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A run's places and settings.

    :ivar settings: of the installation whose models and prompts are evaluated; its data is never opened.
    :ivar evals: the folder with cases, matrices and organisations.
    :ivar cache: where synced organisations and samples are kept.
    :ivar prompts: a folder of candidates, laid over the packaged prompts; ``None``: those in use.
    :ivar model_seconds: how long one document may wait for its model.
    """

    settings: Settings
    evals: Path
    cache: Path
    prompts: Path | None = None
    model_seconds: float = 600.0


def cache_folder() -> Path:
    """``.cache/evals`` of the checkout or the current folder's, where there is one; else the user's cache."""
    import platformdirs

    checkout = Path(__file__).resolve().parents[3]
    if (checkout / "pyproject.toml").is_file():
        return checkout / ".cache" / "evals"
    return Path(platformdirs.user_cache_dir("coachkit", appauthor=False)) / "evals"
