"""`serve`: the service until a signal; `deliver`: one mail on standard input, for pipes."""

import asyncio
import secrets
import signal
import sys
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Annotated, Any

import structlog
import typer

from mailproc.cli.shell.context import ConfigOption, checked_settings, settings_of
from mailproc.cli.shell.garbage import keep_for_good
from mailproc.cli.shell.storage import open_store, run
from mailproc.cli.shell.terminal import EX_TEMPFAIL, err, while_rules_are_read
from mailproc.errors import MailprocError, SettingsError
from mailproc.log import configure_logging
from mailproc.mail.arrival.envelope import Envelope
from mailproc.policy.account import Accounts
from mailproc.rule_sets.files import load_rules
from mailproc.service.intake import inbound_mails
from mailproc.service.service import ROLES, Service
from mailproc.settings.account_policies import policies_of
from mailproc.settings.settings import Settings
from mailproc.store.engine.database import create_if_new


def serve(
    config: ConfigOption = None,
    roles: Annotated[str, typer.Option(help=f"Which roles this process plays, of: {', '.join(ROLES)}.")] = ",".join(
        ROLES
    ),
) -> None:
    """Run the service: listener, decider, sync workers, HTTP endpoints.

    SIGTERM and Ctrl-C finish what is in hand; SIGHUP reads certificates and rules again, and rules are read also when
    their files change. A database that does not exist yet is made.

    Example: `mailproc serve --config mailproc.toml`
    """
    settings = checked_settings(config)
    chosen = tuple(role.strip() for role in roles.split(",") if role.strip())
    if unknown := set(chosen) - set(ROLES):
        raise SettingsError([f"unknown role {', '.join(sorted(unknown))}; there are {', '.join(ROLES)}"])
    configure_logging(settings.log.level, settings.log.format, mask_addresses=settings.log.mask_addresses)
    run_on_fast_loop(_serve(settings, chosen))


async def _serve(settings: Settings, roles: tuple[str, ...]) -> None:
    with while_rules_are_read():
        rules = load_rules(settings.rules)
        rules.make_ready()
    await create_if_new(settings.database)
    service = Service(settings, rules, roles)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    loop.add_signal_handler(signal.SIGHUP, service.reload)
    await service.start()
    keep_for_good()
    await stop.wait()
    await service.stop()


def run_on_fast_loop(work: Coroutine[Any, Any, None]) -> None:
    """On uvloop where it exists."""
    try:
        import uvloop
    except ImportError:
        asyncio.run(work)
        return
    uvloop.run(work)


def deliver(
    to: Annotated[list[str], typer.Option("--to", help="Envelope recipient; may be repeated.")],
    sender: Annotated[str, typer.Option("--from", help="Envelope sender; empty for the null sender.")] = "",
    config: ConfigOption = None,
) -> None:
    """Take one mail on standard input, durably; a running service decides it.

    For a pipe of your mail server. Exit 0 once the mail is on disk, 75 when it must come again later.

    Example: `mailproc deliver --to reply@reply.acme.example --from pat@example.org < mail.eml`
    """
    try:
        content = sys.stdin.buffer.read()
        settings = settings_of(config)
        configure_logging(settings.log.level, settings.log.format, mask_addresses=settings.log.mask_addresses)
        run(_deliver(settings, Envelope(mail_from=sender or None, rcpt_tos=tuple(to)), content))
    except (MailprocError, OSError) as error:  # a mistake of ours must not bounce a mail
        err.print(f"mailproc: {error}", markup=False)
        raise typer.Exit(EX_TEMPFAIL) from None


async def _deliver(settings: Settings, envelope: Envelope, content: bytes) -> None:
    await create_if_new(settings.database)
    accounts = Accounts(policies_of(settings))
    # An unknown recipient is parked, not refused: refusing would make our own mail server bounce.
    mails = inbound_mails(envelope, content, accounts, now=datetime.now(UTC), random_bits=secrets.randbits)
    async with open_store(settings) as store:
        for receipt in await store.accept(mails):
            structlog.get_logger().info("accepted", mail=receipt.mail_id, account=receipt.account_id)
        for mail in mails:
            if mail.envelope.parked:
                rcpt_tos = ", ".join(mail.envelope.rcpt_tos)
                err.print(f"mailproc: {rcpt_tos}: {mail.envelope.parked}; kept for review", markup=False)
