"""`token keygen|make|read`: keys for address tokens, and what a token says."""

import os
import secrets
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from mailproc.cli.shell.context import (
    AccountOption,
    ConfigOption,
    JsonOption,
    account_named,
    settings_of,
    settings_with_lists,
)
from mailproc.cli.shell.terminal import EX_CANTCREAT, EX_DATAERR, EX_USAGE, err, out, print_json
from mailproc.policy.account import AccountPolicy
from mailproc.policy.stamp import left_by
from mailproc.policy.standing.lists import list_of_number
from mailproc.policy.tokens.token import (
    MAX_LOCAL_PART,
    Purpose,
    Token,
    find_tokens,
    key_ids_in,
    make_token,
    signing_key_of,
)
from mailproc.policy.tokens.token_key import number_of_send, subscriber_of
from mailproc.settings.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Signed address tokens: keys for them, and what one says.")
_MAX_KEYS = 16
_DAY = timedelta(days=1)


@app.command()
def keygen(
    account: AccountOption = None,
    target: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write the secret into this new file, which only you may read.")
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Make a new key, with the number after the highest in use, as a line for the settings file.

    The highest number signs from then on, all verify. Keep old keys for 400 days: people answer old mail.

    Example: `mailproc token keygen --out token-1.key`
    """
    settings = settings_of(config)
    used: list[int] = []
    if settings.account:
        account_id = account_named(settings, account)
        used = list(_policy(settings, account_id).token_keys)
    kid = max(used, default=0) + 1
    if kid >= _MAX_KEYS:
        err.print("mailproc: key 15 is in use, the highest there can be; no newer key can sign")
        raise typer.Exit(EX_DATAERR)
    secret = secrets.token_hex(32)
    if target is not None:
        _write_secret(target, secret)
        secret = f"file:{target.absolute()}"
    err.print("for [account.token_keys] in the settings; the secret can be env:NAME or file:PATH, too", markup=False)
    typer.echo(f'{kid} = "{secret}"')


def _write_secret(target: Path, secret: str) -> None:
    """Into a new file of mode 600: a key that signs already is never overwritten. Raises typer.Exit(73)."""
    try:
        with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(f"{secret}\n")
    except OSError as error:
        err.print(f"mailproc: {target}: cannot be written: {error.strerror}", markup=False)
        raise typer.Exit(EX_CANTCREAT) from None


@app.command()
def make(
    person: Annotated[str, typer.Option("--person", help="Subscriber key.")],
    purpose: Annotated[str, typer.Option(help="unsubscribe, bounce, reply, feedback or profile.")] = "unsubscribe",
    list_id: Annotated[str | None, typer.Option("--list", help="With `unsubscribe`: only this list.")] = None,
    send: Annotated[str | None, typer.Option("--send", help="Your id of the send.")] = None,
    account: AccountOption = None,
    config: ConfigOption = None,
) -> None:
    """Make one address with a token, as `mailproc headers` does.

    `unsubscribe` leaves the --list, without it the lists that the --send went to, and without both the whole account.

    Example: `mailproc token make --person 1234567890123 --purpose bounce --send 42`
    """
    settings = settings_with_lists(config)
    policy = _policy(settings, account_named(settings, account))
    kid = signing_key_of(policy.token_keys)
    if kid is None:
        err.print(f"mailproc: account {policy.id} has no token_keys; make one: mailproc token keygen", markup=False)
        raise typer.Exit(EX_DATAERR)
    if list_id is not None and (purpose != "unsubscribe" or list_id not in policy.lists):
        err.print(f"mailproc: --list goes with purpose unsubscribe, and must be one of: {', '.join(policy.lists)}")
        raise typer.Exit(EX_USAGE)
    try:
        what, about, also_send = _meant(purpose, list_id, number_of_send(send))
        token = Token(
            purpose=what,
            subscriber=subscriber_of(person),
            message=about,
            day=(datetime.now(UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // _DAY,
            kid=kid,
            send=also_send,
        )
        local_part = make_token(token, policy.token_keys)
        if len(local_part) > MAX_LOCAL_PART:
            raise ValueError("this key leaves an address room for a list or for a send, not for both")
    except ValueError as error:
        err.print(f"mailproc: {error}", markup=False)
        raise typer.Exit(EX_DATAERR) from None
    typer.echo(f"{local_part}@{policy.domains[0]}")


def _meant(word: str, list_id: str | None, send: int) -> tuple[Purpose, int, int]:
    """Purpose, what it is about, and the send beside a list. Raises ValueError for a word that is no purpose."""
    if word == "unsubscribe":
        return left_by(list_id, send)
    if word in ("bounce", "reply", "feedback", "profile"):
        return Purpose[word], send, 0
    raise ValueError(f"purpose {word!r}: must be unsubscribe, bounce, reply, feedback or profile")


@app.command()
def read(
    text: Annotated[str, typer.Argument(help="An address, a header, any text; `-`: standard input.")],
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Tell what the tokens in a text say: account, person, send, day; exit 65 when none verifies.

    Purpose `unsubscribe_list` leaves one list, `unsubscribe_send` those of its send, `unsubscribe_all` the account.

    Example: `mailproc token read u-ceaqaaabd5y7wbglaaaaabtzgjiubozftnjofvvgcwganmm2@reply.acme.example`
    """
    settings = settings_with_lists(config)
    text = sys.stdin.read(1_000_000) if text == "-" else text
    found = [_told(token, policy) for policy in _policies(settings) for token in _tokens_in(text, policy)]
    if as_json:
        print_json(found)
    for one in () if as_json else found:
        out.print("  ".join(f"{name} {value}" for name, value in one.items() if value is not None), markup=False)
    if not found:
        err.print(f"mailproc: {_why_none(text, settings)}", markup=False)
        raise typer.Exit(EX_DATAERR)


def _tokens_in(text: str, policy: AccountPolicy) -> list[Token]:
    """Each token once; white space that folding or wrapping put into one is forgiven."""
    found = [*find_tokens(text, policy.token_keys), *find_tokens("".join(text.split()), policy.token_keys)]
    return list(dict.fromkeys(found))


def _told(token: Token, policy: AccountPolicy) -> dict[str, str | int | None]:
    of_list = token.purpose == Purpose.unsubscribe_list
    return {
        "account": policy.id,
        "purpose": token.purpose.name,
        "person": token.key,
        "list": (list_of_number(token.message, policy.lists) or f"unknown ({token.message})") if of_list else None,
        "send": token.send_number,
        "issued": f"{datetime(1970, 1, 1, tzinfo=UTC) + token.day * _DAY:%Y-%m-%d}",
        "key_id": token.kid,
    }


def _why_none(text: str, settings: Settings) -> str:
    shaped = sorted(set(key_ids_in(text)))
    if not shaped:
        return "nothing here has the shape of a token: u-, b-, r-, f- or p- and 48, 58, 61 or 71 letters and digits"
    known = sorted({kid for policy in _policies(settings) for kid in policy.token_keys})
    return (
        f"has the shape of a token of key {', '.join(map(str, shaped))}, but no key verifies it; keys in the settings: "
        f"{', '.join(map(str, known)) or 'none'}. It was made with another key, was changed on the way, or is forged"
    )


def _policies(settings: Settings) -> list[AccountPolicy]:
    return [one.policy() for one in settings.account]


def _policy(settings: Settings, account_id: str) -> AccountPolicy:
    return next(one.policy() for one in settings.account if one.id == account_id)
