"""`review list|show|resolve`: what waits for a person, and their answers."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from mailproc.account_policies import policies_of
from mailproc.authenticity.border import Border
from mailproc.cli.context import (
    EX_DATAERR,
    EX_NOPERM,
    EX_USAGE,
    ConfigOption,
    JsonOption,
    account_named,
    err,
    open_store,
    operator,
    out,
    print_json,
    run,
    settings_with_lists,
)
from mailproc.cli.people import ListOption, named
from mailproc.cli.person import STANDING_COLOURS
from mailproc.cli.review_show import print_review, review_table
from mailproc.errors import RulesError, SettingsError, StoreError
from mailproc.intake import NOBODY
from mailproc.mail.kind import MailKind
from mailproc.policy.account import AccountPolicy
from mailproc.policy.due import SOON
from mailproc.policy.facts import Level
from mailproc.policy.review import Answer
from mailproc.review.again import Again, World, decide_again
from mailproc.review.answer import WhoIsMeant, answer_review, facts_of_answer
from mailproc.review.example import add_example, words_of
from mailproc.rule_files import load_rules
from mailproc.settings import Settings
from mailproc.store.results import Answered, ReviewItem
from mailproc.store.review_reports import ReviewFilter
from mailproc.store.store import Store

app = typer.Typer(no_args_is_help=True, help="What waits for a person, and their answers.")
IdArgument = Annotated[str, typer.Argument(help="Id of the review, as `review list` shows it.", show_default=False)]
ByOption = Annotated[str, typer.Option("--by", help="Who answers; your user name.", show_default=False)]


@app.command("list")
def show_list(
    account: Annotated[str | None, typer.Option("--account", "-a", help="Only this account's.")] = None,
    kind: Annotated[MailKind | None, typer.Option(help="Only this kind of mail.")] = None,
    reason: Annotated[str | None, typer.Option(help="Only where this is part of why it waits.")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only what is past its due date.")] = False,
    resolved: Annotated[bool, typer.Option("--resolved", help="What was answered, instead.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="How many, the most urgent first.")] = 100,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Show what waits for a person, the most urgent first.

    Examples: `mailproc review list --overdue` · `mailproc review list --reason "automatic handling is off" --json`
    """
    settings = settings_with_lists(config)
    now = datetime.now(UTC)
    wanted = ReviewFilter(
        account_id=account and account_named(settings, account),
        state="resolved" if resolved else "open",
        kind=kind and kind.value,
        reason=reason,
        due_before=now if overdue else None,
    )
    items = run(_reviews(settings, wanted, limit))
    if as_json:
        print_json([review_as_json(item) for item in items])
        return
    out.print(review_table(items, now) if items else "nothing waits")
    late = sum(item.due_at < now for item in items)
    soon = sum(now <= item.due_at < now + SOON for item in items)
    if not resolved and (late or soon):
        out.print(f"[bold red]{late} past due[/], [yellow]{soon} due within {SOON // timedelta(days=1)} days[/]")


@app.command()
def show(review_id: IdArgument, as_json: JsonOption = False, config: ConfigOption = None) -> None:
    """Show one review: who, what they wrote, why it waits, by when, and what each answer would do.

    Example: `mailproc review show 01jnd1h2s0q4v9c3m8w5x7y2za`
    """
    settings = settings_with_lists(config)
    item, released, today = run(_one(settings, review_id))
    if as_json:
        would = {"release": released, "redo": today}
        told = {name: one and {"action": one.after.action, "reason": one.after.reason} for name, one in would.items()}
        print_json({**review_as_json(item), "would": told})
        return
    print_review(item, released, today, datetime.now(UTC))


