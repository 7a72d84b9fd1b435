"""A quoted copy of our own newsletter under a saved mail changes no decision: footers are full of "unsubscribe"."""

import re
from dataclasses import replace

import pytest
from test_golden import MAILS, acme, rules

from mailproc.files.replay import saved_mail
from mailproc.mail.arrival.authentication import read_authentication
from mailproc.mail.reading.message import read_headers
from mailproc.pipeline import decide_mail
from mailproc.policy.account import Accounts
from mailproc.policy.decision import Decision

FOOTER = (
    "You receive this mail because you signed up at acme.example.\r\n"
    "No more mail? Unsubscribe here, or reply with the word STOP and we take you off the list.\r\n"
    "Acme Ltd., 1 Garden Road, Exampletown\r\n"
)
QUOTED = "".join(f"> {line}\r\n" for line in FOOTER.splitlines())
QUOTES = {
    "marked, English": f"\r\nOn Mon, 2 Mar 2026 at 08:00, Acme News <news@news.acme.example> wrote:\r\n\r\n{QUOTED}",
    "marked, German": "\r\nAm Mo., 2. März 2026 um 08:00 Uhr schrieb Acme News <news@news.acme.example>:\r\n\r\n"
    + QUOTED,
    "marked, French": f"\r\nLe lun. 2 mars 2026 à 08:00, Acme News <news@news.acme.example> a écrit :\r\n\r\n{QUOTED}",
    "Outlook block": "\r\n________________________________\r\nFrom: Acme News <news@news.acme.example>\r\n"
    f"Sent: Monday, March 2, 2026 8:00 AM\r\nTo: Pat\r\nSubject: March news\r\n\r\n{FOOTER}",
}


def split_below_text(content: bytes) -> tuple[bytes, bytes]:
    """The mail up to the end of its first text part, and what follows."""
    boundary = re.search(rb'boundary="?([^"\r\n;]+)', content)
    if boundary is None:
        return content, b""
    first = content.index(b"--" + boundary[1])
    end = content.index(b"\r\n--" + boundary[1], first)
    return content[:end] + b"\r\n", content[end:]


def with_quote(content: bytes, client: str) -> bytes:
    """The mail with the newsletter quoted below its text, as that client does it."""
    above, below = split_below_text(content)
    return above + QUOTES[client].encode() + below


def clients_of(content: bytes) -> list[str]:
    """Whose quotes can be put under the text as they are: ASCII under any, others under bare UTF-8."""
    text = split_below_text(content)[0].lower()
    if b"text/plain" not in text or b"base64" in text:
        return []
    takes_all = b"utf-8" in text and b"quoted-printable" not in text
    return [client for client, quote in QUOTES.items() if takes_all or quote.isascii()]


CASES = [
    (path.stem, client) for path in sorted((MAILS / "reply").glob("*.eml")) for client in clients_of(path.read_bytes())
]


def decided(content: bytes) -> Decision:
    saved = saved_mail(content, Accounts([acme()]))
    authentication = read_authentication(read_headers(content), saved.account.border_servers)
    return decide_mail(saved.mail, authentication, saved.account, rules())


def effect(decision: Decision) -> Decision:
    """What the decision does and why, without what a longer mail must have otherwise."""
    facts = tuple(replace(fact, evidence={}) for fact in decision.facts)
    return replace(decision, mail="", defects=(), facts=facts)


@pytest.mark.parametrize(("name", "client"), CASES)
def test_a_quoted_copy_of_our_newsletter_changes_no_decision(name: str, client: str) -> None:
    content = (MAILS / "reply" / f"{name}.eml").read_bytes()
    assert effect(decided(with_quote(content, client))) == effect(decided(content))


def test_there_are_enough_mails_to_try_it_on() -> None:
    assert len({name for name, _ in CASES}) >= 80
