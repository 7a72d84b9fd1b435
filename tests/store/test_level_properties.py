"""Whatever happens to people of three accounts, in whatever order: standings are those of a naive model of the rules.

Facts of every kind and level come by address and by key, people are made known and get other addresses, operators
speak globally. After each step the store finds itself in order; at the end everyone is compared with the model, and
nobody was ever brought back by an import, a first send, an update or a new address.
"""

import asyncio
import contextlib
import itertools
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from store_values import NOW, Clock, hooks

from mailproc.policy.imports.person_row import PersonRow
from mailproc.policy.standing.facts import Channel, Fact, FactKind, Level
from mailproc.policy.standing.scope import EVERYWHERE, AccountScope, Member, Scopes
from mailproc.policy.standing.standing import Block, Standing, standing_of
from mailproc.policy.standing.verdict import verdict
from mailproc.settings.settings import StoreSettings
from mailproc.store.imports.importing import ImportRun
from mailproc.store.results import Subscriber
from mailproc.store.store import Store

MEMBERS = (
    Member(account_id="acme", parent="group"),
    Member(account_id="shop", parent="group"),
    Member(account_id="unit", parent="group", scope=AccountScope.unit),
)
ACCOUNTS = st.sampled_from(["acme", "shop", "acme", "shop", "unit"])
RELATIVES = {"acme": ["shop"], "shop": ["acme"], "unit": []}
ADDRESSES = st.sampled_from(["pat@example.org", "pat@example.org", "kim@example.net"])
KEYS = st.sampled_from(["1", "2"])
HOURS = st.integers(-40, 0)
SUPPRESSING = (FactKind.opt_out, FactKind.complaint, FactKind.block)
BEYOND_THE_ADDRESS = frozenset(SUPPRESSING)
Blocks = set[tuple[str, str, str | None]]


class Model:
    """The rules as they are written, over lists of facts: no tables, no chunks, no projection."""

    def __init__(self) -> None:
        self.facts: dict[str, Fact] = {}
        self.subscribers: dict[tuple[str, str], str] = {}

    def say(self, said: Fact) -> None:
        """A fact of a known key names its address, too; a bounce that address alone."""
        address = self.subscribers.get((said.account_id, said.key or ""))
        if said.address is None and address and said.kind is FactKind.bounce:
            said = replace(said, key=None, address=address)
        elif said.address is None and address and said.kind in SUPPRESSING:
            said = replace(said, address=address)
        known = self.facts.get(said.id)
        if known is None or said.occurred_at < known.occurred_at:
            self.facts[said.id] = said

    def put(self, account: str, key: str, address: str) -> None:
        """Whoever moves takes along what stood against the old address, but for bounces; what they said by their key
        goes on to reach others by that address.
        """
        before = self.subscribers.get((account, key))
        if before not in (None, address):
            for block in self.standing(account, key, before).blocks:
                said = self.facts[block.fact_id]
                evidence = {**said.evidence, "carried_from": block.fact_id}
                if said.kind is FactKind.bounce:
                    continue
                if (said.key, said.account_id) != (key, account):
                    told = replace(said, account_id=account, key=key, address=None, evidence=evidence)
                elif RELATIVES[account] and said.address != before and reaches(block):
                    told = replace(said, key=None, address=before, evidence=evidence)
                else:
                    continue
                self.facts.setdefault(told.id, told)
        self.subscribers[account, key] = address

    def own(self, account: str, key: str | None, address: str | None) -> list[Fact]:
        mine = {
            fact_id: one
            for fact_id, one in self.facts.items()
            if one.account_id == account and ((key and one.key == key) or (address and one.address == address))
        }
        while more := {
            fact_id: one
            for fact_id, one in self.facts.items()
            if one.account_id == account and one.retracts in mine and fact_id not in mine
        }:
            mine |= more
        return list(mine.values())

    def standing(self, account: str, key: str | None, address: str | None) -> Standing:
        said = self.own(account, key, address)
        for home in RELATIVES[account] if address else []:
            there = [k for (a, k), known in self.subscribers.items() if (a, known) == (home, address)]
            for whose in [*there] or [""]:  # nobody there has it: somebody who comes anew would
                facts = self.own(home, whose, address)
                standing = {b.fact_id for b in standing_of(facts).blocks if reaches(b)}
                said += [one for one in facts if one.id in standing]
        said += [
            one for one in self.facts.values() if address and one.account_id == EVERYWHERE and one.address == address
        ]
        return standing_of(said)

    def blocks(self, account: str, key: str | None, address: str | None) -> Blocks:
        return amounts(self.standing(account, key, address))


