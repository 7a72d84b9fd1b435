"""One poison mail among fifty good ones costs nobody anything: all are accepted, the poison waits for a person."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest
from service_process import REPLY_BOX, reply_mail

from benchmarks.load import Session
from mailproc.rule_sets.files import load_rules
from mailproc.service.service import Service
from mailproc.settings.settings import AccountSettings, Settings, SmtpSettings, WebSettings

RULES = load_rules(None)
HEAD = b"From: x@example.org\r\nTo: reply@reply.acme.example\r\n"
NOISE = bytes((number * 37 + 128) % 256 for number in range(3000)).replace(b"\r", b"").replace(b"\n", b"")
# What breaks readers, columns or both; each of them hides whether anything was asked for.
POISON = {
    "nul bytes everywhere": b"\0" * 2000 + b"\r\n\r\n" + b"\0" * 2000,
    "noise without any header": NOISE,
    "noise under a trace header": b"Received: from a by b; Tue, 3 Mar 2026 10:00:00 +0000\r\n\r\n" + NOISE,
    "surrogates by utf-7": HEAD + b'Content-Type: image/png; name="+2AA-"\r\n\r\n+2AA-\r\n',
    "over-long message id": HEAD + b"Message-ID: <" + b"a" * 200_000 + b"@x>\r\nContent-Type: image/png\r\n\r\nx\r\n",
    "header of a megabyte": HEAD + b"Content-Type: image/png\r\nX-Big: " + b"b" * 1_000_000 + b"\r\n\r\nx\r\n",
    "twenty thousand header lines": HEAD + b"Content-Type: image/png\r\n" + b"X-A: b\r\n" * 20_000 + b"\r\nx\r\n",
    "image that claims to be all": HEAD + b"Subject: \0\0\r\nContent-Type: image/gif\r\n\r\n" + NOISE + b"\r\n",
    "sealed by smime": HEAD + b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n\r\nMIAG\r\n",
    "encrypted by pgp": HEAD
    + b'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=b\r\n\r\n'
    + b"--b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--b\r\n"
    + b"Content-Type: application/octet-stream\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n--b--\r\n",
    "winmail.dat": HEAD + b"Content-Type: application/ms-tnef; name=winmail.dat\r\n\r\nx\x9f\x3e\x22\r\n",
    "a hundred levels of nothing": HEAD
    + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(100))
    + b"Content-Type: image/png\r\n\r\n\xff\xd8\r\n",
}


async def send_all(port: int, mails: list[tuple[str, bytes]]) -> Counter[str]:
    """Send each mail on a session of its own, all at once; codes of the answers."""

    async def one(sender: str, content: bytes) -> str:
        session = await Session.open("127.0.0.1", port)
        try:
            return (await session.send(sender, REPLY_BOX, content))[0][:3]
        finally:
            await session.close()

    return Counter(await asyncio.gather(*(one(sender, content) for sender, content in mails)))


@pytest.mark.parametrize("name", POISON)
async def test_fifty_good_mails_and_a_poison_are_51_times_250_and_one_review_also_when_resent(
    database_url: str, name: str, tmp_path: Path
) -> None:
    settings = Settings(
        database=database_url,
        smtp=SmtpSettings(listen=("127.0.0.1:0",), min_free_disk_bytes=0),
        web=WebSettings(listen=()),
        account=(AccountSettings(id="acme", domains=("reply.acme.example",)),),
    )
    poison = POISON[name] if POISON[name].endswith(b"\r\n") else POISON[name] + b"\r\n"
    dotted = b"".join(b"." + line if line.startswith(b".") else line for line in poison.splitlines(keepends=True))
    people = [f"p{number}@example.org" for number in range(50)]
    mails = [(person, reply_mail(person, "Please unsubscribe me.")) for person in people]
    mails.insert(25, ("poison@example.org", dotted))
    service = Service(settings, RULES)
    await service.start()
    try:
        assert service.listener
        for _ in range(2):
            assert await send_all(service.listener.addresses[0].port, mails) == {"250": 51}
            async with asyncio.timeout(10):
                while (await service.store.undecided.count())[0]:
                    await asyncio.sleep(0.02)
            actions = Counter(row.action for row in await service.store.decisions(limit=1000))
            assert actions == {"unsubscribe": 50, "review": 1}
            assert len(await service.store.desk.reviews()) == 1
        assert await service.store.check() == []
    finally:
        await service.stop()
