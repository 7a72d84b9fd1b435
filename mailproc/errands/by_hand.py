"""Requests that reached somebody by another channel than mail, and are entered by hand or by a program (R48)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from mailproc.errands.given import check_list, named
from mailproc.errors import Unusable
from mailproc.policy.standing.facts import ENTERPRISE, Channel, Fact, FactKind, Level
from mailproc.policy.standing.scope import EVERYWHERE, GlobalScope
from mailproc.settings.account_policies import scopes_of
from mailproc.settings.settings import Settings
from mailproc.store.results import Recorded
from mailproc.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What somebody asked for: to be taken off (`opt_out`), or to get mail again (`consent`).

    `person` is an address or a subscriber key; `by` who enters it. `account_id` may be None only for the global level
    of a whole installation.
    """

    kind: FactKind
    person: str
    account_id: str | None
    level: Level
    list_id: str | None
    channel: Channel
    received_at: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """What entering it did. `still_global`: a consent met a global opt-out, which it does not lift (R14)."""

    account_id: str
    recorded: Recorded
    still_global: bool


async def enter(store: Store, settings: Settings, request: Request) -> Entered:
    """Record a request; the hooks are told.

    Raises Unusable for what names no person, no list of the account, or several people by one key; StoreUnavailable.
    """
    if (request.level is Level.list) != (request.list_id is not None):
        raise Unusable("the level `list` and a list belong together")
    fact = await _fact_of(store, settings, request)
    still_global = False
    if (
        fact.kind is FactKind.consent and fact.level is not Level.global_
    ):  # read before: who reads in vain wrote nothing
        people = await store.standings.of(fact.address or fact.key or "", fact.account_id)
        still_global = any(block.level is Level.global_ for one in people for block in one.standing.blocks)
    recorded = await store.record_facts([fact])
    return Entered(account_id=fact.account_id, recorded=recorded, still_global=still_global)


async def _fact_of(store: Store, settings: Settings, request: Request) -> Fact:
    address, key = named(request.person)
    evidence = {name: value for name, value in (("by", request.by), ("reason", request.reason)) if value}
    account_id = request.account_id
    if request.level is Level.global_:
        if address is None:
            people = await store.persons(str(key), account_id)
            address, key = _only_address(str(key), (one.address for one in people)), None
        if settings.global_scope is not GlobalScope.installation and account_id is not None:
            evidence |= {ENTERPRISE: scopes_of(settings).enterprise_of(account_id)}
        account_id = EVERYWHERE
    assert account_id is not None
    if request.level is not Level.global_:
        check_list(settings, account_id, request.list_id)
    return Fact(
        kind=request.kind,
        account_id=account_id,
        address=address,
        key=key,
        level=request.level,
        list_id=request.list_id,
        occurred_at=request.received_at,
        channel=request.channel,
        evidence=evidence,
    )


def _only_address(key: str, addresses: Iterable[str | None]) -> str:
    """What holds everywhere is about an address: the one that this key has."""
    found = set(addresses)
    if len(found) == 1 and (address := found.pop()):
        return address
    raise Unusable(f"which address does {key!r} have? Name the address, or the account")
