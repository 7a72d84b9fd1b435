"""What to stamp on outgoing mail, so that whatever comes back tells who was mailed, and by which send.

A library for senders, without settings, store or service:

    from datetime import date
    from mailproc.policy.account import AccountPolicy, MailboxRole
    from mailproc.policy.stamp import Stamper

    account = AccountPolicy(
        id="acme",
        domains=("reply.acme.example",),
        sends_from=("news.acme.example",),
        mailboxes={MailboxRole.feedback: ("fbl",)},
        lists={"weekly": "Acme Weekly"},
        token_keys={1: secret},
    )
    headers = Stamper(account, issued_on=date.today()).stamp("1234567890123", nonce="k3v9", list_id="weekly", send="42")

Each token is for one purpose: what comes back to a bounce address is no wish to leave. No header holds an address, and
the signatures cannot be guessed, as RFC 8058 and RFC 9477 want it. Return-Path is the envelope's sender (MAIL FROM).
"""

import re
from datetime import date
from email.header import Header
from functools import lru_cache

from mailproc.policy.account import AccountPolicy, MailboxRole
from mailproc.policy.links_base import why_no_links_base
from mailproc.policy.tokens.token import EPOCH, MAX_LOCAL_PART, Purpose, packed_subscriber, sign_token, signing_key_of
from mailproc.policy.tokens.token_key import number_of, number_of_send, subscriber_of
from mailproc.policy.who.ownership import sending_domains

LINK_NAMES = ("Unsubscribe-Link", "Profile-Link")  # not for the header, but for the text of the mail
HEADER_NAMES = (
    "Return-Path",
    "Reply-To",
    "Message-ID",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "List-Id",
    "CFBL-Address",
    "CFBL-Feedback-ID",
    "Feedback-ID",
)
_NONCE = re.compile(r"[A-Za-z0-9]{1,40}")
_PLAIN_PHRASE = re.compile(r"[A-Za-z0-9 !#$%&'*+/=?^_`{|}~-]+")
_LIST_LABEL = re.compile(r"[^A-Za-z0-9_.-]")
_FEEDBACK_FIELD = re.compile(r"[^A-Za-z0-9_.-]")
_SENDER_ID_CHARS = (5, 15)  # as Gmail's documentation of Feedback-ID wants it


