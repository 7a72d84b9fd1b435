"""`review redo|release`: deciding stored mail again, and letting go what was held back."""

from typing import Annotated, Any

import typer
from rich.progress import track
from rich.table import Table
from rich.text import Text

from mailproc.cli.saved_mail.explain_page import COLOURS
from mailproc.cli.shell.context import ConfigOption, JsonOption, OnlyAccountOption, operator, settings_with_lists
from mailproc.cli.shell.storage import open_store, run
from mailproc.cli.shell.terminal import EX_NOINPUT, EX_USAGE, err, out, print_json, print_table
from mailproc.cli.stored_mail.review_world import world_of
from mailproc.cli.stored_mail.together import MOST, ApplyOption, ByOption
from mailproc.errors import StoreError, StoreUnavailable
from mailproc.policy.decision import decision_as_json
from mailproc.review.again import Again, apply_again, decide_again
from mailproc.settings.settings import Settings
from mailproc.store.desk.review_reports import ReviewFilter
from mailproc.store.store import Store

IdsArgument = Annotated[list[str] | None, typer.Argument(help="Ids of mails, as `review list` shows them.")]
AllOption = Annotated[bool, typer.Option("--all", help="Every open review.")]
ReasonOption = Annotated[str | None, typer.Option(help="Of all, only where this is part of why it waits.")]


def redo(
    mail_ids: IdsArgument = None,
    everything: AllOption = False,
    reason: ReasonOption = None,
    account: OnlyAccountOption = None,
    apply: ApplyOption = False,
    by: ByOption = "",
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Decide mail again with today's rules and settings, and show what would be different.

    With --apply the difference is recorded. What was recorded before stays: nobody is put back by this. A mail whose
    review a person has answered is left alone.

    Examples: `mailproc review redo ID` · `mailproc review redo --all --apply`
    """
    _run(mail_ids, everything, reason, account, apply, by, as_json, settings_with_lists(config), released=False)


def release(
    mail_ids: IdsArgument = None,
    everything: AllOption = False,
    reason: ReasonOption = None,
    account: OnlyAccountOption = None,
    apply: ApplyOption = False,
    by: ByOption = "",
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Let go what was held back: because nothing is automatic in its account, or because its sender was not believed.

    Each is decided as if its account handled everything by itself and believed it. Only what then changes somebody's
    standing is released; whatever waits for another reason goes on waiting.

    Examples: `mailproc review release ID --apply` · `mailproc review release --all --reason "handling is off" --apply`
    """
    _run(mail_ids, everything, reason, account, apply, by, as_json, settings_with_lists(config), released=True)


def _run(
    mail_ids: list[str] | None,
    everything: bool,
    reason: str | None,
    account: str | None,
    apply: bool,
    by: str,
    as_json: bool,
    settings: Settings,
    *,
    released: bool,
) -> None:
    if bool(mail_ids) == everything:
        err.print("mailproc: name the mails, or say --all")
        raise typer.Exit(EX_USAGE)
    wanted = ReviewFilter(account_id=account, reason=reason)
    rows = run(_again(settings, mail_ids or [], wanted, operator(by), apply=apply, released=released))
    if as_json:
        print_json(rows)
        _exit_for(rows)
        return
    shown = [row for row in rows if row["would"] or row["error"]]
    if shown:
        print_table(_table(shown))
    failed = sum(row["error"] is not None for row in rows)
    change = sum(row["would"] is not None and not row["error"] for row in rows)
    told = [f"{len(rows)} looked at", f"{len(rows) - len(shown)} stay as they are"]
    told += [f"{failed} left alone"] if failed else []
    told += [f"{change} applied"] if apply else [f"{change} would change" + ("; do it with --apply" if change else "")]
    out.print(", ".join(told), style="bold")
    _exit_for(rows)


def _exit_for(rows: list[dict[str, Any]]) -> None:
    """Raises typer.Exit(66) where nothing of what was named is there."""
    if rows and all("was" not in row for row in rows):
        raise typer.Exit(EX_NOINPUT)


async def _again(
    settings: Settings, mail_ids: list[str], wanted: ReviewFilter, by: str, *, apply: bool, released: bool
) -> list[dict[str, Any]]:
    world = world_of(settings)
    async with open_store(settings) as store:
        ids = mail_ids or [item.id for item in await store.desk.reviews(wanted, limit=MOST)]
        rows = []
        for mail_id in track(ids, "deciding again", console=err, transient=True, disable=not err.is_terminal):
            try:
                again = await decide_again(store, world, mail_id, released=released)
            except StoreUnavailable:
                raise
            except StoreError as error:
                rows.append({"mail": mail_id, "would": None, "applied": False, "error": str(error)})
                continue
            rows.append(await _one_again(store, again, by, apply=apply, released=released))
        return rows


async def _one_again(store: Store, again: Again, by: str, *, apply: bool, released: bool) -> dict[str, Any]:
    worth = again.acts and again.before.action == "review" if released else bool(again.differences)
    error = None
    applied = False
    if worth and apply:
        applied = (await apply_again(store, again, by=by)).applied
        error = None if applied else "left alone: answered, or decided again, by somebody else"
    return {
        "mail": again.mail.id,
        "was": {key: again.before.decision.get(key) for key in ("action", "reason")},
        "would": decision_as_json(again.after) if worth else None,
        "differs": {key: list(pair) for key, pair in again.differences.items()} if worth else {},
        "applied": applied,
        "error": error,
    }


def _table(rows: list[dict[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("mail", no_wrap=True, min_width=26)
    table.add_column("was", no_wrap=True)
    table.add_column("would be", overflow="fold")
    for row in rows:
        would, was = row["would"], row.get("was")
        before = str(was["action"]) if isinstance(was, dict) else ""
        after = Text(str(row["error"] or ""), style="red")
        if isinstance(would, dict):
            who = ", ".join(one["address"] or f"key {one['key']}" for one in would["subscribers"])
            said = f" {who}: {would['reason']} "
            after = Text.assemble((would["action"], COLOURS[would["action"]]), said, (str(row["error"] or ""), "red"))
        table.add_row(str(row["mail"]), before, after)
    return table
