"""The self-review over HTTP: its person writes it, hands it over and takes it back; what cannot be used is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from door_office import Office
from starlette.testclient import TestClient

ClientOf = Callable[..., TestClient]
PERIOD = "2026-H1"


def sentences(review: dict[str, Any], section: str) -> list[dict[str, Any]]:
    return next(one["sentences"] for one in review["answers"] if one["section"] == section)


def test_it_is_written_handed_over_read_and_taken_back(door_office: Office, client_of: ClientOf) -> None:
    maria, ana = client_of(door_office, "maria"), client_of(door_office, "ana")
    address = f"/api/people/{door_office.person('maria').public_id}/self-review"
    review = maria.get("/api/me/self-review").json()
    assert [one["section"] for one in review["answers"]] == ["moved", "helped", "changed", "missed", "support"]
    first = sentences(review, "moved")[0]
    edit = {"period": PERIOD, "language": "en", "action": "edit", "text": "We halved the wait."}
    assert maria.put(f"/api/me/self-review/sentences/{first['id']}", json=edit).status_code == 204
    added = {"period": PERIOD, "section": "helped", "text": "I taught Tom to deploy.", "url": "https://example.org/a"}
    words = maria.post("/api/me/self-review/words", json=added)
    assert words.status_code == 201
    assert ana.get(address).status_code == 404
    handed = maria.post("/api/me/self-review/submission", json={"language": "en"})
    assert handed.status_code == 201
    assert handed.json()["manager"]["name"] == "Ana Costa"
    read = ana.get(address).json()
    assert read == maria.get("/api/me/self-review/preview").json(), "the preview is what the manager reads"
    told = {one["text"]: one["origin"] for part in read["sections"] for one in part["statements"]}
    assert told["We halved the wait."] == "edited"
    assert told["In my own words: “I taught Tom to deploy.”"] == "edited"
    assert first["text"] not in told
    assert not any(one["question"] for part in read["sections"] for one in part["statements"])
    assert client_of(door_office, "tom").get(address).status_code == 404
    assert [one["person"]["name"] for one in ana.get("/api/me/self-reviews-received").json()["submitted"]] == [
        "Maria Gomez"
    ]
    assert "self_review" in [one["what"] for one in maria.get("/api/me/reads").json()["reads"]]
    assert maria.delete(f"/api/me/self-review/submission/{PERIOD}").status_code == 204
    assert ana.get(address).status_code == 404
    assert maria.delete(f"/api/me/self-review/submission/{PERIOD}").status_code == 404


def test_what_is_left_out_is_in_no_sentence(door_office: Office, client_of: ClientOf) -> None:
    maria = client_of(door_office, "maria")
    evidence = maria.get("/api/me/self-review/evidence").json()
    out = [one["id"] for one in evidence["records"] if one["key"] == "SRCH-91"]
    assert out
    asked = {"period": evidence["period"], "records": out, "choice": "exclude"}
    assert maria.post("/api/me/self-review/picks", json=asked).status_code == 204
    review = maria.get("/api/me/self-review").json()
    assert "SRCH-91" not in str(review["answers"])
    assert [one["excluded"] for one in maria.get("/api/me/self-review/evidence").json()["records"]].count(True) == 1
    assert maria.post("/api/me/self-review/picks", json={**asked, "choice": "keep"}).status_code == 204
    assert "SRCH-91" in str(maria.get("/api/me/self-review").json()["answers"])


def test_an_answer_that_is_too_long_is_not_handed_over(door_office: Office, client_of: ClientOf) -> None:
    maria = client_of(door_office, "maria")
    for _ in range(3):
        words = {"period": PERIOD, "section": "helped", "text": "a word " * 70}
        assert maria.post("/api/me/self-review/words", json=words).status_code == 201
    refused = maria.post("/api/me/self-review/submission", json={"language": "en"})
    assert refused.status_code == 422
    assert "too long" in refused.text


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("words", {"period": "2026", "section": "helped", "text": "x"}, 422),
        ("words", {"period": PERIOD, "section": "rating", "text": "x"}, 422),
        ("words", {"period": PERIOD, "section": "helped", "text": "x", "url": "javascript:alert(1)"}, 422),
        ("words", {"period": PERIOD, "section": "helped", "text": "x" * 700}, 422),
        ("picks", {"period": PERIOD, "records": ["nonsense!"], "choice": "exclude"}, 404),
        ("picks", {"period": PERIOD, "records": ["ae6q4bcf2y7cu"], "choice": "exclude"}, 404),
        ("picks", {"period": PERIOD, "records": [], "choice": "exclude"}, 422),
    ],
)
def test_what_cannot_be_used_is_refused(
    shared_office: Office, client_of: ClientOf, path: str, body: dict[str, Any], status: int
) -> None:
    assert client_of(shared_office, "maria").post(f"/api/me/self-review/{path}", json=body).status_code == status


def test_markup_and_instructions_in_own_words_are_only_words(door_office: Office, client_of: ClientOf) -> None:
    maria = client_of(door_office, "maria")
    words = {"period": PERIOD, "section": "helped", "text": "<b>Bold</b> ” and [a link](https://evil.example)"}
    maria.post("/api/me/self-review/words", json=words)
    (told,) = [one for one in sentences(maria.get("/api/me/self-review").json(), "helped") if one["origin"] == "edited"]
    assert told["text"] == "In my own words: “Bold ’ and a link”"


def test_who_reports_to_nobody_can_write_and_not_submit(door_office: Office, client_of: ClientOf) -> None:
    wei = client_of(door_office, "wei")
    assert wei.get("/api/me/self-review").status_code == 200
    assert wei.post("/api/me/self-review/submission", json={"language": "en"}).status_code == 404
