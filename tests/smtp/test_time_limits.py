"""Clients that take their time: each limit ends a session with 421, and hurts nobody else."""

import asyncio

from smtp_world import connected, listening, until

TIMED_OUT = "421 4.4.2 Timed out waiting for the client"


async def test_an_idle_client_is_told_and_closed(log_lines):
    async with listening(idle_seconds=0.2) as listener, connected(*listener.addresses[0]) as client:
        await client.hello()
        assert await client.reply() == TIMED_OUT
        assert await client.reply() == ""
    assert [line["why"] for line in log_lines] == ["Timed out waiting for the client"]


async def test_single_bytes_of_a_command_do_not_count_as_life():
    async with listening(idle_seconds=0.3) as listener, connected(*listener.addresses[0]) as client:
        await client.hello()
        reply = asyncio.create_task(client.reply())
        while not reply.done():
            client.drip(b"N")
            await asyncio.sleep(0.05)
        assert await reply == TIMED_OUT


async def test_a_client_that_talks_stays_until_the_session_is_over():
    async with (
        listening(idle_seconds=0.3, session_seconds=0.9) as listener,
        connected(*listener.addresses[0]) as client,
    ):
        await client.hello()
        answers = set()
        while reply := await client.ask("NOOP"):
            answers.add(reply)
            await asyncio.sleep(0.05)
    assert answers == {"250 2.0.0 OK", "421 4.4.2 This session has lasted long enough, try again"}


async def test_a_relay_s_session_lasts_as_long_as_it_talks():
    async with (
        listening(idle_seconds=0.3, session_seconds=0.4, relays=("127.0.0.1",)) as listener,
        connected(*listener.addresses[0]) as client,
    ):
        await client.hello()
        for _ in range(15):
            assert await client.ask("NOOP") == "250 2.0.0 OK"
            await asyncio.sleep(0.05)


async def test_content_that_stops_coming_is_given_up():
    async with (
        listening(idle_seconds=0.2, data_bytes_per_second=0) as listener,
        connected(*listener.addresses[0]) as client,
    ):
        await client.hello()
        await client.begin()
        client.send(b"half a mail")
        assert await client.reply() == TIMED_OUT
        await until(lambda: not listener.connections)
        assert listener.bytes_in_hand == 0


async def test_content_that_drips_is_given_up():
    async with (
        listening(idle_seconds=0.4, data_bytes_per_second=10_000) as listener,
        connected(*listener.addresses[0]) as client,
    ):
        await client.hello()
        await client.begin()
        reply = asyncio.create_task(client.reply())
        while not reply.done():
            client.drip(b"x\r\n")
            await asyncio.sleep(0.03)
        assert await reply == "421 4.4.2 Data arrives too slowly"


async def test_content_that_drips_fast_enough_is_taken(reception):
    async with (
        listening(reception, idle_seconds=0.2, data_bytes_per_second=1) as listener,
        connected(*listener.addresses[0]) as client,
    ):
        await client.hello()
        await client.begin()
        for _ in range(20):
            client.send(b"x\r\n")
            await asyncio.sleep(0.03)
        client.send(b".\r\n")
        assert await client.reply() == "250 2.0.0 mail-1"


async def test_a_client_is_not_timed_out_while_it_waits_for_us(reception):
    reception.gate = asyncio.Event()
    async with (
        listening(reception, idle_seconds=0.1, session_seconds=0.2) as listener,
        connected(*listener.addresses[0]) as client,
    ):
        await client.hello()
        await client.begin()
        client.send(b"hello\r\n.\r\n")
        await asyncio.sleep(0.5)
        reception.gate.set()
        assert await client.reply() == "250 2.0.0 mail-1"


async def test_a_proxy_that_says_nothing_is_dropped_after_five_seconds(log_lines):
    async with listening(proxy_from=("127.0.0.1",)) as listener, connected(*listener.addresses[0]) as client:
        async with asyncio.timeout(9):
            assert await client.reply() == ""
    assert [line["why"] for line in log_lines] == ["no PROXY header came"]


async def test_a_client_that_never_reads_its_replies_is_not_read_and_not_kept():
    async with listening(idle_seconds=0.5, max_commands=10_000_000) as listener:
        _, writer = await asyncio.open_connection(*listener.addresses[0], limit=1024)
        writer.transport.pause_reading()

        async def flood() -> None:
            while True:
                writer.write(b"EHLO client.example.org\r\n" * 1000)
                await writer.drain()

        flooding = asyncio.create_task(flood())
        async with connected(*listener.addresses[0]) as neighbour:
            await neighbour.hello()
            assert await neighbour.bring() == "250 2.0.0 mail-1"
        await until(lambda: not listener.connections, seconds=20)
        flooding.cancel()
        await asyncio.gather(flooding, return_exceptions=True)
        writer.transport.abort()


async def test_a_slow_client_does_not_slow_its_neighbours(reception):
    async with (
        listening(reception) as listener,
        connected(*listener.addresses[0]) as slow,
        connected(*listener.addresses[0]) as quick,
    ):
        await slow.hello()
        await slow.begin()
        slow.send(b"and then")
        await quick.hello()
        for number in range(1, 6):
            assert await quick.bring() == f"250 2.0.0 mail-{number}"
        slow.send(b" it came\r\n.\r\n")
        assert await slow.reply() == "250 2.0.0 mail-6"
