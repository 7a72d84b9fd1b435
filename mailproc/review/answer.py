"""A person's answer to a review, turned into facts and recorded with it."""

from collections.abc import Mapping, Sequence

from mailproc.errors import MailprocError, StoreError
from mailproc.mail.mail_kind import MailKind
from mailproc.policy.address import is_address
from mailproc.policy.deciding.review import Answer
from mailproc.policy.decision import Action, Also
from mailproc.policy.standing.facts import Channel, Fact, FactKind, Level
from mailproc.policy.standing.verdict import verdict
from mailproc.store.results import Answered, PersonStatus, ReviewItem
from mailproc.store.store import Store

_ASKED_FOR = (FactKind.opt_out, FactKind.complaint)
_REQUEST = (FactKind.opt_out, Channel.reply)
# By which door a request came that a person recognised: the same as if it had been recognised at once.
_BY_KIND = {
    MailKind.feedback_report: (FactKind.complaint, Channel.feedback_loop),
    MailKind.complaint: (FactKind.complaint, Channel.abuse_mailbox),
    MailKind.unsubscribe_request: (FactKind.opt_out, Channel.unsubscribe_mail),
}


class WhoIsMeant(MailprocError):
    """An answer that takes somebody off, to a mail that names nobody or several: a person must say who."""


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
    return None if asked_for else item.reason  # decided, but it was unclear whom the address means


def facts_of_answer(
    item: ReviewItem, *, level: Level, list_id: str | None, persons: Sequence[str], by: str, note: str
) -> list[Fact]:
    """What becomes known when a review is answered with `unsubscribe`: as of when the mail came.

    `persons` are addresses or subscriber keys; with none it is whoever the mail names. Raises WhoIsMeant when that is
    nobody or are several.
    """
    people = tuple((one, None) if is_address(one) else (None, one) for one in persons) or people_in(item)
    if not persons and (why := why_unclear(item)):
        raise WhoIsMeant(f"{why}: say who is meant with --person, once for each")
    kind, channel = _BY_KIND.get(MailKind(item.decision.kind), _REQUEST) if item.decision else _REQUEST
    return [
        Fact(
            kind=kind,
            account_id=item.account_id,
            address=address,
            key=key,
            level=level,
            list_id=list_id,
            occurred_at=item.received_at or item.created_at,
            channel=channel,
            evidence=_evidence(item, by, note),
        )
        for address, key in people
    ]


def _evidence(item: ReviewItem, by: str, note: str) -> dict[str, str]:
    said = item.decision.decision if item.decision else {}
    seen: Mapping[str, str] = next((one for one in said.get("evidence", ()) if one.get("span")), {})
    told = {
        "mail": said.get("mail") or f"mail {item.id}",
        "reason": "a person answered the review",
        "rule": seen.get("rule"),
        "phrase": seen.get("phrase"),
        "by": by,
        "note": note,
    }
    return {key: value for key, value in told.items() if value}


async def answer_review(
    store: Store,
    item: ReviewItem,
    answer: Answer,
    *,
    by: str,
    note: str = "",
    level: Level = Level.account,
    list_id: str | None = None,
    persons: Sequence[str] = (),
) -> Answered:
    """Answer a review; of two at once the first counts, and the second is told. Raises WhoIsMeant, NotFound."""
    facts: list[Fact] = []
    if answer is Answer.unsubscribe:
        facts = facts_of_answer(item, level=level, list_id=list_id, persons=persons, by=by, note=note)
    return await store.desk.answer(item, answer, facts, by=by, note=note)


async def consented_since(store: Store, facts: Sequence[Fact]) -> list[str] | None:
    """Whom these opt-outs do not take off: what stands of them is a consent that is newer than the mail.

    None when the store does not say: the answer has been recorded by then, and is to be told all the same.
    """
    names = {fact.address or fact.key or "": fact for fact in facts}
    try:
        found = {name: await store.standings.of(name, fact.account_id) for name, fact in names.items()}
    except StoreError:
        return None
    return [name for name, people in found.items() if any(_is_mailed(one, names[name].list_id) for one in people)]


def _is_mailed(person: PersonStatus, list_id: str | None) -> bool:
    return not any(block.kind in _ASKED_FOR for block in verdict(person.standing, list_id=list_id).stopped_by)
