"""All checks of an outgoing mail, in the order in which a sender puts things right."""

from mailproc.policy.outgoing import body, headers
from mailproc.policy.outgoing.finding import Check, Finding, Outgoing, Weight

# Of every mail; receipts and passwords need no way out of a list.
_OF_ALL: tuple[Check, ...] = (headers.sender, headers.signature)
_OF_COMMERCIAL: tuple[Check, ...] = (
    headers.list_unsubscribe,
    headers.one_click,
    headers.coverage,
    body.unsubscribe_link,
    body.profile_link,
    body.postal_address,
    headers.complaint_address,
    headers.replies,
    headers.list_id,
    headers.feedback_id,
)


def check_outgoing(mail: Outgoing, *, commercial: bool = True) -> tuple[Finding, ...]:
    """What a mail lacks: first what it must have, then what it should; empty for nothing. Raises nothing."""
    checks = (*_OF_ALL, *_OF_COMMERCIAL) if commercial else _OF_ALL
    found = [finding for check in checks for finding in check(mail)]
    return tuple(sorted(found, key=lambda one: one.weight is not Weight.must))
