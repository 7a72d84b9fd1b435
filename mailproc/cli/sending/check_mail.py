"""`check-mail`: what an outgoing mail lacks, before a million of it are sent."""

from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from mailproc.authenticity.organization import is_aligned
from mailproc.cli.shell.context import AccountOption, ConfigOption, JsonOption, account_named, settings_of
from mailproc.cli.shell.one_mail import MailArgument, read_one_mail
from mailproc.cli.shell.terminal import harmless, out, print_json, print_table
from mailproc.mail.reading.message import read_message
from mailproc.policy.outgoing.check import check_outgoing
from mailproc.policy.outgoing.finding import Finding, Outgoing, Weight, Wishes

_COLOURS = {Weight.must: "bold red", Weight.should: "yellow"}


def check_mail(
    file: MailArgument,
    account: AccountOption = None,
    transactional: Annotated[bool, typer.Option("--transactional", help="Receipts, passwords, recalls.")] = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Show what an outgoing commercial mail lacks, who says so, and what to do about it.

    Best a mail that was sent to a mailbox of yours, signatures and all: they are read, and not verified. Exit 1 when
    something is missing that mail must have; 65 when it is no mail.

    Examples: `mailproc check-mail march.eml` · `mailproc check-mail - --json < march.eml`
    """
    settings = settings_of(config)
    account_id = account_named(settings, account)
    known = next(one for one in settings.account if one.id == account_id)
    content, _ = read_one_mail(file)
    mail = Outgoing(
        message=read_message(content),
        account=known.policy(),
        wishes=Wishes(
            unsubscribe_links=known.outgoing.unsubscribe_links,
            profile_links=known.outgoing.profile_links,
            postal_address=known.outgoing.postal_address,
        ),
        is_aligned=is_aligned,
    )
    found = check_outgoing(mail, commercial=not transactional)
    lacks = any(one.weight is Weight.must for one in found)
    if as_json:
        print_json({"account": account_id, "ok": not lacks, "findings": [_as_json(one) for one in found]})
    else:
        _print(found, transactional=transactional)
    if lacks:
        raise typer.Exit(1)


def _print(found: tuple[Finding, ...], *, transactional: bool) -> None:
    table = Table.grid(padding=(0, 2, 0, 0))
    for one in found:
        table.add_row(Text(one.weight.value, _COLOURS[one.weight]), Text(f"{harmless(one.said)}  ({one.source})"))
        table.add_row("", Text(harmless(one.remedy), "dim"))
    print_table(table)
    kind = "transactional" if transactional else "commercial"
    musts = sum(one.weight is Weight.must for one in found)
    if not found:
        out.print(f"nothing is missing in this {kind} mail; signatures were read, not verified", markup=False)
    else:
        out.print(f"{musts} missing that {kind} mail must have, {len(found) - musts} that it should have", markup=False)
        out.print("signatures were read, not verified", style="dim")


def _as_json(one: Finding) -> dict[str, str]:
    return {"id": one.id, "weight": one.weight.value, "said": one.said, "source": one.source, "remedy": one.remedy}
