"""Whoever is imported, in however many pieces: nobody is brought back, and the outcome is that of one run."""

import asyncio
import shutil
import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store_values import NOW, Clock, hooks

from mailproc.policy.imports.imported import ImportCounts
from mailproc.policy.imports.person_row import PersonRow, derived_key, merged
from mailproc.policy.standing.facts import Channel, Fact, FactKind, Level
from mailproc.policy.standing.scope import EVERYWHERE, Member, Scopes
from mailproc.settings.settings import StoreSettings
from mailproc.store.imports import importing as imports
from mailproc.store.imports.importing import ImportRun
from mailproc.store.results import PersonStatus, Subscriber
from mailproc.store.store import Store

SCOPES = Scopes([Member(account_id="acme", parent="group"), Member(account_id="shop", parent="group")])
ADDRESSES = ("pat@example.org", "kim@example.net", "lee@example.com", "Pat@Example.org")
KEYS = ("1", "2", "3")
SUPPRESSING = (FactKind.opt_out, FactKind.opt_out, FactKind.complaint, FactKind.bounce, FactKind.block)
Blocks = set[tuple[str, str, str | None]]


@st.composite
def a_fact(draw: st.DrawFn, kinds: Sequence[FactKind] = (*SUPPRESSING, FactKind.consent)) -> Fact:
    account_id = draw(st.sampled_from(["acme", "acme", "shop", EVERYWHERE]))
    at_large = account_id == EVERYWHERE
    kind = FactKind.opt_out if at_large else draw(st.sampled_from(kinds))
    level = Level.global_ if at_large else draw(st.sampled_from([Level.account, Level.account, Level.list]))
    by_key = not at_large and draw(st.booleans())
    evidence = {"by": "kim", "reason": "asked"} if at_large else {"class": "hard"} if kind is FactKind.bounce else {}
    return Fact(
        kind=kind,
        account_id=account_id,
        address=None if by_key else draw(st.sampled_from(ADDRESSES)),
        key=draw(st.sampled_from(KEYS)) if by_key else None,
        level=level,
        list_id="weekly" if level is Level.list else None,
        occurred_at=NOW - timedelta(hours=draw(st.integers(1, 40))),
        channel=Channel.command,
        evidence=evidence,
    )


@st.composite
def a_row(draw: st.DrawFn) -> PersonRow:
    address, key = draw(st.sampled_from(ADDRESSES)), draw(st.sampled_from([*KEYS, None]))
    return PersonRow(
        f"n:{derived_key('acme', address)}" if key is None else f"k:{key}",
        address,
        draw(st.sampled_from([(), ("weekly",), ("weekly", "daily")])),
        draw(st.sampled_from([(), (("city", "Graz"),)])),
        draw(st.none() | st.integers(1, 40).map(lambda hours: NOW - timedelta(hours=hours))),
    )


SUBSCRIBERS = st.lists(
    st.tuples(st.sampled_from(["acme", "shop"]), st.sampled_from(KEYS), st.sampled_from(ADDRESSES)), max_size=4
)


async def with_world(
    path: Path, facts: Sequence[Fact], known: Sequence[tuple[str, str, str]], late: Sequence[Fact]
) -> Store:
    shutil.copy(path, copy := Path(tempfile.mkdtemp(dir=path.parent)) / "m.db")
    url = f"sqlite+aiosqlite:///{copy}"
    store = await Store.open(url, StoreSettings(), hooks_of=hooks("crm"), scopes=SCOPES, clock=Clock())
    await store.record_facts(facts)
    await store.put_subscribers([Subscriber(account_id=a, key=key, address=address) for a, key, address in known])
    await store.record_facts(late)
    return store


async def imported(store: Store, rows: Sequence[PersonRow], *, portion: int, stop_each: int | None) -> ImportCounts:
    """Import in portions of so many rows; broken off after so many of them, and begun again until it is finished."""
    run = ImportRun(account_id="acme", id="march", evidence={"reason": "fair"})
    with mock.patch.multiple(imports, _FIRST_ROWS=portion, _MOST_ROWS=portion, _FEWEST_ROWS=1, _PAUSE_SECONDS=0):
        while True:
            states = store.imports.run(run, rows)
            count = 0
            async for state in states:
                count += 1
                if state.finished_at is not None:
                    return state.counts
                if stop_each is not None and count > stop_each:
                    break
            await states.aclose()  # type: ignore[attr-defined]


async def everybody(store: Store) -> dict[tuple[str, str], PersonStatus]:
    texts = [*ADDRESSES, *KEYS, *(derived_key("acme", address) for address in ADDRESSES)]
    found = [one for account in ("acme", "shop") for text in texts for one in await store.persons(text, account)]
    return {(one.account_id, one.person): one for one in found}


def blocks_of(one: PersonStatus | None) -> Blocks:
    """What stands against somebody, but for bounces, which stay with their address."""
    blocks = one.standing.blocks if one else ()
    return {(b.kind.value, b.level.value, b.list_id) for b in blocks if b.kind is not FactKind.bounce}


def as_in_a_file(rows: Sequence[PersonRow]) -> list[PersonRow]:
    places = sorted({row.place for row in rows})
    return [merged([row for row in rows if row.place == place]) for place in places]


def told(people: dict[tuple[str, str], PersonStatus]) -> dict[tuple[str, str], Any]:
    return {name: (one.address, one.standing, one.lists, dict(one.attributes)) for name, one in people.items()}


EXAMPLES = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@EXAMPLES
@given(
    facts=st.lists(a_fact(SUPPRESSING), max_size=5),
    known=SUBSCRIBERS,
    late=st.lists(a_fact(SUPPRESSING), max_size=3),
    rows=st.lists(a_row(), min_size=1, max_size=6),
)
def test_an_import_brings_nobody_back_and_leaves_every_standing_as_its_facts_have_it(
    migrated_file: Path, facts: list[Fact], known: list[tuple[str, str, str]], late: list[Fact], rows: list[PersonRow]
) -> None:
    async def story() -> None:
        store = await with_world(migrated_file, facts, known, late)
        before = await everybody(store)
        await imported(store, as_in_a_file(rows), portion=100, stop_each=None)
        after = await everybody(store)
        assert await store.check() == []
        await store.close()
        for name, one in before.items():
            if one.key is not None and one.address is not None:
                assert blocks_of(one) <= blocks_of(after.get(name)), name
        for name, one in after.items():
            stood = before.get((one.account_id, f"a:{(one.address or '').lower()}"))
            assert blocks_of(stood) <= blocks_of(one), name

    asyncio.run(story())


@EXAMPLES
@given(
    facts=st.lists(a_fact(), max_size=5),
    known=SUBSCRIBERS,
    rows=st.lists(a_row(), min_size=1, max_size=6),
    portion=st.integers(1, 3),
    stop_each=st.integers(1, 3),
)
def test_an_import_in_pieces_and_broken_off_again_and_again_is_the_same_as_one_run(
    migrated_file: Path,
    facts: list[Fact],
    known: list[tuple[str, str, str]],
    rows: list[PersonRow],
    portion: int,
    stop_each: int,
) -> None:
    async def story() -> None:
        whole = await with_world(migrated_file, facts, known, [])
        pieces = await with_world(migrated_file, facts, known, [])
        in_one = await imported(whole, as_in_a_file(rows), portion=100, stop_each=None)
        assert await imported(pieces, as_in_a_file(rows), portion=portion, stop_each=stop_each) == in_one
        assert told(await everybody(pieces)) == told(await everybody(whole))
        assert await pieces.check() == []
        await whole.close()
        await pieces.close()

    asyncio.run(story())
