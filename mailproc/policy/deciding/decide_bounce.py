"""Bounces: only those of our own mail count, and only what they say about the address (R28c, R28d)."""

from datetime import timedelta
from itertools import chain

from mailproc.mail.reading.message import Message, addresses_in
from mailproc.mail.reports.delivery_status import BounceClass, DeliveryStatus, RecipientStatus
from mailproc.policy.deciding.act import send_of
from mailproc.policy.deciding.case import Case, Outcome
from mailproc.policy.decision import Action, BounceSummary, Evidence
from mailproc.policy.standing.facts import Channel, Fact, FactKind, Level
from mailproc.policy.storable import short_text, storable_text
from mailproc.policy.tokens.token import EPOCH, IN_LINKS, Purpose, Token, find_tokens
from mailproc.policy.who.ownership import proof_that_bounced_mail_is_ours
from mailproc.policy.who.subscriber import RefSource, SubscriberRef, Trust, tokens_in_message

_Failure = tuple[RecipientStatus, SubscriberRef]  # what befell whom

_COUNTED = (BounceClass.hard, BounceClass.soft)
_ORDER = list(BounceClass)  # the worst first
_NAMES = {
    BounceClass.hard: "hard bounce",
    BounceClass.soft: "soft bounce",
    BounceClass.delayed: "delivery is delayed",
    BounceClass.policy: "refused, the address is fine",
}
_BOUNCES_WITHIN_DAYS = 30  # servers give up after 5 (RFC 5321 §4.5.4.1); relays may hold the mail longer
_MOST_TOLD = 3  # kinds of failure in one sentence
_RECIPIENT_FIELDS = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Failed-Recipients", "X-Envelope-To")


def decide_bounce(case: Case) -> Outcome:
    """What a delivery status notification does: hard and soft failures of our mail are facts, all else is kept."""
    status = case.finding.delivery_status
    if status is None:
        raise ValueError("a bounce without its delivery status")
    evidence = [Evidence(rule="delivery-status", phrase=status.format, where="report")]
    if not status.recipients:
        return Outcome(action=Action.record, reason="delivery report without failure", evidence=tuple(evidence))
    bounces = tuple(_summary(one) for one in status.recipients)
    token = _token_of(case, status)
    ours = f"token: {token}" if token else _proof(case, status)
    proven = _of_token(case, status, token) if token else _named(case, status) if ours else ()
    if ours is None or not proven:
        return Outcome(
            action=Action.record,
            reason="bounce of mail that is not shown to be ours",
            evidence=tuple(evidence),
            bounces=bounces,
            foreign=True,
        )
    evidence.append(Evidence(rule="ours", phrase=short_text(ours), where="report"))
    counted = [(one, ref) for one, ref in proven if one.bounce_class in _COUNTED and (ref.key or ref.address)]
    return Outcome(
        action=Action.bounce if counted else Action.record,
        reason=_reason([one for one, _ in proven], len(status.recipients)),
        level=Level.account if counted else None,
        subscribers=tuple(ref for _, ref in counted),
        evidence=tuple(evidence),
        bounces=bounces,
        facts=tuple(_fact(case, one, ref, token) for one, ref in counted),
    )


def _token_of(case: Case, status: DeliveryStatus) -> Token | None:
    """The bounce token of the address that it came to, else a token in the returned mail.

    One out of a link is none: it goes to whoever is to press the button.
    """
    if (
        case.route.token is not None
        and case.route.token.purpose == Purpose.bounce
        and _is_fresh(case, case.route.token)
    ):
        return case.route.token
    envelope_id = find_tokens((status.original_envelope_id or "")[:1000], case.account.token_keys)
    returned = tokens_in_message(status.original, case.account) if status.original is not None else iter(())
    fresh = (token for token in chain(envelope_id, returned) if _is_fresh(case, token))
    return next((token for token in fresh if token.purpose not in IN_LINKS), None)


