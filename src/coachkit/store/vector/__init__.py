"""The vector index: Chroma, embedded in a process of its own or as a server. Derived, and thrown away when in doubt."""

from coachkit.store.vector.embedded import EmbeddedIndex
from coachkit.store.vector.server import ServerIndex

__all__ = ["EmbeddedIndex", "ServerIndex"]