class Stamper:
    """Stamps the mail of one account on one day.

    `links_base` is where links are served, `https://sender.example/u/`; without it List-Unsubscribe has only its
    mailto, and there is no List-Unsubscribe-Post, which needs the link (RFC 8058 §3). Profile links are beside it, at
    `/p/`. Raises ValueError, with a sentence, for an account that has no token keys or takes no mail, and for a link
    that is none.
    """

    def __init__(self, account: AccountPolicy, *, issued_on: date, links_base: str | None = None) -> None:
        kid = signing_key_of(account.token_keys)
        if kid is None:
            raise ValueError(f"account {account.id} has no token_keys to sign with: `mailproc token keygen` makes one")
        if not account.domains:
            raise ValueError(f"account {account.id} takes no mail: it has no domains")
        if links_base is not None and (why := why_no_links_base(links_base)) is not None:
            raise ValueError(f"links_base {why}")
        self._kid, self._key = kid, account.token_keys[kid]
        self._day = (issued_on - EPOCH).days
        self._links_base = links_base.rstrip("/") + "/" if links_base else None
        self._profile_base = None
        if self._links_base and self._links_base.endswith("/u/"):
            self._profile_base = self._links_base.removesuffix("u/") + "p/"
        self._domain = account.domains[0]
        self._sending_domain = next(iter(sending_domains(account)), self._domain)
        self._feedback_address = f"{_feedback_mailbox(account)}@{self._domain}; report=arf"
        self._lists = {
            list_id: _list_id(list_id, name, self._sending_domain) for list_id, name in account.lists.items()
        }
        self._account_id = account.id

    def stamp(self, key: str, *, nonce: str, list_id: str | None = None, send: str | None = None) -> dict[str, str]:
        """Headers by name, in the order of HEADER_NAMES, unfolded; those that do not apply are left out.

        `nonce` makes the Message-ID unique: up to 40 letters and digits, another one for each mail. Without `list_id`
        they unsubscribe from the lists that the send went to, without that from the whole account. Raises ValueError,
        with a sentence, for a key that fits into no token, an unknown list, the send `0` and a bad nonce.
        """
        if not _NONCE.fullmatch(nonce):
            raise ValueError(f"nonce {nonce[:60]!r}: must be 1 to 40 letters and digits")
        self._require_list(list_id)
        form, packed = packed_subscriber(subscriber_of(key))
        number = number_of_send(send)

        def token(purpose: Purpose, message: int = number, send: int = 0) -> str:
            return sign_token(purpose, form, packed, message, self._day, self._kid, self._key, send)

        reply = token(Purpose.reply)
        purpose, about, also_send = left_by(list_id, number)
        pressed = token(purpose, about, also_send)
        leave = pressed if len(pressed) <= MAX_LOCAL_PART else token(purpose, about)
        mailto = f"<mailto:{leave}@{self._domain}?subject=unsubscribe>"
        link = f"<{self._links_base}{pressed}>" if self._links_base else None
        headers = {
            "Return-Path": f"<{token(Purpose.bounce)}@{self._domain}>",
            "Reply-To": f"{reply}@{self._domain}",
            "Message-ID": f"<{reply[2:]}.{nonce}@{self._sending_domain}>",
            "List-Unsubscribe": f"{link}, {mailto}" if link else mailto,
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" if link else None,
            "List-Id": self._lists[list_id] if list_id is not None else None,
            "CFBL-Address": self._feedback_address,
            "CFBL-Feedback-ID": token(Purpose.feedback)[2:],
            "Feedback-ID": _feedback_id(self._account_id, list_id, send),
        }
        return {name: value for name, value in headers.items() if value is not None}

    def links(self, key: str, *, list_id: str | None = None, send: str | None = None) -> dict[str, str]:
        """Links for the text of the mail, by name, in the order of LINK_NAMES; what is served nowhere is left out.

        Raises ValueError as `stamp` does.
        """
        self._require_list(list_id)
        form, packed = packed_subscriber(subscriber_of(key))
        number = number_of_send(send)
        places = (self._links_base, left_by(list_id, number)), (self._profile_base, (Purpose.profile, number, 0))
        return {
            name: base + sign_token(purpose, form, packed, about, self._day, self._kid, self._key, also_send)
            for name, (base, (purpose, about, also_send)) in zip(LINK_NAMES, places, strict=True)
            if base is not None
        }

    def _require_list(self, list_id: str | None) -> None:
        if list_id is not None and list_id not in self._lists:
            raise ValueError(
                f"account {self._account_id} has no list {list_id}; there: {', '.join(self._lists) or 'none'}"
            )


@lru_cache(maxsize=1024)
def left_by(list_id: str | None, send: int) -> tuple[Purpose, int, int]:
    """What a press leaves: purpose, what it is about, and the number of the send beside a list; `send` 0 for none.

    The account's lists may be many: without one of them it is those alone that the send went to (R31).
    """
    if list_id is not None:
        return Purpose.unsubscribe_list, number_of(list_id), send
    return (Purpose.unsubscribe_send if send else Purpose.unsubscribe_all), send, 0


@lru_cache(maxsize=1024)  # the same for everyone in a send
def _feedback_id(account_id: str, list_id: str | None, send: str | None) -> str:
    """Gmail adds up complaints by each of these fields, so that none may tell a person."""
    least, most = _SENDER_ID_CHARS
    sender = account_id[:most] if len(account_id) >= least else f"{account_id}-mail"
    return ":".join(_FEEDBACK_FIELD.sub("-", field)[:40] for field in (send or "", list_id or "", "news", sender))


def _feedback_mailbox(account: AccountPolicy) -> str:
    """Its mailbox for machines' reports: any but `abuse`, to which people write, where there is another."""
    mailboxes = account.mailboxes.get(MailboxRole.feedback, ())
    return next((name for name in mailboxes if name != "abuse"), "abuse")


def _list_id(list_id: str, name: str, domain: str) -> str:
    """`Acme Weekly <weekly.news.acme.example>` (RFC 2919 §2)."""
    label = _LIST_LABEL.sub("-", list_id) if "." in list_id else f"{_LIST_LABEL.sub('-', list_id)}.{domain}"
    name = " ".join(name.split())
    phrase = name if _PLAIN_PHRASE.fullmatch(name) else " ".join(Header(name, "utf-8").encode().split())
    return f"{phrase} <{label}>" if name else f"<{label}>"
