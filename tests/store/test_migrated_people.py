"""What revisions do to people: names lose dots, facts get other ids, and nobody is in who was out."""

import json

from old_databases import at_revision, insert, without_later_revisions
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from store_values import NOW, a_consent, an_opt_out

from mailproc.policy.standing.facts import ENTERPRISE, Channel, Fact, FactKind, Level, retraction_of
from mailproc.policy.standing.scope import EVERYWHERE, GlobalScope, Member, Scopes
from mailproc.policy.standing.send import SendTerms
from mailproc.policy.standing.standing import Status
from mailproc.settings.settings import StoreSettings
from mailproc.store.engine.database import migrate
from mailproc.store.results import Subscriber
from mailproc.store.store import Store

PAT = "pat@example.org"


async def test_facts_get_the_ids_that_are_derived_today_and_whatever_names_them_follows(
    empty_database_url: str,
) -> None:
    """Facts are put back under ids as they once were made, the retraction of a retraction among them."""
    await migrate(empty_database_url)
    scopes = Scopes([Member(account_id="acme", parent="group")], GlobalScope.parent)
    store = await Store.open(empty_database_url, StoreSettings(), scopes=scopes)
    await store.put_subscribers([Subscriber(account_id="acme", key="1", address=PAT)])
    operators = {"level": Level.global_, "account_id": EVERYWHERE, "channel": Channel.command}
    everywhere = an_opt_out(PAT, evidence={"by": "kim", "reason": "asked", ENTERPRISE: "group"}, **operators)
    bounce = an_opt_out(PAT, kind=FactKind.bounce, channel=Channel.bounce, evidence={"class": "hard", "mail": "d" * 64})
    complaint = an_opt_out(PAT, kind=FactKind.complaint, about_mail_of=NOW)
    taken_back = retraction_of(bounce, by="kim", reason="wrong", at=NOW)
    facts = [everywhere, bounce, complaint, taken_back, retraction_of(taken_back, by="kim", reason="right", at=NOW)]
    for fact in facts:  # each says what the one before it was called
        await store.record_facts([fact])
    before = await store.persons(PAT)
    await store.close()
    assert [len(one.standing.blocks) for one in before] == [1, 3]  # of everybody's account, and of acme
    engine = create_async_engine(empty_database_url)
    async with engine.begin() as connection:
        for number, fact in enumerate(facts):
            for table, column in (("fact", "id"), ("fact", "retracts"), ("standing", "blocks")):
                statement = f"UPDATE {table} SET {column} = REPLACE({column}, :new, :old)"
                await connection.execute(text(statement), {"new": fact.id, "old": f"{number:032}"})
        await without_later_revisions(connection)
        await connection.execute(text("UPDATE alembic_version SET version_num = '0017'"))
    await engine.dispose()

    assert await migrate(empty_database_url) == ["0018", "0019", "0020", "0021", "0022", "0023", "0024"]
    store = await Store.open(empty_database_url, StoreSettings(), scopes=scopes)
    assert await store.persons(PAT) == before
    assert await store.check() == []
    await store.record_facts(facts)
    assert await store.persons(PAT) == before
    await store.close()


async def test_each_of_many_facts_gets_its_id_and_where_one_was_said_again_the_older_row_goes(
    empty_database_url: str,
) -> None:
    bounce = {"kind": FactKind.bounce, "channel": Channel.bounce}
    bounces = [an_opt_out(evidence={"class": "soft", "mail": f"{number:064}"}, **bounce) for number in range(1001)]
    async with at_revision(empty_database_url, "0017") as connection:
        older = [_row_of(fact, f"{number:032}") for number, fact in enumerate(bounces)]
        await insert(connection, "fact", *older, _row_of(bounces[7], bounces[7].id))
    await migrate(empty_database_url)
    engine = create_async_engine(empty_database_url)
    async with engine.connect() as connection:
        rows = await connection.execute(text("SELECT id, evidence FROM fact"))
        told = {fact.id: fact.evidence["mail"] for fact in bounces}
        assert sorted((id_, json.loads(evidence)["mail"]) for id_, evidence in rows) == sorted(told.items())
    await engine.dispose()


