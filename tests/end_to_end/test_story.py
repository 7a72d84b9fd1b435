"""A sender's two sends, from import to the question why: docs/story.md tells the same for readers.

Everything goes by the doors that users have: commands in processes of their own, and mail to the real listener.
"""

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from service_process import ServiceProcess
from test_trouble import command

from benchmarks.load import Session

PEOPLE = 10_000
DOMAIN = "reply.acme.example"
SETTINGS = """
database = "{database}"
[[account]]
id = "acme"
domains = ["reply.acme.example"]
sends_from = ["news.acme.example"]
[account.lists]
weekly = "Acme Weekly"
offers = "Acme Offers"
product = "Acme Product News"
[account.token_keys]
1 = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
[log]
format = "json"
"""
FOOTER = (
    "\r\n> Read on at Acme.\r\n> You get this mail because you signed up."
    " To unsubscribe, reply with unsubscribe in the subject.\r\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One mail that came back: to whom it goes, and its content without the line ends of the wire."""

    mail_from: str
    to: str
    content: str


def key_of(number: int) -> str:
    return str(100_000 + number)


def address_of(number: int) -> str:
    return f"person{number}@example.org"


def lists_of(number: int) -> list[str]:
    """Everybody is on weekly, every second also on offers, every third on product news."""
    return ["weekly", *(["offers"] if number % 2 == 0 else []), *(["product"] if number % 3 == 0 else [])]


def write_people(path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["email", "key", "lists"])
        rows.writerows((address_of(number), key_of(number), ";".join(lists_of(number))) for number in range(PEOPLE))


def write_send(path: Path, list_id: str) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["key", "email"])
        rows.writerows((key_of(number), address_of(number)) for number in range(PEOPLE) if list_id in lists_of(number))


def keys_in(path: Path) -> set[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row["key"] for row in csv.DictReader(file)}


def reply(number: int, text: str, stamp: Mapping[str, str], **fields: str) -> Answer:
    """What a person writes, over the mail that it answers."""
    header = {
        "From": address_of(number),
        "To": stamp["Reply-To"],
        "Subject": "Re: Acme Weekly",
        "Message-ID": f"<answer.{number}@mail.example>",
        "In-Reply-To": stamp["Message-ID"],
        **fields,
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in header.items())
    return Answer(mail_from=address_of(number), to=stamp["Reply-To"], content=f"{lines}\r\n{text}\r\n{FOOTER}")


def from_elsewhere(number: int, text: str, stamp: Mapping[str, str]) -> Answer:
    """Somebody who answers by another address than the one that was mailed."""
    own = f"private{number}@example.net"
    answer = reply(number, text, stamp, From=own)
    return Answer(mail_from=own, to=answer.to, content=answer.content)


def out_of_office(number: int, stamp: Mapping[str, str]) -> Answer:
    text = "I am away until Monday. To unsubscribe from my absence, wait."
    return reply(number, text, stamp, Subject="Out of office: Acme Weekly", **{"Auto-Submitted": "auto-replied"})


def complaint(number: int, stamp: Mapping[str, str]) -> Answer:
    """A feedback report that names nobody but by our own Message-ID (RFC 5965, RFC 6590)."""
    content = (
        f"From: fbl@provider.example\r\nTo: fbl@{DOMAIN}\r\nSubject: complaint\r\nMIME-Version: 1.0\r\n"
        f"Message-ID: <complaint.{number}@provider.example>\r\n"
        'Content-Type: multipart/report; report-type=feedback-report; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nThis is a spam complaint.\r\n"
        "--b\r\nContent-Type: message/feedback-report\r\n\r\n"
        "Feedback-Type: abuse\r\nUser-Agent: Provider/1.0\r\nVersion: 1\r\n"
        "Original-Rcpt-To: redacted\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nFrom: news@news.acme.example\r\n"
        f"Message-ID: {stamp['Message-ID']}\r\nSubject: Acme Weekly\r\n\r\n--b--\r\n"
    )
    return Answer(mail_from="fbl@provider.example", to=f"fbl@{DOMAIN}", content=content)


def bounce(number: int, status: str, stamp: Mapping[str, str]) -> Answer:
    """A delivery status notification to the envelope sender of that mail (RFC 3464)."""
    to = stamp["Return-Path"].strip("<>")
    content = (
        f"From: MAILER-DAEMON@mx.example.org\r\nTo: {to}\r\nSubject: Undeliverable\r\nMIME-Version: 1.0\r\n"
        f"Message-ID: <bounce.{number}@mx.example.org>\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nYour mail was not delivered.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.org\r\n\r\n"
        f"Final-Recipient: rfc822; {address_of(number)}\r\nAction: failed\r\nStatus: {status}\r\n\r\n--b--\r\n"
    )
    return Answer(mail_from="", to=to, content=content)


def button(number: int, stamp: Mapping[str, str]) -> Answer:
    """What a mail program sends when its unsubscribe button is clicked: List-Unsubscribe's mailto."""
    to, _, _ = stamp["List-Unsubscribe"].strip("<>").removeprefix("mailto:").partition("?")
    content = (
        f"From: {address_of(number)}\r\nTo: {to}\r\nSubject: unsubscribe\r\n"
        f"Message-ID: <button.{number}@mail.example>\r\n\r\n\r\n"
    )
    return Answer(mail_from=address_of(number), to=to, content=content)


