"""The check before a send: of many people those who may not be mailed, and why (R4, R12, R18, R22-R25)."""

from collections.abc import Callable, Mapping, Sequence

from mailproc.policy.standing.send import KEY_OF_NOBODY, SendTerms, Stopped
from mailproc.policy.standing.standing import Block
from mailproc.store.engine.columns import storable
from mailproc.store.engine.operation import Context
from mailproc.store.engine.reader import Reader
from mailproc.store.engine.statement import Transaction
from mailproc.store.people.name_batch import address_keys_of, storable_keys_of
from mailproc.store.people.suspects import Recipients, present_addresses, suspects_among
from mailproc.store.sends.first_met import unknown_among
from mailproc.store.sends.judging import judged

CHUNK = 10_000


class SendCheck:
    """Asks the database about everyone."""

    def __init__(self, reader: Reader, context_of: Callable[[], Context]) -> None:
        self._reader = reader
        self._context_of = context_of

    async def stopped(
        self, terms: SendTerms, *, addresses: Sequence[str] | None = None, keys: Sequence[str] | None = None
    ) -> dict[int, Stopped]:
        """Those among these people to whom the send may not go, by their place; whoever is left out may be mailed.

        Addresses as written, keys, or both of each person, at most some ten thousand at once. Somebody whom nobody
        knows may be mailed, unless something is known of the address (R25). What is no address, and a key alone that
        no subscriber has, is stopped with the problem. Raises StoreUnavailable.
        """
        asked, stopped = recipients_of(addresses, keys)
        return (await self._reader.run(_checked(self._context_of(), terms, asked))) | stopped

    async def unknown(
        self, account_id: str, *, addresses: Sequence[str], keys: Sequence[str] | None = None
    ) -> list[int]:
        """Those among these people whom the account has never heard of, by place; without a key, by address."""
        asked, _ = recipients_of(addresses, keys)
        return await self._reader.run(unknown_among(storable(account_id), asked))


def recipients_of(addresses: Sequence[str] | None, keys: Sequence[str] | None) -> tuple[Recipients, dict[int, Stopped]]:
    """Whom these names mean; and by place those whom they do not name, or whose address is none."""
    if addresses is None:
        stored = storable_keys_of(keys or ())
        problems = {place: "no key" for place, key in enumerate(stored) if not key} if "" in stored else {}
        return Recipients(keys=stored), {place: Stopped(problem=problem) for place, problem in problems.items()}
    address_keys, problems = address_keys_of(addresses)
    asked = Recipients(keys=storable_keys_of(keys or ()), address_keys=address_keys)
    return asked, {place: Stopped(problem=problem) for place, problem in problems.items()}


def answer(
    asked: Recipients, present: Mapping[str, str], blocks: Mapping[int, tuple[Block, ...]]
) -> dict[int, Stopped]:
    """Who is stopped by a block; and keys alone that nobody has, `present` being those that somebody has."""
    nobody = [] if asked.address_keys else [place for place, key in enumerate(asked.keys) if key not in present]
    stopped = dict.fromkeys(nobody, Stopped(problem=KEY_OF_NOBODY))
    return stopped | {place: Stopped(blocks=found) for place, found in blocks.items()}


def _checked(context: Context, terms: SendTerms, asked: Recipients) -> Transaction[dict[int, Stopped]]:
    present = yield from present_addresses(terms.account_id, asked.given_keys())
    suspects = yield from suspects_among(context.scopes, terms.account_id, asked, present)
    return answer(asked, present, (yield from judged(context, terms, suspects)))