def _row_of(fact: Fact, id_: str) -> dict[str, object]:
    return {
        "account_id": fact.account_id,
        "id": id_,
        "kind": fact.kind.value,
        "address": fact.address,
        "address_key": fact.address,
        "level": fact.level.value,
        "occurred_at": 1,
        "began_at": 1,
        "channel": fact.channel.value,
        "evidence": json.dumps(dict(fact.evidence)),
        "recorded_at": 1,
    }


async def test_who_was_kept_with_the_final_dot_of_the_domain_is_the_one_without(empty_database_url: str) -> None:
    async with at_revision(empty_database_url, "0014") as connection:
        said = [("pat@example.org.", None), ("kim@example.org.", "7"), ("sam@example.org", "8.")]
        for number, (address_key, key) in enumerate(said):
            await insert(
                connection,
                "fact",
                account_id="acme",
                id=f"f{number}",
                kind="opt_out",
                address=address_key,
                address_key=address_key,
                key=key,
                level="account",
                occurred_at=1,
                began_at=1,
                channel="reply",
                evidence="{}",
                recorded_at=1,
            )
        at = {"account_id": "acme", "created_at": 1}
        for key, address in (("1", "p.at@gmail.com."), ("dotted.", "sam@example.org")):
            loose = address
            await insert(connection, "subscriber", key=key, address=address, address_key=address, loose_key=loose, **at)
        for person in ("a:pat@example.org.", "a:pat@example.org", "a:kim@example.org.", "k:dotted.", "k:x@y."):
            await insert(
                connection,
                "standing",
                account_id="acme",
                person=person,
                status="unsubscribed",
                blocks="[]",
                version=1,
                changed_at=1,
            )
        for name in ("a:pat@example.org.", "a:pat@example.org", "a:kim@example.org.", "k:x@y."):
            await insert(connection, "review_name", account_id="acme", name=name, review_id="r")
    told: list[str] = []
    await migrate(empty_database_url, told.append)
    assert ["(subscribers: 1, facts: 2)" in line and "`mailproc db rebuild`" in line for line in told] == [True]
    store = await Store.open(empty_database_url, StoreSettings())
    for address in ("pat@example.org", "kim@example.org.", "sam@example.org"):
        assert (await store.persons(address))[0].standing.status is Status.unsubscribed, address
    assert [one.key for one in await store.persons("p.at@gmail.com")] == ["1"]
    await store.record_facts([an_opt_out("pat@googlemail.com")])
    assert (await store.persons("1"))[0].standing.status is Status.unsubscribed
    assert [done async for done in store.standings.rebuild()][-1].people > 0
    assert await store.check() == []
    await store.close()
    engine = create_async_engine(empty_database_url)
    async with engine.connect() as connection:
        for table, column in (("standing", "person"), ("review_name", "name")):
            query = f"SELECT {column} FROM {table} WHERE {column} LIKE '%.' ORDER BY 1"
            dotted = {"standing": ["k:8.", "k:dotted.", "k:x@y."], "review_name": ["k:x@y."]}[table]
            assert [name for (name,) in await connection.execute(text(query))] == dotted, "keys are not addresses"
    await engine.dispose()


async def test_requests_of_before_are_found_by_whoever_comes_with_the_address_in_another_form(
    empty_database_url: str,
) -> None:
    written = [
        "pat@example.org",
        "kim+work@example.org",
        "lee@googlemail.com",
        "max.person@gmail.com",
        "jo@example.org",
    ]
    async with at_revision(empty_database_url, "0020") as connection:
        micros = int(NOW.timestamp() * 1_000_000)
        row: dict[str, object] = {"account_id": "acme", "level": "account", "channel": "reply", "evidence": "{}"}
        row |= dict.fromkeys(("occurred_at", "began_at", "recorded_at"), micros)
        for said in (*map(an_opt_out, written), a_consent("ann+news@example.org")):
            names = {"kind": said.kind.value, "id": said.id, "address": said.address, "address_key": said.address}
            await insert(connection, "fact", **row, **names)
    assert await migrate(empty_database_url) == ["0021", "0022", "0023", "0024"]
    store = await Store.open(empty_database_url, StoreSettings())
    come = ["pat+x@example.org", "kim@example.org", "l.ee@gmail.com", "maxperson+x@gmail.com", "ann@example.org"]
    found = await store.sends.check.stopped(SendTerms(account_id="acme"), addresses=come)
    assert sorted(found) == [0, 1, 2, 3]
    await store.close()
