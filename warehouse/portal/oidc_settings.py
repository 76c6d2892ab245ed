"""How the portal knows the city's identity provider: one YAML file, looked at when the portal starts.

```yaml
issuer: https://id.example.gov.cn/realms/city
client_id: onenet-portal
client_secret: {env: ONENET_OIDC_SECRET}          # or {file: /run/secrets/oidc}; absent for a public client
redirect_uri: https://portal.example.gov.cn/oidc/callback
title: {zh: 统一身份认证, en: City sign-in}
account: preferred_username                       # the claim that says what an account is called here
role: {claim: groups, values: {onenet-steward: steward, onenet-department: department}}
department: {claim: org_code, values: {11330291MB0000001A: gongan}}
create: false                                     # true: whoever has a role by these claims gets an account
```

Belongs here: the contract of the file and what is wrong with one. Does not: speaking to the provider (`oidc`), accounts
(`identities`).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from warehouse.model.plain_yaml import LOADER, require_plain
from warehouse.model.strict import Strict
from warehouse.portal.accounts import DEPARTMENT
from warehouse.portal.rights import Role

CALLBACK = "/oidc/callback"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
Text = Annotated[str, Field(min_length=1, max_length=500)]


class OidcSettingsError(ValueError):
    """The file can't be used. Says file, field, what is allowed and what to do; never a secret."""


class Title(Strict):
    """What the button says."""

    zh: Text = "统一身份认证"
    en: Text = "Single sign-on"


class SecretPlace(Strict):
    """Where the client secret lies; never the secret itself."""

    env: Text | None = None
    file: Path | None = None

    @model_validator(mode="after")
    def _one_place(self) -> SecretPlace:
        if bool(self.env) == bool(self.file):
            raise ValueError("给出 env 或 file 之一 · give exactly one of env, file")
        return self


class Roles(Strict):
    """A claim, and which of its values is which role. The claim may be a list; exactly one role must follow from it."""

    claim: Text
    values: Annotated[dict[str, Role], Field(min_length=1)]


class Departments(Strict):
    """A claim, and which of its values is which department; without values the claim is the code itself."""

    claim: Text
    values: dict[str, str] = Field(default_factory=dict)

    @field_validator("values")
    @classmethod
    def _codes(cls, values: dict[str, str]) -> dict[str, str]:
        wrong = sorted(code for code in values.values() if not DEPARTMENT.fullmatch(code))
        if wrong:
            raise ValueError(
                f"部门代码须为小写字母、数字、_ · codes are small letters, digits and _: {', '.join(wrong)}"
            )
        return values


class OidcSettings(Strict):
    """The file.

    Attributes:
        issuer: the provider, as its tokens name it.
        client_id: the portal, as the provider knows it.
        client_secret: where its secret lies; None for a public client, which PKCE alone protects.
        redirect_uri: the portal's own address of the callback, as registered there.
        scopes: what is asked for.
        title: what the button says.
        account: the claim that says what an account is called here.
        role, department: what of an account follows from claims, at every sign-in; None: what the administrator set.
        create: whether an account is made at the first sign-in.
    """

    issuer: Text
    client_id: Text
    client_secret: SecretPlace | None = None
    redirect_uri: Text
    scopes: tuple[Text, ...] = ("openid", "profile")
    title: Title = Title()
    account: Text = "preferred_username"
    role: Roles | None = None
    department: Departments | None = None
    create: bool = False

    @field_validator("issuer", "redirect_uri")
    @classmethod
    def _safe(cls, value: str) -> str:
        return safe_address(value)

    @model_validator(mode="after")
    def _whole(self) -> OidcSettings:
        if urlsplit(self.redirect_uri).path != CALLBACK:
            raise ValueError(f"redirect_uri: 路径须为 · its path must be {CALLBACK}")
        if "openid" not in self.scopes:
            raise ValueError("scopes: 须含 · must hold openid")
        if self.create and self.role is None:
            raise ValueError("create: 须先声明 role · declare role first, an account can't be made without one")
        if self.role and Role.department in self.role.values.values() and self.department is None:
            raise ValueError("role: 含 department 时须声明 department · with department among the values, declare department")  # fmt: skip
        return self

    def secret(self) -> str | None:
        """The client secret; None for a public client.

        Raises:
            OidcSettingsError: it is not where the file says.
        """
        place = self.client_secret
        if place is None:
            return None
        if place.env:
            found, where = os.environ.get(place.env, ""), f"env {place.env}"
        else:
            path = place.file or Path()
            where = f"file {path}"
            try:
                found = path.read_text("utf-8")
            except (OSError, UnicodeDecodeError):
                found = ""
        if not found.strip():
            raise OidcSettingsError(f"client_secret: {where}: 没有或为空 · is not there, or empty")
        return found.strip()


def safe_address(value: str) -> str:
    """An address that may be spoken to: HTTPS, on this machine also HTTP; no user, no fragment."""
    parts = urlsplit(value)
    plain = parts.scheme == "http" and parts.hostname in LOOPBACK
    if not parts.hostname or not (parts.scheme == "https" or plain):
        raise ValueError("须为 https 地址 · must be an https address")
    if parts.username or parts.fragment or parts.query:
        raise ValueError("地址不得含用户、查询或片段 · no user, query or fragment in it")
    return value


def read_oidc_settings(path: Path) -> OidcSettings:
    """The settings in a file, whole and usable.

    Raises:
        OidcSettingsError: it is not there, is no YAML, or says what it may not.
    """
    try:
        text = path.read_text("utf-8")
        require_plain(text)
        told: Any = yaml.load(text, LOADER)
    except OSError as error:
        raise OidcSettingsError(f"{path}: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError):
        raise OidcSettingsError(f"{path}: 不是 YAML · is no YAML") from None
    if not isinstance(told, Mapping):
        raise OidcSettingsError(f"{path}: 须为键与值 · must be keys and values; see docs/portal.md")
    try:
        found = OidcSettings.model_validate(told)
        found.secret()
    except ValidationError as error:
        lines = [f"{'.'.join(map(str, e['loc'])) or 'oidc'}: {e['msg']}" for e in error.errors(include_input=False)]
        raise OidcSettingsError(f"{path}: " + "; ".join(lines) + " (docs/portal.md)") from None
    except OidcSettingsError as error:
        raise OidcSettingsError(f"{path}: {error}") from None
    return found
