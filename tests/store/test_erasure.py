"""Erasure: nothing is left of a person but what keeps the address out, on both databases, byte for byte."""

import base64
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import zstandard
from sqlalchemy import make_url
from store_values import NOW, Clock, Sql, a_consent, a_decision, a_mail, an_opt_out, deliver_all, hooks, traces_of

from mailproc.errors import ContentDropped, StoreError, StoreUnavailable
from mailproc.mail.arrival.envelope import Envelope
from mailproc.mail.mail_kind import MailKind
from mailproc.policy.decision import Action, BounceSummary, Evidence
from mailproc.policy.imports.person_row import PersonRow
from mailproc.policy.standing.facts import Channel, FactKind, Level
from mailproc.policy.standing.forgetting import forgotten_at
from mailproc.policy.standing.mention import Mentions
from mailproc.policy.standing.pepper import Peppers
from mailproc.policy.standing.scope import EVERYWHERE, Member, Scopes
from mailproc.policy.who.subscriber import RefSource, SubscriberRef, Trust
from mailproc.settings.settings import StoreSettings
from mailproc.store.desk.review_reports import ReviewFilter
from mailproc.store.engine.reader import Reader
from mailproc.store.erasure.traces import _names
from mailproc.store.imports.importing import ImportRun
from mailproc.store.programs import once
from mailproc.store.results import Subscriber
from mailproc.store.store import Store

PAT, KEY = "Pat.Doe@example.org", "crm-0031x0"
KIM = "kim@example.net"
PEPPERS = Peppers({"1": b"pepper-v1" * 4})
MEMBERS = (Member(account_id="acme", parent="group"), Member(account_id="shop", parent="group"))


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    clock = Clock(NOW + timedelta(days=1))
    scopes = Scopes(MEMBERS, peppers=PEPPERS)
    opened = await Store.open(database_url, StoreSettings(), hooks_of=hooks("crm"), scopes=scopes, clock=clock)
    yield opened
    assert await opened.check() == []
    await opened.close()


def known(key: str = KEY, address: str = PAT, account: str = "acme") -> Subscriber:
    return Subscriber(account_id=account, key=key, address=address)


def ref(address: str | None, key: str | None = None) -> SubscriberRef:
    return SubscriberRef(address=address, key=key, source=RefSource.from_, trust=Trust.unauthenticated)


async def test_what_programs_were_answered_goes_too_and_nothing_is_done_twice(store: Store) -> None:
    await store.put_subscribers([known()])
    request = once.Key(account_id="acme", token_id="1", key="k")
    claim = await store.once.begin(request, "digest")
    assert isinstance(claim, once.Claim)
    await store.once.end(claim, once.Answer(status=200, headers={}, body=f"{PAT} {KEY}"))
    await forget(store)
    assert await store.once.begin(request, "digest") == once.Before(is_erased=True)


async def forget(store: Store, text: str = PAT, account: str | None = None) -> None:
    found = await traces_of(store, text, account)
    for one in found:
        assert await store.erasure.forget(one, by="kim", reason="art-17", others=[other.account_id for other in found])


async def took(store: Store, content: bytes, decided: dict[str, Any], *facts: Any, sender: str | None = PAT) -> str:
    """A mail that came in and was decided."""
    envelope = Envelope(
        mail_from=sender,
        rcpt_tos=("reply@acme.example",),
        peer="192.0.2.7",
        helo="pats-laptop" if sender == PAT else "mx",
    )
    mail = a_mail(envelope=envelope, content=content)
    await store.accept([mail])
    await store.record(mail, replace(a_decision(mail, *facts), **decided))
    return mail.id


async def everything(url: str) -> bytes:
    """Every byte that the database holds, and what is compressed among it."""
    if url.startswith("sqlite"):
        file = Path(str(make_url(url).database))
        found = b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*"))
        frames = re.finditer(re.escape(b"\x28\xb5\x2f\xfd"), found)
        for frame in frames:
            reader = zstandard.ZstdDecompressor().stream_reader(found[frame.start() : frame.start() + 2_000_000])
            try:
                found += reader.read(1_000_000)
            except zstandard.ZstdError:
                continue
        return found
    connection = await asyncpg.connect(url.replace("postgresql+asyncpg", "postgresql"))
    dumped = b""
    tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    for (table,) in tables:
        for (row,) in await connection.fetch(f"SELECT t::text FROM {table} t"):
            dumped += row.encode() + b"\n"
    for (chunk,) in await connection.fetch("SELECT chunk FROM mail_content"):
        dumped += zstandard.ZstdDecompressor().decompress(chunk)
    await connection.close()
    return dumped


