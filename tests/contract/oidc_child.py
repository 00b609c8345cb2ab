"""A small OpenID Connect provider as a process of its own: ``oidc_child.py`` prints its issuer and serves.

It follows the protocol (PKCE, one use of a code, client authentication, signed id tokens, key rotation) and asks
nobody for a password: who signs in, and how the provider misbehaves, is set by ``POST /control``.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT, SECRET = "coachkit", "s3cret/+ with signs"


class Provider:
    issuer = ""
    keys: list[RSAKey]

    def __init__(self) -> None:
        self.codes: dict[str, dict[str, str]] = {}
        self.tokens: dict[str, dict[str, Any]] = {}
        self.claims: dict[str, Any] = {"sub": "u1"}
        self.userinfo: dict[str, Any] = {}
        self.mischief = ""
        self.rotate()

    def rotate(self) -> None:
        self.keys = [RSAKey.generate_key(2048, auto_kid=True)]

    def metadata(self) -> dict[str, Any]:
        return {
            "issuer": "https://elsewhere.example" if self.mischief == "issuer" else self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        }

    def authorize(self, query: dict[str, str]) -> str:
        assert query["response_type"] == "code"
        assert query["client_id"] == CLIENT
        assert query["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        answer = {"code": code, "state": query["state"], "iss": self.issuer}
        return f"{query['redirect_uri']}?{urlencode(answer)}"

    def token(self, form: dict[str, str], authorization: str) -> dict[str, Any] | None:
        user, _, password = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        asked = self.codes.pop(form["code"], None)
        challenge = encoded(hashlib.sha256(form["code_verifier"].encode()).digest())
        right = (unquote(user), unquote(password)) == (CLIENT, SECRET)
        if not right or asked is None or asked["code_challenge"] != challenge:
            return None
        if form["redirect_uri"] != asked["redirect_uri"]:
            return None
        access = secrets.token_urlsafe(16)
        self.tokens[access] = self.userinfo
        return {"access_token": access, "token_type": "Bearer", "id_token": self.id_token(asked["nonce"])}

    def id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce, **self.claims}
        header = {"alg": "RS256", "kid": self.keys[0].kid}
        key = self.keys[0]
        match self.mischief:
            case "audience":
                claims["aud"] = "another"
            case "two audiences":
                claims |= {"aud": [CLIENT, "another"], "azp": "another"}
            case "expired":
                claims |= {"iat": now - 7200, "exp": now - 3600}
            case "nonce":
                claims["nonce"] = "replayed"
            case "no nonce":
                del claims["nonce"]
            case "signer":
                key = RSAKey.generate_key(2048, parameters={"kid": header["kid"]})
            case "none":
                return f"{unsigned('none', header, claims)}."
            case "shared secret":
                text = unsigned("HS256", header, claims)
                public = self.keys[0].as_pem(private=False)
                return f"{text}.{encoded(hmac.digest(public, text.encode(), 'sha256'))}"
        return jwt.encode(header, claims, key)


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unsigned(algorithm: str, header: dict[str, Any], claims: dict[str, Any]) -> str:
    return ".".join(encoded(json.dumps(part).encode()) for part in (header | {"alg": algorithm}, claims))


PROVIDER = Provider()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path == "/.well-known/openid-configuration":
            self.answer(200, PROVIDER.metadata())
        elif parts.path == "/keys":
            self.answer(200, KeySet(list(PROVIDER.keys)).as_dict(private=False))
        elif parts.path == "/authorize":
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            self.send_response(302)
            self.send_header("Location", PROVIDER.authorize(query))
            self.end_headers()
        elif parts.path == "/userinfo":
            found = PROVIDER.tokens.get(self.headers["Authorization"].removeprefix("Bearer "))
            self.answer(200 if found else 401, found or {})
        else:
            self.answer(404, {})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.path == "/control":
            wishes = json.loads(body)
            if wishes.pop("rotate", False):
                PROVIDER.rotate()
            for name, value in wishes.items():
                setattr(PROVIDER, name, value)
            self.answer(200, {})
        else:
            form = {name: values[0] for name, values in parse_qs(body).items()}
            found = PROVIDER.token(form, self.headers.get("Authorization", ""))
            self.answer(200 if found else 400, found or {"error": "invalid_grant"})

    def answer(self, status: int, content: Any) -> None:
        data = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    PROVIDER.issuer = f"http://127.0.0.1:{server.server_port}"
    print(PROVIDER.issuer, flush=True)
    server.serve_forever()
