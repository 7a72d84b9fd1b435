"""Before a send: on what terms people are checked, and that one id means one send, for commands and programs alike."""

from collections.abc import Iterable
from datetime import datetime

from mailproc.errands.given import check_list, usable_send_id
from mailproc.errors import Conflict, Unusable
from mailproc.policy.standing.facts import Fact
from mailproc.policy.standing.send import KEY_OF_NOBODY, Send, SendTerms, Stopped
from mailproc.policy.standing.verdict import Classification
from mailproc.settings.settings import Settings
from mailproc.store.store import Store


def terms_of(settings: Settings, account_id: str, lists: Iterable[str], classification: Classification) -> SendTerms:
    """On what terms people are checked.

    Raises Unusable for lists that the account has not, and for commercial mail that names none of those it has.
    """
    lists = tuple(dict.fromkeys(lists))
    for list_id in lists:
        check_list(settings, account_id, list_id)
    known = next(one for one in settings.account if one.id == account_id)
    if known.lists and not lists and classification is Classification.commercial:
        raise Unusable(f"name the list that the send goes to: {', '.join(sorted(known.lists))}")
    return SendTerms(
        account_id=account_id,
        list_ids=lists,
        classification=classification,
        transactional_despite_opt_out=known.transactional_despite_opt_out,
    )


def send_of(terms: SendTerms, send_id: str, name: str | None, now: datetime) -> Send:
    """A send on these terms. Raises Unusable for an id that can be none."""
    return Send(
        account_id=terms.account_id,
        id=usable_send_id(send_id),
        name=name or send_id,
        list_ids=tuple(sorted(terms.list_ids)),
        classification=terms.classification,
        created_at=now,
    )


async def record_send(store: Store, one: Send) -> Send:
    """Record a send when it is new; gives what is recorded. Raises Conflict as `check_send` does."""
    kept = await store.sends.put(one)
    _check_same(kept, one)
    return kept


async def check_recorded(store: Store, one: Send) -> None:
    """Raises Conflict where one by this id went to other lists, or was of another kind."""
    kept = await store.sends.find(one.account_id, one.id)
    if kept is not None:
        _check_same(kept, one)


def _check_same(kept: Send, one: Send) -> None:
    if (kept.list_ids, kept.classification) == (one.list_ids, one.classification):
        return
    lists = ", ".join(kept.list_ids) or "no list"
    raise Conflict(
        f"send {one.id} is recorded as {kept.classification.value} to {lists}, since"
        f" {kept.created_at:%Y-%m-%d %H:%M} UTC; what came back is traced by that: take another id"
    )


async def sends_behind(store: Store, facts: Iterable[Fact]) -> list[Send]:
    """The recorded sends that these facts came of, by the numbers in their tokens; each once, in order."""
    found: dict[tuple[str, str], Send] = {}
    for fact in facts:
        number = fact.evidence.get("send", "")
        if number.isascii() and number.isdigit():
            sends = await store.sends.of_number(fact.account_id, int(number))
            found.update({(one.account_id, one.id): one for one in sends})
    return list(found.values())


def reason_of(one: Stopped) -> str:
    """Why in a few words: `opt_out account`, or what is wrong with their names."""
    if not one.blocks:
        return trouble_of(one)
    first = one.blocks[0]
    return f"{first.kind.value} {first.level.value}"


def trouble_of(one: Stopped) -> str:
    """What is wrong with the names of somebody whom nothing else stops."""
    return "unknown key" if one.problem == KEY_OF_NOBODY else "no valid address"