def spellings(word: str) -> list[bytes]:
    plain = word.lower().encode()
    at = plain.replace(b"@", b"%40"), plain.replace(b"@", b"=40"), plain.replace(b"@", b"=")
    return [plain, *at, plain.hex().encode(), plain.decode().encode("utf-16-le")]


def base64_of(word: str) -> list[bytes]:
    return [base64.b64encode(b"\0" * shift + word.encode())[4:-4] for shift in range(3)]


async def left_of(url: str, *words: str) -> list[bytes]:
    found = await everything(url)
    lower = found.lower()
    plain = [one for word in words for one in spellings(word) if one in lower]
    return plain + [one for word in words for one in base64_of(word) if one in found]


async def filled(store: Store) -> None:
    """A person of whom every table holds something, and others beside, who stay."""
    await store.put_subscribers([known(), known("7", KIM), known(KEY, PAT, "shop")])
    await store.record_facts([an_opt_out(PAT, evidence={"note": f"{PAT} called"}), a_consent(KIM)])
    await store.record_facts([an_opt_out(None, key=KEY, level=Level.list, list_id="news", channel=Channel.page)])
    plain = f"From: {PAT}\r\nSubject: stop\r\n\r\nRegards, Pat {PAT.upper()}\r\n".encode()
    theirs = {"subscribers": (ref(PAT, KEY),), "new_text": "stop, says Pat"}
    phrase = (Evidence(rule="en", phrase="stop", where="body", span=(0, 4)),)
    await took(store, plain, {**theirs, "evidence": phrase}, an_opt_out(PAT, evidence={"mail": "sha256:0"}))
    await took(store, plain + b"Again.", {**theirs, "action": Action.review})
    encoded = base64.encodebytes(f"please tell {PAT} that".encode()).replace(b"\n", b"\r\n")
    body = b"From: kim@example.net\r\nContent-Transfer-Encoding: base64\r\n\r\n" + encoded
    await took(store, body, {"subscribers": (ref(KIM),), "new_text": f"please tell {PAT}"}, sender=KIM)
    bounces = tuple(BounceSummary(address=at, status="5.1.1", bounce_class="hard", reason="no") for at in (PAT, KIM))
    report = {"kind": MailKind.delivery_status, "bounces": bounces, "subscribers": (ref(PAT), ref(KIM))}
    bounced = [
        an_opt_out(at, kind=FactKind.bounce, channel=Channel.bounce, evidence={"class": "hard", "mail": "sha256:1"})
        for at in (PAT, KIM)
    ]
    both = f"From: mailer-daemon@example.net\r\n\r\n{PAT} {KIM}\r\n".encode()
    await took(store, both, report, *bounced, sender=None)
    await deliver_all(store)


async def test_nothing_is_left_of_the_address_or_the_key(store: Store, database_url: str) -> None:
    await filled(store)
    assert len(await left_of(database_url, PAT, KEY, "pats-laptop")) > 2
    await forget(store)
    await deliver_all(store)
    assert await store.erasure.clean_file(whole=True)
    assert await left_of(database_url, PAT, KEY, "pats-laptop", "stop, says Pat") == []
    assert await left_of(database_url, KIM) != []


async def test_what_was_imported_goes_with_its_attributes_and_the_place_in_the_file(
    store: Store, database_url: str
) -> None:
    row = PersonRow(f"1:{KEY}", PAT, ("news",), (("town", "Springfield"),))
    _ = [done async for done in store.imports.run(ImportRun(account_id="acme", id="file", evidence={}), [row])]
    await store.record_facts([an_opt_out(PAT)])
    await deliver_all(store)
    assert await left_of(database_url, PAT, KEY, "Springfield") != []
    await forget(store)
    await store.erasure.clean_file(whole=True)
    assert await left_of(database_url, PAT, KEY, "Springfield") == []


async def test_of_mail_with_several_people_the_others_stay(store: Store) -> None:
    await filled(store)
    await forget(store)
    [bounce] = await store.decisions(kind="delivery_status")
    assert [one["address"] for one in bounce.decision["bounces"]] == [KIM]
    assert [one["address"] for one in bounce.decision["subscribers"]] == [KIM]
    with pytest.raises(ContentDropped):
        await store.mail(bounce.mail_id)
    [kim] = await store.persons("7", "acme")
    assert kim.standing.status == "bounced"
    assert len(await store.decisions()) == 4


