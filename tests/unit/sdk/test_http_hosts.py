"""The credential stays at its host; redirects, next links and addresses that lead elsewhere."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scripted_source import Scripted, scripted_source

from coachkit.sdk import BearerToken, HttpSource, SecretRef, SourceError, checked_url
from coachkit.sdk.testing import fake_clock

Make = Callable[..., HttpSource]


@pytest.mark.parametrize(
    "url",
    [
        "http://tracker.example.org/api",
        "ftp://x/",
        "https://user:pw@x/api",
        "https://x/api?token=1",
        "https://x/#a",
        "api",
        "https://",
        "http://127.0.0.1.example.org",
    ],
)
def test_addresses_that_would_give_the_secret_away(url: str) -> None:
    with pytest.raises(ValueError):
        checked_url(url)
    with pytest.raises(ValueError):
        HttpSource("mine", url, auth=BearerToken(SecretRef("env:X")))


def test_good_addresses() -> None:
    assert checked_url(" https://tracker.example.org/api/v3/ ") == "https://tracker.example.org/api/v3"
    assert checked_url("http://[::1]:8080/api") == "http://[::1]:8080/api"
    assert checked_url("http://localhost:1") == "http://localhost:1"


@pytest.mark.parametrize(("status", "moved"), [(301, True), (302, False), (303, False), (307, False), (308, True)])
def test_a_redirect_on_the_same_host(scripted: Scripted, make_source: Make, status: int, moved: bool) -> None:
    scripted.say(status, Location="/api/people/7").say(200)
    answer = make_source().get("people/old")
    assert answer.url == f"{scripted.url}/people/7"
    assert answer.moved is moved
    assert [path for _, path, _, _ in scripted.asked] == ["/api/people/old", "/api/people/7"]


def test_redirects_end(scripted: Scripted, make_source: Make) -> None:
    scripted.say(302, Location="/api/again")
    with pytest.raises(SourceError, match="redirect"):
        make_source().get("people")
    assert len(scripted.asked) == 6


def test_a_question_is_not_turned_into_another(scripted: Scripted, make_source: Make) -> None:
    scripted.say(307, Location="/api/there").say(200).say(302, Location="/api/there").say(200)
    assert make_source().post("search", {"q": 1}).status == 200
    assert [(method, body) for method, _, _, body in scripted.asked] == [("POST", b'{"q":1}')] * 2
    with pytest.raises(SourceError, match="redirect"):
        make_source().post("search", {"q": 1})


def test_a_redirect_without_a_place(scripted: Scripted, make_source: Make) -> None:
    scripted.say(302)
    with pytest.raises(SourceError, match="redirect"):
        make_source().get("people")


@pytest.mark.parametrize("place", ["{other}/steal", "//127.0.0.1:{port}/steal", "https://127.0.0.1/steal"])
def test_a_redirect_to_another_host(scripted: Scripted, other: Scripted, make_source: Make, place: str) -> None:
    other.say(200)
    scripted.say(302, Location=place.format(other=other.url, port=other.port))
    with pytest.raises(SourceError, match="not sent there") as caught:
        make_source().get("people")
    assert scripted.url in caught.value.hint
    assert len(scripted.asked) == 1
    assert other.asked == []


def test_the_next_page(scripted: Scripted, make_source: Make) -> None:
    link = f'<{scripted.url}/people?page=2>; rel="next", <{scripted.url}/people?page=9>; rel="last"'
    scripted.say(200, Link=link).say(200, Link='</api/people?page=3>; rel="next"').say(200)
    source = make_source()
    pages = [source.get("people")]
    while (following := pages[-1].next_link) is not None:
        pages.append(source.get(following))
    assert [path for _, path, _, _ in scripted.asked] == ["/api/people", "/api/people?page=2", "/api/people?page=3"]


def test_a_next_page_at_another_host(scripted: Scripted, other: Scripted, make_source: Make) -> None:
    other.say(200)
    scripted.say(200, Link=f'<{other.url}/people?page=2>; rel="next"')
    source = make_source()
    answer = source.get("people")
    with pytest.raises(SourceError, match="another host"):
        answer.next_link  # noqa: B018 - reading it is what fails
    with pytest.raises(SourceError, match="not sent there"):
        source.get(f"{other.url}/people?page=2")
    assert other.asked == []


@pytest.mark.parametrize(
    "address", ["https://x\x00y/", "http://user@127.0.0.1:1/", "http://[::1", "file:///etc/passwd"]
)
def test_strange_addresses(scripted: Scripted, make_source: Make, address: str) -> None:
    scripted.say(200)
    with pytest.raises(SourceError):
        make_source().get(address)
    assert scripted.asked == []


def test_an_address_in_a_parameter_stays_one(scripted: Scripted, make_source: Make) -> None:
    scripted.say(200)
    make_source().get("//people?of=https://example.org", {"page": 1})
    assert scripted.asked[0][1] == "/api/people?of=https%3A%2F%2Fexample.org&page=1"


_pieces = st.sampled_from(
    [
        "http://",
        "https://",
        "//",
        "/",
        "\\",
        "@",
        ":",
        "?",
        "#",
        "..",
        "127.0.0.1",
        "example.org",
        "[::1",
        "%2f",
        "a",
        " ",
        "é",
    ]
)
_addresses = st.one_of(st.text(max_size=20), st.lists(_pieces, max_size=8).map("".join))


def test_no_address_whatever_leads_elsewhere() -> None:
    """Any text as an address is asked of our host, or refused; and nothing breaks."""
    with scripted_source() as script, scripted_source() as elsewhere, fake_clock():
        script.say(200)
        elsewhere.say(200)
        auth = BearerToken(SecretRef("env:SDK_TEST_TOKEN"))
        source = HttpSource("mine", script.url, auth=auth, attempts=1)

        @settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
        @given(_addresses, st.booleans())
        def ask(text: str, prefixed: bool) -> None:
            before = len(script.asked)
            try:
                source.get(f"http://127.0.0.1:{elsewhere.port}{text}" if prefixed else text)
            except SourceError:
                assert len(script.asked) <= before + 1
            else:
                assert script.asked[-1][2]["host"] == f"127.0.0.1:{script.port}"
            assert elsewhere.asked == []

        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SDK_TEST_TOKEN", "canary")
            ask()
        source.close()