def reaches(block: Block) -> bool:
    return block.level is Level.account and block.kind in (FactKind.opt_out, FactKind.complaint)


def amounts(standing: Standing) -> Blocks:
    return {(block.kind.value, block.level.value, block.list_id) for block in standing.blocks}


class Levels(RuleBasedStateMachine):
    """One store and one model, told the same."""

    url = ""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.model = Model()
        self.minute = 0
        self.store: Store

    def do(self, work: object) -> object:
        return self.loop.run_until_complete(work)  # type: ignore[arg-type]

    @initialize()
    def begin(self) -> None:
        self.store = self.do(self.opened())  # type: ignore[assignment]
        for account, key in (("acme", "1"), ("shop", "2")):
            self.somebody_is_imported_or_moves(account, key, "pat@example.org")

    async def opened(self) -> Store:
        return await Store.open(
            self.url, StoreSettings(), hooks_of=hooks("crm"), scopes=Scopes(MEMBERS), clock=Clock(NOW)
        )

    def at(self, hours: int) -> object:
        """A time of its own for each: of equal times others tell."""
        self.minute += 1
        return NOW + timedelta(hours=hours, microseconds=-self.minute)

    @rule(
        account=ACCOUNTS,
        kind=st.sampled_from([*SUPPRESSING, FactKind.consent, FactKind.consent, FactKind.opt_out, FactKind.bounce]),
        address=ADDRESSES,
        key=KEYS,
        by_key=st.booleans(),
        list_id=st.sampled_from([None, None, None, "news", "weekly"]),
        hours=HOURS,
        about=st.none() | HOURS,
    )
    def something_happens(  # type: ignore[no-untyped-def]
        self, account, kind, address, key, by_key, list_id, hours, about
    ) -> None:
        self.say(
            Fact(
                kind=kind,
                account_id=account,
                address=None if by_key else address,
                key=key if by_key else None,
                level=Level.list if list_id else Level.account,
                list_id=list_id,
                occurred_at=self.at(hours),  # type: ignore[arg-type]
                about_mail_of=None if about is None or kind is not FactKind.complaint else self.at(about),  # type: ignore[arg-type]
                channel=Channel.page,
                evidence={"class": "hard"} if kind is FactKind.bounce else {},
            )
        )

    @rule(kind=st.sampled_from([FactKind.opt_out, FactKind.consent]), address=ADDRESSES, hours=HOURS)
    def an_operator_speaks_for_everyone(self, kind: FactKind, address: str, hours: int) -> None:
        self.say(
            Fact(
                kind=kind,
                account_id=EVERYWHERE,
                address=address,
                level=Level.global_,
                occurred_at=self.at(hours),  # type: ignore[arg-type]
                channel=Channel.command,
                evidence={"by": "kim", "reason": "letter"},
            )
        )

    @rule(data=st.data(), hours=HOURS)
    def something_is_taken_back(self, data: st.DataObject, hours: int) -> None:
        known = sorted(fact_id for fact_id, one in self.model.facts.items() if one.account_id != EVERYWHERE)
        if known:
            said = self.model.facts[data.draw(st.sampled_from(known))]
            back = {"kind": FactKind.retraction, "retracts": said.id, "channel": Channel.command, "evidence": {}}
            self.say(replace(said, **back, about_mail_of=None, occurred_at=self.at(hours)))  # type: ignore[arg-type]

    def say(self, said: Fact) -> None:
        self.model.say(said)
        self.do(self.store.record_facts([said]))

    @rule(account=ACCOUNTS, key=KEYS, address=ADDRESSES)
    def somebody_is_imported_or_moves(self, account: str, key: str, address: str) -> None:
        with self.nobody_is_brought_back(account):
            self.model.put(account, key, address)
            self.do(self.store.put_subscribers([Subscriber(account_id=account, key=key, address=address)]))

    @rule(account=ACCOUNTS, key=KEYS, address=ADDRESSES, consented=st.none() | HOURS)
    def a_file_tells_of_somebody(self, account: str, key: str, address: str, consented: int | None) -> None:
        """Perhaps with consent, which counts where nothing stands, and of that one subscriber alone."""
        at = None if consented is None else self.at(consented)
        with self.nobody_is_brought_back(account):
            self.model.put(account, key, address)
            if at is not None and not self.model.blocks(account, key, address):
                values = {"account_id": account, "key": key, "channel": Channel.import_, "occurred_at": at}
                self.model.say(Fact(kind=FactKind.consent, **values))  # type: ignore[arg-type]
            row = PersonRow(f"k:{key}", address, lists=("news",), consented_at=at)  # type: ignore[arg-type]
            self.do(self.imported(ImportRun(account_id=account, id=f"{self.minute}{key}", evidence={}), row))

    @rule(account=ACCOUNTS, key=KEYS, address=ADDRESSES)
    def a_send_meets_somebody(self, account: str, key: str, address: str) -> None:
        with self.nobody_is_brought_back(account):
            if (account, key) not in self.model.subscribers:
                self.model.put(account, key, address)
            self.do(self.store.sends.meet(account, [(key, address)]))

    async def imported(self, run: ImportRun, row: PersonRow) -> None:
        self.minute += 1  # each run is one of its own
        async for _ in self.store.imports.run(run, [row]):
            pass

    @contextlib.contextmanager
    def nobody_is_brought_back(self, account: str) -> Iterator[None]:
        """Whoever was stopped by more than a dead address still is, on whichever list (R8, R27)."""
        before = {key: self.standing_of_key(account, key) for key in ("1", "2")}
        yield
        for key, list_id in itertools.product(before, (None, "news", "weekly")):
            stopped_by = {block.kind for block in verdict(before[key], list_id=list_id).stopped_by}
            if stopped_by & BEYOND_THE_ADDRESS:
                after = verdict(self.standing_of_key(account, key), list_id=list_id)
                assert not after.may_send, "an import, a first send or a new address brought somebody back"

    def standing_of_key(self, account: str, key: str) -> Standing:
        found = self.do(self.store.persons(key, account))
        return next((one.standing for one in found if one.key == key), Standing())  # type: ignore[attr-defined]

    @invariant()
    def everyone_stands_as_the_model_says(self) -> None:
        for account in RELATIVES:
            for key in ("1", "2"):
                address = self.model.subscribers.get((account, key))
                assert amounts(self.standing_of_key(account, key)) == self.model.blocks(account, key, address)

    def teardown(self) -> None:
        try:
            problems = self.do(self.store.check())
            people = sum(self.do(count(self.store)))  # type: ignore[call-overload]
            assert problems == []
            assert people == 0, "computing anew found another standing"
        finally:
            self.do(self.store.close())
            self.loop.close()


