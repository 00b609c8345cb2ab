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
from coachkit.sdk.addresses import checked_url
from coachkit.sdk.answers import Answer, NotAllowed, NotThere, Refused
from coachkit.sdk.clock import clock
from coachkit.sdk.connector import Capability, CheckReport, Configuration, Connector, Stream
from coachkit.sdk.credentials import Auth, BasicAuth, BearerToken, NoAuth, fingerprint_of
from coachkit.sdk.cursors import CursorState
from coachkit.sdk.etags import ETags
from coachkit.sdk.hookspecs import hookimpl
from coachkit.sdk.http import HttpSource
from coachkit.sdk.items import AclChange, Checkpoint, Cursor, Failure, Item, Progress, Record, Tombstone, Upsert
from coachkit.sdk.rate import LimitRule, announced_wait, standard_limits
from coachkit.sdk.secrets import SecretRef
from coachkit.sdk.webhooks import Delivery, Event, Reply, check_age, check_signature, check_token, read_object

__all__ = [
    "Account",
    "AclChange",
    "ActionItem",
    "AgendaPoint",
    "Answer",
    "Audience",
    "AudienceKind",
    "Auth",
    "AuthFailed",
    "BasicAuth",
    "BearerToken",
    "Capability",
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
    "Delivery",
    "ETags",
    "Event",
    "Failure",
    "Feedback",
    "FeedbackKind",
    "Goal",
    "GoalLevel",
    "HttpSource",
    "Interaction",
    "InteractionKind",
    "Item",
    "KeyResult",
    "LimitRule",
    "Link",
    "Measurement",
    "Membership",
    "NoAuth",
    "NotAllowed",
    "NotThere",
    "Note",
    "PayloadRejected",
    "PersonProfile",
    "Progress",
    "RateLimited",
    "Record",
    "Refused",
    "Relation",
    "Reply",
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
    "announced_wait",
    "check_age",
    "check_signature",
    "check_token",
    "checked_url",
    "clock",
    "fingerprint_of",
    "hookimpl",
    "identity_key",
    "read_object",
    "standard_limits",
]
