"""Which rules of a connector's contract CI runs for every connector, and the default run for a few."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

__all__ = ["leave_to_ci"]

OVER_HTTP = (
    "coachkit-feishu/tests/test_feishu_contract.py",
    "coachkit-github/tests/test_github_contract.py",
    "coachkit-hris/tests/test_bamboo.py",
    "coachkit-hris/tests/test_scim.py",
    "coachkit-jira/tests/test_contract.py",
)
MANY_READS = frozenset(
    {
        "test_a_failure_that_passes_is_not_seen",
        "test_a_narrowed_audience_holds_at_once",
        "test_change_between_two_requests_is_not_lost",
        "test_change_while_items_are_read_is_not_lost",
        "test_deliveries_in_any_order_end_in_one_state",
        "test_equal_moments_at_the_edge_of_a_page_are_not_lost",
        "test_killed_anywhere_after_a_change",
        "test_killed_anywhere_it_ends_in_the_same_state",
        "test_limits_are_waited_for",
        "test_memory_does_not_grow_with_the_source",
        "test_odd_pages_end_and_lose_nothing",
        "test_requests_grow_with_the_source_and_no_faster",
    }
)
"""Each reads the whole source some dozen times. The default run tries them over the sample tracker, and over files."""


AGAIN = ("TestContractWithFolders",)
"""Contracts of a connector that was tried already, with other settings."""


def leave_to_ci(items: Iterable[pytest.Item]) -> None:
    """Marks those rules slow where a contract is tried over HTTP, or again."""
    for item in items:
        rule = item.name.partition("[")[0]
        if rule in MANY_READS and (item.path.as_posix().endswith(OVER_HTTP) or item.nodeid.split("::")[-2] in AGAIN):
            item.add_marker(pytest.mark.slow)
