"""What a failure says about an address: by enhanced code first (RFC 3463, RFC 5248), by text second."""

import re
from dataclasses import dataclass

from mailproc.mail.reports.bounce import BounceClass
from mailproc.mail.reports.bounce_wordings import WEAK_REASONS, find_wording

_TEXT_CHARS_MAX = 4000
# A code stands alone: not within an IP address or a version number.
_ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?!\d|\.\d)")
_CODE_FIELD = re.compile(r"\s*#?([245])\.(\d{1,3})\.(\d{1,3})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Class, reason and the code that counted; `text_only` when there was no code."""

    bounce_class: BounceClass
    reason: str
    status: str | None
    text_only: bool


_HARD, _SOFT, _POLICY = BounceClass.hard, BounceClass.soft, BounceClass.policy

# Subject and detail of an enhanced code -> class and reason when it comes as 5.x.y; a code that is not here says
# nothing, and the text decides. 5.7.x is policy: "5xx is hard" would kill subscribers whose server does not like ours.
_BY_CODE: dict[str, tuple[BounceClass, str]] = {
    "1.1": (_HARD, "user unknown"),
    "1.2": (_HARD, "domain unknown"),
    "1.3": (_HARD, "bad address"),
    "1.4": (_HARD, "address ambiguous"),
    "1.6": (_HARD, "mailbox moved"),
    "1.7": (_POLICY, "sender rejected"),
    "1.8": (_POLICY, "sender rejected"),
    "1.9": (_POLICY, "sender rejected"),
    "1.10": (_HARD, "domain unknown"),
    "1.351": (_HARD, "user unknown"),
    "1.90": (_POLICY, "rate limited"),
    "2.1": (_HARD, "mailbox disabled"),
    "2.2": (_SOFT, "mailbox full"),
    "2.3": (_POLICY, "message too big"),
    "2.4": (_SOFT, "list expansion"),
    "3.1": (_SOFT, "system full"),
    "3.2": (_SOFT, "system not accepting"),
    "3.3": (_SOFT, "system error"),
    "3.4": (_POLICY, "message too big"),
    "3.5": (_SOFT, "system error"),
    "4.1": (_SOFT, "no answer from host"),
    "4.2": (_SOFT, "bad connection"),
    "4.3": (_SOFT, "directory error"),
    "4.4": (_HARD, "domain unknown"),
    "4.5": (_SOFT, "congestion"),
    "4.6": (_SOFT, "routing loop"),
    "4.7": (_SOFT, "delivery expired"),
    "4.310": (_HARD, "domain unknown"),
    "4.312": (_SOFT, "delivery expired"),
    "4.316": (_SOFT, "delivery expired"),
    "7.13": (_HARD, "mailbox disabled"),
    "7.17": (_HARD, "mailbox changed owner"),
    "7.18": (_HARD, "mailbox changed owner"),
    "7.20": (_POLICY, "authentication"),
    "7.21": (_POLICY, "authentication"),
    "7.22": (_POLICY, "authentication"),
    "7.23": (_POLICY, "authentication"),
    "7.24": (_POLICY, "authentication"),
    "7.25": (_POLICY, "reverse DNS"),
    "7.26": (_POLICY, "authentication"),
    "7.27": (_POLICY, "sender rejected"),
    "7.28": (_POLICY, "rate limited"),
    "7.29": (_POLICY, "authentication"),
    "7.30": (_POLICY, "policy"),
}
_BY_SUBJECT: dict[str, tuple[BounceClass, str]] = {
    "6": (_POLICY, "content rejected"),
    "7": (_POLICY, "policy"),
}
_BLAMES_US = frozenset({"sender rejected", "authentication", "reverse DNS", "relaying denied", "spam", "blocked"})
# What a code means whose detail is 0: a hint for when the text says nothing.
_BY_GENERAL_CODE: dict[str, tuple[BounceClass, str]] = {
    "1.0": (_HARD, "address rejected"),
    "2.0": (_SOFT, "mailbox unavailable"),
    "3.0": (_SOFT, "system error"),
    "4.0": (_SOFT, "network error"),
    "5.0": (_POLICY, "protocol error"),
}


def classify_failure(*, status: str | None, diagnostic: str, text: str = "", delayed: bool = False) -> Verdict:
    """Tell what one failure says about its address.

    `status` is the Status field, `diagnostic` what the remote server said, `text` what the report says to people about
    this recipient: it is asked only when the others say nothing. An undetermined failure is soft: it counts, and only
    many of them take anyone off. Source: RFC 3463, RFC 5248.
    """
    code = best_code(status, diagnostic) or best_code(None, text)
    wording = find_wording(_plain(diagnostic)) or find_wording(_plain(text))
    bounce_class, reason = _decide(code, wording, _plain(diagnostic) or _plain(text))
    if delayed:
        bounce_class = BounceClass.delayed
    return Verdict(bounce_class=bounce_class, reason=reason, status=code, text_only=code is None)


def _plain(text: str) -> str:
    return " ".join(text[:_TEXT_CHARS_MAX].split())


def best_code(status: str | None, diagnostic: str) -> str | None:
    """The most specific enhanced code of a Status field and a diagnostic; None when there is none.

    `5.1.1` beats `5.1.0`, which beats `5.0.0`; of equally specific ones the first of the diagnostic wins: the remote
    server knows better than the one that reports, which makes `5.1.1` of any 550.
    """
    found = [*_ENHANCED.finditer(diagnostic[:_TEXT_CHARS_MAX]), _CODE_FIELD.match(status or "")]
    codes = [(match[1], int(match[2]), int(match[3])) for match in found if match is not None]
    if not codes:
        return None
    family, subject, detail = max(codes, key=lambda code: (code[2] > 0) + (code[1] > 0))
    return f"{family}.{subject}.{detail}"


def _decide(code: str | None, wording: tuple[BounceClass, str] | None, text: str) -> tuple[BounceClass, str]:
    if code is None:
        return wording or (_SOFT, "undetermined")
    family, _, detail = code.partition(".")
    subject = detail.partition(".")[0]
    specific = _BY_CODE.get(detail) or _BY_SUBJECT.get(subject)
    if specific is not None:
        found = _corrected(detail, specific, wording, text) if wording is not None else specific
    elif wording is not None and wording[1] not in WEAK_REASONS:
        found = wording
    else:
        found = _BY_GENERAL_CODE.get(f"{subject}.0") or wording or (_SOFT, "undetermined")
    if family == "4" and found[0] is _HARD and not (specific is not None and specific == wording):
        # A temporary failure that lasted too long: the server is at fault, nothing is known about the address.
        return _SOFT, found[1]
    return found


def _corrected(
    detail: str, by_code: tuple[BounceClass, str], wording: tuple[BounceClass, str], text: str
) -> tuple[BounceClass, str]:
    """What the text may say against a specific code, because servers are known to use it for something else."""
    if wording[1] == "mailbox full":
        return wording
    # `550 5.1.1 … blocked using …`: what blames us says nothing about the address.
    if by_code[0] is _HARD and wording[1] in _BLAMES_US:
        return wording
    # Microsoft: `550 5.4.1 Recipient address rejected: Access denied` is an unknown recipient.
    if detail == "4.1" and "ecipient address rejected" in text:
        return _HARD, "user unknown"
    if detail == "2.1" and wording[1] in {"rate limited", "user unknown"}:
        return wording
    if detail == "7.1" and wording[1] == "user unknown":
        return wording
    # sendmail 8.16: `550 5.7.27 Host does not accept mail` is the recipient's null MX; the registry's is the sender's.
    if detail == "7.27" and wording[1] == "domain unknown":
        return wording
    # Both say policy: the words say which.
    if by_code[1] == "policy" and wording[0] is _POLICY:
        return wording
    return by_code
