"""`review list|show`: what waits for a person, and what each answer would do."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from mailproc.cli.shell.context import ConfigOption, JsonOption, OnlyAccountOption, account_named, settings_with_lists
from mailproc.cli.shell.storage import open_store, run
from mailproc.cli.shell.terminal import out, print_json, print_table
from mailproc.cli.stored_mail.review_show import ReviewPage, print_review, review_table
from mailproc.cli.stored_mail.review_world import world_of
from mailproc.errors import StoreError
from mailproc.mail.mail_kind import MailKind
from mailproc.policy.hooks.due import SOON
from mailproc.policy.standing.standing import Status
from mailproc.review.again import Again, World, decide_again
from mailproc.review.answer import people_in
from mailproc.settings.settings import Settings
from mailproc.shapes.review import review_as_json
from mailproc.store.desk.review_reports import ReviewFilter
from mailproc.store.results import PersonStatus, ReviewItem
from mailproc.store.store import Store

IdArgument = Annotated[str, typer.Argument(help="Id of the review, as `review list` shows it.", show_default=False)]


def show_list(
    account: OnlyAccountOption = None,
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
    print_table(review_table(items, now)) if items else out.print("nothing waits")
    late = sum(item.due_at < now for item in items)
    soon = sum(now <= item.due_at < now + SOON for item in items)
    if not resolved and (late or soon):
        out.print(f"[bold red]{late} past due[/], [yellow]{soon} due within {SOON // timedelta(days=1)} days[/]")


def show(review_id: IdArgument, as_json: JsonOption = False, config: ConfigOption = None) -> None:
    """Show one review: who, what they wrote, why it waits, by when, and what each answer would do.

    Example: `mailproc review show 01jnd1h2s0q4v9c3m8w5x7y2za`
    """
    settings = settings_with_lists(config)
    page = run(_looked_at(settings, review_id))
    if as_json:
        would = {"release": page.released, "redo": page.today}
        told = {name: one and {"action": one.after.action, "reason": one.after.reason} for name, one in would.items()}
        print_json({**review_as_json(page.item), "would": told, "off_already": sorted(page.off)})
        return
    print_review(page, datetime.now(UTC))


async def _reviews(settings: Settings, wanted: ReviewFilter, limit: int) -> list[ReviewItem]:
    async with open_store(settings) as store:
        return await store.desk.reviews(wanted, limit=limit)


async def _looked_at(settings: Settings, review_id: str) -> ReviewPage:
    async with open_store(settings) as store:
        item = await store.desk.review(review_id)
        world = world_of(settings)
        return ReviewPage(
            item=item,
            released=await _would(store, world, item, released=True),
            today=await _would(store, world, item, released=False),
            off=await _off_already(store, item),
        )


async def _off_already(store: Store, item: ReviewItem) -> frozenset[str]:
    """Who of those whom the mail names is unsubscribed as it is."""
    names = [address or key or "" for address, key in people_in(item)]
    found = {name: await store.standings.of(name, item.account_id) for name in names}
    return frozenset(name for name, people in found.items() if people and all(map(_is_off, people)))


def _is_off(person: PersonStatus) -> bool:
    return person.standing.status is Status.unsubscribed


async def _would(store: Store, world: World, item: ReviewItem, *, released: bool) -> Again | None:
    """What the mail would be decided as; None when that cannot be told any more."""
    try:
        return await decide_again(store, world, item.id, released=released) if item.state == "open" else None
    except StoreError:
        return None
