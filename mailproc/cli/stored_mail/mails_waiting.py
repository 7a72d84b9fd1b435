"""`mail waiting`: mail that is not decided yet, because DNS gave no answer about its sender."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from mailproc.cli.shell.context import ConfigOption, JsonOption, OnlyAccountOption, account_named, settings_of
from mailproc.cli.shell.storage import open_store, run
from mailproc.cli.shell.terminal import columns, harmless, is_wide, out, print_json, print_table
from mailproc.policy.deciding.patience import PATIENCE
from mailproc.settings.settings import Settings
from mailproc.store.road.waiting import WaitingMail


def waiting(
    account: OnlyAccountOption = None,
    limit: Annotated[int, typer.Option(min=1, help="How many, the oldest first.")] = 50,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Show mail that is not decided yet: what becomes of it hinges on its sender, and DNS gave no answer.

    It is asked about again at growing pauses; after 24 hours it is a review.

    Example: `mailproc mail waiting --json`
    """
    settings = settings_of(config)
    found = run(_waiting(settings, account and account_named(settings, account), limit))
    if as_json:
        print_json([_as_json(one) for one in found])
        return
    if not found:
        out.print("nothing waits for an answer about its sender")
        return
    print_table(_table(found, datetime.now(UTC)))
    out.print("look at one with `mailproc mail show ID`", style="dim")


async def _waiting(settings: Settings, account_id: str | None, limit: int) -> list[WaitingMail]:
    async with open_store(settings) as store:
        return await store.waiting.all(account_id, limit=limit)


def _table(found: list[WaitingMail], now: datetime) -> Table:
    wide = is_wide()
    table = Table(box=None, pad_edge=False, header_style="bold", width=None if wide else columns())
    table.add_column("id", no_wrap=True, min_width=26)
    table.add_column("came", no_wrap=True, min_width=11)
    table.add_column("asked again", no_wrap=True, min_width=11)
    table.add_column("from and to", overflow="fold")
    for one in found:
        sender, to = one.envelope.mail_from or "<>", ", ".join(one.envelope.rcpt_tos)
        pause = max(0, round((one.next_at - now).total_seconds() / 60))
        again = f"in {pause} min" if pause else "now"
        table.add_row(one.id, f"{one.received_at:%m-%d %H:%M}", again, Text(harmless(f"{sender} → {to}")))
    return table


def _as_json(one: WaitingMail) -> dict[str, object]:
    return {
        "id": one.id,
        "account": one.account_id,
        "mail_from": one.envelope.mail_from,
        "rcpt_tos": list(one.envelope.rcpt_tos),
        "received_at": one.received_at.isoformat(),
        "next_at": one.next_at.isoformat(),
        "review_at": (one.received_at + PATIENCE).isoformat(),
    }
