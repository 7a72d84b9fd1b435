"""What it costs to find out who sent a mail, and what mail pays of which nobody has to know."""

import asyncio
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import dkim
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from benchmarks.mails import REPLY_BOX, reply_mail
from mailproc.authenticity.authenticator import Authenticator
from mailproc.authenticity.border import Border
from mailproc.authenticity.verifier import Verifier
from mailproc.mail.arrival.authentication import NOT_CHECKED
from mailproc.mail.arrival.envelope import Envelope, InboundMail
from mailproc.pipeline import decide_mail
from mailproc.policy.account import AccountPolicy, MailboxRole
from mailproc.rule_sets.files import load_rules
from mailproc.settings.types import Verify

ROUNDS, TIMES = 20, 20
PEER = "198.51.100.7"


@dataclass(frozen=True, slots=True, kw_only=True)
class Senders:
    """CPU in µs: deciding a 2 kB reply, looking up its sender, and what mail pays whose sender nobody has to know."""

    decide_us: float
    look_up_us: float
    unasked_us: float


class RememberedAnswers:
    """A resolver whose answers are all remembered: what is measured is our own work, not that of a DNS server."""

    def __init__(self, records: dict[tuple[str, str], tuple[str, ...]]) -> None:
        self._records = records

    async def lookup(self, name: str, kind: str) -> tuple[str, ...]:
        """What was remembered; nothing else exists."""
        return self._records.get((name, kind), ())

    async def close(self) -> None:
        """Nothing to let go of."""


def senders() -> Senders:
    """All three of the same mail, in turn."""
    key = rsa.generate_private_key(65_537, 2048)
    content = _signed(reply_mail(1), key)
    envelope = Envelope(mail_from="pat@example.org", rcpt_tos=(REPLY_BOX,), peer=PEER, helo="mx.example.org")
    mail = InboundMail(id="1", account_id="acme", envelope=envelope, content=content, received_at=datetime.now(UTC))
    account = AccountPolicy(id="acme", domains=("reply.acme.example",), mailboxes={MailboxRole.reply: ("reply",)})
    rules = load_rules(None)
    verifier = Verifier(RememberedAnswers(_records(key)))
    authenticator = Authenticator(Border(), verifier, Verify.edge)
    unasked = replace(decide_mail(mail, NOT_CHECKED, account, rules), hinges=False)

    async def look_up() -> None:
        for _ in range(TIMES):
            told = await authenticator.verify(mail)
            assert told.dkim, "the signature was not looked at"

    def not_asked() -> None:
        for _ in range(TIMES):
            authenticator.told(mail, account)
            assert not authenticator.is_wanted(mail, unasked)

    def decide() -> None:
        for _ in range(TIMES):
            decide_mail(mail, NOT_CHECKED, account, rules)

    with asyncio.Runner() as runner:
        figures = [
            (_per_mail(decide), _per_mail(lambda: runner.run(look_up())), _per_mail(not_asked)) for _ in range(ROUNDS)
        ]
        runner.run(verifier.close())
    decide_us, look_up_us, unasked_us = (statistics.median(one) for one in zip(*figures, strict=True))
    return Senders(decide_us=decide_us, look_up_us=look_up_us, unasked_us=unasked_us)


def _per_mail(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return (time.process_time() - start) / TIMES * 1e6


def _signed(content: bytes, key: rsa.RSAPrivateKey) -> bytes:
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    names = [b"from", b"to", b"subject", b"date"]
    field: bytes = dkim.DKIM(content).sign(b"s1", b"example.org", pem, include_headers=names)
    return field + content


def _records(key: rsa.RSAPrivateKey) -> dict[tuple[str, str], tuple[str, ...]]:
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    text = "".join(public.decode().splitlines()[1:-1])
    return {
        ("s1._domainkey.example.org", "TXT"): (f"v=DKIM1; k=rsa; p={text}",),
        ("example.org", "TXT"): (f"v=spf1 ip4:{PEER} -all",),
        ("_dmarc.example.org", "TXT"): ("v=DMARC1; p=reject",),
    }
