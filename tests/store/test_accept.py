"""Accepting: durable, once, and nobody suffers for a neighbour."""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from store_values import a_decision, a_mail, an_opt_out

from mailproc.errors import NotFound, StoreUnavailable
from mailproc.mail.arrival.envelope import Envelope
from mailproc.settings.settings import StoreSettings
from mailproc.store.road.mails import FIND, storable_mail
from mailproc.store.store import Store


@pytest.fixture
async def other_store(database_url: str) -> AsyncIterator[Store]:
    """A second process's store on the same database."""
    opened = await Store.open(database_url, StoreSettings(), hooks_of=lambda account_id: ("crm",))
    yield opened
    await opened.close()


async def count(url: str, table: str, where: str = "1 = 1") -> int:
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        number = (await connection.execute(text(f"SELECT count(*) FROM {table} WHERE {where}"))).scalar_one()
    await engine.dispose()
    return int(number)


async def test_an_accepted_mail_is_read_back_byte_for_byte(store: Store) -> None:
    mail = a_mail(text="a\x00b \udc80".encode("utf-8", "surrogatepass").decode("latin-1"))
    [receipt] = await store.accept([mail])
    assert (receipt.mail_id, receipt.account_id, receipt.duplicate) == (mail.id, "acme", False)
    assert await store.mail(mail.id) == mail


async def test_a_resend_gets_the_first_id_and_is_a_duplicate(store: Store) -> None:
    first, again = a_mail("the same"), a_mail("the same")
    await store.accept([first])
    [receipt] = await store.accept([again])
    assert (receipt.mail_id, receipt.duplicate) == (first.id, True)
    assert (await store.undecided.count())[0] == 1


async def test_a_resend_over_another_relay_and_in_another_order_of_recipients_is_a_duplicate(store: Store) -> None:
    first = a_mail("the same", to=("reply@acme.example", "abuse@acme.example"))
    again = a_mail("the same", to=("ABUSE@acme.example", "reply@acme.example"))
    again = replace(again, content=b"Received: from relay.example\r\n\tby mx.example\r\n" + again.content)
    await store.accept([first])
    assert [receipt.duplicate for receipt in await store.accept([again])] == [True]


async def test_the_same_mail_to_other_recipients_is_another_mail(store: Store) -> None:
    first, other = a_mail("the same"), a_mail("the same", to=("unsubscribe@acme.example",))
    await store.accept([first])
    assert [receipt.duplicate for receipt in await store.accept([other])] == [False]


async def test_the_same_mail_to_two_accounts_is_two_mails_in_one_commit(store: Store) -> None:
    mails = [a_mail("the same"), a_mail("the same", account="other")]
    receipts = await store.accept(mails)
    assert [(receipt.account_id, receipt.duplicate) for receipt in receipts] == [("acme", False), ("other", False)]


async def test_twins_in_one_batch_are_one_mail(store: Store, database_url: str) -> None:
    twins = [a_mail("the same") for _ in range(20)]
    receipts = [receipt for [receipt] in await asyncio.gather(*(store.accept([one]) for one in twins))]
    assert len({receipt.mail_id for receipt in receipts}) == 1
    assert sum(not receipt.duplicate for receipt in receipts) == 1
    assert await count(database_url, "mail_content") == 1


async def test_accepting_the_very_same_mail_again_is_no_duplicate_but_the_same_receipt(store: Store) -> None:
    mail = a_mail()
    assert await store.accept([mail]) == await store.accept([mail])


async def test_mails_that_come_together_are_committed_together(sqlite_url: str) -> None:
    store = await Store.open(sqlite_url, StoreSettings())
    commits = []
    heed = store._journal._on_commit
    store._journal._on_commit = lambda context: (commits.append(context), heed(context))[1]
    await asyncio.gather(*(store.accept([a_mail()]) for _ in range(500)))
    assert (await store.undecided.count())[0] == 500
    assert len(commits) <= 5
    await store.close()


