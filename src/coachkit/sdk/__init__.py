"""A plugin author's whole world: everything a connector needs is imported from here, and nothing else of ours is."""

from coachkit.domain.audience import Audience, AudienceKind, Sensitivity
from coachkit.domain.conversations import (
    ActionItem,
    AgendaPoint,
    CheckIn,
    CheckInState,
    Feedback,
    FeedbackKind,
    Note,
    Relation,
)
from coachkit.domain.goals import Commitment, Goal, GoalLevel, KeyResult, Measurement
from coachkit.domain.identity import identity_key
from coachkit.domain.people import Account, Membership, PersonProfile, ReportingLine, Team
from coachkit.domain.work import (
    Interaction,
    InteractionKind,
    Link,
    StateCategory,
    StateChange,
    WorkItem,
    WorkItemKind,
)
from coachkit.errors import (
    AuthFailed,
    ConfigError,
    ContractViolation,
    PayloadRejected,
    RateLimited,
    SourceError,
    SourceUnavailable,
)
from coachkit.sdk.connector import CheckReport, Configuration, Connector, Stream
from coachkit.sdk.cursors import CursorState
from coachkit.sdk.hookspecs import hookimpl
from coachkit.sdk.items import AclChange, Checkpoint, Cursor, Failure, Item, Progress, Record, Tombstone, Upsert
from coachkit.sdk.secrets import SecretRef

__all__ = [
    "Account",
    "AclChange",
    "ActionItem",
    "AgendaPoint",
    "Audience",
    "AudienceKind",
    "AuthFailed",
    "CheckIn",
    "CheckInState",
    "CheckReport",
    "Checkpoint",
    "Commitment",
    "ConfigError",
    "Configuration",
    "Connector",
    "ContractViolation",
    "Cursor",
    "CursorState",
    "Failure",
    "Feedback",
    "FeedbackKind",
    "Goal",
    "GoalLevel",
    "Interaction",
    "InteractionKind",
    "Item",
    "KeyResult",
    "Link",
    "Measurement",
    "Membership",
    "Note",
    "PayloadRejected",
    "PersonProfile",
    "Progress",
    "RateLimited",
    "Record",
    "Relation",
    "ReportingLine",
    "SecretRef",
    "Sensitivity",
    "SourceError",
    "SourceUnavailable",
    "StateCategory",
    "StateChange",
    "Stream",
    "Team",
    "Tombstone",
    "Upsert",
    "WorkItem",
    "WorkItemKind",
    "hookimpl",
    "identity_key",
]
