"""From a template to an answer: both languages, dates and numbers, the frame around every page.

Chinese comes first; `t("中文", "English")` in a template gives what the reader chose. Belongs here: what all pages share. Does
not: what they show.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import jinja2
from fastapi import Request
from fastapi.responses import HTMLResponse

from warehouse.model import vocabulary
from warehouse.portal.accounts import Session
from warehouse.portal.rights import ROLE_WORDS, Right, allows

LANGUAGE = "onenet_language"
NAVIGATION: tuple[tuple[str, Right, str, str], ...] = (
    ("/department", Right.own, "本部门", "Department"),
    ("/department/work", Right.own, "工作清单", "Work list"),
    ("/department/verification", Right.own, "校核", "Verification"),
    ("/department/extracts", Right.own, "回流数据", "Extracts"),
    ("/catalogue", Right.look, "目录", "Catalogue"),
    ("/department/access", Right.own, "共享申请", "Access"),
    ("/review", Right.judge, "待核", "Review"),
    ("/judgements", Right.judge, "裁定", "Judgements"),
    ("/city", Right.city, "全市总览", "City"),
    ("/map", Right.look, "网格图", "Map"),
    ("/search", Right.look, "检索", "Search"),
    ("/ledger", Right.ledger, "操作台账", "Ledger"),
    ("/accounts", Right.accounts, "账户", "Accounts"),
)


@cache
def _environment() -> jinja2.Environment:
    found = jinja2.Environment(
        loader=jinja2.PackageLoader("warehouse.portal", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    found.filters.update(number=_number, percent=_percent, size=_size, platform_title=_platform_title)
    return found


@cache
def asset(name: str) -> str:
    """The address of a shipped file. It changes with the content, so that browsers may keep what they have."""
    content = (resources.files("warehouse.portal") / "static" / name).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:12]}"


def language(request: Request) -> str:
    """`en` where the reader chose English, else `zh`."""
    return "en" if request.cookies.get(LANGUAGE) == "en" else "zh"


def page(request: Request, template: str, *, status: int = 200, **told: Any) -> HTMLResponse:
    """Render a template with what it is told; `<template>.html.jinja`."""
    session: Session | None = getattr(request.state, "session", None)
    spoken = language(request)
    english = spoken == "en"

    def t(zh: str, en: str) -> str:
        return en if english else zh

    def word(words: Mapping[str, str], code: object) -> str:
        return str(code) if english else words.get(str(code), str(code))

    role = session.account.role if session else None
    links = [
        {"path": path, "title": t(zh, en), "here": request.url.path == path}
        for path, right, zh, en in NAVIGATION
        if role and session and not session.account.must_change and allows(role, right)
    ]
    html = _environment().get_template(f"{template}.html.jinja").render(
        t=t, word=word, asset=asset, words=vocabulary, language=spoken, links=links, session=session,
        role_title=t(*ROLE_WORDS[role]) if role else "", back=_back(request), **told,
    )  # fmt: skip
    return HTMLResponse(html, status)


def _back(request: Request) -> str:
    """The page to come back to: this one, or the section of a form that was sent."""
    path = request.url.path
    if request.method in ("GET", "HEAD"):
        return path
    return next((top for top, *_ in sorted(NAVIGATION, reverse=True) if path.startswith(top)), "/")


def _number(value: Any) -> str:
    return "—" if value is None else f"{value:,}"


def _percent(value: Any) -> str:
    return "—" if value is None else f"{value:.1%}"


def _size(value: int) -> str:
    """Bytes as people say them."""
    amount = float(value)
    for unit in ("B", "KB", "MB"):
        if amount < 1024:
            return f"{amount:.0f} {unit}"
        amount /= 1024
    return f"{amount:.1f} GB"


def _platform_title(platform: str, titles: Mapping[str, tuple[str, str]], spoken: str) -> str:
    """What a platform is called; its name where nobody says."""
    return titles.get(platform, (platform, platform))[spoken == "en"]
