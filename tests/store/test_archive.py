"""Stored mail is read again with its last decision; what a second rule set would do otherwise is kept within bounds."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from store_values import a_decision, a_mail

from mailproc.store.road.archive import SHADOW_KEPT, ArchivedMail, ShadowDecision
from mailproc.store.store import Store

NOW = datetime.now(UTC)


def difference(mail_id: str, at: datetime = NOW, ruleset: str = "sha256:new") -> ShadowDecision:
    found: dict[str, Any] = {"changes": {"action": ["forward", "review"]}, "reason": ["a", "b"], "words": []}
    return ShadowDecision(
        account_id="acme",
        mail_id=mail_id,
        live_ruleset="sha256:old",
        ruleset=ruleset,
        difference=found,
        decided_at=at,
    )


async def archived(store: Store, **options: Any) -> list[ArchivedMail]:
    return [one async for one in store.archive.mails(**options)]


async def a_decided_mail(store: Store, **values: Any) -> str:
    mail = a_mail(**values)
    await store.accept([mail])
    await store.record(mail, a_decision(mail))
    return mail.id


async def test_decided_mail_is_read_newest_first_with_bytes_and_decision(store: Store) -> None:
    ids = [await a_decided_mail(store) for _ in range(3)]
    await store.accept([a_mail()])  # not decided yet
    found = await archived(store)
    assert [one.mail_id for one in found] == ids[::-1]
    assert [one.decision["reason"] for one in found] == ["nothing asked"] * 3
    assert found[0].mail == await store.mail(ids[-1])


async def test_all_pages_and_all_accounts_are_read_once(store: Store) -> None:
    mails = [a_mail(account=account) for account in ("acme", "beta") for _ in range(130)]
    await store.accept(mails)
    for mail in mails:
        await store.record(mail, a_decision(mail))
    found = [one.mail_id for one in await archived(store)]
    assert sorted(found) == sorted(mail.id for mail in mails)
    assert len(await archived(store, limit=120)) == 120


async def test_only_mail_since_a_time_is_read(store: Store) -> None:
    await a_decided_mail(store, received_at=NOW - timedelta(days=3))
    new = await a_decided_mail(store, received_at=NOW)
    assert [one.mail_id for one in await archived(store, since=NOW - timedelta(days=1))] == [new]


async def test_mail_whose_content_is_gone_has_its_decision_only(store: Store, database_url: str) -> None:
    mail_id = await a_decided_mail(store)
    engine = create_async_engine(database_url)
    async with engine.begin() as connection:
        await connection.execute(text("DELETE FROM mail_content"))
    await engine.dispose()
    [one] = await archived(store)
    assert (one.mail, one.mail_id, one.decision["action"]) == (None, mail_id, "record")


async def test_an_empty_store_has_nothing_archived(store: Store) -> None:
    assert await archived(store) == []
    assert await store.archive.shadow() == (0, [])
    assert await store.archive.clear_shadow() == 0


async def test_differing_decisions_are_kept_newest_first_and_one_per_mail(store: Store) -> None:
    await store.archive.keep_shadow([difference("m1", NOW - timedelta(hours=2)), difference("m2", NOW)])
    again = difference("m1", NOW - timedelta(hours=1), "sha256:newer")
    await store.archive.keep_shadow([again])
    count, found = await store.archive.shadow()
    assert count == 2
    assert [(one.mail_id, one.ruleset) for one in found] == [("m2", "sha256:new"), ("m1", "sha256:newer")]
    assert found[1] == again


async def test_old_differing_decisions_are_dropped(store: Store) -> None:
    await store.archive.keep_shadow([difference("old", NOW - timedelta(days=31)), difference("new", NOW)])
    assert [one.mail_id for one in (await store.archive.shadow())[1]] == ["new"]


async def test_no_more_than_so_many_differing_decisions_are_kept(store: Store) -> None:
    many = [difference(f"m{number:06d}", NOW - timedelta(seconds=number)) for number in range(SHADOW_KEPT + 5)]
    await store.archive.keep_shadow(many)
    await store.archive.keep_shadow([difference("last", NOW)])
    count, found = await store.archive.shadow(limit=SHADOW_KEPT + 5)
    assert count == SHADOW_KEPT
    assert {"m000000", "last"} <= {one.mail_id for one in found}
    assert not {f"m{number:06d}" for number in range(SHADOW_KEPT, SHADOW_KEPT + 5)} & {one.mail_id for one in found}


async def test_all_differing_decisions_can_be_forgotten(store: Store) -> None:
    await store.archive.keep_shadow([difference("m1"), difference("m2")])
    assert await store.archive.clear_shadow() == 2
    assert (await store.archive.shadow())[0] == 0
