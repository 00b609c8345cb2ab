"""The folders of an embedded index: one generation after another, one of them current."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

from coachkit.store.vector.process import marked

__all__ = ["Generations"]

_NAME = re.compile(r"g(\d+)")


class Generations:
    """The folders ``g1``, ``g2`` … under ``root``, with what stands beside each (lock, marks), and the pointer."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._pointer = root / "current.json"

    @property
    def current(self) -> Path | None:
        """The generation that serves; ``None`` before the first, or when the pointer or its folder is gone."""
        try:
            name = str(json.loads(self._pointer.read_text("utf-8"))["generation"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        folder = self.root / name
        return folder if _NAME.fullmatch(name) and folder.is_dir() else None

    def next(self) -> Path:
        """A folder that is not there yet."""
        numbers = [int(found[1]) for path in self.root.glob("g*") if (found := _NAME.match(path.name))]
        return self.root / f"g{max(numbers, default=0) + 1}"

    def point_to(self, folder: Path) -> None:
        """Make a generation the current one, all at once."""
        draft = self._pointer.with_suffix(".new")
        with draft.open("w", encoding="utf-8") as out:
            json.dump({"generation": folder.name}, out)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(self._pointer)

    def remove(self, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        for beside in self.root.glob(f"{folder.name}.*"):
            beside.unlink(missing_ok=True)

    def remove_others(self) -> None:
        """What a rebuild left that was killed, and what a swap left that was not followed by a removal."""
        current = self.current
        for name in {found[0] for path in self.root.glob("g*") if (found := _NAME.match(path.name))}:
            if current is None or name != current.name:
                self.remove(self.root / name)

    # --- marks -------------------------------------------------------------------------------------------------------

    def unclean(self, folder: Path) -> bool:
        """Something was written to it, and it was not closed since."""
        return marked(folder).exists()

    def doubt(self, folder: Path) -> None:
        """Remember, over any restart, that it was once not closed and not compared since."""
        self._doubted(folder).touch()

    def doubted(self, folder: Path) -> bool:
        return self._doubted(folder).exists()

    def believe(self, folder: Path) -> None:
        """It was compared; what is written from now on marks it again."""
        self._doubted(folder).unlink(missing_ok=True)
        marked(folder).unlink(missing_ok=True)

    def _doubted(self, folder: Path) -> Path:
        return folder.with_name(f"{folder.name}.doubted")

    def megabytes(self) -> float:
        return round(sum(path.stat().st_size for path in self.root.rglob("*") if path.is_file()) / 1e6, 1)
