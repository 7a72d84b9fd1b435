"""Which mail must not be forwarded to people: what would loop, and what is tagged as spam."""

import re
from collections.abc import Callable

from mailproc.mail.reading.message import Headers
from mailproc.policy.account import MailboxRole
from mailproc.policy.address_key import normalise_address
from mailproc.policy.deciding.case import Case, Outcome, changed
from mailproc.policy.decision import Action, Also, Evidence
from mailproc.policy.storable import short_text

FORWARDED_HEADER = "X-Mailproc-Forwarded"  # on everything that we forward: whatever carries it comes back to us
BOUNCE_TAG = "forward"  # of the envelope sender of what we forward, after `+`
_MOST_HOPS = 40  # Received fields; people's mail has ten, RFC 5321 §6.3 calls a hundred a loop

# What spam filters stamp on what they take for spam; the value alone decides.
_SPAM_TAGS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("X-Spam-Flag", r"\s*yes\b"),
        ("X-Spam-Status", r"\s*yes\b"),
        ("X-Spam", r"\s*(yes|true)\b"),
        ("X-Spam-Action", r"\s*(add header|rewrite subject|reject|quarantine)\b"),
        ("X-Rspamd-Action", r"\s*(add header|rewrite subject|reject|quarantine)\b"),
        ("X-Barracuda-Spam-Status", r"\s*yes\b"),
        ("X-Bogosity", r"\s*(spam|yes)\b"),
        ("X-DSPAM-Result", r"\s*spam\b"),
        ("X-Spampanel-Class", r"\s*spam\b"),
        ("X-MS-Exchange-Organization-SCL", r"\s*[5-9]\b"),
        ("X-Forefront-Antispam-Report", r".{0,2000}?\bSFV:SP[MO]\b"),
    )
)
# A person has to see what comes there, whatever a filter thinks of it: complaints quote spam.
_READ_ANYWAY = frozenset({MailboxRole.feedback, MailboxRole.postmaster})


def without_loops(case: Case, outcome: Outcome) -> Outcome:
    """The outcome, without forwarding where that would loop or hand on spam; the reason is kept as evidence."""
    if outcome.action is not Action.forward and Also.forward not in outcome.also:
        return outcome
    why = why_not_forwarded(case)
    if why is None:
        return outcome
    seen = (*outcome.evidence, Evidence(rule="not-forwarded", phrase=short_text(why), where="header"))
    kept = changed(outcome, also=outcome.also - {Also.forward}, evidence=seen)
    if outcome.action is not Action.forward:
        return kept
    return changed(kept, action=Action.record, reason=f"{outcome.reason}; not forwarded: {why}")


def why_not_forwarded(case: Case) -> str | None:
    """What keeps a mail from being forwarded; None when nothing does."""
    return next((why for look in _LOOKS if (why := look(case)) is not None), None)


def is_forwarded_by_us(headers: Headers) -> bool:
    """Whether a mail carries the header of what we forward."""
    return headers.get(FORWARDED_HEADER) is not None


def _came_back(case: Case) -> str | None:
    return "it was forwarded by us" if is_forwarded_by_us(case.message.headers) else None


def _forwarded_by_machine(case: Case) -> str | None:
    value = (case.message.headers.get("Auto-Submitted") or "").strip().lower()
    return "it was forwarded automatically" if value.startswith("auto-forwarded") else None


def _goes_in_circles(case: Case) -> str | None:
    hops = len(case.message.headers.all("Received"))
    return f"it went over {hops} servers" if hops > _MOST_HOPS else None


def _by_the_team(case: Case) -> str | None:
    sender, forward_to = case.from_address, case.account.forward_to
    if sender is None or forward_to is None or normalise_address(sender) != normalise_address(forward_to):
        return None
    return "it was written by those whom mail is forwarded to"


def _spam(case: Case) -> str | None:
    if case.role in _READ_ANYWAY:
        return None
    for name, pattern in _SPAM_TAGS:
        for value in case.message.headers.all(name)[:3]:
            if pattern.match(value[:2000]):
                return f"tagged as spam ({name})"
    return None


_LOOKS: tuple[Callable[[Case], str | None], ...] = (
    _came_back,
    _forwarded_by_machine,
    _goes_in_circles,
    _by_the_team,
    _spam,
)
