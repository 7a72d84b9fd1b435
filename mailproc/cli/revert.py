"""`revert`: take back exactly what one rule did in some time; shown first, done only when told to."""

from collections import Counter
from datetime import UTC, datetime
from typing import Annotated

import typer

from mailproc.cli.context import (
    AccountOption,
    ConfigOption,
    JsonOption,
    account_named,
    settings_of,
)
from mailproc.cli.people import (
    TIMES,
)
from mailproc.cli.person import (
    STANDING_COLOURS,
)
from mailproc.cli.storage import (
    open_store,
    run,
)
from mailproc.cli.terminal import (
    EX_DATAERR,
    err,
    out,
    print_json,
)
from mailproc.policy.facts import retraction_of
from mailproc.settings import Settings
from mailproc.store.reverts import Affected, Made, Making

SHOWN = 20


def revert(
    rule: Annotated[str, typer.Option("--rule", help="The rule that did it, as `status` and `explain` name it.")],
    start: Annotated[datetime, typer.Option("--from", formats=TIMES, help="From when on, in UTC.")],
    end: Annotated[datetime | None, typer.Option("--to", formats=TIMES, help="Until when, in UTC; now.")] = None,
    account: AccountOption = None,
    apply: Annotated[bool, typer.Option("--apply", help="Do it. Without this nothing changes.")] = False,
    by: Annotated[str, typer.Option("--by", help="Who takes it back.")] = "",
    reason: Annotated[str, typer.Option("--reason", help="Why; kept with each fact.")] = "",
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Take back the opt-outs and complaints that one rule made; what people said besides stays, and counts.

    Nothing is erased: each is followed by a fact that takes it back, and the hooks are told who is back. A day alone is
    its first moment.

    Example: `mailproc revert --rule en-stop-word --from 2026-03-03 --to 2026-03-04 --apply --by kim`
    """
    settings = settings_of(config)
    making = Making(
        rule=rule,
        start=start.replace(tzinfo=UTC),
        end=end.replace(tzinfo=UTC) if end else datetime.now(UTC),
        account_id=account_named(settings, account) if account else None,
    )
    if making.start > making.end:
        err.print("mailproc: --from lies after --to")
        raise typer.Exit(EX_DATAERR)
    made = run(_revert(settings, making, by, reason, apply=apply))
    if as_json:
        print_json(_as_json(made, apply=apply))
    else:
        _print(made, making, apply=apply)


async def _revert(settings: Settings, making: Making, by: str, reason: str, *, apply: bool) -> Made:
    async with open_store(settings) as store:
        made = await store.standings.made_by(making)
        if apply:
            now, why = datetime.now(UTC), reason or f"revert of rule {making.rule}"
            await store.record_facts([retraction_of(one, by=by, reason=why, at=now) for one in made.facts])
        return made


def _print(made: Made, making: Making, *, apply: bool) -> None:
    span = f"{making.start:%Y-%m-%d %H:%M} to {making.end:%Y-%m-%d %H:%M} UTC"
    if not made.facts:
        out.print(f"nothing to take back: rule {making.rule}, {span}", markup=False)
        return
    kinds = ", ".join(f"{count} {kind}" for kind, count in Counter(one.kind.value for one in made.facts).items())
    done = "taken back" if apply else "would be taken back"
    out.print(f"{done}: {kinds} by rule {making.rule}, {span}", markup=False)
    for one in made.people[:SHOWN]:
        word = one.after.value
        out.print(f"  [{STANDING_COLOURS[word]}]{word:12}[/] ", end="")
        stays = "; there is more against mailing" if one.before == one.after != "active" else ""
        out.print(f"{one.address or one.key}  (account {one.account_id}; was {one.before.value}{stays})", markup=False)
    if len(made.people) > SHOWN:
        out.print(f"  … and {len(made.people) - SHOWN} more; --json lists all", markup=False)
    back = sum(one.after == "active" != one.before for one in made.people)
    out.print(f"{back} of {len(made.people)} people {'are' if apply else 'would be'} active again", markup=False)
    if not apply:
        out.print("nothing was changed; --apply does it", style="dim")


def _as_json(made: Made, *, apply: bool) -> dict[str, object]:
    return {
        "applied": apply,
        "facts": [one.id for one in made.facts],
        "people": [_person_as_json(one) for one in made.people],
    }


def _person_as_json(one: Affected) -> dict[str, object]:
    return {
        "account": one.account_id,
        "address": one.address,
        "key": one.key,
        "before": one.before.value,
        "after": one.after.value,
    }
