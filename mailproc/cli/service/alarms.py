"""`alarms`: what is wrong at present."""

from rich.text import Text

from mailproc.cli.shell.context import ConfigOption, JsonOption, OnlyAccountOption, account_named, settings_of
from mailproc.cli.shell.storage import open_store, run
from mailproc.cli.shell.terminal import out, print_json
from mailproc.policy.hooks.alarm import Alarm, AlarmKind
from mailproc.settings.settings import Settings

_LOOK = {
    AlarmKind.breaker: "mailproc breaker list",
    AlarmKind.overdue: "mailproc overdue",
    AlarmKind.undelivered: "mailproc outbox list",
    AlarmKind.waiting: "the log, for `waits` and `take_due_failed`",
    AlarmKind.silent_source: "mailproc feedback sources",
}


def alarms(account: OnlyAccountOption = None, as_json: JsonOption = False, config: ConfigOption = None) -> None:
    """Show what is wrong at present. Exit 0 also when something is: ask `--json` for the number.

    Example: `mailproc alarms --json`
    """
    settings = settings_of(config)
    found = run(_alarms(settings, account and account_named(settings, account)))
    if as_json:
        print_json([_alarm_as_json(one) for one in found])
        return
    for one in found:
        seen = f"since {one.raised_at:%Y-%m-%d %H:%M} UTC, last {one.last_at:%H:%M}, seen {one.count} times"
        out.print(Text.assemble((one.account_id, "bold"), "  ", (one.text, "red")))
        out.print(f"  {seen}; look: {_LOOK[one.kind]}", style="dim")
    if not found:
        out.print("[green]no alarm[/]")


async def _alarms(settings: Settings, account_id: str | None) -> list[Alarm]:
    async with open_store(settings) as store:
        return await store.loops.alarms(account_id)


def _alarm_as_json(one: Alarm) -> dict[str, object]:
    return {
        "account": one.account_id,
        "kind": one.kind.value,
        "subject": one.subject,
        "text": one.text,
        "raised_at": one.raised_at.isoformat(),
        "last_at": one.last_at.isoformat(),
        "count": one.count,
    }
