"""`api-token create|list|revoke`: tokens by which programs use the API."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.table import Table

from mailproc.cli.shell.context import (
    AccountOption,
    ConfigOption,
    JsonOption,
    OnlyAccountOption,
    account_named,
    operator,
    settings_of,
)
from mailproc.cli.shell.storage import open_store, run
from mailproc.cli.shell.terminal import err, out, print_json, print_table
from mailproc.errors import NotFound, Unusable
from mailproc.policy.tokens.api_token import MEANINGS, SECRET_BYTES, ApiToken, Scope, digest_of_secret, secret_of
from mailproc.settings.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Tokens by which programs use the API.")
_SCOPES = "; ".join(f"{scope}: {means}" for scope, means in MEANINGS.items())


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="What the program is called, so that you know it again.")],
    scope: Annotated[list[Scope], typer.Option("--scope", "-s", help=f"May be repeated. {_SCOPES}.")],
    account: AccountOption = None,
    days: Annotated[int | None, typer.Option(min=1, max=3650, help="For how many days it holds; for ever.")] = None,
    by: Annotated[str, typer.Option("--by", help="Who makes it; else your user name.")] = "",
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Make a token for one account. It is shown this once: what is kept cannot be turned back into it.

    Example: `mailproc api-token create newsletter-tool --scope read --scope write --days 365`
    """
    settings = settings_of(config)
    if not name.strip() or not name.isprintable() or len(name) > 100:
        raise Unusable("the name of a program is 1 to 100 printable characters")
    now = datetime.now(UTC)
    token = ApiToken(
        id=secrets.token_hex(8),
        account_id=account_named(settings, account),
        name=name,
        scopes=frozenset(scope),
        created_at=now,
        created_by=operator(by),
        expires_at=now + timedelta(days=days) if days else None,
    )
    secret = secret_of(secrets.token_urlsafe(SECRET_BYTES))
    run(_put(settings, token, digest_of_secret(secret)))
    if as_json:
        print_json({**_as_json(token, now), "token": secret})
        return
    err.print(f"token {token.id} of account {token.account_id}; keep it now, it is not shown again:", markup=False)
    typer.echo(secret)


@app.command("list")
def show_all(account: OnlyAccountOption = None, as_json: JsonOption = False, config: ConfigOption = None) -> None:
    """Show every token that was made, who made it, when it was used last, and whether it holds.

    Example: `mailproc api-token list --account acme`
    """
    settings = settings_of(config)
    found = run(_all(settings, account_named(settings, account) if account else None))
    now = datetime.now(UTC)
    if as_json:
        print_json([_as_json(one, now) for one in found])
        return
    if not found:
        out.print("no tokens: `mailproc api-token create` makes one", markup=False)
        return
    table = Table("id", "account", "name", "scopes", "made", "by", "used", "holds", box=None)
    for one in found:
        used = f"{one.last_used_at:%Y-%m-%d}" if one.last_used_at else "never"
        until = f"until {one.expires_at:%Y-%m-%d}" if one.expires_at else "yes"
        scopes, made = " ".join(sorted(one.scopes)), f"{one.created_at:%Y-%m-%d}"
        table.add_row(one.id, one.account_id, one.name, scopes, made, one.created_by, used, one.why_not(now) or until)
    print_table(table)


@app.command()
def revoke(
    token_id: Annotated[str, typer.Argument(help="Its id, as `api-token list` shows it.")], config: ConfigOption = None
) -> None:
    """Let a token open nothing from now on; running services heed it at once.

    Example: `mailproc api-token revoke 3f0c5a9d1b7e2468`
    """
    if not run(_revoke(settings_of(config), token_id)):
        raise NotFound(f"there is no token {token_id} that holds; `mailproc api-token list` shows them")
    out.print(f"revoked: {token_id}", markup=False)


def _as_json(one: ApiToken, now: datetime) -> dict[str, object]:
    return {
        "id": one.id,
        "account": one.account_id,
        "name": one.name,
        "scopes": sorted(one.scopes),
        "created_at": one.created_at.isoformat(),
        "created_by": one.created_by,
        "expires_at": one.expires_at and one.expires_at.isoformat(),
        "revoked_at": one.revoked_at and one.revoked_at.isoformat(),
        "last_used_at": one.last_used_at and one.last_used_at.isoformat(),
        "holds": one.why_not(now) is None,
    }


async def _put(settings: Settings, token: ApiToken, digest: str) -> None:
    async with open_store(settings) as store:
        await store.tokens.put(token, digest)


async def _all(settings: Settings, account: str | None) -> list[ApiToken]:
    async with open_store(settings) as store:
        return await store.tokens.all(account)


async def _revoke(settings: Settings, token_id: str) -> bool:
    async with open_store(settings) as store:
        mine = [one for one in await store.tokens.all() if one.id == token_id]
        return bool(mine) and await store.tokens.revoke(mine[0].account_id, token_id)
