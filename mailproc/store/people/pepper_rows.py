"""Which peppers the forgotten addresses of a database need: whoever lacks one would mail people who must not be."""

from typing import Any

from sqlalchemy import select

from mailproc.errors import StoreUnavailable
from mailproc.policy.standing.pepper import Peppers
from mailproc.store.engine.columns import micros_of
from mailproc.store.engine.operation import Context
from mailproc.store.engine.people_tables import pepper
from mailproc.store.engine.reader import Reader
from mailproc.store.engine.statement import Statement, Transaction, ask, tell

_USED = Statement(lambda insert: select(pepper.c.id, pepper.c.proof).order_by(pepper.c.id))
_PUT = Statement(lambda insert: insert(pepper).on_conflict_do_nothing(index_elements=["id"]))


def check_peppers(peppers: Peppers) -> Transaction[None]:
    """See that every pepper in use is known. Raises StoreUnavailable with what to do where one is not."""
    for pepper_id, proof in (yield from ask(_USED)):
        if (mine := peppers.proofs.get(pepper_id)) == proof:
            continue
        wrong = "is not in the settings" if mine is None else "in the settings is another"
        raise StoreUnavailable(
            f"people were forgotten with pepper {pepper_id}, and the pepper of that name {wrong}: without it nobody"
            f" sees that they must not be mailed; set erasure.peppers.{pepper_id} as it was"
        )


def is_anyone_forgotten() -> Transaction[bool]:
    """Whether any pepper is in use: else nobody need be looked for by it."""
    return bool((yield from ask(_USED)))


async def require_peppers(reader: Reader, peppers: Peppers) -> None:
    """The same for a store that opens, by a reader of its own, which is closed. Raises StoreUnavailable."""
    try:
        await reader.run(check_peppers(peppers))
    finally:
        await reader.close()


def put_pepper(context: Context, pepper_id: str) -> Transaction[None]:
    """Write down that a pepper is used."""
    row: dict[str, Any] = {
        "id": pepper_id,
        "proof": context.scopes.peppers.proofs[pepper_id],
        "first_used_at": micros_of(context.now),
    }
    yield from tell(_PUT, [row])