async def count(store: Store) -> list[int]:
    return [done.changed async for done in store.standings.rebuild()]


def test_standings_at_every_level_are_those_of_the_naive_model_sqlite(migrated_file: Path) -> None:
    class OnSqlite(Levels):
        def __init__(self) -> None:
            super().__init__()
            self.folder = tempfile.TemporaryDirectory(dir=migrated_file.parent)
            shutil.copy(migrated_file, f"{self.folder.name}/mail.db")
            self.url = f"sqlite+aiosqlite:///{self.folder.name}/mail.db"

        def teardown(self) -> None:
            super().teardown()
            self.folder.cleanup()

    run_state_machine_as_test(OnSqlite, settings=BRIEF)


BRIEF = settings(max_examples=25, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck))
FEW = settings(BRIEF, max_examples=6)


def test_standings_at_every_level_are_those_of_the_naive_model_postgresql(postgres_server: object) -> None:
    class OnPostgres(Levels):
        def __init__(self) -> None:
            super().__init__()
            self.name = postgres_server.create()  # type: ignore[attr-defined]
            self.url = postgres_server.url_of(self.name)  # type: ignore[attr-defined]

        def teardown(self) -> None:
            super().teardown()
            postgres_server.drop(self.name)  # type: ignore[attr-defined]

    run_state_machine_as_test(OnPostgres, settings=FEW)


@pytest.mark.parametrize("newest_first", [False, True])
def test_the_model_itself_knows_that_a_late_complaint_about_an_old_mail_does_not_block(newest_first: bool) -> None:
    model = Model()
    values = {"account_id": "acme", "address": "pat@example.org", "channel": Channel.page}
    consent = Fact(kind=FactKind.consent, occurred_at=NOW, **values)  # type: ignore[arg-type]
    hour = timedelta(hours=1)
    late = Fact(kind=FactKind.complaint, occurred_at=NOW + hour, about_mail_of=NOW - hour, **values)  # type: ignore[arg-type]
    for one in [late, consent] if newest_first else [consent, late]:
        model.say(one)
    assert model.blocks("acme", None, "pat@example.org") == set()
