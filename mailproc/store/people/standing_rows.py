"""Standings in their table: what was computed last, and told to the hooks."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from mailproc.policy.standing.facts import FactKind, Level
from mailproc.policy.standing.standing import Block, Standing, Status
from mailproc.store.engine.columns import from_json, json_text, micros_of, time_of
from mailproc.store.engine.people_tables import standing
from mailproc.store.engine.persons import Person
from mailproc.store.engine.statement import Row, Statement, Transaction, ask, one_of

_STANDINGS = Statement(
    lambda insert: select(
        standing.c.person,
        standing.c.status,
        standing.c.blocks,
        standing.c.version,
        standing.c.address,
        standing.c.changed_at,
    ).where(standing.c.account_id == bindparam("account_id"), one_of(standing.c.person, "people"))
)


def _upsert(insert: Any) -> Any:
    statement = insert(standing)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=["account_id", "person"],
        set_={name: new[name] for name in ("address", "status", "blocks", "version", "changed_at")},
    )


UPSERT_STANDING = Statement(_upsert)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A standing as it is in its table; `version` 0 for none."""

    standing: Standing
    version: int
    address: str | None
    changed_at: datetime | None


NEVER_CHANGED = Kept(standing=Standing(), version=0, address=None, changed_at=None)


def standings_of(account_id: str, people: Iterable[str]) -> Transaction[dict[str, Kept]]:
    """The standings that are kept for these people; those without any are left out."""
    rows = yield from ask(_STANDINGS, account_id=account_id, people=json_text(list(people)))
    return {row[0]: _kept(account_id, row) for row in rows}


def readable_standings_of(account_id: str, people: Iterable[str]) -> Transaction[dict[str, Kept]]:
    """The same for whoever writes them anew: of one that cannot be read the version is all that is left."""
    rows = yield from ask(_STANDINGS, account_id=account_id, people=json_text(list(people)))
    kept = {}
    for row in rows:
        try:
            kept[row[0]] = _kept(account_id, row)
        except (ValueError, TypeError):  # rows may hold anything
            kept[row[0]] = replace(NEVER_CHANGED, version=row[3])
    return kept


def _kept(account_id: str, row: Row) -> Kept:
    _, status, blocks, version, address, changed_at = row
    return Kept(
        standing=standing_from(account_id, status, blocks),
        version=version,
        address=address,
        changed_at=time_of(changed_at),
    )


def told_standing(computed: Standing) -> Standing:
    """A standing with one block, the oldest, for each kind, level, list and account that recorded it."""
    oldest: dict[tuple[FactKind, Level, str | None, str], Block] = {}
    for block in computed.blocks:
        oldest.setdefault((block.kind, block.level, block.list_id, block.account_id), block)
    return Standing(status=computed.status, blocks=tuple(oldest.values()))


def amounts_to(told: Standing) -> tuple[Status, frozenset[tuple[FactKind, Level, str | None]]]:
    """What hooks are told about: the status and the set of blocks; the same request twice is no news."""
    return told.status, frozenset((block.kind, block.level, block.list_id) for block in told.blocks)


def standing_row(account_id: str, person: Person, after: Standing, version: int, changed_at: int) -> dict[str, Any]:
    """The columns of a standing."""
    return {
        "account_id": account_id,
        "person": person.person,
        "key": person.key,
        "address": person.address,
        "status": after.status.value,
        "blocks": blocks_text(account_id, after.blocks),
        "version": version,
        "changed_at": changed_at,
    }


def blocks_text(account_id: str, blocks: Iterable[Block]) -> str:
    """Blocks as JSON; where a fact was said is told of those that another account recorded."""
    return json_text(
        [
            [one.kind.value, one.level.value, one.list_id, micros_of(one.since), one.channel, one.fact_id]
            + ([one.account_id] if one.account_id != account_id else [])
            for one in blocks
        ]
    )


def standing_from(account_id: str, status: str, blocks: str) -> Standing:
    """A standing from its columns."""
    return Standing(
        status=Status(status),
        blocks=tuple(
            Block(
                kind=FactKind(kind),
                level=Level(level),
                list_id=list_id,
                since=time_of(since),
                channel=channel,
                fact_id=fact_id,
                account_id=said_in[0] if said_in else account_id,
            )
            for kind, level, list_id, since, channel, fact_id, *said_in in from_json(blocks)
        ),
    )
