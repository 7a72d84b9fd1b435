"""What a smarthost answers becomes delivered, later or never; a mail arrives as it was written."""

import asyncio
import ssl
from pathlib import Path
from typing import Any

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st
from smtp_receiver import SmtpReceiver, receiving

from mailproc.policy.hooks.event import Delivered, Delivery, PermanentFailure, TransientFailure
from mailproc.sync.smarthost import Smarthost, as_transmitted

CONTENT = b"From: reply@a.example\r\nSubject: x\r\n\r\n.a dot\r\n..two\r\nend\r\n"


async def sent(receiver: SmtpReceiver, content: bytes = CONTENT, to: str = "team@b.example", **more: Any) -> Delivery:
    async with receiving(receiver):
        return await Smarthost(receiver.settings(**more)).send(None, to, lambda eight_bit: content)


async def test_a_mail_arrives_whole_with_the_null_sender_and_its_dots() -> None:
    receiver = SmtpReceiver()
    assert await sent(receiver) == Delivered(detail="250 OK")
    [mail] = receiver.mails
    assert (mail.mail_from, mail.rcpt_tos) == ("<>", ["team@b.example"])
    assert mail.original_content == CONTENT
    assert receiver.options == [f"SIZE={len(CONTENT)}"]


@pytest.mark.parametrize("content", [b".\r\n" * 400_000, b"x" * 900 + b"\r\n", b"." * 900, b"no line end", b""])
async def test_mail_of_any_size_and_shape_arrives_as_it_was_written(content: bytes) -> None:
    receiver = SmtpReceiver()
    assert isinstance(await sent(receiver, content), Delivered)
    [mail] = receiver.mails
    assert mail.original_content == (content if content.endswith(b"\r\n") or not content else content + b"\r\n")


@given(st.lists(st.binary(max_size=30).map(lambda line: line.replace(b"\r", b"").replace(b"\n", b""))))
def test_no_line_within_a_mail_is_taken_for_its_end(lines: list[bytes]) -> None:
    *transmitted, last, rest = as_transmitted(b"".join(line + b"\r\n" for line in lines)).split(b"\r\n")
    assert (last, rest) == (b".", b"")
    assert [line.removeprefix(b".") if line.startswith(b"..") else line for line in transmitted] == lines
    assert b"." not in transmitted


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize(
    ("said", "becomes"),
    [
        ("550 5.1.1 no such user", PermanentFailure),
        ("451 4.3.0 later", TransientFailure),
        ("452 full", TransientFailure),
    ],
)
async def test_a_refusal_of_any_command_is_permanent_or_transient_by_its_first_digit(
    verb: str, said: str, becomes: type
) -> None:
    receiver = SmtpReceiver(says={verb: said})
    outcome = await sent(receiver)
    assert isinstance(outcome, becomes)
    assert outcome.detail == said
    assert receiver.mails == []


@pytest.mark.parametrize("where", ["MAIL", "RCPT", "DATA", "after DATA"])
async def test_a_connection_that_breaks_is_tried_again_also_after_the_final_dot(where: str) -> None:
    receiver = SmtpReceiver(drops=where)
    assert isinstance(await sent(receiver), TransientFailure)


@pytest.mark.parametrize("where", ["MAIL", "DATA"])
async def test_a_server_that_hangs_is_left_after_the_time_limit(where: str) -> None:
    outcome = await sent(SmtpReceiver(hangs=where), timeout_seconds=0.3)
    assert isinstance(outcome, TransientFailure)


async def test_nobody_there_is_tried_again() -> None:
    receiver = SmtpReceiver()
    async with receiving(receiver):
        pass
    assert isinstance(
        await Smarthost(receiver.settings()).send(None, "t@b.example", lambda _: CONTENT), TransientFailure
    )


async def test_a_server_that_greets_with_a_refusal_is_tried_again() -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"554 5.3.2 no service here\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    receiver = SmtpReceiver(port=server.sockets[0].getsockname()[1])
    outcome = await Smarthost(receiver.settings()).send(None, "t@b.example", lambda _: CONTENT)
    assert isinstance(outcome, TransientFailure)
    assert "554" in outcome.detail
    server.close()
    await server.wait_closed()


