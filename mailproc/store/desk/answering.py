"""What is done with mail by hand: what waits for a person, their answers, and deciding a mail again."""

from collections.abc import Callable, Sequence
from datetime import datetime

from mailproc.errors import NotFound
from mailproc.identity import sortable_id
from mailproc.mail.arrival.envelope import InboundMail
from mailproc.policy.deciding.review import Answer
from mailproc.policy.decision import Decision
from mailproc.policy.hooks.due import DueRule
from mailproc.policy.hooks.event import OutboxState
from mailproc.policy.standing.facts import Fact
from mailproc.policy.standing.scope import Scopes
from mailproc.store.desk import review_reports
from mailproc.store.desk.answers import ANSWER, StorableAnswer
from mailproc.store.desk.review_reports import ReviewFilter
from mailproc.store.engine.columns import MAX_TEXT, micros_of, storable
from mailproc.store.engine.journal import Journal
from mailproc.store.engine.reader import Reader
from mailproc.store.engine.schema import mail_content, review
from mailproc.store.outbox.forwards import forward_held_back
from mailproc.store.people.portions import weight_of
from mailproc.store.results import Answered, Recorded, ReviewItem
from mailproc.store.road import reports
from mailproc.store.road.again import RECORD_AGAIN, DecidedAgain
from mailproc.store.road.decisions import storable_decision, storable_facts
from mailproc.store.road.retention import DROP_CONTENT, Dropped, OldMail
from mailproc.store.road.review_rows import Closing


class Desk:
    """The store's desk: `Store.desk` is one."""

    def __init__(
        self, journal: Journal, reader: Reader, clock: Callable[[], datetime], scopes: Scopes, due: DueRule
    ) -> None:
        self._journal = journal
        self._reader = reader
        self._now = clock
        self._scopes = scopes
        self._due = due

    async def record_again(self, mail: InboundMail, decision: Decision, *, after: int, by: str) -> Recorded:
        """Record the next decision on a mail that was decided, with all that follows from it, in one transaction.

        `after` is the number of the decision that it follows, `by` who asked for it. A review that it does not ask for
        any more is closed, one that it asks for is opened. Facts that are there stay: nothing is taken back. Not
        applied, and nothing changed, when somebody else decided it in between, when a person has answered its review,
        or when its content was dropped.
        """
        decided = storable_decision(mail, decision, self._now(), due=self._due)
        payload = DecidedAgain(decided=decided, by=storable(by), after=after)
        return await self._journal.submit(RECORD_AGAIN, payload, mails=weight_of(self._scopes, decided.facts))

    async def answer(
        self, item: ReviewItem, answer: Answer, facts: Sequence[Fact], *, by: str, note: str, request: str | None = None
    ) -> Answered:
        """Close a review with a person's answer, and record the facts that it makes, in one transaction.

        What the breaker held and people were to read beside its main effect is forwarded now, whatever the answer is.
        Not applied when it was answered before: then it says what was said first, by whom and when; but what the same
        `request` did before is applied. Raises NotFound.
        """
        closing = Closing(
            account_id=item.account_id,
            review_id=item.id,
            resolution=answer.value,
            by=storable(by),
            note=storable(note, MAX_TEXT),
            request=request,
        )
        said = storable_facts(facts, self._now())
        payload = StorableAnswer(closing=closing, facts=said, forward=forward_held_back(item))
        answered = await self._journal.submit(ANSWER, payload, mails=weight_of(self._scopes, said))
        if answered is None:
            raise NotFound(f"there is no review {item.id}")
        return answered

    async def reviews(self, wanted: ReviewFilter | None = None, *, limit: int = 100) -> list[ReviewItem]:
        """What waits for a person, the most urgent first; what is open when nothing else is asked for."""
        return await review_reports.reviews(self._reader, wanted or ReviewFilter(), limit)

    async def overdue(self) -> dict[str, int]:
        """How many reviews are past their due date, by account; those with none are left out."""
        return await review_reports.overdue(self._reader, self._now())

    async def undelivered(self, created_before: datetime) -> dict[tuple[str, str], int]:
        """How many events and forwards are older than that and still waiting, held or dead, by account and hook."""
        return await reports.undelivered(self._reader, created_before)

    async def accounts_with_content(self) -> list[str]:
        """Accounts of which raw mail is kept."""
        return await reports.accounts_with(self._reader, mail_content)

    async def drop_content(self, account_id: str, received_before: datetime, after: str = "") -> Dropped:
        """Drop the raw content of some old mails of an account, and the text read from them, in one short transaction.

        Never of a mail that is undecided, in an open review, or not yet forwarded. Called with its `last` until that is
        None.
        """
        before_id = sortable_id(received_before, 0)
        old = OldMail(account_id=account_id, after=after, before=micros_of(received_before), before_id=before_id)
        return await self._journal.submit(DROP_CONTENT, old)

    async def outbox_numbers(self, state: OutboxState, hook: str | None = None) -> list[int]:
        """Which entries of the outbox are in a state, the oldest first; all hooks' when none is named."""
        return await reports.outbox_numbers(self._reader, state, hook)

    async def review(self, review_id: str) -> ReviewItem:
        """One review, open or not. Raises NotFound."""
        for account_id in await reports.accounts_with(self._reader, review):
            found = await review_reports.review_named(self._reader, account_id, review_id)
            if found is not None:
                return found
        raise NotFound(f"there is no review {review_id}; `mailproc review list` shows them")
