"""The tables.

Every record that came from a source has one row in ``records`` (its envelope, what can be searched and cited) and
rows in the table of its noun. People are known by ``identities``; ``identities.person_id`` says whose they are, and is
the only place that changes when people are merged or split: nothing else is rewritten, so both can be undone.

Ids are derived from content (:func:`coachkit.domain.identity.stable_id`), never counted.
"""

from __future__ import annotations

from coachkit.store.relational.schema.base import metadata
from coachkit.store.relational.schema.contributions import (
    annotations_beside,
    contribution_targets,
    quote_consents,
    showing_answers,
    showings,
)
from coachkit.store.relational.schema.conversations import (
    action_items,
    agenda_points,
    check_ins,
    feedback,
    notes,
    ticks,
)
from coachkit.store.relational.schema.deliveries import deliveries, delivery_refusals
from coachkit.store.relational.schema.drafts import draft_decisions, draft_edits, draft_evidence, drafts
from coachkit.store.relational.schema.index import (
    embeddings,
    index_outbox,
    index_state,
    postings,
    record_terms,
    vector_removals,
)
from coachkit.store.relational.schema.insight import contribution_notes, pilots
from coachkit.store.relational.schema.linking import goal_answers
from coachkit.store.relational.schema.people import (
    accounts,
    identities,
    identity_aliases,
    identity_decisions,
    identity_suggestions,
    kept_identities,
    memberships,
    people,
    profiles,
    reporting_lines,
    teams,
)
from coachkit.store.relational.schema.preparing import (
    conversation_answers,
    conversation_looks,
    conversation_offers,
    conversation_settings,
    own_notes,
    point_marks,
    talking_points,
)
from coachkit.store.relational.schema.records import groups, record_links, records, scope_members, scopes, state_changes
from coachkit.store.relational.schema.reviews import (
    review_changes,
    review_picks,
    review_submissions,
    review_words,
)
from coachkit.store.relational.schema.service import (
    changes,
    grants,
    jobs,
    notices,
    reads,
    schedules,
    sessions,
    sign_in_links,
)
from coachkit.store.relational.schema.sources import connections, cursors, quarantine, sync_runs
from coachkit.store.relational.schema.work import (
    goal_owners,
    goals,
    interactions,
    key_results,
    measurements,
    work_items,
)

__all__ = [
    "accounts",
    "action_items",
    "agenda_points",
    "annotations_beside",
    "changes",
    "check_ins",
    "connections",
    "contribution_notes",
    "contribution_targets",
    "conversation_answers",
    "conversation_looks",
    "conversation_offers",
    "conversation_settings",
    "cursors",
    "deliveries",
    "delivery_refusals",
    "draft_decisions",
    "draft_edits",
    "draft_evidence",
    "drafts",
    "embeddings",
    "feedback",
    "goal_answers",
    "goal_owners",
    "goals",
    "grants",
    "groups",
    "identities",
    "identity_aliases",
    "identity_decisions",
    "identity_suggestions",
    "index_outbox",
    "index_state",
    "interactions",
    "jobs",
    "kept_identities",
    "key_results",
    "measurements",
    "memberships",
    "metadata",
    "notes",
    "notices",
    "own_notes",
    "people",
    "pilots",
    "point_marks",
    "postings",
    "profiles",
    "quarantine",
    "quote_consents",
    "reads",
    "record_links",
    "record_terms",
    "records",
    "reporting_lines",
    "review_changes",
    "review_picks",
    "review_submissions",
    "review_words",
    "schedules",
    "scope_members",
    "scopes",
    "sessions",
    "showing_answers",
    "showings",
    "sign_in_links",
    "state_changes",
    "sync_runs",
    "talking_points",
    "teams",
    "ticks",
    "vector_removals",
    "work_items",
]