async def test_two_processes_accept_the_same_mails_once(store: Store, other_store: Store, database_url: str) -> None:
    texts = [f"number {n}" for n in range(60)]
    shuffled = random.Random(7).sample(texts, len(texts))
    receipts = await asyncio.gather(
        *(store.accept([a_mail(text)]) for text in texts), *(other_store.accept([a_mail(text)]) for text in shuffled)
    )
    assert sum(not receipt.duplicate for [receipt] in receipts) == 60
    assert await count(database_url, "mail") == await count(database_url, "mail_content") == 60


POISON = {
    "NUL in the envelope": Envelope(mail_from="a\x00b@example.org", rcpt_tos=("reply@acme.example",)),
    "lone surrogate": Envelope(mail_from="a\udc80@example.org", rcpt_tos=("reply\ud800@acme.example",)),
    "over-long sender": Envelope(mail_from="x" * 100_000 + "@example.org", rcpt_tos=("reply@acme.example",)),
    "ten thousand recipients": Envelope(mail_from=None, rcpt_tos=tuple(f"r{n}@acme.example" for n in range(10_000))),
    "over-long helo": Envelope(mail_from=None, rcpt_tos=("reply@acme.example",), helo="\udfff\x00" * 50_000),
}


async def test_poison_values_among_good_mails_are_all_stored_and_found_again(store: Store) -> None:
    poison = [a_mail(envelope=envelope) for envelope in POISON.values()]
    poison.append(a_mail(id="m\x00\udc80" + "y" * 5000))
    good = [a_mail() for _ in range(50)]
    mixed = random.Random(3).sample([*poison, *good], 56)
    receipts = [receipt for [receipt] in await asyncio.gather(*(store.accept([mail]) for mail in mixed))]
    assert not any(receipt.duplicate for receipt in receipts)
    assert (await store.undecided.count())[0] == 56
    for mail, receipt in zip(mixed, receipts, strict=True):
        assert (await store.mail(receipt.mail_id)).content == mail.content
    again = [receipt for [receipt] in await asyncio.gather(*(store.accept([mail]) for mail in mixed))]
    assert [receipt.mail_id for receipt in again] == [receipt.mail_id for receipt in receipts]
    assert await store.check() == []


async def test_a_poison_envelope_is_read_back_as_it_was(store: Store) -> None:
    mail = a_mail(envelope=POISON["lone surrogate"])
    await store.accept([mail])
    assert (await store.mail(mail.id)).envelope == mail.envelope


async def test_a_mail_that_the_database_refuses_is_stored_bare_with_a_review_and_its_neighbours_whole(
    store: Store, database_url: str
) -> None:
    await refuse(database_url, "mail", "envelope", "culprit.example")
    culprit = a_mail(envelope=Envelope(mail_from="x@culprit.example", rcpt_tos=("reply@acme.example",)))
    good = [a_mail() for _ in range(50)]
    receipts = await asyncio.gather(*(store.accept([mail]) for mail in [*good[:25], culprit, *good[25:]]))
    assert len(receipts) == 51
    assert [(item.mail_id, item.state) for item in await store.desk.reviews()] == [(culprit.id, "open")]
    stored = await store.mail(culprit.id)
    assert stored.content == culprit.content
    assert stored.envelope.parked is not None
    assert [(await store.mail(mail.id)).envelope for mail in good] == [mail.envelope for mail in good]


