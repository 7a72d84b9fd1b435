"""Whom the text of a bounce is about: the addresses on its lines, told apart by how they stand there."""

import re
from enum import IntEnum

from mailproc.mail.reading.message import Message
from mailproc.mail.reports.bounce_text import addresses_on

_ADDRESSES_ON_LINE_MAX = 20
_LINES_MAX = 200  # that name an address

# Lines about the sender, the server or whom to ask.
_NOT_ABOUT = re.compile(
    r"contact|assist|question|support|help|mail from|envelope-from"
    r"|^\s*(?:from|sender|reply-to|cc|message-id|subject|date)\s*:|report(?:ing)? |administrator"
    r"|^\s*(?:hello|hi|dear|hallo|hola|bonjour|вітаємо)\b|sent by|message-id|in-reply-to|https?://\S*@"
    r"|original sender|further",
    re.IGNORECASE,
)
# `<pat@example.org>:`, `  pat@example.org`, `* pat@example.org`, `"pat@example.org": …`, `pat@example.org... unknown`
_LEADING = re.compile(
    r"""^[\s>*•|-]{0,12}["'<(\[]{0,2}[^\s@<>"']{1,64}@[^\s@<>"',;:()\[\]]{1,255}[>"')\]]{0,2}"""
    r"\s*(?:$|[:.\[(;,<-]|on\b|\w)"
)
# `<<< 550 <pat@example.org>`, `554 pat@example.org... `, `RCPT TO:<pat@example.org>`
_TRANSCRIPT = re.compile(r"^\s*(?:[<>]{3}\s*)?\d{3}[ -]|rcpt to\s*:|^\s*(?:sent|received) [<>]{3}", re.IGNORECASE)
# `Recipient: pat@example.org`, `undeliverable to pat@example.org`, `Unknown user: pat@example.org`
_NAMED = re.compile(
    r"(?:\b(?:to|for|recipients?|address(?:es)?|mailbox|user|userid|account|attempts|size|rcpt)|收件人)"
    r"[\s:<\"'(]{1,12}[^\s@<>]{1,64}@"
    r"|:\s{0,4}<?[^\s@<>]{1,64}@\S{1,255}\s*$",
    re.IGNORECASE,
)
# `(generated from pat@example.org)`: the address that we wrote to, of which the one before was made.
_ORIGIN = re.compile(r"(?:originally|was) addressed to|generated from|expanded from|original address", re.IGNORECASE)
_DETAIL = re.compile(r"^\s*(?:to|an|à|para|a)\s*:", re.IGNORECASE)

# `The following recipients …:`, and `\tscreenname` below it.
_LIST_FOLLOWS = re.compile(r"\b(?:recipients?|addressees?|delivered to)\b.*:\s*$", re.IGNORECASE)
_BARE_NAME = re.compile(r"[ \t]+<?([A-Za-z0-9][\w.+-]{1,63})>?\s*$")


class _Standing(IntEnum):
    """How sure it is that a line names a failed recipient; the lower, the surer."""

    origin = 0
    plain = 1
    named = 2
    detail = 3
    other = 4


def find_recipients(text: str, message: Message, returned_to: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The failed recipients that a bounce's text names, as written, in their order; empty when it names none.

    Of lines that stand surer for a recipient than others only those count. The mail's own recipients and sender are
    left out unless nobody else is named. Of addresses merely mentioned those count that the returned mail went to
    (`returned_to`), if any: some servers name people whom one might have meant.
    """
    found: dict[_Standing, dict[str, str]] = {}
    lines_left = _LINES_MAX
    for line in text.split("\n"):
        addresses = addresses_on(line)
        if not addresses or len(addresses) > _ADDRESSES_ON_LINE_MAX:
            continue
        lines_left -= 1
        if lines_left < 0:
            break
        standing = _standing_of(line)
        if standing is _Standing.origin and _Standing.plain in found and found[_Standing.plain]:
            # Takes the place of the address that was made of it.
            found[_Standing.plain].popitem()
        if standing is not None:
            at = found.setdefault(_Standing.plain if standing is _Standing.origin else standing, {})
            for address in addresses[: 1 if standing is not _Standing.other else 5]:
                at.setdefault(address.lower(), address)
    own = {address.lower() for address in (*message.to_addresses, *message.from_addresses)}
    for wanted in (False, True):
        for standing in _Standing:
            chosen = [address for key, address in found.get(standing, {}).items() if wanted or key not in own]
            if chosen and standing is _Standing.other:
                meant = {address.lower() for address in returned_to}
                chosen = [address for address in chosen if address.lower() in meant] or chosen
            if chosen:
                return tuple(chosen)
    return ()


def _standing_of(line: str) -> _Standing | None:
    """None when the line is not about a recipient."""
    if _ORIGIN.search(line):
        return _Standing.origin
    if _TRANSCRIPT.search(line) and "mail from" not in line.lower():
        return _Standing.named
    if _LEADING.match(line):
        return _Standing.plain
    if _NOT_ABOUT.search(line):
        return None
    if _DETAIL.match(line):
        return _Standing.detail
    return _Standing.named if _NAMED.search(line) else _Standing.other


def find_own_mailboxes(text: str, message: Message) -> tuple[str, ...]:
    """The failed recipients that a provider names without its own domain, which is the sender's; empty without any.

    As AOL does: names on lines of their own, below a line about recipients that ends in a colon.
    """
    domain = next((address.rpartition("@")[2] for address in message.from_addresses if "@" in address), "")
    names: list[str] = []
    listed = False
    for line in text.split("\n") if domain else ():
        name = _BARE_NAME.match(line) if listed else None
        if name is not None:
            names.append(f"{name[1]}@{domain}")
        elif line.strip():
            listed = bool(_LIST_FOLLOWS.search(line))
        if len(names) == _LINES_MAX:
            break
    return tuple(dict.fromkeys(names))
