"""The address that a request names beside its words: `unsubscribe pat.old@example.org`."""

import re

from mailproc.policy.address import is_address
from mailproc.policy.deciding.case import Case
from mailproc.policy.rules.folding import fold
from mailproc.policy.rules.match import Match
from mailproc.policy.who.ownership import is_our_address

_WORDS_BETWEEN = 3
# What stands before the address of a list or of a sender, not of a person.
_FROM_WORDS = frozenset(
    {
        "from",
        "of",
        "at",
        "to",
        "by",
        "list",
        "vom",
        "von",
        "der",
        "aus",
        "bei",
        "de",
        "del",
        "du",
        "des",
        "da",
        "do",
        "van",
        "z",
        "ze",
        "od",
        "iz",
    }
)
_REACH = 200
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"']{1,64}@[^\s<>()\[\],;:\"'@]{1,190}")


def find_named_address(case: Case, request: Match, where: str) -> str | None:
    """The address that stands right behind the words of the request, or among them; None when it is only From's own.

    Our own addresses and those behind a `from` are of lists and senders. One address only: two name nobody.
    """
    text = case.subject.text if where == "subject" else case.text
    start, end = request.span
    stretch = text[start : end + _REACH]
    if "@" not in stretch:
        return None
    own = {address.lower() for address in case.message.from_addresses}
    found: list[str] = []
    for match in _ADDRESS.finditer(stretch):
        between = fold(stretch[min(end - start, match.start()) : match.start()]).split()
        before = fold(stretch[: match.start()]).split()[-1:]
        if len(between) > _WORDS_BETWEEN or not _FROM_WORDS.isdisjoint((*between, *before)):
            break
        address = match[0].rstrip(".!?*_")
        if is_address(address) and address.lower() not in own and not is_our_address(case.account, address):
            found.append(address)
    return found[0] if len(set(found)) == 1 else None
