"""`rules shadow`: what the second rule set (`shadow_rules`) would have decided differently on live mail."""

from collections import Counter
from typing import Annotated

import typer

from mailproc.cli.rules.comparing import print_comparison
from mailproc.cli.shell.context import ConfigOption, JsonOption, settings_of
from mailproc.cli.shell.storage import open_store, run
from mailproc.cli.shell.terminal import out, print_json
from mailproc.policy.explaining.comparison import comparison_from_json
from mailproc.settings.settings import Settings
from mailproc.store.road.archive import ShadowDecision


def shadow(
    limit: Annotated[int, typer.Option(min=1, help="Show at most the newest so many.")] = 50,
    older: Annotated[bool, typer.Option("--older", help="Also of earlier versions of the second rule set.")] = False,
    clear: Annotated[bool, typer.Option("--clear", help="Forget them all.")] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the mails that the rules in `shadow_rules` would have decided differently, with the words that did it.

    The service decides each mail by both sets; only the live one acts. Kept for 30 days, the newest 10,000.

    Examples: `mailproc rules shadow` · `mailproc rules shadow --clear`
    """
    settings = settings_of(config)
    if clear:
        out.print(f"{run(_clear(settings))} differing decisions forgotten")
        return
    count, found = run(_newest(settings, limit))
    shown = [one for one in found if older or one.ruleset == found[0].ruleset]
    if as_json:
        print_json({"kept": count, "different": [_as_json(one) for one in shown]})
        return
    if not found:
        told = "no mail was decided differently" if settings.shadow_rules else "no second rule set: name its folder"
        out.print(told + ("" if settings.shadow_rules else ' in the settings: shadow_rules = "…"'), markup=False)
        return
    _print(count, shown, len(found) - len(shown))


async def _newest(settings: Settings, limit: int) -> tuple[int, list[ShadowDecision]]:
    async with open_store(settings) as store:
        return await store.archive.shadow(limit=limit)


async def _clear(settings: Settings) -> int:
    async with open_store(settings) as store:
        return await store.archive.clear_shadow()


def _print(count: int, shown: list[ShadowDecision], of_others: int) -> None:
    sums: Counter[str] = Counter()
    for one in shown:
        found = comparison_from_json(one.difference)
        before, after = found.changes.get("action", ("same action", "same action"))
        sums["same action" if before == after else f"{before} → {after}"] += 1
        print_comparison(
            f"{one.decided_at:%Y-%m-%d %H:%M:%S}  {one.account_id}  {one.mail_id}", found, ("live", "shadow")
        )
    for change, number in sums.most_common():
        out.print(f"{number:6}  {change}")
    out.print(f"live {shown[0].live_ruleset[:19]}… · shadow {shown[0].ruleset[:19]}… · {count} kept", style="dim")
    if of_others:
        out.print(f"{of_others} more are of earlier versions of the second set: --older shows them", style="dim")


def _as_json(one: ShadowDecision) -> dict[str, object]:
    return {
        "mail": one.mail_id,
        "account": one.account_id,
        "decided_at": one.decided_at.isoformat(),
        "live_ruleset": one.live_ruleset,
        "ruleset": one.ruleset,
        **one.difference,
    }
