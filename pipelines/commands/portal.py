"""`onenet portal`: serve the pages; `onenet portal user …`: accounts from the command line.

Belongs here: the commands. Does not: the portal (`warehouse.portal`).
"""

from __future__ import annotations

import getpass
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.commands.options import ExistingHome, console, existing, leave

if TYPE_CHECKING:
    from warehouse.portal import Accounts

app = typer.Typer(
    invoke_without_command=True,
    rich_markup_mode="markdown",
    pretty_exceptions_show_locals=False,
    help="门户：部门、裁定员、分析人员、审计员的网页 · Pages for departments, stewards, analysts and auditors.",
)
user = typer.Typer(no_args_is_help=True, help="账户 · Accounts of the portal.")
app.add_typer(user, name="user")

Name = Annotated[str, typer.Argument(help="用户名 · user name")]


@app.callback()
def serve(
    ctx: typer.Context,
    home: Annotated[
        Path | None, typer.Option("--home", help="运行写入的一切 · everything a run writes", envvar="ONENET_HOME")
    ] = None,
    host: Annotated[str, typer.Option(help="监听地址 · address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65_535, help="端口 · port")] = 8000,
    https: Annotated[
        bool, typer.Option("--https", help="经由 HTTPS 反向代理访问 · reached through a proxy that speaks HTTPS")
    ] = False,
    verification_days: Annotated[
        int,
        typer.Option(
            min=1,
            help="校核答复期限（工作日）· work days to answer what is to be verified",
            envvar="ONENET_VERIFICATION_DAYS",
        ),
    ] = 10,
    oidc: Annotated[
        Path | None,
        typer.Option(metavar="FILE", envvar="ONENET_OIDC", help="统一身份认证的声明 · the identity provider, declared"),
    ] = None,
) -> None:
    """打开门户，默认只在本机 · Serve the portal, on this machine alone unless told otherwise."""
    if ctx.invoked_subcommand:
        return
    if home is None:
        leave("--home: 请指明运行目录 · say which home")
    import threading

    import uvicorn

    from pipelines.stages.portal_review import HomeReview
    from warehouse.model import Home
    from warehouse.portal import OidcSettingsError, portal, read_oidc_settings
    from warehouse.portal.warm import keep_warm

    place = Home.of(existing(ctx, home).resolve())
    try:
        single = read_oidc_settings(oidc) if oidc else None
    except OidcSettingsError as error:
        leave(f"--oidc {error}")
    if single and single.redirect_uri.startswith("https:") and not https:
        leave("--oidc: redirect_uri 为 https，请加 --https · redirect_uri is https: say --https too")
    served = portal(place, HomeReview(place), secure=https, verification_days=verification_days, oidc=single)
    if not served.state.accounts.all():
        leave("尚无账户，请先 onenet portal user add NAME --role admin · there are no accounts; add one first")
    end = threading.Event()
    threading.Thread(target=keep_warm, args=(served.state.shelf, end), daemon=True).start()
    console().print(f"http://{host}:{port}  （Ctrl-C 结束 to stop）", highlight=False)
    uvicorn.run(
        served, host=host, port=port, access_log=False, log_level="warning", server_header=False,
        proxy_headers=https, timeout_keep_alive=30,
    )  # fmt: skip
    end.set()


@user.command()
def add(
    name: Name,
    role: Annotated[str, typer.Option(help="department steward analyst auditor admin")],
    home: ExistingHome,
    department: Annotated[str, typer.Option(help="部门代码，仅部门角色 · code of the department")] = "",
    ask: Annotated[bool, typer.Option("--ask", help="自行输入首次口令 · type the first password")] = False,
    single: Annotated[
        bool,
        typer.Option("--oidc", help="由统一身份认证登录，没有口令 · signs in at the identity provider, no password"),
    ] = False,
) -> None:
    """新建账户；首次登录须改口令 · Make an account; its password must be changed at the first sign-in."""
    from warehouse import ledger
    from warehouse.model import Home
    from warehouse.portal import AccountError, Role

    if role not in [r.value for r in Role]:
        leave(f"--role: 应为 one of {', '.join(Role)}")
    password = getpass.getpass("口令 password: ") if ask and not single else secrets.token_urlsafe(12)
    place = Home.of(home.resolve())
    try:
        if single:
            _accounts(home).add_federated(name, Role(role), department)
        else:
            _accounts(home).add(name, Role(role), department, password)
    except AccountError as refused:
        leave(str(refused))
    ledger.append(place, "grant", "onenet", user=name, change="made", role=role, department=department)
    shown = "" if ask or single else f"，首次口令 first password: {password}"
    console().print(f"已建 made {name}（{role}）{shown}", highlight=False, soft_wrap=True)


@user.command("list")
def listed(home: ExistingHome) -> None:
    """列出账户 · List the accounts."""
    from rich.table import Table

    table = Table("用户 user", "角色 role", "部门 department", "状态 state")
    for account in _accounts(home).all():
        state = "停用 closed" if account.closed else "锁定 locked" if account.locked else "正常 open"
        table.add_row(account.name, account.role.value, account.department, state)
    console().print(table)


@user.command()
def reset(name: Name, home: ExistingHome) -> None:
    """重置口令并解锁 · Set a new first password and unlock."""
    from warehouse import ledger
    from warehouse.model import Home
    from warehouse.portal import AccountError

    password = secrets.token_urlsafe(12)
    try:
        _accounts(home).set_password(name, password, must_change=True)
    except AccountError as refused:
        leave(str(refused))
    ledger.append(Home.of(home.resolve()), "grant", "onenet", user=name, change="password")
    console().print(f"{name}: 首次口令 first password: {password}", highlight=False, soft_wrap=True)


@user.command()
def close(
    name: Name,
    home: ExistingHome,
    again: Annotated[bool, typer.Option("--open", help="重新启用 · open it again")] = False,
) -> None:
    """停用账户，其会话立即失效 · Close an account; its sessions end at once."""
    from warehouse import ledger
    from warehouse.model import Home
    from warehouse.portal import AccountError

    try:
        _accounts(home).close(name, not again)
    except AccountError as refused:
        leave(str(refused))
    ledger.append(Home.of(home.resolve()), "grant", "onenet", user=name, change="opened" if again else "closed")
    console().print(f"{name}: {'启用 open' if again else '停用 closed'}", highlight=False)


def _accounts(home: Path) -> Accounts:
    from warehouse.model import Home
    from warehouse.portal import Accounts

    return Accounts(Home.of(home.resolve()))
