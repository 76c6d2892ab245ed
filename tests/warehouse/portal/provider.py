"""A small identity provider: discovery, keys, the code flow with PKCE, signed tokens, user information, logout.

It signs for real and refuses what a provider refuses. What it puts into the next token, and what it signs it with, tests may change.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "portal-of-tests", "a client secret of tests"


@cache
def _first_key() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})


class SmallProvider:
    """The provider.

    Attributes:
        user: claims of whoever signs in next.
        claims: what replaces claims of the next ID tokens; None takes one out.
        info: what the user information says; empty: the id alone.
        metadata: what replaces parts of the description.
        algorithm, signer: how the ID token is signed; None: by the provider's key.
    """

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.key = _first_key()
        self.user: dict[str, Any] = {}
        self.claims: dict[str, Any] = {}
        self.info: dict[str, Any] = {}
        self.metadata: dict[str, Any] = {}
        self.algorithm = "RS256"
        self.signer: Any = None
        self._codes: dict[str, dict[str, str]] = {}
        self._access = ""

    def app(self) -> Starlette:
        """The provider, to be served."""
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._describe),
                Route("/keys", self._keys),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
                Route("/userinfo", self._userinfo),
                Route("/logout", lambda request: PlainTextResponse("signed out")),
            ]
        )

    def rotate(self, kid: str) -> None:
        """Sign with a key of another name from now on."""
        self.key = RSAKey.generate_key(2048, {"kid": kid, "use": "sig"})

    async def _describe(self, request: Request) -> Response:
        places = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        further = {"userinfo_endpoint": "userinfo", "end_session_endpoint": "logout"}
        told = {name: f"{self.issuer}/{path}" for name, path in (places | further).items()}
        return JSONResponse({"issuer": self.issuer, "authorization_response_iss_parameter_supported": True, **told, **self.metadata})  # fmt: skip

    async def _keys(self, request: Request) -> Response:
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        assert (asked["response_type"], asked["client_id"], asked["code_challenge_method"]) == ("code", CLIENT, "S256")
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        answer = {"code": code, "state": asked["state"], "iss": self.issuer}
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(answer)}", 303)

    async def _token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        asked = self._codes.pop(form["code"], None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=")
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        good = (
            asked is not None
            and asked["code_challenge"] == challenge.decode()
            and asked["redirect_uri"] == form["redirect_uri"]
            and request.headers.get("authorization") == f"Basic {basic}"
        )
        if not good or asked is None:
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        self._access = secrets.token_urlsafe(16)
        told = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"], **self.user, **self.claims}  # fmt: skip
        claims = {name: value for name, value in told.items() if value is not None}
        return JSONResponse({"access_token": self._access, "token_type": "Bearer", "expires_in": 300, "id_token": self._signed(claims)})  # fmt: skip

    def _signed(self, claims: dict[str, Any]) -> str:
        if self.algorithm == "none":
            header, body = (base64.urlsafe_b64encode(t.encode()).rstrip(b"=").decode() for t in ('{"alg":"none"}', str(claims).replace("'", '"')))  # fmt: skip
            return f"{header}.{body}."
        key = self.signer or (OctKey.import_key(SECRET) if self.algorithm == "HS256" else self.key)
        return jwt.encode({"alg": self.algorithm, "kid": self.key.kid}, claims, key, algorithms=[self.algorithm])

    async def _userinfo(self, request: Request) -> Response:
        assert request.headers["authorization"] == f"Bearer {self._access}"
        return JSONResponse(self.info or {"sub": self.user["sub"]})


@contextmanager
def small_provider() -> Iterator[SmallProvider]:
    """A provider that is served at `localhost`, which is another site than 127.0.0.1."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    provider = SmallProvider(f"http://localhost:{port}")
    server = uvicorn.Server(uvicorn.Config(provider.app(), host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield provider
    server.should_exit = True
    thread.join(10)
