"""From MAIL to the final dot, over a real socket: what the service is given, and what the client is told."""

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from smtp_world import Client, RecordingReception, connected, listening, until

from mailproc.errors import StoreFull, StoreUnavailable
from mailproc.mail.arrival.envelope import Envelope

GREETED = (
    b"EHLO client.example.org\r\nMAIL FROM:<pat@example.org>\r\nRCPT TO:<reply@reply.example.com>\r\nDATA\r\n"
    b"Subject: stop\r\n\r\n..dot\r\n.\r\n"
    b"MAIL FROM:<>\r\nRCPT TO:<abuse@reply.example.com>\r\nDATA\r\n.\r\nQUIT\r\n"
)


async def test_the_service_is_given_envelope_and_bytes_as_on_the_wire(reception):
    content = b"Subject: \xff\x00 odd\r\n\r\nbare \n and \r stay\r\n" + b"x" * 5000 + b"\r\n"
    async with listening(reception) as listener, connected(*listener.addresses[0]) as client:
        await client.hello()
        assert await client.bring(content) == "250 2.0.0 mail-1"
    assert reception.accepted == [
        (
            Envelope(
                mail_from="pat@example.org",
                rcpt_tos=("reply@reply.example.com",),
                peer="127.0.0.1",
                helo="client.example.org",
            ),
            content,
        )
    ]


async def whole_dialogue(chunks: list[int], data: bytes) -> tuple[bytes, list[bytes]]:
    reception = RecordingReception()
    async with listening(reception) as listener:
        reader, writer = await asyncio.open_connection(*listener.addresses[0])
        await reader.readline()
        position = 0
        for size in [*chunks, len(data)]:
            if position < len(data):
                writer.write(data[position : position + size])
                await writer.drain()
                await asyncio.sleep(0)
                position += size
        replies = await reader.read()
        writer.close()
        await writer.wait_closed()
    return replies, reception.contents


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.integers(1, 60), max_size=30))
def test_a_dialogue_goes_the_same_way_in_any_chunking(chunks):
    replies, contents = asyncio.run(whole_dialogue(chunks, GREETED))
    assert [line[:3] for line in replies.splitlines() if line[3:4] == b" "] == [
        b"250", b"250", b"250", b"354", b"250", b"250", b"250", b"354", b"250", b"221",
    ]  # fmt: skip
    assert contents == [b"Subject: stop\r\n\r\n.dot\r\n", b""]


def test_a_dialogue_goes_the_same_way_byte_by_byte():
    _, contents = asyncio.run(whole_dialogue([1] * len(GREETED), GREETED))
    assert contents == [b"Subject: stop\r\n\r\n.dot\r\n", b""]


@pytest.mark.parametrize(
    ("failure", "reply"),
    [
        (StoreUnavailable("database is locked"), "451 4.3.0 Mail cannot be stored right now, try again later"),
        (StoreFull("disk"), "452 4.3.1 Not enough storage, try again later"),
        (ValueError("secret of the implementation"), "451 4.3.0 Something went wrong here, try again later"),
    ],
)
async def test_a_mail_that_cannot_be_stored_is_kept_by_the_client_and_the_next_one_is_taken(
    failure, reply, reception, log_lines
):
    reception.failures.append(failure)
    async with listening(reception) as listener, connected(*listener.addresses[0]) as client:
        await client.hello()
        assert await client.bring() == reply
        assert await client.bring() == "250 2.0.0 mail-1"
        assert listener.bytes_in_hand == 0
    refused = next(line for line in log_lines if line["event"] == "refused")
    assert refused["reply"] == reply[:9]
    assert refused["log_level"] == "error"
    assert (refused["exc_info"] is failure) is isinstance(failure, ValueError), "a traceback for what nobody foresaw"


class BrokenReception(RecordingReception):
    """Fails before it has begun, once."""

    def accept(self, envelope, content):
        if self.failures:
            raise self.failures.pop()
        return super().accept(envelope, content)