@pytest.fixture
def certified(tmp_path: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's certificate for 127.0.0.1, and the file with whom to believe."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return context, tmp_path / "ca.pem"


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
async def test_tls_and_password_are_used(certified: tuple[ssl.SSLContext, Path], tls: str) -> None:
    context, ca_file = certified
    receiver = SmtpReceiver(tls=context, implicit=tls == "implicit", login=(b"mailproc", b"s3cret"))
    login = {"user": "mailproc", "password": "s3cret"}
    assert isinstance(await sent(receiver, tls=tls, ca_file=ca_file, **login), Delivered)
    assert len(receiver.mails) == 1


async def test_whom_to_believe_is_read_once_for_all_mails(certified: tuple[ssl.SSLContext, Path]) -> None:
    context, ca_file = certified
    receiver = SmtpReceiver(tls=context)
    async with receiving(receiver):
        smarthost = Smarthost(receiver.settings(tls="starttls", ca_file=ca_file))
        assert isinstance(await smarthost.send(None, "team@b.example", lambda _: CONTENT), Delivered)
        ca_file.unlink()
        assert isinstance(await smarthost.send(None, "team@b.example", lambda _: CONTENT), Delivered)


async def test_whom_to_believe_that_cannot_be_read_is_an_operators_to_mend(tmp_path: Path) -> None:
    outcome = await sent(SmtpReceiver(), tls="starttls", ca_file=tmp_path / "none.pem")
    assert isinstance(outcome, TransientFailure)


async def test_a_certificate_that_nobody_vouches_for_is_not_believed(certified: tuple[ssl.SSLContext, Path]) -> None:
    receiver = SmtpReceiver(tls=certified[0])
    outcome = await sent(receiver, tls="starttls")
    assert isinstance(outcome, TransientFailure)
    assert receiver.mails == []


async def test_a_server_without_tls_gets_nothing_where_tls_is_wanted() -> None:
    receiver = SmtpReceiver()
    assert isinstance(await sent(receiver, tls="starttls"), TransientFailure)
    assert receiver.mails == []


async def test_a_wrong_password_is_tried_again_and_not_told(certified: tuple[ssl.SSLContext, Path]) -> None:
    context, ca_file = certified
    receiver = SmtpReceiver(tls=context, login=(b"mailproc", b"s3cret"))
    outcome = await sent(receiver, tls="starttls", ca_file=ca_file, user="mailproc", password="wr0ng")
    assert isinstance(outcome, TransientFailure)
    assert "535" in outcome.detail
    assert "wr0ng" not in outcome.detail


async def test_the_writer_is_told_whether_8_bit_bodies_pass() -> None:
    for eight_bit in (True, False):
        asked: list[bool] = []
        receiver = SmtpReceiver(eight_bit=eight_bit)
        async with receiving(receiver):

            def compose(offered: bool, asked: list[bool] = asked) -> bytes:
                asked.append(offered)
                return CONTENT

            await Smarthost(receiver.settings()).send(None, "t@b.example", compose)
        assert asked == [eight_bit]


async def test_8_bit_content_is_announced() -> None:
    receiver = SmtpReceiver()
    content = CONTENT + "Grüße\r\n".encode()
    assert isinstance(await sent(receiver, content), Delivered)
    assert "BODY=8BITMIME" in receiver.options
    assert receiver.mails[0].original_content == content


async def test_an_address_beyond_ascii_needs_smtputf8() -> None:
    outcome = await sent(SmtpReceiver(), to="grüße@b.example")
    assert isinstance(outcome, PermanentFailure)
    receiver = SmtpReceiver(utf8=True)
    assert isinstance(await sent(receiver, to="grüße@b.example"), Delivered)
    assert receiver.mails[0].rcpt_tos == ["grüße@b.example"]
    assert "SMTPUTF8" in receiver.options
