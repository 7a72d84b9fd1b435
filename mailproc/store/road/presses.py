"""What people press on pages: facts and the lists that they join by them, in one transaction."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from mailproc.policy.standing.facts import Fact
from mailproc.store.engine.columns import storable
from mailproc.store.engine.journal import Journal
from mailproc.store.engine.operation import Context, Operation
from mailproc.store.engine.persons import Names, names_of_keys
from mailproc.store.engine.statement import Transaction
from mailproc.store.people.fact_rows import StoredFact
from mailproc.store.people.portions import weight_of
from mailproc.store.people.projection import Said
from mailproc.store.people.subscriptions import Membership, join_known
from mailproc.store.results import Recorded
from mailproc.store.road.decisions import apply_said, concerned, storable_facts


@dataclass(frozen=True, slots=True, kw_only=True)
class StorablePress:
    """A press ready to be written."""

    facts: tuple[StoredFact, ...]
    joins: tuple[Membership, ...]


def _record(context: Context, payloads: Sequence[StorablePress]) -> Transaction[list[Recorded]]:
    said = [Said(origin=index, facts=one.facts) for index, one in enumerate(payloads)]
    done = yield from apply_said(context, said)
    for one in payloads:
        for join in one.joins:
            yield from join_known(context, join)
    return [done.recorded(index) for index in range(len(payloads))]


def _names(payloads: Sequence[StorablePress]) -> Transaction[dict[str, Names]]:
    names_in = yield from concerned([one.facts for one in payloads])
    joining = ((join.account_id, key) for one in payloads for join in one.joins for key in join.keys)
    for account_id, names in names_of_keys(joining).items():
        names_in[account_id] = names_in.get(account_id, Names()) | names
    return names_in


RECORD_PRESS: Operation[StorablePress, Recorded] = Operation(name="record press", rank=42, run=_record, names=_names)


class Presses:
    """The store's presses: `Store.presses` is one."""

    def __init__(self, journal: Journal, context_of: Callable[[], Context]) -> None:
        self._journal = journal
        self._context_of = context_of

    async def record(
        self,
        account_id: str,
        key: str,
        facts: Sequence[Fact],
        joined: Collection[str],
        *,
        reached: datetime | None = None,
    ) -> Recorded:
        """Record the facts of one press, and put who pressed on the lists `joined` where a subscriber has the key.

        Nothing happens later than now (R28b); `reached` is a time that some machine's clock had reached before, and a
        fact may be as late as that, or it would not be newer than what it answers. All of it or, where this raises
        StoreUnavailable or StoreFull, nothing. Raises Refused as `record_facts` does.
        """
        context = self._context_of()
        names = (storable(account_id), storable(key))
        joins = tuple(
            Membership(account_id=names[0], list_id=storable(list_id), keys=names[1:]) for list_id in sorted(joined)
        )
        press = StorablePress(facts=storable_facts(facts, max(context.now, reached or context.now)), joins=joins)
        weight = weight_of(context.scopes, press.facts)
        return await self._journal.submit(RECORD_PRESS, press, mails=weight)
