"""`revert`: take back exactly what one rule did in some time, or what is named; shown first, done when told to."""

from collections import Counter
from datetime import UTC, datetime
from typing import Annotated

import typer

from mailproc.cli.people.people import TIMES
from mailproc.cli.people.person import STANDING_COLOURS
from mailproc.cli.shell.context import AccountOption, ConfigOption, JsonOption, account_named, settings_of
from mailproc.cli.shell.storage import open_store, run
from mailproc.cli.shell.terminal import EX_DATAERR, EX_USAGE, err, out, print_json
from mailproc.policy.standing.facts import retraction_of
from mailproc.settings.settings import Settings
from mailproc.store.people.reverts import Affected, FactsNamed, Made, Making

SHOWN = 20


def revert(
    rule: Annotated[
        str | None, typer.Option("--rule", help="The rule that did it, as `status` and `explain` name it.")
    ] = None,
    facts: Annotated[
        list[str] | None, typer.Option("--fact", help="Exactly this, as `why` names it; instead of a rule, repeatable.")
    ] = None,
    start: Annotated[datetime | None, typer.Option("--from", formats=TIMES, help="From when on, in UTC.")] = None,
    end: Annotated[datetime | None, typer.Option("--to", formats=TIMES, help="Until when, in UTC; now.")] = None,
    account: AccountOption = None,
    apply: Annotated[bool, typer.Option("--apply", help="Do it. Without this nothing changes.")] = False,
    by: Annotated[str, typer.Option("--by", help="Who takes it back.")] = "",
    reason: Annotated[str, typer.Option("--reason", help="Why; kept with each fact.")] = "",
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Take back the opt-outs and complaints that one rule made; what people said besides stays, and counts.

    So does what a person confirmed in review. Or exactly what `why` names: a hold that is over, a bounce of an address
    that works, what was entered by mistake.
    Nothing is erased: each is followed by a fact that takes it back, and the hooks are told who is back. A day alone is
    its first moment.

    Examples: `mailproc revert --rule en-stop-word --from 2026-03-03 --to 2026-03-04 --apply --by kim`
    · `mailproc revert --fact 5f3c… --apply --by kim --reason "mailbox works again"`
    """
    settings = settings_of(config)
    cause = _cause_of(rule, facts or [], start, end, account_named(settings, account) if account else None)
    made = run(_revert(settings, cause, by, reason, apply=apply))
    if as_json:
        print_json(_as_json(made, apply=apply))
    else:
        _print(made, cause, apply=apply)


def _cause_of(
    rule: str | None, facts: list[str], start: datetime | None, end: datetime | None, account_id: str | None
) -> Making | FactsNamed:
    """What is to be taken back. Raises typer.Exit for what says nothing, or two things."""
    if facts and rule is None and start is None and end is None:
        return FactsNamed(facts=tuple(facts), account_id=account_id)
    if facts or rule is None or start is None:
        err.print("mailproc: either --rule with --from, or --fact")
        raise typer.Exit(EX_USAGE)
    begin, last = start.replace(tzinfo=UTC), end.replace(tzinfo=UTC) if end else datetime.now(UTC)
    if begin > last:
        err.print("mailproc: --from lies after --to")
        raise typer.Exit(EX_DATAERR)
    return Making(rule=rule, start=begin, end=last, account_id=account_id)


async def _revert(settings: Settings, cause: Making | FactsNamed, by: str, reason: str, *, apply: bool) -> Made:
    why = reason or (f"revert of rule {cause.rule}" if isinstance(cause, Making) else "taken back by name")
    async with open_store(settings) as store:
        made = await store.standings.made_by(cause)
        if apply:
            now = datetime.now(UTC)
            await store.record_facts([retraction_of(one, by=by, reason=why, at=now) for one in made.facts])
        return made


def _named_in(cause: Making | FactsNamed) -> str:
    if isinstance(cause, FactsNamed):
        return "as named"
    return f"by rule {cause.rule}, {cause.start:%Y-%m-%d %H:%M} to {cause.end:%Y-%m-%d %H:%M} UTC"


def _print(made: Made, cause: Making | FactsNamed, *, apply: bool) -> None:
    if not made.facts:
        what = _named_in(cause) if isinstance(cause, Making) else "no such fact, or taken back already"
        out.print(f"nothing to take back: {what}", markup=False)
        return
    kinds = ", ".join(f"{count} {kind}" for kind, count in Counter(one.kind.value for one in made.facts).items())
    done = "taken back" if apply else "would be taken back"
    out.print(f"{done}: {kinds} {_named_in(cause)}", markup=False)
    for one in made.people[:SHOWN]:
        word = one.after.value
        out.print(f"  [{STANDING_COLOURS[word]}]{word:12}[/] ", end="")
        stays = "; there is more against mailing" if one.before == one.after != "active" else ""
        lists = f"; no more off list {', '.join(one.lists)}" if one.lists else ""
        said = f"account {one.account_id}; was {one.before.value}{lists}{stays}"
        out.print(f"{one.address or one.key}  ({said})", markup=False)
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
        "lists": list(one.lists),
    }
