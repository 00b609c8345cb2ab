"""Deliveries that GitHub could not bring: it does not try again, so we ask for them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from coachkit.sdk import Event, NotAllowed, NotThere, PayloadRejected
from coachkit_github.api import Api
from coachkit_github.config import GitHubConfig
from coachkit_github.place import Place

__all__ = ["Deliveries"]

MOST_PAGES = 20
"""GitHub keeps deliveries for some days; more than these are left to the sync itself."""


class Deliveries:
    """Reads what failed deliveries were about.

    :param api: asks as the App itself, where there is one; else with the token.
    """

    def __init__(self, api: Api, config: GitHubConfig) -> None:
        self._api = api
        self._config = config

    def hooks(self, places: list[Place]) -> Iterator[str]:
        """The paths of the webhooks' deliveries."""
        if self._config.app_id:
            yield "app/hook/deliveries"
            return
        owners = [f"orgs/{self._config.organisation}"] if self._config.organisation else []
        owners += [f"repos/{place.name}" for place in places if place.name in self._config.repositories]
        for owner in owners:
            try:
                hooks = list(self._api.all(f"{owner}/hooks"))
            except (NotAllowed, NotThere):
                continue
            yield from (f"{owner}/hooks/{hook['id']}/deliveries" for hook in hooks if isinstance(hook.get("id"), int))

    def failed(self, path: str, newest: int) -> tuple[int, list[int]]:
        """Ids of deliveries after ``newest`` that never arrived, oldest first; and the newest id of all."""
        arrived: set[str] = set()
        lost: dict[str, int] = {}
        latest = newest
        for count, page in enumerate(self._api.pages(path)):
            for raw in page.items:
                native_id, guid = raw.get("id"), str(raw.get("guid"))
                if not isinstance(native_id, int) or native_id <= newest:
                    continue
                latest = max(latest, native_id)
                if raw.get("status") == "OK":
                    arrived.add(guid)
                else:
                    lost.setdefault(guid, native_id)
            if (
                not newest
                or count >= MOST_PAGES
                or any(isinstance(raw.get("id"), int) and raw["id"] <= newest for raw in page.items)
            ):
                break
        return latest, sorted(native_id for guid, native_id in lost.items() if guid not in arrived)

    def event(self, path: str, native_id: int) -> Event:
        """What a delivery brought.

        :raises PayloadRejected: if GitHub does not have it any more.
        """
        raw: Any = self._api.get(f"{path}/{native_id}").json()
        request = raw.get("request") if isinstance(raw, Mapping) else None
        payload = request.get("payload") if isinstance(request, Mapping) else None
        if isinstance(payload, str):
            payload = json.loads(payload)
        if not isinstance(payload, Mapping):
            raise PayloadRejected("a delivery without a payload.")
        return Event(id=str(raw.get("guid")), name=str(raw.get("event")), payload=payload)
