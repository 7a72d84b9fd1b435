"""A person's answer to a review, turned into facts and recorded with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mailproc.errors import MailprocError, StoreError
from mailproc.mail.mail_kind import MailKind
from mailproc.policy.account import MailboxRole
from mailproc.policy.address import is_address
from mailproc.policy.deciding.door import door_of_kind, door_of_mailbox
from mailproc.policy.deciding.review import ANSWERED, Answer
from mailproc.policy.decision import OF_SEND, TOTALITY, Action, Also, Door, door_in
from mailproc.policy.standing.facts import Fact, FactKind, Level
from mailproc.policy.standing.verdict import verdict
from mailproc.store.results import Answered, PersonStatus, ReviewItem
from mailproc.store.store import Store

UNCLEAR_REACH = "the mail asks for different lists, or may ask for more than a list"
CAVEAT = (
    "recorded by an earlier version, which did not keep how far a mail asks, nor when the mail was sent that a "
    "complaint is about: unless a level is given, an answer takes off the whole account, though the mail may ask for "
    "less. `mailproc review redo ID --apply` reads it again first"
)
_ASKED_FOR = (FactKind.opt_out, FactKind.complaint)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How far an answer takes somebody off. At level `list` without `list_id` off the lists of the send of `send`."""

    level: Level = Level.account
    list_id: str | None = None
    send: str | None = None


class WhoIsMeant(MailprocError):
    """An answer that takes somebody off, to a mail that does not say clearly whom, or how far: a person must say."""


def people_in(item: ReviewItem) -> tuple[tuple[str | None, str | None], ...]:
    """Whom the mail names, as pairs of address and key; empty when nobody."""
    said = item.decision.decision.get("subscribers", ()) if item.decision else ()
    return tuple((one.get("address"), one.get("key")) for one in said)


def why_unclear(item: ReviewItem) -> str | None:
    """Why a person must say who is meant; None where the mail names one, and that is clear."""
    people = people_in(item)
    if not people:
        return "the mail names nobody"
    if len(people) > 1:
        return f"the mail names several people: {', '.join(address or f'key {key}' for address, key in people)}"
    said = item.decision.decision if item.decision else {}
    asked_for = said.get("action") == Action.review or Also.review in said.get("also", ())
    is_as_decided = said.get("reason") in (None, item.reason)
    return None if asked_for and is_as_decided else item.reason  # its address may be several people's


def asked_in(item: ReviewItem) -> Reach | None:
    """How far the mail asks to be taken off: some lists, where it says so, else the account (R15).

    None where it asks for different lists at once, or may ask for more than the list that was left at once.
    """
    said = item.decision.decision if item.decision else {}
    if said.get("level") != Level.list:
        return Reach()
    if any(one.get("rule") == TOTALITY for one in said.get("evidence", ())):
        return None
    if said.get("list") is not None:
        return Reach(level=Level.list, list_id=said["list"])
    send = next((one["phrase"] for one in said.get("evidence", ()) if one.get("rule") == OF_SEND), None)
    return None if send is None else Reach(level=Level.list, send=send)


def caveat_of(item: ReviewItem) -> str | None:
    """What whoever answers must know that the record does not tell; None where it tells all, and after the answer."""
    if item.state != "open" or item.decision is None or door_in(item.decision.decision) is not None:
        return None
    return CAVEAT.replace("ID", item.id)


