"""`selftest`: a synthetic opt-out through the real listener of the running service, watched to its end (R53)."""

import asyncio
import secrets
import smtplib
import ssl
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from typing import Annotated

import typer

from mailproc.cli.shell.context import ConfigOption, JsonOption, OnlyAccountOption, account_named, settings_of
from mailproc.cli.shell.storage import open_store, run
from mailproc.cli.shell.terminal import EX_CONFIG, EX_UNAVAILABLE, err, out, print_json
from mailproc.errors import StoreError
from mailproc.policy.decision import Action
from mailproc.policy.hooks.event import OutboxState
from mailproc.policy.hooks.probe import probe_address, probe_mail
from mailproc.policy.standing.send import SendTerms
from mailproc.policy.standing.standing import Status
from mailproc.settings.settings import AccountSettings, Settings
from mailproc.store.desk.probes import Probe
from mailproc.store.results import Subscriber
from mailproc.store.store import Store

_POLL_SECONDS = 0.05
_SMTP_SECONDS = 30
_LEFT_AFTER = timedelta(hours=1)  # a probe that is older, and than its own limit, was broken off
_ANY = {"0.0.0.0": "127.0.0.1", "[::]": "::1", "*": "127.0.0.1"}  # noqa: S104 - where a listener listens


@dataclass(slots=True, kw_only=True)
class Run:
    """One account's probe: how many seconds each leg took, and at which one it ended, if it did not pass all."""

    account_id: str
    legs: dict[str, float] = field(default_factory=dict)
    failed: str | None = None
    skipped: str | None = None
    mail_id: str | None = None
    leg: str = "probe"
    begun_at: float = 0.0

    def begin(self, leg: str) -> None:
        """The next leg."""
        self.leg, self.begun_at = leg, time.perf_counter()

    def passed(self) -> None:
        """It is over, and all is well."""
        self.legs[self.leg] = time.perf_counter() - self.begun_at

    async def wait(self, leg: str, is_so: Callable[[], Awaitable[bool]]) -> None:
        """Ask again and again until it is so. Raises what asking raises."""
        self.begin(leg)
        while True:
            if await is_so():
                self.passed()
                return
            await asyncio.sleep(_POLL_SECONDS)


class _Failed(Exception):
    """A leg was not passed; its text says why."""


