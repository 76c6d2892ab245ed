"""Speaks OpenID Connect with the city's identity provider: code flow with PKCE, state and nonce (OpenID Connect Core 1.0, RFC 9700).

Authlib makes requests and checks claims, joserfc signatures. What comes back over the browser is a code alone; tokens go from server
to server and are dropped once read. Nothing of a token is kept, logged or put into an address.

Belongs here: the protocol. Does not: which account somebody gets (`identities`), pages (`pages.oidc`).
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from warehouse.portal.oidc_settings import OidcSettings, safe_address

DISCOVERY = "/.well-known/openid-configuration"
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures by a key the provider alone has; never `none`, never one made with the client secret."""

LEEWAY_S = 60
"""Seconds two clocks may differ."""
TIMEOUT_S = 10
KEPT_S = 3600.0
"""Seconds the description and the keys of the provider are kept."""
AGAIN_S = 60.0
"""Seconds before keys are asked for again because of a key nobody knows."""


class ProviderError(RuntimeError):
    """A sign-in that can't go on; `code` says why and quotes nothing: unreachable, misconfigured, refused, token."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Begun(NamedTuple):
    """A sign-in that has begun: where the browser goes, and what must be known when it comes back."""

    address: str
    state: str
    nonce: str
    verifier: str


class Provider:
    """The provider of one portal; from any thread. Nothing is asked of it before the first sign-in."""

    def __init__(self, settings: OidcSettings) -> None:
        self.settings = settings
        self._lock = threading.Lock()
        self._metadata: dict[str, Any] = {}
        self._keys: KeySet | None = None
        self._known_at = self._keys_at = float("-inf")

    def begin(self) -> Begun:
        """Begin a sign-in.

        Raises:
            ProviderError: the provider can't be reached, or is not what the settings say.
        """
        metadata = self._described()
        nonce, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
        address, state = self._client().create_authorization_url(
            metadata["authorization_endpoint"], state=secrets.token_urlsafe(32), code_verifier=verifier, nonce=nonce
        )
        return Begun(address, state, nonce, verifier)

    def finish(self, code: str, issuer: str, nonce: str, verifier: str) -> Mapping[str, Any]:
        """The claims of who signed in: those of the ID token, and of the user information where settings name a claim it lacks.

        Args:
            code: what the browser brought.
            issuer: `iss` of the answer, '' where there was none (RFC 9207).
            nonce: of the sign-in that was begun.
            verifier: of PKCE, likewise.

        Raises:
            ProviderError: the code is refused, or the token is not one for this sign-in.
        """
        metadata = self._described()
        named = bool(metadata.get("authorization_response_iss_parameter_supported"))
        if issuer != self.settings.issuer and (issuer or named):
            raise ProviderError("token")
        client = self._client()
        try:
            token = client.fetch_token(
                metadata["token_endpoint"], grant_type="authorization_code", code=code, code_verifier=verifier, timeout=TIMEOUT_S
            )  # fmt: skip
        except requests.RequestException:
            raise ProviderError("unreachable") from None
        except (AuthlibBaseError, ValueError):
            raise ProviderError("refused") from None
        claims = self._claims(token, nonce)
        return {**self._told(client, claims), **claims}

    def end_session(self, back: str) -> str | None:
        """Where to end the session at the provider too; None where it offers no such place. No token stands in the address."""
        try:
            place = self._described().get("end_session_endpoint")
        except ProviderError:
            return None
        given = urlencode({"client_id": self.settings.client_id, "post_logout_redirect_uri": back})
        return f"{place}{'&' if '?' in str(place) else '?'}{given}" if place else None

    def _client(self) -> OAuth2Session:
        settings = self.settings
        methods = self._metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        secret = settings.secret()
        method = "none" if secret is None else next((m for m in ("client_secret_basic", "client_secret_post") if m in methods), None)  # fmt: skip
        return OAuth2Session(
            settings.client_id, secret, scope=" ".join(settings.scopes), redirect_uri=settings.redirect_uri,
            token_endpoint_auth_method=method, code_challenge_method="S256",
        )  # fmt: skip

    def _described(self) -> dict[str, Any]:
        with self._lock:
            if time.monotonic() - self._known_at > KEPT_S:
                found = _get(self.settings.issuer.rstrip("/") + DISCOVERY)
                places = ("authorization_endpoint", "token_endpoint", "jwks_uri")
                further = [name for name in ("end_session_endpoint", "userinfo_endpoint") if found.get(name)]
                if found.get("issuer") != self.settings.issuer or not all(found.get(name) for name in places):
                    raise ProviderError("misconfigured")
                try:
                    for name in (*places, *further):
                        safe_address(str(found[name]).partition("?")[0])
                except ValueError:
                    raise ProviderError("misconfigured") from None
                self._metadata, self._known_at = found, time.monotonic()
            return self._metadata

    def _key_set(self, *, afresh: bool) -> KeySet:
        place = self._described()["jwks_uri"]
        with self._lock:
            age = time.monotonic() - self._keys_at
            if self._keys is None or age > (AGAIN_S if afresh else KEPT_S):
                try:
                    self._keys, self._keys_at = KeySet.import_key_set(_get(place)), time.monotonic()  # type: ignore[arg-type]
                except (JoseError, ValueError, KeyError):
                    raise ProviderError("misconfigured") from None
            return self._keys

    def _claims(self, token: Mapping[str, Any], nonce: str) -> dict[str, Any]:
        """The claims of an ID token that is signed by the provider, for this portal, for this sign-in, and not over."""
        written = token.get("id_token")
        if not isinstance(written, str):
            raise ProviderError("token")
        registry = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
        try:
            try:
                read = jwt.decode(written, self._key_set(afresh=False), registry=registry)
            except InvalidKeyIdError:  # keys are changed now and then
                read = jwt.decode(written, self._key_set(afresh=True), registry=registry)
            claims = CodeIDToken(
                read.claims,
                read.header,
                {
                    "iss": {"essential": True, "value": self.settings.issuer},
                    "aud": {"essential": True, "value": self.settings.client_id},
                },
                {"nonce": nonce, "client_id": self.settings.client_id, "access_token": token.get("access_token")},
            )
            claims.validate(leeway=LEEWAY_S)
        except (JoseError, ValueError):
            raise ProviderError("token") from None
        return dict(claims)

    def _told(self, client: OAuth2Session, claims: Mapping[str, Any]) -> dict[str, Any]:
        """What the provider tells of its user beside the token, where the token lacks a claim the settings name."""
        settings = self.settings
        wanted = [settings.account, *(part.claim for part in (settings.role, settings.department) if part)]
        place = self._described().get("userinfo_endpoint")
        if not place or all(name.partition(".")[0] in claims for name in wanted):
            return {}
        try:
            answer = client.get(place, timeout=TIMEOUT_S)
            answer.raise_for_status()
            found = answer.json()
        except (requests.RequestException, AuthlibBaseError, ValueError):
            raise ProviderError("unreachable") from None
        if not isinstance(found, dict) or found.get("sub") != claims["sub"]:
            raise ProviderError("token")
        return found


def _get(place: str) -> dict[str, Any]:
    try:
        answer = requests.get(place, timeout=TIMEOUT_S, allow_redirects=False)
        if answer.status_code != requests.codes.ok:
            raise ProviderError("unreachable")
        found = answer.json()
    except (requests.RequestException, ValueError):
        raise ProviderError("unreachable") from None
    if not isinstance(found, dict):
        raise ProviderError("misconfigured")
    return found
