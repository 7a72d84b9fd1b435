"""Who is let in, and as whom: limits of connections, PROXY headers, XCLIENT."""

import asyncio
import contextlib

from smtp_world import connected, listening


@contextlib.asynccontextmanager
async def proxied(listener, source):
    """Connect as the client with this address, by way of a proxy."""
    async with connected(*listener.addresses[0]) as client:
        client.send(f"PROXY TCP4 {source} 198.51.100.5 51234 25\r\n".encode())
        yield client


BEHIND_PROXY = {"proxy_from": ("127.0.0.0/8",)}


async def test_a_network_has_so_many_connections_and_its_neighbours_have_their_own():
    async with (
        listening(**BEHIND_PROXY, max_connections_per_network=2) as listener,
        proxied(listener, "192.0.2.1") as first,
        proxied(listener, "192.0.2.2") as second,
        proxied(listener, "192.0.2.3") as third,
        proxied(listener, "203.0.113.1") as neighbour,
    ):
        assert (await first.reply())[:3] == "220"
        assert (await second.reply())[:3] == "220"
        assert await third.reply() == "421 4.7.0 Too many connections from your network, try again later"
        assert await third.reply() == ""
        assert (await neighbour.reply())[:3] == "220"
        await first.ask("QUIT")
        async with proxied(listener, "192.0.2.3") as third:
            assert (await third.reply())[:3] == "220"


async def test_there_are_so_many_connections_but_relays_and_loopback_come_in_always():
    async with (
        listening(**BEHIND_PROXY, max_connections=1, relays=("203.0.113.0/24",)) as listener,
        proxied(listener, "192.0.2.1") as first,
        proxied(listener, "198.51.100.1") as second,
        proxied(listener, "203.0.113.1") as relay,
        proxied(listener, "127.0.0.1") as loopback,
    ):
        assert (await first.reply())[:3] == "220"
        assert await second.reply() == "421 4.7.0 Too many connections, try again later"
        assert (await relay.reply())[:3] == "220"
        assert (await loopback.reply())[:3] == "220"


async def test_the_client_behind_a_proxy_is_the_peer(reception):
    header = bytes.fromhex("0d0a0d0a000d0a515549540a2111000cc000020ac6336405c8220019")
    async with listening(reception, **BEHIND_PROXY) as listener, connected(*listener.addresses[0]) as client:
        for byte in header:
            client.send(bytes([byte]))
            await asyncio.sleep(0)
        await client.hello()
        await client.bring()
    assert reception.accepted[0][0].peer == "192.0.2.10"


async def test_header_and_commands_in_one_packet_are_told_apart():
    async with listening(**BEHIND_PROXY) as listener, connected(*listener.addresses[0]) as client:
        client.send(b"PROXY TCP4 192.0.2.1 198.51.100.5 51234 25\r\nNOOP\r\nQUIT\r\n")
        assert [(await client.reply())[:3] for _ in range(4)] == ["220", "250", "221", ""]


async def test_a_proxy_that_speaks_for_itself_is_the_peer(reception):
    async with listening(reception, **BEHIND_PROXY) as listener, connected(*listener.addresses[0]) as client:
        client.send(b"PROXY UNKNOWN\r\n")
        await client.hello()
        await client.bring()
    assert reception.accepted[0][0].peer == "127.0.0.1"


async def test_a_proxy_without_a_header_is_dropped_without_a_word(log_lines):
    async with listening(**BEHIND_PROXY) as listener, connected(*listener.addresses[0]) as client:
        client.send(b"EHLO client.example.org\r\n")
        assert await client.reply() == ""
    assert [line["why"] for line in log_lines] == ["PROXY header: no signature"]


async def test_who_is_no_proxy_cannot_send_a_header():
    async with listening(proxy_from=("192.0.2.1",)) as listener, connected(*listener.addresses[0]) as client:
        assert (await client.reply())[:3] == "220"
        assert (await client.ask("PROXY TCP4 203.0.113.1 198.51.100.5 51234 25"))[:3] == "500"


async def test_xclient_names_peer_and_helo_and_the_named_client_is_counted(reception):
    settings = {"xclient_from": ("127.0.0.1",), "max_connections_per_network": 1}
    async with (
        listening(reception, **settings) as listener,
        connected(*listener.addresses[0]) as first,
        connected(*listener.addresses[0]) as second,
    ):
        await first.hello()
        assert await first.ask("XCLIENT ADDR=192.0.2.7 HELO=mail.example.org") == "220 localhost ESMTP mailproc"
        assert (await first.ask("EHLO proxy.example.com"))[:3] == "250"
        await first.bring()
        await second.hello()
        assert (await second.ask("XCLIENT ADDR=192.0.2.8"))[:9] == "421 4.7.0"
    envelope = reception.accepted[0][0]
    assert (envelope.peer, envelope.helo) == ("192.0.2.7", "mail.example.org")


async def test_xclient_with_an_unknown_address_is_a_stranger(reception):
    settings = {"xclient_from": ("127.0.0.1",), "relays": ("127.0.0.1",)}
    async with listening(reception, **settings) as listener, connected(*listener.addresses[0]) as client:
        await client.hello()
        await client.ask("XCLIENT ADDR=[UNAVAILABLE]")
        await client.ask("EHLO proxy.example.com")
        await client.ask("MAIL FROM:<>")
        assert (await client.ask("RCPT TO:<nobody@reply.example.com>"))[:3] == "550"
        await client.ask("RSET")
        await client.bring()
    assert reception.accepted[0][0].peer == "unknown"
