"""What our own border servers bring is parked, not refused: their bounce would be our backscatter."""

import pytest
from smtp_world import connected, listening


async def relayed(reception, content=b"hello\r\n", rcpt_tos=("reply@reply.example.com",), **limits) -> str:
    async with (
        listening(reception, relays=("127.0.0.0/8",), **limits) as listener,
        connected(*listener.addresses[0]) as client,
    ):
        await client.hello()
        await client.ask("MAIL FROM:<pat@example.org>")
        for rcpt_to in rcpt_tos:
            assert await client.ask(f"RCPT TO:<{rcpt_to}>") == "250 2.1.5 Recipient OK"
        await client.ask("DATA")
        client.send(content + b".\r\n")
        return await client.reply()


@pytest.mark.parametrize(
    ("rcpt_to", "parked"),
    [
        ("reply@reply.example.com", None),
        ("nobody@reply.example.com", "unknown mailbox"),
        ("someone@elsewhere.example", "unknown domain"),
    ],
)
async def test_a_relay_s_recipients_are_all_taken_and_the_strange_ones_parked(rcpt_to, parked, reception):
    assert await relayed(reception, rcpt_tos=(rcpt_to,)) == "250 2.0.0 mail-1"
    assert reception.accepted[0][0].parked == parked


async def test_a_relay_s_large_mail_is_parked(reception):
    assert await relayed(reception, b"x" * 500_000 + b"\r\n", max_size_bytes=65536) == "250 2.0.0 mail-1"
    assert reception.accepted[0][0].parked == "too big"


async def test_a_relay_s_mail_beyond_eight_limits_is_refused(reception):
    assert await relayed(reception, b"x" * 530_000 + b"\r\n", max_size_bytes=65536) == "552 5.3.4 Message too big"


async def test_a_relay_s_looping_mail_is_parked(reception):
    content = b"Received: x\r\n" * 11 + b"\r\n"
    assert await relayed(reception, content, max_received=10) == "250 2.0.0 mail-1"
    assert reception.accepted[0][0].parked == "mail loop"


async def test_a_relay_has_no_limit_of_recipients(reception):
    rcpt_tos = tuple(f"reply+{n}@reply.example.com" for n in range(150))
    assert await relayed(reception, rcpt_tos=rcpt_tos, max_recipients=100) == "250 2.0.0 mail-1"
    assert len(reception.accepted[0][0].rcpt_tos) == 150


async def test_a_relay_has_no_limit_of_commands_and_errors():
    async with (
        listening(relays=("127.0.0.1",), max_commands=20, max_errors=3) as listener,
        connected(*listener.addresses[0]) as client,
    ):
        await client.hello()
        for _ in range(30):
            assert (await client.ask("BOGUS"))[:3] == "500"


async def test_a_relay_is_told_its_larger_size():
    async with (
        listening(relays=("127.0.0.1",), max_size_bytes=65536) as listener,
        connected(*listener.addresses[0]) as client,
    ):
        assert f"SIZE {8 * 65536}" in await client.hello()