@pytest.mark.parametrize(("door", "verb", "replies"), [("listen", "EHLO", 1), ("lmtp_listen", "LHLO", 2)])
async def test_a_bug_of_ours_is_answered_for_each_recipient_and_the_next_mail_is_taken(door, verb, replies, log_lines):
    reception = BrokenReception()
    reception.failures.append(RuntimeError("secret of the implementation"))
    async with (
        listening(reception, **{"listen": (), door: ("127.0.0.1:0",)}) as listener,
        connected(*listener.addresses[0]) as client,
    ):
        await client.hello(verb)
        for reply in ("451 4.3.0 Something went wrong here, try again later", "250 2.0.0 mail-1"):
            await client.ask("MAIL FROM:<pat@example.org>")
            await client.ask("RCPT TO:<reply@reply.example.com>")
            await client.ask("RCPT TO:<abuse@reply.example.com>")
            await client.ask("DATA")
            client.send(b"hello\r\n.\r\n")
            assert [await client.reply() for _ in range(replies)] == [reply] * replies
        assert listener.bytes_in_hand == 0
    assert log_lines[0]["exc_info"] is True


@pytest.mark.parametrize("leave", [Client.reset, lambda client: client.writer.close()], ids=["reset", "close"])
async def test_a_client_that_leaves_after_the_final_dot_does_not_cancel_the_commit(leave, reception, log_lines):
    reception.gate = asyncio.Event()
    async with listening(reception) as listener:
        async with connected(*listener.addresses[0]) as client:
            await client.hello()
            await client.begin()
            client.send(b"hello\r\n.\r\n")
            await reception.waiting.wait()
            leave(client)
        await asyncio.sleep(0.05)
        assert listener.bytes_in_hand > 0
        reception.gate.set()
        await until(lambda: not listener.connections and not listener.bytes_in_hand)
    assert reception.contents == [b"hello\r\n"]
    assert [line["event"] for line in log_lines] == ["received"]


async def test_a_client_that_only_stops_sending_still_hears_what_became_of_its_mail(reception):
    reception.gate = asyncio.Event()
    async with listening(reception) as listener, connected(*listener.addresses[0]) as client:
        await client.hello()
        await client.begin()
        client.send(b"hello\r\n.\r\n")
        client.writer.write_eof()
        await reception.waiting.wait()
        reception.gate.set()
        assert await client.reply() == "250 2.0.0 mail-1"
        assert await client.reply() == ""


async def test_a_client_that_leaves_in_the_middle_of_its_mail_brings_nothing(reception):
    async with listening(reception) as listener:
        async with connected(*listener.addresses[0]) as client:
            await client.hello()
            await client.begin()
            client.send(b"Subject: half\r\n")
            while not listener.bytes_in_hand:
                await asyncio.sleep(0.005)
        while listener.connections:
            await asyncio.sleep(0.005)
        assert listener.bytes_in_hand == 0
    assert reception.accepted == []


async def test_what_is_sent_while_a_mail_is_stored_is_answered_afterwards(reception):
    reception.gate = asyncio.Event()
    async with listening(reception) as listener, connected(*listener.addresses[0]) as client:
        await client.hello()
        await client.begin()
        client.send(b"one\r\n.\r\n" + b"NOOP\r\n" * 3)
        await reception.waiting.wait()
        client.send(b"VRFY x\r\n")
        await asyncio.sleep(0.02)
        reception.gate.set()
        assert [(await client.reply())[:3] for _ in range(5)] == ["250", "250", "250", "250", "252"]


async def test_the_service_can_ask_for_a_pause(reception, log_lines):
    async with listening(reception) as listener, connected(*listener.addresses[0]) as client:
        await client.hello()
        reception.reason_to_wait = "20000 undecided"
        assert await client.ask("MAIL FROM:<>") == "451 4.3.2 Too much mail is waiting here, try again later"
        reception.reason_to_wait = None
        assert await client.ask("MAIL FROM:<>") == "250 2.1.0 Sender OK"
    assert [line["why"] for line in log_lines if line["event"] == "refused"] == ["20000 undecided"]


