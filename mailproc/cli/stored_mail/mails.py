"""`mail list|show`: mail that was decided, and why, as long as it is kept."""

import sys
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from mailproc.cli.saved_mail.explain_page import COLOURS, print_page
from mailproc.cli.shell.context import ConfigOption, JsonOption, OnlyAccountOption, account_named, settings_of
from mailproc.cli.shell.storage import open_store, run
from mailproc.cli.shell.terminal import columns, is_wide, out, print_json, print_table
from mailproc.cli.stored_mail.review_show import marked_text
from mailproc.cli.stored_mail.review_world import world_of
from mailproc.errands.explained import page_of
from mailproc.errors import ContentDropped, NotFound
from mailproc.files.replay import SavedMail
from mailproc.mail.arrival.envelope import InboundMail
from mailproc.mail.mail_kind import MailKind
from mailproc.pipeline import examine_mail
from mailproc.policy.decision import LISTS_MEANT, Action
from mailproc.review.again import recorded_authentication
from mailproc.settings.settings import Settings
from mailproc.store.results import RecordedDecision

IdArgument = Annotated[str, typer.Argument(help="Id of the mail.", show_default=False)]


def show_list(
    account: OnlyAccountOption = None,
    action: Annotated[Action | None, typer.Option(help="Only what came to this.")] = None,
    kind: Annotated[MailKind | None, typer.Option(help="Only this kind of mail.")] = None,
    days: Annotated[float | None, typer.Option(min=0, help="Only what was decided in the last days.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many, newest first.")] = 50,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Show recorded decisions, newest first.

    Example: `mailproc mail list --action forward --days 7`
    """
    settings = settings_of(config)
    account_id = account and account_named(settings, account)
    since = datetime.now(UTC) - timedelta(days=days) if days is not None else None
    found = run(_decisions(settings, account_id, action, kind, since, limit))
    if as_json:
        print_json([_as_json(one) for one in found])
        return
    if found:
        print_table(_table(found))
    else:
        out.print("nothing there; `mailproc mail waiting` shows what is not decided yet")


def show(
    mail_id: IdArgument,
    raw: Annotated[bool, typer.Option("--raw", help="The mail itself, as it came on the wire.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="All of what was cut off, and every rule.")] = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Show one mail as `explain` shows a file: what was decided, why, and what today's rules make of it.

    When its content was dropped after `retention_days`, what is left is shown: the decision without the text.

    Examples: `mailproc mail show 01jnd1h2s0q4v9c3m8w5x7y2za` · `mailproc mail show ID --raw > mail.eml`
    """
    settings = settings_of(config)
    recorded, mail = run(_one(settings, mail_id, needs_content=raw))
    if raw and mail is not None:
        sys.stdout.buffer.write(mail.content)
        return
    if as_json:
        print_json(_as_json(recorded) if recorded else {"id": mail_id, "decision": None})
        return
    if recorded is not None:
        out.print(_headline(recorded))
        for said in _lists_meant(recorded):
            out.print(Text(said, style="dim"))
    if mail is None:
        _print_what_is_left(mail_id, recorded)
        return
    if recorded is None:
        out.print("Not decided yet: `mailproc mail waiting` tells whether it waits for DNS.", style="yellow")
    world = world_of(settings)
    policy = world.policy_of(mail.account_id)
    authentication = recorded_authentication(recorded.authentication if recorded else {})
    seen = examine_mail(mail, authentication, policy, world.rules)
    out.print("Today's rules and settings say:", style="dim")
    print_page(page_of(SavedMail(mail=mail, account=policy, assumed=()), seen, world.rules), everything=everything)


async def _decisions(
    settings: Settings,
    account_id: str | None,
    action: Action | None,
    kind: MailKind | None,
    since: datetime | None,
    limit: int,
) -> list[RecordedDecision]:
    async with open_store(settings) as store:
        return await store.decisions(
            account_id=account_id, action=action and action.value, kind=kind and kind.value, since=since, limit=limit
        )


async def _one(
    settings: Settings, mail_id: str, *, needs_content: bool
) -> tuple[RecordedDecision | None, InboundMail | None]:
    """The last decision and the mail, which is None when retention dropped it; raises NotFound for neither."""
    async with open_store(settings) as store:
        recorded = await store.decision_of(mail_id)
        try:
            return recorded, await store.mail(mail_id)
        except ContentDropped:
            if needs_content or recorded is None:
                raise
            return recorded, None
        except NotFound:
            raise NotFound(f"there is no mail {mail_id}; `mailproc mail list` shows them") from None


def _as_json(one: RecordedDecision) -> dict[str, Any]:
    return {
        "id": one.mail_id,
        "account": one.account_id,
        "n": one.n,
        "decided_at": one.decided_at.isoformat(),
        "policy": one.policy,
        "authentication": dict(one.authentication),
        "decision": dict(one.decision),
    }


def _who(one: RecordedDecision) -> str:
    return ", ".join(ref.get("address") or f"key {ref.get('key')}" for ref in one.decision.get("subscribers", ()))


def _action(one: RecordedDecision) -> Text:
    also = "".join(f" +{word}" for word in one.decision.get("also", ()))
    return Text.assemble((one.action, COLOURS[one.action]), also)


def _table(found: list[RecordedDecision]) -> Table:
    """Newest first; on a narrow terminal in two lines each."""
    wide = is_wide()
    table = Table(box=None, pad_edge=False, header_style="bold", width=None if wide else columns())
    table.add_column("id", no_wrap=True, min_width=26)
    table.add_column("decided", no_wrap=True, min_width=11)
    if wide:
        table.add_column("kind", no_wrap=True)
        table.add_column("action", no_wrap=True)
        table.add_column("who", overflow="ellipsis", no_wrap=True, max_width=40)
    table.add_column("why" if wide else "what, who and why", overflow="fold")
    for one in found:
        again = f" (decision {one.n})" if one.n > 1 else ""
        why = f"{one.decision.get('reason', '')}{again}"
        at = f"{one.decided_at:%m-%d %H:%M}"
        if wide:
            table.add_row(one.mail_id, at, one.kind, _action(one), Text(_who(one)), Text(why))
        else:
            table.add_row(one.mail_id, at, Text.assemble(_action(one), f" {_who(one)}\n", (why, "dim")))
    return table


def _headline(one: RecordedDecision) -> Text:
    line = Text("Recorded ", style="dim")
    line.append(f"{one.decided_at:%Y-%m-%d %H:%M} UTC, decision {one.n}: ", style="dim")
    line.append_text(_action(one))
    line.append(f"  {_who(one)}  ", style="bold")
    line.append(str(one.decision.get("reason", "")))
    return line


def _lists_meant(one: RecordedDecision) -> list[str]:
    """What recording found to be meant: no rules or settings of today can tell."""
    return [str(seen.get("phrase")) for seen in one.decision.get("evidence", ()) if seen.get("rule") == LISTS_MEANT]


def _print_what_is_left(mail_id: str, recorded: RecordedDecision | None) -> None:
    out.print(f"The content of {mail_id} was dropped (setting retention_days); this is what is kept:", style="yellow")
    if recorded is None:
        return
    said = recorded.decision
    rows = [("kind", recorded.kind), ("mail", str(said.get("mail"))), ("ruleset", recorded.ruleset)]
    rows += [
        ("seen", f"“{one.get('phrase')}” ({one.get('rule')}, {one.get('where')})") for one in said.get("evidence", ())
    ]
    for label, text in rows:
        out.print(Text.assemble("  ", (f"{label:<9} ", "dim"), text))
    out.print(Text.assemble("  ", ("text      ", "dim"), marked_text(said)))
