"""Who may read what, and the record that they did; and how people sign in.

Deny by default: a :class:`Viewer` carries the scopes that are open to somebody at one moment, and every read takes
these into its SQL. :mod:`~coachkit.access.policy` holds the few rules that are about whole documents.
"""

from coachkit.access.directory import Directory, Grant, Grants, PersonEntry, ReadEntry, ReadLog
from coachkit.access.policy import may_open_brief, may_open_conversation
from coachkit.access.viewer import Viewer

__all__ = [
    "Directory",
    "Grant",
    "Grants",
    "PersonEntry",
    "ReadEntry",
    "ReadLog",
    "Viewer",
    "may_open_brief",
    "may_open_conversation",
]