def selftest(
    account: OnlyAccountOption = None,
    server: Annotated[
        str, typer.Option("--server", help="host:port of the listener; else the first of `listen`.")
    ] = "",
    limit: Annotated[float, typer.Option("--limit", min=1, help="Seconds that each account may take.")] = 300,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Send a synthetic opt-out through the running service, and see that it is honoured.

    Each leg is measured. A probe subscriber is made, asks by SMTP to be taken off, and must be out in the next send
    check; hooks that want to hear of probes (`probes = true`) must be told. Then everything about it is deleted. For
    every account unless one is named. Exit 69 when a leg fails or takes too long: for monitoring.

    Example: `mailproc selftest --limit 60`
    """
    settings = settings_of(config)
    names = [account_named(settings, account)] if account else [one.id for one in settings.account]
    where = _listener(settings, server)
    if where is None or not names:
        err.print("mailproc: no account, or no host:port in smtp.listen: name one with --server")
        raise typer.Exit(EX_CONFIG)
    runs = run(_all(settings, names, where, limit))
    if as_json:
        print_json([_as_json(one) for one in runs])
    else:
        for one in runs:
            _print(one)
    if any(one.failed for one in runs):
        raise typer.Exit(EX_UNAVAILABLE)


def _listener(settings: Settings, server: str) -> tuple[str, int] | None:
    """Where the service listens for SMTP; None where that is no host and port."""
    for socket in (server,) if server else settings.smtp.listen:
        host, _, port = socket.rpartition(":")
        if host and not socket.startswith(("unix:", "fd:")) and port.isdigit() and int(port):
            return _ANY.get(host, host.strip("[]")), int(port)
    return None


async def _all(settings: Settings, names: list[str], where: tuple[str, int], limit: float) -> list[Run]:
    async with open_store(settings) as store:
        return [await _one(store, settings, one, where, limit) for one in settings.account if one.id in names]


async def _one(store: Store, settings: Settings, account: AccountSettings, where: tuple[str, int], limit: float) -> Run:
    done = Run(account_id=account.id)
    if not account.automatic:
        done.skipped = "automatic = false: every request waits for a person"
        return done
    name, now = f"probe-{secrets.token_hex(8)}", datetime.now(UTC)
    probe = Probe(account_id=account.id, key=name, address=probe_address(name), since=now)
    try:
        await store.probes.purge_left(account.id, now - max(_LEFT_AFTER, timedelta(seconds=2 * limit)))
        async with asyncio.timeout(limit):
            await _legs(store, settings, account, where, probe, done)
    except TimeoutError:
        done.failed = f"after {limit:g} s it still waits for: {done.leg}"
    except (_Failed, StoreError, OSError, smtplib.SMTPException) as error:
        done.failed = f"{done.leg}: {error}"
    finally:
        await store.probes.purge(probe)
    return done


async def _legs(
    store: Store,
    settings: Settings,
    account: AccountSettings,
    where: tuple[str, int],
    probe: Probe,
    done: Run,
) -> None:
    """Each leg of the road, one after the other. Raises _Failed, TimeoutError, and whatever SMTP and store raise."""

    async def is_stopped() -> bool:
        terms = SendTerms(account_id=account.id)
        return bool(await store.sends.check.stopped(terms, addresses=[probe.address], keys=[probe.key]))

    async def is_decided() -> bool:
        found = await store.decision_of(done.mail_id or "")
        if found is not None and found.action != Action.unsubscribe.value:
            raise _Failed(f"the mail was taken as {found.kind}, {found.action}: {found.decision.get('reason')}")
        return found is not None

    async def is_out() -> bool:
        found = await store.standings.of(probe.key, account.id)
        return any(one.standing.status is Status.unsubscribed for one in found)

    async def was_told(hook: str) -> bool:
        found = await store.standings.of(probe.key, account.id)
        states = [event.state for one in found for event in one.events if event.hook == hook]
        if OutboxState.dead in states:
            raise _Failed("the event is a dead letter")
        return OutboxState.delivered in states

    await store.put_subscribers([Subscriber(account_id=account.id, key=probe.key, address=probe.address)])
    done.begin("probe may be mailed")
    if await is_stopped():
        raise _Failed("the send check stops somebody who never asked for anything")
    done.passed()
    done.begin("250 of the listener")
    done.mail_id = await _sent(partial(_send, where, account, probe.address))
    done.passed()
    await done.wait("decision", is_decided)
    await done.wait("standing", is_out)
    await done.wait("send check", is_stopped)
    for hook in settings.probe_hooks_of(account.id):
        await done.wait(f"hook {hook}", partial(was_told, hook))


async def _sent(send: Callable[[], str]) -> str:
    """Send in a thread, and leave only once that has ended: it would deliver after everything was deleted."""
    sending = asyncio.create_task(asyncio.to_thread(send))
    try:
        return await asyncio.shield(sending)
    finally:
        await asyncio.wait([sending])
        sending.exception()  # seen: it is raised above, unless the time was over before


def _send(where: tuple[str, int], account: AccountSettings, sender: str) -> str:
    """Give the listener the probe's mail; the id under which it was taken. Raises what smtplib raises, and _Failed."""
    mailboxes = account.mailboxes.unsubscribe or account.mailboxes.reply
    if not mailboxes:
        raise _Failed("the account has neither an unsubscribe nor a reply mailbox")
    recipient = f"{mailboxes[0]}@{account.domains[0]}"
    content = probe_mail(sender, recipient, format_datetime(datetime.now(UTC)))
    with smtplib.SMTP(*where, local_hostname="localhost", timeout=_SMTP_SECONDS) as client:
        client.ehlo()
        if client.has_extn("starttls"):  # whose certificate names the MX, not the address that we connect to
            client.starttls(context=ssl._create_unverified_context())  # noqa: S323
            client.ehlo()
        for code, said in (client.mail(sender), client.rcpt(recipient), client.data(content)):
            if code not in (250, 251):
                raise _Failed(f"{code} {said.decode(errors='replace')}")
    return said.decode().split()[-1]


def _print(one: Run) -> None:
    word, colour = (
        ("failed", "bold red") if one.failed else ("skipped", "yellow") if one.skipped else ("passed", "green")
    )
    out.print(f"[{colour}]{word}[/]  account {one.account_id}{f'  {sum(one.legs.values()):.2f} s' if one.legs else ''}")
    for leg, seconds in one.legs.items():
        out.print(f"  {leg:22} {seconds * 1000:8.0f} ms", markup=False)
    if one.failed or one.skipped:
        out.print(f"  {one.failed or one.skipped}", markup=False)


def _as_json(one: Run) -> dict[str, object]:
    return {
        "account": one.account_id,
        "passed": not one.failed and not one.skipped,
        "seconds": round(sum(one.legs.values()), 3),
        "legs": {leg: round(seconds, 3) for leg, seconds in one.legs.items()},
        "failed": one.failed,
        "skipped": one.skipped,
    }
