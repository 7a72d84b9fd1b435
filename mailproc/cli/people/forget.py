"""`forget`: erase a person; what is left keeps the address suppressed and says no more than when and why."""

import asyncio
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from mailproc.cli.people.people import PersonArgument
from mailproc.cli.shell.context import AccountOption, ConfigOption, JsonOption, account_named, settings_of
from mailproc.cli.shell.storage import open_store, run
from mailproc.cli.shell.terminal import EX_CONFIG, EX_DATAERR, EX_NOINPUT, EX_TEMPFAIL, EX_USAGE, err, out, print_json
from mailproc.errands.given import named
from mailproc.policy.standing.facts import Channel, Fact, FactKind
from mailproc.policy.standing.mention import Mentions
from mailproc.policy.standing.scope import EVERYWHERE
from mailproc.settings.settings import Settings
from mailproc.store.erasure.traces import Traces
from mailproc.store.store import Store

_POLL_SECONDS = 0.5
_CLOCKS_APART = timedelta(minutes=5)  # of machines that take mail: what comes meanwhile may be of a little before
_COLUMNS = (
    SpinnerColumn(),
    TextColumn("looking through the mail of account {task.description}"),
    TextColumn("{task.completed:.0f} mails"),
    TimeElapsedColumn(),
)
_NO_PEPPER = """there is no pepper, with which the address is hashed so that it stays suppressed. Make one, outside of
the database and its backups, and name it in the settings of every process:
    umask 077; python3 -c 'import secrets; print(secrets.token_hex(32))' > /etc/mailproc/pepper-{year}
    [erasure.peppers]
    {year} = "file:/etc/mailproc/pepper-{year}"
then restart the service"""


