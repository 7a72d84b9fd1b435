"""Bounces: only those of our own mail count, and only what they say about the address (R28c, R28d)."""

from mailproc.mail.delivery_status import BounceClass, DeliveryStatus, RecipientStatus
from mailproc.mail.message import Message, addresses_in
from mailproc.policy.case import Case, Outcome
from mailproc.policy.decision import Action, BounceSummary, Evidence
from mailproc.policy.facts import Channel, Fact, FactKind, Level
from mailproc.policy.ownership import proof_that_bounced_mail_is_ours
from mailproc.policy.storable import short_text, storable_text
from mailproc.policy.subscriber import RefSource, SubscriberRef, Trust, tokens_in_message
from mailproc.policy.token import Purpose, Token, find_tokens

_COUNTED = (BounceClass.hard, BounceClass.soft)
_RECIPIENT_FIELDS = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Failed-Recipients", "X-Envelope-To")


def decide_bounce(case: Case) -> Outcome:
    """What a delivery status notification does: hard and soft failures of our mail are facts, all else is kept."""
    status = case.finding.delivery_status
    if status is None:
        raise ValueError("a bounce without its delivery status")
    evidence = [Evidence(rule="delivery-status", phrase=status.format, where="report")]
    bounces = tuple(_summary(one) for one in status.recipients)
    if not status.recipients:
        return Outcome(action=Action.record, reason="delivery report without failure", evidence=tuple(evidence))
    token = _token_of(case, status)
    ours = "token" if token else _proof(case, status)
    if ours is None:
        return Outcome(
            action=Action.record,
            reason="bounce of mail that is not shown to be ours",
            evidence=tuple(evidence),
            bounces=bounces,
            foreign=True,
        )
    evidence.append(Evidence(rule="ours", phrase=short_text(ours), where="report"))
    counted = [one for one in status.recipients if one.bounce_class in _COUNTED and (one.address or token)]
    refs = tuple(_ref(one, token if len(status.recipients) == 1 else None) for one in counted)
    return Outcome(
        action=Action.bounce if counted else Action.record,
        reason=_reason(status),
        level=Level.account if counted else None,
        subscribers=refs,
        evidence=tuple(evidence),
        bounces=bounces,
        facts=tuple(_fact(case, one, ref) for one, ref in zip(counted, refs, strict=True)),
    )


def _token_of(case: Case, status: DeliveryStatus) -> Token | None:
    """The bounce token of the address that it came to, else a token in the returned mail."""
    if case.route.token is not None and case.route.token.purpose == Purpose.bounce:
        return case.route.token
    envelope_id = find_tokens((status.original_envelope_id or "")[:1000], case.account.token_keys)
    returned = tokens_in_message(status.original, case.account) if status.original is not None else iter(())
    return next(envelope_id, None) or next(returned, None)


def _proof(case: Case, status: DeliveryStatus) -> str | None:
    """What shows that the returned mail is ours and went to the failing recipient."""
    if case.account.everything_is_ours:
        return "built-in default account"
    if status.original is None:
        return None
    proof = proof_that_bounced_mail_is_ours(case.account, status.original)
    return proof if proof and _names_recipient(status.original, status.recipients) else None


def _names_recipient(original: Message, recipients: tuple[RecipientStatus, ...]) -> bool:
    named = {
        address.lower()
        for name in _RECIPIENT_FIELDS
        for value in original.headers.all(name)[:10]
        for address in addresses_in(value[:4000])
    }
    failed = {
        address.lower()
        for one in recipients
        for address in (one.address, one.original_recipient, one.final_recipient)
        if address
    }
    return bool(named & failed)


def _summary(one: RecipientStatus) -> BounceSummary:
    return BounceSummary(
        address=_address(one), status=one.status, bounce_class=one.bounce_class.value, reason=short_text(one.reason)
    )


def _address(one: RecipientStatus) -> str | None:
    return storable_text(one.address) if one.address else None


def _ref(one: RecipientStatus, token: Token | None) -> SubscriberRef:
    if token is not None:
        # The address that failed may be one that the subscriber forwards to.
        return SubscriberRef(address=None, key=token.key, source=RefSource.token, trust=Trust.token)
    return SubscriberRef(address=_address(one), source=RefSource.delivery_status, trust=Trust.mailbox)


def _fact(case: Case, one: RecipientStatus, ref: SubscriberRef) -> Fact:
    said = {"mail": case.digest, "class": one.bounce_class.value, "reason": short_text(one.reason)}
    if one.status:
        said["status"] = one.status
    if one.text_only:
        said["text_only"] = "true"
    return Fact(
        kind=FactKind.bounce,
        account_id=case.mail.account_id,
        address=ref.address,
        key=ref.key,
        occurred_at=case.mail.received_at,
        channel=Channel.bounce,
        evidence=said,
    )


def _reason(status: DeliveryStatus) -> str:
    """`hard bounce: user unknown`; of several recipients the worst."""
    order = list(BounceClass)
    worst = min(status.recipients, key=lambda one: order.index(one.bounce_class))
    names = {
        BounceClass.hard: "hard bounce",
        BounceClass.soft: "soft bounce",
        BounceClass.delayed: "delivery is delayed",
        BounceClass.policy: "refused, the address is fine",
    }
    return f"{names[worst.bounce_class]}: {short_text(worst.reason, 80)}"
