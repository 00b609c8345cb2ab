"""Sign-in through an OpenID Connect provider: authorization code with PKCE, state, nonce, and a verified id token.

Sources: OpenID Connect Core 1.0 (3.1.2, 3.1.3), Discovery 1.0, RFC 7636 (PKCE), RFC 9207 (``iss`` in the answer). The
door keeps an :class:`OidcRequest` between the two steps, sealed in a short-lived cookie of the same browser.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx2
from itsdangerous import BadSignature, URLSafeTimedSerializer
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from coachkit.errors import AccessDenied, ConfigError, SourceUnavailable

__all__ = ["OidcIdentity", "OidcProvider", "OidcRequest"]

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures by a key that only the provider holds: never ``none``, never one made with a shared secret."""

LEEWAY_SECONDS = 60
TIMEOUT_SECONDS = 10.0
REQUEST_LIVES_SECONDS = 600
_SCOPE = "openid email profile"


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcIdentity:
    """Who the provider says somebody is."""

    issuer: str
    subject: str
    email: str | None
    email_verified: bool
    name: str | None

    @property
    def key(self) -> str:
        """Identity key of the account at the provider; HR can list it among a person's accounts."""
        return f"oidc:{self.issuer}#{self.subject}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcRequest:
    """A sign-in under way: where to send the browser, and what the answer must fit."""

    url: str
    redirect_uri: str
    state: str
    nonce: str
    verifier: str

    def seal(self, secret_key: str) -> str:
        """For a cookie (HttpOnly, Secure, SameSite=Lax): signed, and good for ten minutes."""
        return _serializer(secret_key).dumps(asdict(self))

    @classmethod
    def unseal(cls, secret_key: str, sealed: str) -> OidcRequest:
        """:raises AccessDenied: if the cookie is missing, too old, or not ours."""
        try:
            return cls(**_serializer(secret_key).loads(sealed, max_age=REQUEST_LIVES_SECONDS))
        except (BadSignature, TypeError) as error:
            raise _refused("the sign-in took too long or began in another browser") from error


