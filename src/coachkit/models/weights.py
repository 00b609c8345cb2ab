"""Where the packaged model's weights lie."""

from __future__ import annotations

from pathlib import Path

__all__ = ["find_weights"]


def find_weights(folder: Path | None = None) -> Path | None:
    """The ``.gguf`` file in the model folder; ``None`` if there is none.

    :param folder: the ``models`` setting; without it, ``.cache/models`` of the checkout around this package and of the
        current folder are looked at, where ``make setup`` puts it.
    """
    checkout = Path(__file__).resolve().parents[3]
    places = [folder] if folder else [checkout / ".cache" / "models", Path.cwd() / ".cache" / "models"]
    found = (path for place in places for path in sorted(place.rglob("*.gguf")))
    return next(found, None)