async def test_the_address_stays_out_with_the_same_blocks_and_says_since_when(store: Store) -> None:
    await filled(store)
    [before] = await store.persons(KEY, "acme")
    await forget(store)
    [after] = await store.persons(PAT, "acme")
    assert await store.persons(KEY, "acme") == []
    assert {(b.kind, b.level, b.list_id) for b in after.standing.blocks} == {
        (b.kind, b.level, b.list_id) for b in before.standing.blocks
    }
    assert {forgotten_at(fact) for fact in after.facts} == {NOW + timedelta(days=1)}
    assert {fact.evidence["reason"] for fact in after.facts} == {"art-17"}


async def test_whoever_comes_with_the_address_again_is_out_in_every_account_of_the_enterprise(store: Store) -> None:
    await filled(store)
    await forget(store)
    await store.put_subscribers([known("new-1"), known("new-2", account="shop")])
    assert [one.standing.status for one in await store.persons(PAT)] == ["unsubscribed", "unsubscribed"]


async def test_hooks_that_keep_the_highest_version_still_heed_whoever_comes_again(store: Store) -> None:
    await store.put_subscribers([known()])
    for number in range(3):
        await store.record_facts([an_opt_out(PAT, at=NOW + timedelta(minutes=2 * number))])
        await store.record_facts([a_consent(PAT, at=NOW + timedelta(minutes=2 * number + 1))])
    await store.record_facts([an_opt_out(PAT, at=NOW + timedelta(hours=1))])
    await deliver_all(store)
    before = await store.outbox.entries(limit=1)
    await forget(store)
    await store.put_subscribers([known()])
    after = await store.outbox.entries(limit=1)
    assert after[0].version > before[0].version > 3
    assert after[0].event.id != before[0].event.id


async def test_a_global_opt_out_is_forgotten_and_still_global(store: Store, database_url: str) -> None:
    said = {"by": "ann", "reason": "letter"}
    everywhere = {"level": Level.global_, "channel": Channel.command, "account_id": EVERYWHERE, "evidence": said}
    await store.record_facts([an_opt_out(PAT, **everywhere)])
    await forget(store)
    await store.put_subscribers([known("new-1", account="shop")])
    await deliver_all(store)
    await forget(store, "new-1", "shop")
    await store.put_subscribers([known("new-2", account="shop")])
    [shop] = await store.persons(PAT, "shop")
    assert {block.level for block in shop.standing.blocks} >= {Level.global_}


async def test_while_an_event_is_on_its_way_nothing_goes(store: Store) -> None:
    await store.put_subscribers([known()])
    await store.record_facts([an_opt_out(PAT)])
    [one] = await traces_of(store, PAT)
    assert [entry.state for entry in one.untold] == ["pending"]
    assert not await store.erasure.forget(one, by="kim", reason="art-17")
    assert [one.address for one in await store.persons(KEY, "acme")] == [PAT]
    await deliver_all(store)
    await forget(store)
    assert await store.persons(KEY, "acme") == []


async def test_an_open_review_that_names_others_is_told_and_one_about_nobody_else_goes(store: Store) -> None:
    mine = {"subscribers": (ref(PAT),), "action": Action.review}
    await took(store, f"From: {PAT}\r\n\r\nhm".encode(), mine)
    several = {"subscribers": (ref(PAT), ref(KIM)), "action": Action.review}
    shared = await took(store, f"From: {PAT}\r\n\r\nhm, {KIM}".encode(), several)
    [one] = await traces_of(store, PAT)
    assert one.waiting_for_others == [shared]
    assert len(one.mails) == 2
    await forget(store)
    assert [item.id for item in await store.desk.reviews(ReviewFilter())] == [shared]


async def test_undecided_mail_is_told(store: Store) -> None:
    mail = a_mail(content=f"From: {PAT}\r\n\r\nstop".encode())
    await store.accept([mail])
    [one] = await traces_of(store, PAT)
    assert one.undecided == [mail.id]


async def test_a_mail_that_is_damaged_names_nobody_and_keeps_no_erasure_from_its_end(store: Store, sql: Sql) -> None:
    await took(store, f"From: {KIM}\r\n\r\nforwarded for {PAT}".encode(), {"subscribers": (ref(KIM),)}, sender=KIM)
    assert [len(one.mails) for one in await traces_of(store, PAT)] == [1]
    await sql("UPDATE mail_content SET chunk = :rubbish", rubbish=b"no zstandard")
    assert await traces_of(store, PAT) == []