def forget(
    person: PersonArgument,
    account: AccountOption = None,
    apply: Annotated[bool, typer.Option("--apply", help="Do it. Without this nothing changes.")] = False,
    by: Annotated[str, typer.Option("--by", help="Who erases; kept.")] = "",
    reason: Annotated[str, typer.Option("--reason", help="Why, as a code or a reference; kept. Name nobody.")] = "",
    wait: Annotated[float, typer.Option("--wait", min=0, help="Seconds to wait until the hooks have been told.")] = 30,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Erase a person but for a keyed hash, which keeps the address suppressed.

    Date, reason and whoever did it stay, too. Shows what would go, and goes through with it when told to: first the
    person is taken off and the hooks are told, then everything goes, decisions, raw mail and events included. An
    address is forgotten in every account, a subscriber key in one. Exit 75 while hooks have not been told, or something
    still waits for a person: run it again.

    Example: `mailproc forget pat@example.org --apply --by kim --reason "art-17 2026-031"`
    """
    settings = settings_of(config)
    address, key = named(person)
    known = account_named(settings, account) if account or key else None
    if not settings.erasure.peppers:
        err.print("mailproc: " + _NO_PEPPER.format(year=datetime.now(UTC).year), markup=False)
        raise typer.Exit(EX_CONFIG)
    if apply and not (by and reason):
        err.print("mailproc: --apply needs --by and --reason: they are what is left of it")
        raise typer.Exit(EX_USAGE)
    if Mentions([address or ""], [key or ""]).in_text(f"{by} {reason}"):
        err.print("mailproc: --by and --reason are kept: they must not name the person")
        raise typer.Exit(EX_DATAERR)
    code, found = run(_forget(settings, address or key or "", known, by, reason, wait, apply=apply, quiet=as_json))
    if as_json:
        print_json({"applied": apply and code == 0, "accounts": [_as_json(one) for one in found]})
    if code:
        raise typer.Exit(code)


async def _forget(
    settings: Settings, text: str, account: str | None, by: str, reason: str, wait: float, *, apply: bool, quiet: bool
) -> tuple[int, list[Traces]]:
    async with open_store(settings) as store:
        began = datetime.now(UTC) - _CLOCKS_APART
        found = await _found(store, text, account)
        if not found:
            err.print(f"mailproc: nothing is known of {text}", markup=False)
            return EX_NOINPUT, []
        if (why := await _obstacle(store, text, found)) is not None:
            err.print(f"mailproc: {why[1]}", markup=False)
            return why[0], found
        if apply:
            await _take_off(store, text, found, by, reason)
            found = await _until_told(store, text, account, found, wait)
            found = [await store.erasure.with_mails_since(one, began) for one in found]
        if not quiet:
            _print(found, apply=apply, pepper=sorted(settings.erasure.peppers)[-1])
        if problems := _not_yet(found):
            for problem in problems:
                err.print(f"not yet: {problem}", markup=False)
            return (EX_TEMPFAIL if apply else 0), found
        if apply:
            mentioned = await _only_mentioned(store, text, account, found)
            return await _erase(store, found, mentioned, by, reason, began, quiet=quiet), found
        if not quiet:
            out.print("nothing was changed; --apply --by NAME --reason CODE does it", style="dim")
        return 0, found


async def _found(store: Store, text: str, account: str | None) -> list[Traces]:
    """What each account holds, mails included; accounts that hold nothing are left out."""
    found = []
    with Progress(*_COLUMNS, console=err, transient=True, disable=not err.is_terminal) as progress:
        for one in await store.erasure.find(text, account):
            bar = progress.add_task(one.account_id, total=None)
            async for looked_at, mails in store.erasure.search(one):
                one = replace(one, mails=(*one.mails, *mails))
                progress.advance(bar, looked_at)
            progress.remove_task(bar)
            found.append(one)
    return [one for one in found if not one.is_empty]


async def _only_mentioned(store: Store, text: str, account: str | None, found: list[Traces]) -> list[Traces]:
    """The other accounts: what was said of somebody else there may mention the person all the same."""
    accounts = {one.account_id for one in found}
    return [one for one in await store.erasure.find(text, account) if one.account_id not in accounts]


async def _obstacle(store: Store, text: str, found: list[Traces]) -> tuple[int, str] | None:
    """Why nothing is done at all: exit code and sentence; None where nothing stands in the way."""
    if "@" in text:
        return None
    [one] = found
    if not one.named.address_keys:
        return EX_DATAERR, f"{text} has no address, so that nothing could keep the person suppressed: give it one first"
    if others := await store.erasure.sharing(one):
        addresses = ", ".join(sorted(one.named.written))
        return EX_DATAERR, (
            f"{', '.join(others)} {'has' if len(others) == 1 else 'have'} the same address: forget that, {addresses},"
            " with all who have it, or give the others their own first"
        )
    return None


async def _take_off(store: Store, text: str, found: list[Traces], by: str, reason: str) -> None:
    """The person is out before the address goes, in every account, and the hooks are told so while there is one."""
    now = datetime.now(UTC)
    for one in found:
        if one.account_id == EVERYWHERE or await store.erasure.is_out(one):
            continue
        who = {"address": text} if "@" in text else {"key": text}
        said = {"by": by, "reason": reason}
        fact = Fact(
            kind=FactKind.opt_out,
            account_id=one.account_id,
            occurred_at=now,
            channel=Channel.command,
            evidence=said,
            **who,  # type: ignore[arg-type]
        )
        await store.record_facts([fact])


async def _until_told(store: Store, text: str, account: str | None, found: list[Traces], wait: float) -> list[Traces]:
    """The same as it is once the hooks have been told, or when `wait` seconds are over."""
    mails = {one.account_id: one.mails for one in found}
    until = time.monotonic() + wait
    while True:
        now = [one for one in await store.erasure.find(text, account) if one.account_id in mails]
        now = [replace(one, mails=mails[one.account_id]) for one in now]
        pending = any(entry.state == "pending" for one in now for entry in one.untold)
        if not pending or time.monotonic() >= until:
            return now
        await asyncio.sleep(_POLL_SECONDS)


def _not_yet(found: list[Traces]) -> list[str]:
    """What has to happen first, a sentence each."""
    problems = []
    for one in found:
        for entry in one.untold:
            problem = f"{entry.hook} has not got outbox entry {entry.id} ({entry.state})"
            then = f": mailproc outbox retry {entry.id}, or outbox drop {entry.id}"
            problems.append(problem + ("" if entry.state == "pending" else then))
        problems += [f"mail {mail_id} of theirs is not decided yet" for mail_id in one.undecided]
        problems += [
            f"review {mail_id} names others, too, and needs its mail: mailproc review show {mail_id}"
            for mail_id in one.waiting_for_others
        ]
    return problems


async def _erase(
    store: Store, found: list[Traces], mentioned: list[Traces], by: str, reason: str, began: datetime, *, quiet: bool
) -> int:
    accounts = [one.account_id for one in found]
    done = [await store.erasure.forget_mentions(one) for one in mentioned]
    done += [await store.erasure.forget(one, by=by, reason=reason, others=accounts) for one in found]
    is_clean = await store.erasure.clean_file()
    if not all(done):
        err.print("not yet: something new is said of them, or hooks have still to be told of them; run it again")
        return EX_TEMPFAIL
    if not all([await _is_forgotten(store, one, began) for one in found]):
        err.print("not yet: a mail that names them came just now; run it again")
        return EX_TEMPFAIL
    if not quiet:
        out.print("forgotten; the address stays suppressed until the person asks for mail again (`resubscribe`)")
        out.print("what was deleted earlier may still be in the file: `mailproc db vacuum`", style="dim")
    if not is_clean:
        err.print("somebody reads the database: `mailproc db vacuum` empties its log later")
    return 0


async def _is_forgotten(store: Store, one: Traces, began: datetime) -> bool:
    """Whether no mail that came meanwhile names the person: what was found before names nobody any more."""
    async for _, mails in store.erasure.search(one, since=began):
        if mails:
            return False
    return True


def _print(found: list[Traces], *, apply: bool, pepper: str) -> None:
    out.print("goes:" if apply else "would go:")
    for one in found:
        where = "everywhere" if one.account_id == EVERYWHERE else f"account {one.account_id}"
        alone = sum(mail.alone for mail in one.mails)
        counts = [
            (one.subscribers, "subscriber", "subscribers"),
            (one.subscriptions, "subscription", "subscriptions"),
            (one.facts, "fact", "facts"),
            (one.events, "event or forward", "events and forwards"),
            (alone, "mail whole", "mails whole"),
            (len(one.mails) - alone, "mail as far as it names them", "mails as far as they name them"),
        ]
        told = ", ".join(f"{count} {word if count == 1 else words}" for count, word, words in counts if count)
        out.print(f"  {where}: {told}", markup=False)
    out.print(f"stays: a keyed hash of the address (pepper {pepper}), when, by whom and why", markup=False)


def _as_json(one: Traces) -> dict[str, object]:
    return {
        "account": one.account_id,
        "subscribers": one.subscribers,
        "subscriptions": one.subscriptions,
        "facts": one.facts,
        "events": one.events,
        "mails": [mail.mail_id for mail in one.mails],
        "not_told": [{"entry": entry.id, "hook": entry.hook, "state": entry.state} for entry in one.untold],
        "undecided": one.undecided,
        "reviews_of_others": one.waiting_for_others,
    }
