"""What came before an import began and may still become an opt-out: mail that nobody has decided, and open reviews.

It is as old as the mail, so that a newer consent would end it before it is known. One look at the beginning of a run is
enough: what comes later is newer than every consent of the file.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select

from mailproc.policy.address_key import loose_form
from mailproc.store.engine.columns import json_text, time_of
from mailproc.store.engine.operation import Context
from mailproc.store.engine.people_tables import subscriber
from mailproc.store.engine.persons import person_of_address, person_of_key
from mailproc.store.engine.schema import ACCEPTED, OPEN, WAITING, mail, review, review_name
from mailproc.store.engine.statement import Statement, Transaction, ask, one_of
from mailproc.store.imports.plan import Target
from mailproc.store.people.reach import homes_of

_OF_KEY, _OF_ADDRESS = person_of_key(""), person_of_address("")


def _oldest(state: ColumnElement[str]) -> Statement:
    return Statement(
        lambda insert: select(func.min(mail.c.received_at)).where(
            mail.c.state == state, one_of(mail.c.account_id, "accounts")
        )
    )


_UNDECIDED = (_oldest(ACCEPTED), _oldest(WAITING))
_REVIEWS = Statement(
    lambda insert: (
        select(
            review.c.account_id,
            func.coalesce(mail.c.received_at, review.c.created_at),
            review_name.c.name,
            subscriber.c.address_key,
        )
        .select_from(review)
        .outerjoin(mail, and_(mail.c.account_id == review.c.account_id, mail.c.id == review.c.mail_id))
        .outerjoin(
            review_name, and_(review_name.c.account_id == review.c.account_id, review_name.c.review_id == review.c.id)
        )
        .outerjoin(
            subscriber,
            and_(
                review_name.c.name.like(f"{_OF_KEY}%"),
                subscriber.c.account_id == review_name.c.account_id,
                subscriber.c.key == func.substr(review_name.c.name, len(_OF_KEY) + 1),
            ),
        )
        .where(review.c.state == OPEN, review.c.due_at > 0)  # by the index of the open ones, of all accounts
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsettled:
    """Whose requests may still be found: of `keys` and of `addresses` (in their loose form), by an open review.

    `since` is when the oldest mail came that may be anybody's; None when there is none.
    """

    since: datetime | None = None
    keys: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()

    def may_end_by(self, consented_at: datetime, target: Target) -> bool:
        """Whether a consent of that time could end a request of this subscriber that nobody knows of yet."""
        if self.since is not None and self.since < consented_at:
            return True
        before = () if target.before is None else (target.before.address_key,)
        named = (loose_form(one) for one in (target.address_key, *before))
        return target.key in self.keys or not self.addresses.isdisjoint(named)


def unsettled_in(context: Context, account_id: str) -> Transaction[Unsettled]:
    """What is not settled in an account, and in those of which it hears.

    In the order in which mail goes: what is decided in between is found in its review, or its facts are there.
    """
    heard = {account_id, *homes_of(context.scopes, account_id)}
    accounts = json_text(sorted(heard))
    times: list[int | None] = []
    for statement in _UNDECIDED:
        times += [at for (at,) in (yield from ask(statement, accounts=accounts))]
    keys, addresses = set(), set()
    for of_account, came_at, name, address_key in (yield from ask(_REVIEWS)):
        if of_account not in heard:
            continue
        if name is None:
            times.append(came_at)
        elif name.startswith(_OF_ADDRESS):
            addresses.add(loose_form(name.removeprefix(_OF_ADDRESS)))
        elif of_account == account_id:
            keys.add(name.removeprefix(_OF_KEY))
        if address_key is not None:
            addresses.add(loose_form(address_key))
    known = [at for at in times if at is not None]
    return Unsettled(since=time_of(min(known)) if known else None, keys=frozenset(keys), addresses=frozenset(addresses))