# Who answers how, ten of each, by number; and the step of `why` that then stops mail of weekly, None where none does.
WRITERS = {
    "asks to be taken off": (range(100, 110), "account"),
    "asks by another address": (range(200, 210), "account"),
    "praises above the footer": (range(300, 310), None),
    "is out of office": (range(400, 410), None),
    "complains": (range(500, 510), "account"),
    "is gone": (range(600, 610), "sendable"),
    "has a full mailbox": (range(700, 710), None),
    "clicks the button": (range(800, 810), "list"),
    "telephones": (range(900, 902), "account"),
}
STOPPED = {number: step for numbers, step in WRITERS.values() for number in numbers if step}


def what_came_back(stamps: Mapping[str, Mapping[str, str]]) -> Iterator[Answer]:
    for what, (numbers, _) in WRITERS.items():
        for number in numbers:
            stamp = stamps[key_of(number)]
            match what:
                case "asks to be taken off":
                    yield reply(number, "Please take me off your list, thank you.", stamp)
                case "asks by another address":
                    yield from_elsewhere(number, "unsubscribe", stamp)
                case "praises above the footer":
                    yield reply(number, "What a lovely issue! Where was the picture taken?", stamp)
                case "is out of office":
                    yield out_of_office(number, stamp)
                case "complains":
                    yield complaint(number, stamp)
                case "is gone":
                    yield bounce(number, "5.1.1", stamp)
                case "has a full mailbox":
                    yield bounce(number, "4.2.2", stamp)
                case "clicks the button":
                    yield button(number, stamp)


class Sender:
    """Who sends newsletters: files in a folder, and commands."""

    def __init__(self, folder: Path, database: str) -> None:
        self.folder = folder
        self.service = ServiceProcess(folder, database)
        self.service.config.write_text(SETTINGS.format(database=database), encoding="utf-8")

    async def types(self, *words: str) -> str:
        """A command that succeeds; gives what it printed."""
        code, said = await command(self.service, *words)
        assert code == 0, said
        return said

    def file(self, name: str) -> str:
        return str(self.folder / name)

    async def checks(self, list_id: str, send: str) -> tuple[set[str], set[str]]:
        """The check right before a send; gives the keys of who may be mailed, and of who may not."""
        write_send(self.folder / "send.csv", list_id)
        out = ("--out", self.file("ok.csv"), "--blocked", self.file("blocked.csv"))
        await self.types("check-send", "--list", list_id, "--send", send, "--in", self.file("send.csv"), *out)
        return keys_in(self.folder / "ok.csv"), keys_in(self.folder / "blocked.csv")

    async def stamps(self, send: str) -> dict[str, dict[str, str]]:
        """The headers of everyone's mail."""
        write_send(self.folder / "send.csv", "weekly")
        words = ("--csv", self.file("send.csv"), "--key-column", "key", "--list", "weekly", "--send", send)
        await self.types("headers", *words, "--out", self.file("stamped.csv"))
        with (self.folder / "stamped.csv").open(encoding="utf-8", newline="") as file:
            return {row["key"]: row for row in csv.DictReader(file)}

    async def hears(self, answers: list[Answer]) -> None:
        """Mail comes back, over SMTP, and is decided."""
        session = await Session.open("127.0.0.1", self.service.port)
        for one in answers:
            said, _ = await session.send(one.mail_from, one.to, one.content.encode())
            assert said.startswith("250"), said
        await session.close()
        await self.service.until("SELECT count(*) FROM mail WHERE state = 'decided'", len(answers), 60)

    async def asks_why(self, number: int) -> str | None:
        """The step that stops mail of weekly, and that it has evidence; None where nothing does."""
        [answer] = json.loads(await self.types("why", key_of(number), "--list", "weekly", "--json"))
        assert answer["may_send"] == (answer["stopped_first_at"] is None)
        blocks = [block for step in answer["steps"] for block in step["stopped_by"]]
        assert bool(blocks) != answer["may_send"]
        assert all(block["fact"] for block in blocks)
        return str(answer["stopped_first_at"]) if blocks else None


@pytest.mark.timeout(300)
async def test_exactly_those_who_left_are_left_out_of_the_next_send_and_why_explains_each(
    tmp_path: Path, database_url: str
) -> None:
    sender = Sender(tmp_path, database_url)
    write_people(tmp_path / "people.csv")
    await sender.types("import", sender.file("people.csv"))

    may, may_not = await sender.checks("weekly", "1")
    assert (len(may), may_not) == (PEOPLE, set())

    stamps = await sender.stamps("1")
    await sender.service.start()
    try:
        await sender.hears(list(what_came_back(stamps)))
        for number in WRITERS["telephones"][0]:
            said = ("--channel", "phone", "--by", "kim", "--reason", "called the hotline")
            await sender.types("unsubscribe", key_of(number), *said)

        everyone = {key_of(number) for number in range(PEOPLE)}
        left = {key_of(number) for number in STOPPED}
        assert await sender.checks("weekly", "2") == (everyone - left, left)
        left = {key_of(number) for number, step in STOPPED.items() if step != "list" and "offers" in lists_of(number)}
        on_offers = {key_of(number) for number in range(PEOPLE) if "offers" in lists_of(number)}
        assert await sender.checks("offers", "3") == (on_offers - left, left)

        for numbers, step in WRITERS.values():
            assert await sender.asks_why(numbers[-1]) == step
        assert "all well" in await sender.types("db", "check")
    finally:
        await sender.service.kill()
