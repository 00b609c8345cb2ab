"""The contract of a connector, as tests that a plugin inherits.

::

    from coachkit.sdk.testing import ConnectorContract

    class TestMyConnector(ConnectorContract):
        @pytest.fixture
        def make_connector(self, tmp_path):
            prepare(tmp_path)
            return lambda: MyConnector("mine", MyConnector.Config(path=tmp_path))

        @pytest.fixture
        def change_source(self, tmp_path):
            return lambda: add_a_record(tmp_path)

A fixture that a source has no use for stays as it is, and its tests are skipped with the reason. Keep the source small
(some dozen records): it is interrupted after every single item. Nobody waits: the SDK's clock is a fake one.

What is held, and which fixtures bring it to be held:

1. killed after every item and resumed, the same end state
2. a second run without a change writes nothing
3. a change while reading, and equal moments at the edge of a page, are not lost (``stand_in``, ``crowd_one_moment``)
4. a repeated token, an empty page, a missing last mark: it ends and loses nothing (``stand_in``)
5. a redirect or next link to another host is refused, and the credential not sent there (``stand_in``)
6. limits, stale credentials, broken, cut and slow answers (``stand_in``)
7. a damaged or newer cursor is refused loudly
8. deleted, refused and down are three things; a mass vanishing is not believed (``remove_from_source``, ``stand_in``,
   ``lose_most``)
9. a narrowed audience holds at once (``narrow_audience``)
10. webhooks: wrong, old, twice, in any order, unknown; poll and webhook end in one state (``deliver``, ``sign``)
11. unknown fields and values (``stand_in``)
12. no secret and no e-mail address in logs, cursors and errors
13. bounded memory and requests (``make_sized_connector``)
"""

from __future__ import annotations

from coachkit.sdk.testing.contract_access import AccessRules
from coachkit.sdk.testing.contract_cursors import CursorRules
from coachkit.sdk.testing.contract_http import HttpRules
from coachkit.sdk.testing.contract_records import RecordRules
from coachkit.sdk.testing.contract_webhooks import WebhookRules

__all__ = ["ConnectorContract"]


class ConnectorContract(RecordRules, CursorRules, HttpRules, AccessRules, WebhookRules):
    """Subclass it, give the fixtures, and every rule of a connector is tested."""