async def test_a_mail_of_exactly_the_limit_is_taken_however_many_dots_were_doubled(reception):
    content = b"xx\r\n" + b".\r\n" * 21844
    assert len(content) == 65536
    async with listening(reception, max_size_bytes=65536) as listener, connected(*listener.addresses[0]) as client:
        await client.hello()
        await client.begin()
        client.send(content.replace(b".", b"..") + b".\r\n")
        assert await client.reply() == "250 2.0.0 mail-1"
    assert reception.contents == [content]


@pytest.mark.parametrize("size", [65537, 200_000, 3_000_000])
async def test_an_oversized_mail_is_read_to_its_end_and_refused_and_the_next_one_taken(size, reception):
    async with listening(reception, max_size_bytes=65536) as listener, connected(*listener.addresses[0]) as client:
        await client.hello()
        assert await client.bring(b"x" * (size - 2) + b"\r\n") == "552 5.3.4 Message too big"
        assert listener.bytes_in_hand == 0
        assert await client.bring() == "250 2.0.0 mail-1"


async def test_bytes_in_hand_are_bounded_over_all_sessions(reception):
    reception.gate = asyncio.Event()
    async with (
        listening(reception, max_bytes_in_hand=1_048_576) as listener,
        connected(*listener.addresses[0]) as first,
        connected(*listener.addresses[0]) as second,
    ):
        await first.hello()
        await first.begin()
        first.send(b"x" * 700_000 + b"\r\n.\r\n")
        await reception.waiting.wait()
        await second.hello()
        assert (await second.ask("MAIL FROM:<> SIZE=400000"))[:9] == "452 4.3.1"
        await second.begin()
        second.send(b"x" * 700_000 + b"\r\n.\r\n")
        assert await second.reply() == "452 4.3.1 Too much mail is arriving at once, try again later"
        reception.gate.set()
        assert await first.reply() == "250 2.0.0 mail-1"
        assert await second.bring(b"x" * 700_000 + b"\r\n") == "250 2.0.0 mail-2"
        assert listener.bytes_in_hand == 0


async def test_mail_is_refused_while_the_disk_is_nearly_full(reception):
    async with (
        listening(reception, free_disk_bytes=lambda: 999, min_free_disk_bytes=1000) as listener,
        connected(*listener.addresses[0]) as client,
    ):
        await client.hello()
        assert (await client.ask("MAIL FROM:<>"))[:9] == "452 4.3.1"
    async with (
        listening(reception, free_disk_bytes=lambda: 1000, min_free_disk_bytes=1000) as listener,
        connected(*listener.addresses[0]) as client,
    ):
        await client.hello()
        assert await client.bring() == "250 2.0.0 mail-1"


async def test_each_mail_is_one_line_in_the_log(reception, log_lines):
    async with listening(reception) as listener, connected(*listener.addresses[0]) as client:
        await client.hello()
        await client.ask("MAIL FROM:<pat@example.org>")
        await client.ask("RCPT TO:<nobody@reply.example.com>")
        await client.ask("RSET")
        await client.bring(b"hello\r\n")
    refused, received = log_lines
    assert received == {
        "event": "received", "log_level": "info", "mail": "mail-1", "session": refused["session"],
        "peer": "127.0.0.1", "mail_from": "pat@example.org", "recipients": 1, "size_bytes": 7, "client_gone": False,
    }  # fmt: skip
    assert refused == {
        "event": "refused", "log_level": "info", "session": received["session"], "peer": "127.0.0.1",
        "reply": "550 5.1.1", "why": "No such mailbox", "rcpt_to": "nobody@reply.example.com",
    }  # fmt: skip


async def test_an_accepted_mail_forgives_errors(reception):
    async with listening(reception, max_errors=3) as listener, connected(*listener.addresses[0]) as client:
        await client.hello()
        for _ in range(4):
            assert (await client.ask("BOGUS"))[:3] == "500"
            assert (await client.ask("BOGUS"))[:3] == "500"
            assert (await client.bring())[:3] == "250"