async def test_a_decision_that_the_database_refuses_becomes_a_review_and_its_neighbours_are_recorded(
    store: Store, database_url: str
) -> None:
    await refuse(database_url, "fact", "address", "culprit")
    culprit, good = a_mail(), [a_mail() for _ in range(20)]
    await store.accept([culprit, *good])
    decided = [(mail, a_decision(mail, an_opt_out(f"{mail.id}@example.org"))) for mail in good]
    decided.insert(10, (culprit, a_decision(culprit, an_opt_out("culprit@example.org"))))
    recorded = await asyncio.gather(*(store.record(mail, decision) for mail, decision in decided))
    assert all(one.applied for one in recorded)
    assert [(item.mail_id, item.reason) for item in await store.desk.reviews()] == [
        (culprit.id, "could not be recorded")
    ]
    assert len([one for one in recorded if one.changes]) == 20
    assert (await store.undecided.count())[0] == 0
    assert await store.check() == []


async def test_facts_that_the_database_refuses_fail_alone(store: Store, database_url: str) -> None:
    await refuse(database_url, "fact", "address", "culprit")
    good = store.record_facts([an_opt_out("good@example.org")])
    bad = store.record_facts([an_opt_out("culprit@example.org")])
    recorded, error = await asyncio.gather(good, bad, return_exceptions=True)
    assert recorded.changes
    assert type(error).__name__ == "StoreError"


async def test_a_cancelled_caller_does_not_harm_the_commit_and_the_mail_is_left_to_be_taken_over(store: Store) -> None:
    mail, neighbour = a_mail(), a_mail()
    impatient = asyncio.create_task(store.accept([mail]))
    waiting = asyncio.create_task(store.accept([neighbour]))
    await asyncio.sleep(0)
    impatient.cancel()
    with pytest.raises(asyncio.CancelledError):
        await impatient
    assert [receipt.mail_id for receipt in await waiting] == [neighbour.id]
    taken = await store.undecided.take_over()
    assert taken is not None
    assert (taken[0], taken[1]) == (mail, 1)
    assert await store.undecided.take_over() is None


async def test_a_mail_whose_caller_is_cancelled_in_the_moment_of_the_commit_is_taken_over(store: Store) -> None:
    mail = a_mail()
    accepting = asyncio.create_task(store.accept([mail]))
    await asyncio.sleep(0)
    beside = store._journal.enqueue(FIND, storable_mail(a_mail(), "p"), orphaned=lambda _: accepting.cancel())
    beside.cancel()  # its result is looked after right behind that of the mail, before anyone has had theirs
    with pytest.raises(asyncio.CancelledError):
        await accepting
    taken = await store.undecided.take_over()
    assert taken is not None
    assert taken[0] == mail


async def test_a_resend_beside_new_mail_in_one_commit_is_told_apart(store: Store) -> None:
    first, again, new = a_mail("the same"), a_mail("the same"), a_mail("new")
    await store.accept([first])
    receipts = await asyncio.gather(store.accept([again]), store.accept([new]))
    assert [(one.mail_id, one.duplicate) for [one] in receipts] == [(first.id, True), (new.id, False)]
    assert await store.mail(new.id) == new


async def test_a_closed_store_accepts_nothing(database_url: str) -> None:
    store = await Store.open(database_url, StoreSettings())
    accepting = asyncio.create_task(store.accept([a_mail()]))
    await asyncio.sleep(0)
    await store.close()
    assert len(await accepting) == 1, "what was queued is finished"
    with pytest.raises(StoreUnavailable):
        await store.accept([a_mail()])


async def test_a_mail_that_was_never_accepted_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound):
        await store.mail("nothing")


async def refuse(url: str, table: str, column: str, word: str) -> None:
    """Make the database itself refuse rows with this word in this column."""
    condition = f"NEW.{column} LIKE '%{word}%'"
    if url.startswith("sqlite"):
        statements = [
            f"CREATE TRIGGER refuse BEFORE INSERT ON {table} WHEN {condition} BEGIN SELECT RAISE(ABORT, 'refused'); END"
        ]
    else:
        statements = [
            f"CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {condition} THEN "
            "RAISE EXCEPTION 'refused' USING ERRCODE = '22000'; END IF; RETURN NEW; END $$",
            f"CREATE TRIGGER refuse BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION refuse()",
        ]
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))
    await engine.dispose()
