"""Sign-in through a real OpenID Connect provider process on loopback, which also misbehaves."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from coachkit.access.oidc import OidcIdentity, OidcProvider, OidcRequest
from coachkit.errors import AccessDenied, ConfigError, SourceUnavailable

REDIRECT = "http://127.0.0.1:8420/sign-in/oidc"
CLIENT, SECRET = "coachkit", "s3cret/+ with signs"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    child = Path(__file__).with_name("oidc_child.py")
    process = subprocess.Popen([sys.executable, str(child)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    yield process.stdout.readline().strip()
    process.kill()
    process.wait()
    process.stdout.close()


@pytest.fixture
def control(issuer: str) -> Callable[..., None]:
    def wish(**wishes: object) -> None:
        httpx2.post(f"{issuer}/control", json=wishes, timeout=60).raise_for_status()

    wish(mischief="", claims={"sub": "u1", "email": "maria@a.org", "email_verified": True}, userinfo={})
    return wish


@pytest.fixture
def provider(issuer: str) -> Iterator[OidcProvider]:
    made = OidcProvider(issuer, CLIENT, SECRET)
    yield made
    made.close()


def visit(request: OidcRequest) -> dict[str, str]:
    """What the browser does: go to the provider, and come back with its answer."""
    response = httpx2.get(request.url, follow_redirects=False, timeout=60)
    assert response.status_code == 302
    location = urlsplit(response.headers["Location"])
    assert location.geturl().startswith(REDIRECT)
    return {name: values[0] for name, values in parse_qs(location.query).items()}


def sign_in(provider: OidcProvider) -> OidcIdentity:
    request = provider.begin(REDIRECT)
    return provider.finish(request, visit(request), datetime.now(UTC))


def test_somebody_signs_in(provider: OidcProvider, control: Callable[..., None], issuer: str) -> None:
    identity = sign_in(provider)
    assert (identity.subject, identity.email, identity.email_verified) == ("u1", "maria@a.org", True)
    assert identity.key == f"oidc:{issuer}#u1"


def test_each_sign_in_is_its_own(provider: OidcProvider) -> None:
    one, other = provider.begin(REDIRECT), provider.begin(REDIRECT)
    assert not {one.state, one.nonce, one.verifier} & {other.state, other.nonce, other.verifier}
    assert one.verifier not in one.url


def test_the_request_survives_in_a_sealed_cookie_only(provider: OidcProvider, control: Callable[..., None]) -> None:
    request = provider.begin(REDIRECT)
    sealed = request.seal("key")
    assert OidcRequest.unseal("key", sealed) == request
    for key, text in (("other", sealed), ("key", sealed[:-2]), ("key", "")):
        with pytest.raises(AccessDenied):
            OidcRequest.unseal(key, text)


def test_new_keys_of_the_provider_are_fetched(provider: OidcProvider, control: Callable[..., None]) -> None:
    assert sign_in(provider).subject == "u1"
    control(rotate=True)
    assert sign_in(provider).subject == "u1"


def test_the_address_may_come_from_userinfo_of_the_same_subject(
    provider: OidcProvider, control: Callable[..., None]
) -> None:
    control(claims={"sub": "u1"}, userinfo={"sub": "u1", "email": "maria@a.org", "email_verified": True})
    assert sign_in(provider).email == "maria@a.org"
    control(userinfo={"sub": "somebody else", "email": "boss@a.org", "email_verified": True})
    assert sign_in(provider).email is None


@pytest.mark.parametrize("verified", [False, "true", 1, None])
def test_only_true_is_verified(provider: OidcProvider, control: Callable[..., None], verified: object) -> None:
    control(claims={"sub": "u1", "email": "boss@a.org", "email_verified": verified})
    assert not sign_in(provider).email_verified


@pytest.mark.parametrize(
    "mischief", ["audience", "two audiences", "expired", "nonce", "no nonce", "signer", "none", "shared secret"]
)
def test_a_statement_that_does_not_hold_signs_nobody_in(
    provider: OidcProvider, control: Callable[..., None], mischief: str
) -> None:
    control(mischief=mischief)
    with pytest.raises(AccessDenied):
        sign_in(provider)


@pytest.mark.parametrize(
    "change",
    [{"state": "other"}, {"state": ""}, {"iss": "https://elsewhere.example"}, {"error": "x"}, {"code": "guess"}],
)
def test_an_answer_that_does_not_fit_signs_nobody_in(
    provider: OidcProvider, control: Callable[..., None], change: dict[str, str]
) -> None:
    request = provider.begin(REDIRECT)
    with pytest.raises(AccessDenied):
        provider.finish(request, visit(request) | change, datetime.now(UTC))


def test_a_code_taken_by_somebody_else_is_of_no_use_to_them(
    provider: OidcProvider, control: Callable[..., None]
) -> None:
    theirs, mine = provider.begin(REDIRECT), provider.begin(REDIRECT)
    stolen = visit(theirs)["code"]
    with pytest.raises(AccessDenied):
        provider.finish(mine, visit(mine) | {"code": stolen}, datetime.now(UTC))


def test_a_code_works_once(provider: OidcProvider, control: Callable[..., None]) -> None:
    request = provider.begin(REDIRECT)
    answer = visit(request)
    provider.finish(request, answer, datetime.now(UTC))
    with pytest.raises(AccessDenied):
        provider.finish(request, answer, datetime.now(UTC))


def test_a_wrong_client_secret_signs_nobody_in(issuer: str, control: Callable[..., None]) -> None:
    provider = OidcProvider(issuer, CLIENT, "wrong")
    with pytest.raises(AccessDenied):
        sign_in(provider)
    provider.close()


def test_a_provider_that_calls_itself_otherwise(provider: OidcProvider, control: Callable[..., None]) -> None:
    control(mischief="issuer")
    with pytest.raises(ConfigError, match="issuer"):
        provider.begin(REDIRECT)


def test_a_provider_that_is_away_is_said_so() -> None:
    provider = OidcProvider("http://127.0.0.1:1", CLIENT, SECRET)
    began = time.monotonic()
    with pytest.raises(SourceUnavailable) as caught:
        provider.begin(REDIRECT)
    assert caught.value.retryable
    assert time.monotonic() - began < 60, "it is tried again and again"
    provider.close()


@pytest.mark.parametrize("address", ["http://login.example.org", "ftp://login.example.org", "login.example.org"])
def test_a_provider_is_reached_over_tls(address: str) -> None:
    with pytest.raises(ConfigError, match="https"):
        OidcProvider(address, CLIENT, SECRET)