async def test_a_database_that_does_not_answer_is_no_answer_about_what_a_mail_names() -> None:
    gone = Reader(make_url("postgresql+asyncpg://nobody@127.0.0.1:1/none"), StoreSettings())
    with pytest.raises(StoreUnavailable):
        await _names(gone, Mentions(frozenset({PAT}), frozenset()), "acme", "m")
    await gone.close()


async def test_somebody_who_left_the_address_before_keeps_what_they_said(store: Store, database_url: str) -> None:
    await store.put_subscribers([known("mover", PAT)])
    await store.record_facts([an_opt_out(PAT, key="mover", channel=Channel.page)])
    await store.put_subscribers([known("mover", "moved@example.net")])
    await deliver_all(store)
    await forget(store)
    [mover] = await store.persons("mover", "acme")
    assert (mover.standing.status, mover.address) == ("unsubscribed", "moved@example.net")
    [gone] = await store.persons(PAT, "acme")
    assert (gone.key, gone.standing.status) == (None, "unsubscribed")


async def test_forgetting_by_key_takes_former_addresses_along_and_leaves_other_accounts(
    store: Store, database_url: str
) -> None:
    await store.put_subscribers([known(KEY, "old@example.org"), known(KEY, "else@example.org", "shop")])
    await store.record_facts([an_opt_out(None, key=KEY)])
    await store.put_subscribers([known(KEY, PAT)])
    await deliver_all(store)
    await forget(store, KEY, "acme")
    await store.erasure.clean_file(whole=True)
    assert await left_of(database_url, PAT, "old@example.org") == []
    for address in (PAT, "old@example.org"):
        assert [one.standing.status for one in await store.persons(address, "acme")] == ["unsubscribed"]
    assert [one.address for one in await store.persons(KEY, "shop")] == ["else@example.org"]


async def test_forgetting_in_one_account_leaves_whom_it_reaches_as_out_as_before(store: Store) -> None:
    await store.put_subscribers([known(), known("shop-1", account="shop")])
    await store.record_facts([an_opt_out(PAT)])
    await deliver_all(store)
    await forget(store, PAT, "acme")
    [shop] = await store.persons("shop-1", "shop")
    assert (shop.address, shop.standing.status) == (PAT, "unsubscribed")
    assert [entry.hook for entry in await store.claim("crm", limit=10, lease_seconds=60)] == []
    await store.record_facts([a_consent(PAT, account_id="shop", at=NOW + timedelta(hours=5))])
    assert [one.standing.status for one in await store.persons(PAT, "shop")] == ["active"]
    assert [one.standing.status for one in await store.persons(PAT, "acme")] == ["unsubscribed"]


async def test_others_with_the_same_address_are_named_when_only_a_key_was_given(store: Store) -> None:
    await store.put_subscribers([known(), known("lead-2")])
    [one] = await store.erasure.find(KEY, "acme")
    assert await store.erasure.sharing(one) == ["lead-2"]
    [whole] = await store.erasure.find(PAT, "acme")
    assert whole.named.keys == {KEY, "lead-2"}


async def test_forgetting_twice_leaves_one_trace_by_the_newest_pepper(store: Store, database_url: str) -> None:
    await store.record_facts([an_opt_out(PAT)])
    await deliver_all(store)
    await forget(store)
    await store.put_subscribers([known()])
    await deliver_all(store)
    scopes = Scopes(MEMBERS, peppers=Peppers({"1": b"pepper-v1" * 4, "2": b"a newer pepper of enough bytes ."}))
    later = await Store.open(database_url, StoreSettings(), hooks_of=hooks("crm"), scopes=scopes)
    await forget(later)
    [gone] = await later.persons(PAT, "acme")
    assert [(str(fact.address)[:14], fact.kind) for fact in gone.facts] == [("HMAC-SHA256:2:", FactKind.opt_out)]
    await later.close()
    store._context_of = later._context_of  # its closing check needs the new pepper, too


async def test_without_a_pepper_nothing_is_forgotten(database_url: str) -> None:
    store = await Store.open(database_url, StoreSettings())
    await store.record_facts([an_opt_out(PAT)])
    [one] = await store.erasure.find(PAT, "acme")
    with pytest.raises(StoreError, match="no pepper"):
        await store.erasure.forget(one, by="kim", reason="art-17")
    assert [one.address for one in await store.persons(PAT, "acme")] == [PAT]
    await store.close()


async def test_of_nobody_nothing_is_found(store: Store) -> None:
    await filled(store)
    assert await traces_of(store, "nobody@example.com") == []
    assert await traces_of(store, "doe@example.org") == []