def _is_fresh(case: Case, token: Token) -> bool:
    """Whether a mail of the token's day can still bounce: who has kept an old token cannot kill an address with it."""
    return case.mail.received_at.date() <= EPOCH + timedelta(days=token.day + _BOUNCES_WITHIN_DAYS)


def _proof(case: Case, status: DeliveryStatus) -> str | None:
    """What shows that the returned mail is ours."""
    if case.account.everything_is_ours:
        return "built-in default account"
    return proof_that_bounced_mail_is_ours(case.account, status.original) if status.original is not None else None


def _of_token(case: Case, status: DeliveryStatus, token: Token) -> tuple[_Failure, ...]:
    """What befell the token's subscriber, who is the only one that it proves.

    Whose address it is of several, the returned mail tells; else the mildest failure counts: as long as one of the
    addresses that a mail was passed on to lives, its subscriber does.
    """
    # The address that failed may be one that the subscriber forwards to.
    ref = SubscriberRef(address=None, key=token.key, source=RefSource.token, trust=Trust.token)
    named = _addressees(status.original)
    own = [one for one in status.recipients if _named_address(one, named)] or status.recipients
    return ((max(own, key=lambda one: _ORDER.index(one.bounce_class)), ref),)


def _named(case: Case, status: DeliveryStatus) -> tuple[_Failure, ...]:
    """Each recipient whom the returned mail itself names as one that it went to (R28d)."""
    if case.account.everything_is_ours:
        return tuple((one, _ref(one.address)) for one in status.recipients)
    named = _addressees(status.original)
    addresses = ((one, _named_address(one, named)) for one in status.recipients)
    return tuple((one, _ref(address)) for one, address in addresses if address)


def _ref(address: str | None) -> SubscriberRef:
    stored = storable_text(address) if address else None
    return SubscriberRef(address=stored, source=RefSource.delivery_status, trust=Trust.mailbox)


def _addressees(original: Message | None) -> frozenset[str]:
    """Everyone whom the header of a returned mail names as its recipient, lower-case."""
    if original is None:
        return frozenset()
    return frozenset(
        address.lower()
        for name in _RECIPIENT_FIELDS
        for value in original.headers.all(name)[:10]
        for address in addresses_in(value[:4000])
    )


def _named_address(one: RecipientStatus, named: frozenset[str]) -> str | None:
    """That of a recipient's addresses which the returned mail names; the others are where it was passed on to."""
    addresses = (one.address, one.original_recipient, one.final_recipient)
    return next((address for address in addresses if address and address.lower() in named), None)


def _summary(one: RecipientStatus) -> BounceSummary:
    return BounceSummary(
        address=storable_text(one.address) if one.address else None,
        status=one.status,
        bounce_class=one.bounce_class.value,
        reason=short_text(one.reason),
    )


def _fact(case: Case, one: RecipientStatus, ref: SubscriberRef, token: Token | None) -> Fact:
    said = {"mail": case.digest, "class": one.bounce_class.value, "reason": short_text(one.reason)}
    if one.status:
        said["status"] = one.status
    if one.text_only:
        said["text_only"] = "true"
    if (send := send_of(token)) is not None:
        said["send"] = send
    return Fact(
        kind=FactKind.bounce,
        account_id=case.mail.account_id,
        address=ref.address,
        key=ref.key,
        occurred_at=case.mail.received_at,
        channel=Channel.bounce,
        evidence=said,
    )


def _reason(proven: list[RecipientStatus], recipients: int) -> str:
    """`hard bounce: user unknown`; of several recipients each kind of failure, the worst first."""
    said: dict[str, int] = {}
    for one in sorted(proven, key=lambda one: _ORDER.index(one.bounce_class)):
        what = f"{_NAMES[one.bounce_class]}: {short_text(one.reason, 80)}"
        said[what] = said.get(what, 0) + 1
    told = [what if count == 1 else f"{what} ({count})" for what, count in said.items()]
    if len(told) > _MOST_TOLD:
        told = [*told[:_MOST_TOLD], "and others"]
    if recipients > len(proven):
        told.append(f"{recipients - len(proven)} more without proof of their own")
    return "; ".join(told)
