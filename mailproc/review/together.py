"""Many reviews at once: released by deciding each again on the normal road, or discarded as no request."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

from mailproc.errors import StoreError, StoreUnavailable
from mailproc.policy.deciding.review import Answer
from mailproc.review.again import World, apply_again, decide_again
from mailproc.review.answer import answer_review
from mailproc.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became, or would become, of one review. `acts`: somebody's standing changes by it.

    `reason` is that of the decision, or why the mail was left alone; `people` are those whom it is about.
    """

    mail_id: str
    acts: bool
    applied: bool
    reason: str
    people: tuple[str, ...] = ()


async def release_together(
    store: Store, world: World, mail_ids: Iterable[str], *, let_go: bool, by: str, apply: bool
) -> AsyncIterator[Outcome]:
    """Decide each again by the settings of today; what acts now is recorded when `apply` says so.

    What the breaker holds is among it where `let_go` says so, or its sender is proven by now. Raises StoreUnavailable;
    a mail that cannot be decided any more is told and passed over.
    """
    for mail_id in mail_ids:
        try:
            again = await decide_again(store, world, mail_id, let_go=let_go)
        except StoreUnavailable:
            raise
        except StoreError as error:
            yield Outcome(mail_id=mail_id, acts=False, applied=False, reason=str(error))
            continue
        people = tuple(ref.address or f"key {ref.key}" for ref in again.after.subscribers)
        applied = again.acts and apply and (await apply_again(store, again, by=by)).applied
        reason = again.after.reason
        if again.acts and apply and not applied:
            reason = "left alone: answered, or decided again, by somebody else"
        yield Outcome(mail_id=mail_id, acts=again.acts, applied=applied, reason=reason, people=people)


async def discard_together(
    store: Store, mail_ids: Iterable[str], *, by: str, note: str, apply: bool
) -> AsyncIterator[Outcome]:
    """Answer each with `not-a-request`: nobody's standing changes, and the mail stays where it is.

    What people were to read of it anyhow is forwarded to them now.
    """
    for mail_id in mail_ids:
        item = await store.desk.review(mail_id)
        named = item.decision.decision.get("subscribers", ()) if item.decision else ()
        people = tuple(one.get("address") or f"key {one.get('key')}" for one in named)
        applied = False
        if apply:
            applied = (await answer_review(store, item, Answer.not_a_request, by=by, note=note)).applied
        yield Outcome(mail_id=mail_id, acts=False, applied=applied, reason=item.reason, people=people)