@app.command()
def resolve(
    review_id: IdArgument,
    answer: Annotated[Answer, typer.Option("--as", help="The answer.", show_default=False)],
    level: Annotated[Level, typer.Option(help="How far an unsubscribe reaches.")] = Level.account,
    list_id: ListOption = None,
    person: Annotated[
        list[str] | None, typer.Option("--person", help="Who is meant, where the mail does not say; may be repeated.")
    ] = None,
    by: ByOption = "",
    note: Annotated[str, typer.Option(help="Why, in a few words; kept with the answer.")] = "",
    example: Annotated[
        str | None, typer.Option(help="Write the words into a rule as an example: FILE.toml:RULE-ID.")
    ] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Answer a review. `unsubscribe` takes the person off as of when the mail came, and the hooks are told.

    Of two answers the first counts; a second one changes nothing, and exits 65 when it says something else.

    Examples: `mailproc review resolve ID --as unsubscribe` · `mailproc review resolve ID --as not-a-request --by kim`
    """
    if level is Level.global_:
        err.print("mailproc: no mail sets a global opt-out; an operator does: mailproc unsubscribe … --level global")
        raise typer.Exit(EX_NOPERM)
    if (level is Level.list) != (list_id is not None):
        err.print("mailproc: --level list and --list NAME belong together")
        raise typer.Exit(EX_USAGE)
    people = [address or key or "" for address, key in map(named, person or ())]
    settings = settings_with_lists(config)
    work = _resolve(settings, review_id, answer, level, list_id, people, operator(by), note, example)
    try:
        answered = run(work)
    except WhoIsMeant as error:
        err.print(f"mailproc: {error}", markup=False)
        raise typer.Exit(EX_USAGE) from None
    if as_json:
        print_json(_answered_as_json(answered))
    else:
        _print_answered(review_id, answered)
    if not answered.applied and answered.resolution != answer.value:
        raise typer.Exit(EX_DATAERR)


def world_of(settings: Settings) -> World:
    """What mail is decided against now: the settings' accounts and rules. Raises SettingsError, RulesError."""
    policies = {policy.id: policy for policy in policies_of(settings)}
    nobody = AccountPolicy(id=NOBODY, automatic=False)
    return World(
        policy_of=lambda account_id: policies.get(account_id, nobody),
        rules=load_rules(settings.rules),
        border=Border(settings.smtp.relays),
    )


def review_as_json(item: ReviewItem) -> dict[str, object]:
    """A review as plain values, with the decision on its mail."""
    return {
        "id": item.id,
        "account": item.account_id,
        "state": item.state,
        "reason": item.reason,
        "received_at": item.received_at and item.received_at.isoformat(),
        "due_at": item.due_at.isoformat(),
        "resolution": item.resolution,
        "resolved_by": item.resolved_by,
        "resolved_at": item.resolved_at and item.resolved_at.isoformat(),
        "note": item.note,
        "decision": item.decision and item.decision.decision,
    }


async def _reviews(settings: Settings, wanted: ReviewFilter, limit: int) -> list[ReviewItem]:
    async with open_store(settings) as store:
        return await store.desk.reviews(wanted, limit=limit)


async def _one(settings: Settings, review_id: str) -> tuple[ReviewItem, Again | None, Again | None]:
    async with open_store(settings) as store:
        item = await store.desk.review(review_id)
        world = world_of(settings)
        return item, await _would(store, world, item, released=True), await _would(store, world, item, released=False)


async def _would(store: Store, world: World, item: ReviewItem, *, released: bool) -> Again | None:
    """What the mail would be decided as; None when that cannot be told any more."""
    try:
        return await decide_again(store, world, item.id, released=released) if item.state == "open" else None
    except StoreError:
        return None


async def _resolve(
    settings: Settings,
    review_id: str,
    answer: Answer,
    level: Level,
    list_id: str | None,
    persons: list[str],
    by: str,
    note: str,
    example: str | None,
) -> Answered:
    async with open_store(settings) as store:
        item = await store.desk.review(review_id)
        _check_list(settings, item.account_id, list_id)
        if answer is Answer.unsubscribe:
            facts_of_answer(item, level=level, list_id=list_id, persons=persons, by=by, note=note)
        learn = _lesson(settings, item, answer, example) if example is not None and item.state == "open" else None
        answered = await answer_review(
            store, item, answer, by=by, note=note, level=level, list_id=list_id, persons=persons
        )
        if learn is not None and answered.applied:
            learn()
        return answered


def _lesson(settings: Settings, item: ReviewItem, answer: Answer, example: str) -> Callable[[], None]:
    """What writes the example; it was tried before. Raises RulesError."""
    file, rule = rule_named(settings, example)
    key, words = "hits" if answer is Answer.unsubscribe else "misses", words_for(item, rule)
    add_example(file, rule, key, words, write=False)
    return lambda: add_example(file, rule, key, words)


def _check_list(settings: Settings, account_id: str, list_id: str | None) -> None:
    lists = next((one.lists for one in settings.account if one.id == account_id), {})
    if list_id is not None and list_id not in lists:
        raise SettingsError([f"account {account_id} has no list {list_id}; there: {', '.join(lists) or 'none'}"])


def rule_named(settings: Settings, named_as: str) -> tuple[Path, str]:
    """`FILE.toml:RULE-ID` as a path and an id; the file as given, else in the folder of rules. Raises RulesError."""
    file, colon, rule = named_as.rpartition(":")
    if not colon or not file or not rule:
        raise RulesError([f"{named_as}: write FILE.toml:RULE-ID"])
    path = Path(file)
    if not path.is_file() and settings.rules is not None:
        path = settings.rules / file
    if not path.is_file():
        raise RulesError([f"{file}: there is no such rule file"])
    return path, rule


def words_for(item: ReviewItem, rule: str) -> str:
    """The words of a review's mail that make an example. Raises RulesError when it has none."""
    words = words_of(item.decision.decision, rule) if item.decision else ""
    if not words:
        raise RulesError([f"review {item.id}: the mail has no words for an example: give some with --text"])
    return words


def _print_answered(review_id: str, answered: Answered) -> None:
    if not answered.applied:
        at = f"{answered.at:%Y-%m-%d %H:%M} UTC"
        out.print(
            f"{review_id}: was answered before: {answered.resolution} by {answered.by}, {at}; nothing was changed"
        )
        return
    out.print(f"{review_id}: {answered.resolution}", markup=False)
    for change in answered.changes:
        who = change.address or f"key {change.key}"
        out.print(f"  {who}: now [{STANDING_COLOURS[change.status.value]}]{change.status.value}[/]")
    if answered.resolution == Answer.unsubscribe and not answered.changes:
        out.print("  nobody's standing changed: it was so already")


def _answered_as_json(answered: Answered) -> dict[str, object]:
    return {
        "applied": answered.applied,
        "resolution": answered.resolution,
        "by": answered.by,
        "at": answered.at.isoformat(),
        "changes": [
            {"address": change.address, "key": change.key, "status": change.status.value} for change in answered.changes
        ],
    }