def facts_of_answer(
    item: ReviewItem,
    *,
    level: Level | None = None,
    list_id: str | None = None,
    persons: Sequence[str] = (),
    by: str,
    note: str = "",
) -> list[Fact]:
    """What becomes known when a review is answered with `unsubscribe`: as of when the mail came.

    It reaches as far as `level` says, with none as far as the mail asks. `persons` are addresses or subscriber keys;
    with none it is whoever the mail names. Raises WhoIsMeant when that is nobody or are several, or how far is unclear.
    """
    people = tuple((one, None) if is_address(one) else (None, one) for one in persons) or people_in(item)
    if not persons and (why := why_unclear(item)):
        raise WhoIsMeant(f"{why}: say who is meant with --person, once for each")
    door = _door_of(item)
    reach = asked_in(item) if level is None else Reach(level=level, list_id=list_id)
    if reach is None:
        raise WhoIsMeant(f"{UNCLEAR_REACH}: say how far with a level: account, or list and which one")
    return [
        Fact(
            kind=door.fact,
            account_id=item.account_id,
            address=address,
            key=key,
            level=reach.level,
            list_id=reach.list_id,
            occurred_at=item.received_at or item.created_at,
            about_mail_of=door.about_mail_of,
            channel=door.channel,
            evidence=_evidence(item, reach.send or door.send, by, note),
        )
        for address, key in people
    ]


def _door_of(item: ReviewItem) -> Door:
    """As what the mail is recorded: the same as if it had been recognised at once."""
    unknown = door_of_mailbox(MailboxRole.reply)
    if item.decision is None:
        return unknown
    said = item.decision.decision
    # What was recorded before decisions kept their door: as far as the kind of the mail tells it.
    feedback_type = (said.get("feedback") or {}).get("type", "")
    return door_in(said) or door_of_kind(MailKind(item.decision.kind), feedback_type) or unknown


def _evidence(item: ReviewItem, send: str | None, by: str, note: str) -> dict[str, str]:
    said = item.decision.decision if item.decision else {}
    seen = _deciding_evidence(said)
    told = {
        "mail": said.get("mail") or f"mail {item.id}",
        "reason": ANSWERED,
        "rule": said.get("rule") or seen.get("rule"),
        "phrase": seen.get("phrase"),
        "send": send,
        "by": by,
        "note": note,
    }
    return {key: value for key, value in told.items() if value}


def _deciding_evidence(said: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a fact keeps of the evidence when it acts at once: that of the deciding rule, else the first."""
    seen = said.get("evidence", ())
    by_rule = (one for one in seen if one.get("rule") == said.get("rule"))
    return next(by_rule, next(iter(seen), {}))


async def answer_review(
    store: Store,
    item: ReviewItem,
    answer: Answer,
    *,
    by: str,
    note: str = "",
    level: Level | None = None,
    list_id: str | None = None,
    persons: Sequence[str] = (),
    request: str | None = None,
) -> Answered:
    """Answer a review; of two at once the first counts, and the second is told. Raises WhoIsMeant, NotFound.

    With no level as far as the mail asks. The same `request` again is told that it was the first.
    """
    facts: list[Fact] = []
    if answer is Answer.unsubscribe:
        facts = facts_of_answer(item, level=level, list_id=list_id, persons=persons, by=by, note=note)
    return await store.desk.answer(item, answer, facts, by=by, note=note, request=request)


async def consented_since(store: Store, facts: Sequence[Fact]) -> list[str] | None:
    """Whom these opt-outs do not take off: what stands of them is a consent that is newer than the mail.

    None when the store does not say: the answer has been recorded by then, and is to be told all the same.
    """
    names = {fact.address or fact.key or "": fact for fact in facts}
    try:
        found = {name: await store.standings.of(name, fact.account_id) for name, fact in names.items()}
    except StoreError:
        return None
    return [name for name, people in found.items() if any(_is_mailed(one, names[name]) for one in people)]


def _is_mailed(person: PersonStatus, said: Fact) -> bool:
    return any(
        not any(block.kind in _ASKED_FOR for block in verdict(person.standing, list_id=list_id).stopped_by)
        for list_id in _lists_meant(person, said)
    )


def _lists_meant(person: PersonStatus, said: Fact) -> set[str | None]:
    """Which lists an opt-out is from, None for the account; those of a send as they were found when it was recorded."""
    if not said.is_of_send:
        return {said.list_id}
    mail = said.evidence["mail"]
    return {one.list_id for one in person.facts if one.kind is said.kind and one.evidence.get("mail") == mail}