class OidcProvider:
    """One provider, by its issuer. What it publishes about itself is fetched when first needed, and kept.

    :param client_secret: ``None`` for a public client.
    :raises ConfigError: if the issuer is not reached over TLS (plain HTTP is for a loopback address only).
    """

    def __init__(
        self, issuer: str, client_id: str, client_secret: str | None, *, http: httpx2.Client | None = None
    ) -> None:
        self.issuer = issuer
        self._client_id = client_id
        self._client_secret = client_secret
        self._http = http or httpx2.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False)
        self._metadata: Mapping[str, Any] | None = None
        self._keys: KeySet | None = None
        self._require_tls(issuer)

    def close(self) -> None:
        self._http.close()

    def begin(self, redirect_uri: str) -> OidcRequest:
        """Begin a sign-in: send the browser to ``url``, and keep the rest for :meth:`finish`."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": redirect_uri,
            "scope": _SCOPE,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        endpoint = self._endpoint("authorization_endpoint")
        url = f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(query)}"
        return OidcRequest(url=url, redirect_uri=redirect_uri, state=state, nonce=nonce, verifier=verifier)

    def finish(self, request: OidcRequest, answer: Mapping[str, str], now: datetime) -> OidcIdentity:
        """Take the provider's answer (the query of the redirect back to us) to who it is.

        :raises AccessDenied: if the provider said no, or the answer does not fit the request or its own signature.
        """
        if not hmac.compare_digest(answer.get("state", "").encode(), request.state.encode()):
            raise _refused("the answer belongs to another sign-in")
        if "iss" in answer and answer["iss"] != self.issuer:
            raise _refused("the answer comes from another provider")
        if "error" in answer or not answer.get("code"):
            raise _refused("the provider did not agree")
        tokens = self._exchange(request, answer["code"])
        claims = self._verified(str(tokens.get("id_token", "")), request.nonce, now)
        return self._identity(claims, tokens)

    def _exchange(self, request: OidcRequest, code: str) -> Mapping[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": request.redirect_uri,
            "code_verifier": request.verifier,
        }
        auth: tuple[str, str] | None = None
        offered = self._published().get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if self._client_secret is None:
            form["client_id"] = self._client_id
        elif "client_secret_basic" in offered:
            auth = (quote(self._client_id, safe=""), quote(self._client_secret, safe=""))
        else:
            form |= {"client_id": self._client_id, "client_secret": self._client_secret}
        response = self._send("POST", self._endpoint("token_endpoint"), data=form, auth=auth)
        if response.status_code != 200:
            raise _refused("the provider did not accept its own code")
        return _json(response)

    def _verified(self, id_token: str, nonce: str, now: datetime) -> Mapping[str, Any]:
        try:
            try:
                claims = jwt.decode(id_token, self._key_set(), algorithms=ALGORITHMS).claims
            except InvalidKeyIdError:  # the provider has new keys since we looked
                claims = jwt.decode(id_token, self._key_set(refresh=True), algorithms=ALGORITHMS).claims
            jwt.JWTClaimsRegistry(
                now=int(now.timestamp()),
                leeway=LEEWAY_SECONDS,
                iss={"essential": True, "value": self.issuer},
                aud={"essential": True, "value": self._client_id},
                sub={"essential": True},
                exp={"essential": True},
                iat={"essential": True},
                nonce={"essential": True},
            ).validate(claims)
        except (JoseError, ValueError) as error:
            raise _refused("the provider's statement could not be verified") from error
        if not hmac.compare_digest(str(claims["nonce"]).encode(), nonce.encode()):
            raise _refused("the provider's statement belongs to another sign-in")
        audiences = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        if (len(audiences) > 1 or "azp" in claims) and claims.get("azp") != self._client_id:
            raise _refused("the provider's statement was made for somebody else")
        return claims

    def _identity(self, claims: Mapping[str, Any], tokens: Mapping[str, Any]) -> OidcIdentity:
        about = dict(claims)
        if "email" not in about and self._published().get("userinfo_endpoint") and tokens.get("access_token"):
            header = {"Authorization": f"Bearer {tokens['access_token']}"}
            response = self._send("GET", self._endpoint("userinfo_endpoint"), headers=header)
            more = _json(response) if response.status_code == 200 else {}
            if more.get("sub") == claims["sub"]:
                about = {**more, **claims}
        email, name = about.get("email"), about.get("name")
        return OidcIdentity(
            issuer=self.issuer,
            subject=str(claims["sub"]),
            email=email if isinstance(email, str) else None,
            email_verified=about.get("email_verified") is True,
            name=name if isinstance(name, str) else None,
        )

    def _published(self) -> Mapping[str, Any]:
        if self._metadata is None:
            url = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
            response = self._send("GET", url)
            if response.status_code != 200:
                raise SourceUnavailable(f"{url} answered {response.status_code}.", subject=self.issuer)
            metadata = _json(response)
            if metadata.get("issuer") != self.issuer:
                raise ConfigError(
                    "the provider calls itself by another issuer than COACHKIT_OIDC_ISSUER.",
                    subject=self.issuer,
                    hint=f"It says {metadata.get('issuer')!r}; the two must be equal to the letter.",
                )
            self._metadata = metadata
        return self._metadata

    def _endpoint(self, name: str) -> str:
        url = self._published().get(name)
        if not isinstance(url, str):
            raise ConfigError(f"the provider publishes no {name}.", subject=self.issuer)
        self._require_tls(url)
        return url

    def _key_set(self, *, refresh: bool = False) -> KeySet:
        if self._keys is None or refresh:
            response = self._send("GET", self._endpoint("jwks_uri"))
            published = _json(response) if response.status_code == 200 else {}
            usable = [key for key in published.get("keys", []) if key.get("kty") in ("RSA", "EC")]
            signing = [key for key in usable if key.get("use", "sig") == "sig"]
            if not signing:
                raise SourceUnavailable("the provider publishes no key to verify with.", subject=self.issuer)
            self._keys = KeySet.import_key_set({"keys": signing})
        return self._keys

    def _send(self, method: str, url: str, **parts: Any) -> httpx2.Response:
        try:
            return self._http.request(method, url, **parts)
        except httpx2.HTTPError as error:
            raise SourceUnavailable(
                "the identity provider did not answer.", subject=self.issuer, hint="Sign in by link meanwhile."
            ) from error

    def _require_tls(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname or "")):
            return
        raise ConfigError(f"{url} is not an https address.", subject="COACHKIT_OIDC_ISSUER", hint="Use https.")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _json(response: httpx2.Response) -> dict[str, Any]:
    try:
        found = response.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise SourceUnavailable("the identity provider's answer could not be read.")
    return found


def _serializer(secret_key: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret_key, salt="coachkit-oidc-request")


def _refused(why: str) -> AccessDenied:
    return AccessDenied(f"sign-in was refused: {why}.", hint="Begin again from the sign-in page.")
