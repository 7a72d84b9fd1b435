"""The listener's doors, who is let in, and how it stops."""

import asyncio
import socket
from pathlib import Path

import pytest
import structlog
from smtp_world import RecordingReception, connected, listening, until

from mailproc.errors import SettingsError
from mailproc.settings.settings import SmtpSettings
from mailproc.smtp.door import Door
from mailproc.smtp.listener import Listener


def new_listener(**settings):
    # The settings refuse most of these by themselves; whoever builds them otherwise gets the listener's own answer.
    chosen = SmtpSettings().model_copy(update=settings)
    return Listener(chosen, RecordingReception(), log=structlog.get_logger())


# Doors.


async def test_port_0_is_any_free_port_and_told():
    async with listening(listen=("127.0.0.1:0", "127.0.0.1:0")) as listener:
        (_, first), (_, second) = listener.addresses
        assert first != second
        assert 0 not in (first, second)


async def test_a_host_name_has_a_socket_for_each_of_its_addresses():
    async with listening(listen=("localhost:0",)) as listener:
        for host, port in listener.addresses:
            async with connected(host, port) as client:
                assert (await client.reply())[:3] == "220"


@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6 here")
async def test_ipv6_addresses_stand_in_brackets(reception):
    async with listening(reception, listen=("[::1]:0",)) as listener, connected(*listener.addresses[0]) as client:
        await client.hello()
        await client.bring()
    assert reception.accepted[0][0].peer == "::1"


async def test_a_unix_socket_for_lmtp_has_no_peer_and_is_removed_at_the_end(reception, tmp_path):
    path = tmp_path / "lmtp.sock"
    async with listening(reception, listen=(), lmtp_listen=(f"unix:{path}",)) as listener:
        assert listener.addresses == ((str(path), 0),)
        assert path.stat().st_mode & 0o777 == 0o660
        async with connected(*listener.addresses[0]) as client:
            await client.hello("LHLO")
            assert await client.bring() == "250 2.0.0 mail-1"
    assert reception.accepted[0][0].peer is None
    assert not path.exists()


async def test_a_unix_socket_left_by_a_former_run_is_replaced(tmp_path):
    path = tmp_path / "lmtp.sock"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    async with (
        listening(listen=(), lmtp_listen=(f"unix:{path}",)) as listener,
        connected(*listener.addresses[0]) as client,
    ):
        assert (await client.reply())[:8] == "220 loca"


async def test_a_unix_socket_in_use_is_not_taken_away(tmp_path):
    path = tmp_path / "lmtp.sock"
    async with listening(listen=(), lmtp_listen=(f"unix:{path}",)):
        with pytest.raises(SettingsError, match="is in use already"):
            await new_listener(listen=(), lmtp_listen=(f"unix:{path}",)).start()
        assert path.exists()


async def test_a_file_that_is_no_socket_is_not_taken_away(tmp_path):
    path = tmp_path / "precious"
    path.write_text("data")
    with pytest.raises(SettingsError, match="is in use already"):
        await new_listener(listen=(), lmtp_listen=(f"unix:{path}",)).start()
    assert path.read_text() == "data"


async def test_a_passed_socket_is_served():
    passed = socket.create_server(("127.0.0.1", 0))
    port = passed.getsockname()[1]
    async with listening(listen=(f"fd:{passed.detach()}",)) as listener:
        assert listener.addresses == (("127.0.0.1", port),)
        async with connected("127.0.0.1", port) as client:
            assert (await client.reply())[:3] == "220"


async def test_doors_are_told_apart(tmp_path):
    async with listening(listen=("127.0.0.1:0",), lmtp_listen=("127.0.0.1:0",)) as listener:
        assert listener.addresses == listener.addresses_of(Door.SMTP) + listener.addresses_of(Door.LMTP)
        async with connected(*listener.addresses_of(Door.LMTP)[0]) as client:
            assert await client.reply() == "220 localhost LMTP mailproc"


async def test_a_port_in_use_is_an_error_and_no_door_stays_open():
    async with listening() as listener:
        host, port = listener.addresses[0]
        other = new_listener(listen=("127.0.0.1:0", f"{host}:{port}"))
        with pytest.raises(SettingsError) as refused:
            await other.start()
        assert refused.value.problems == [f"smtp.listen: {host}:{port}: is in use already"]
        assert other.addresses == ()


@pytest.mark.parametrize("entry", ["25", "host:smtp", "host:99999", "fd:x", "unix:", "host:"])
async def test_a_malformed_door_is_an_error(entry):
    with pytest.raises(SettingsError, match=r"smtp\.listen"):
        await new_listener(listen=(entry,)).start()


def test_all_mistakes_are_told_at_once(tmp_path):
    with pytest.raises(SettingsError) as caught:
        asyncio.run(make_bad_listener(tmp_path))
    assert [problem.partition(":")[0] for problem in caught.value.problems] == [
        "smtp.relays",
        "smtp.xclient_from",
        "smtp.tls_cert",
    ]


async def make_bad_listener(tmp_path: Path) -> None:
    new_listener(relays=("nowhere",), xclient_from=("192.0.2.0/33",), tls_cert=tmp_path / "missing.pem")


def test_tls_needs_a_certificate():
    async def make() -> None:
        new_listener(require_tls=True)

    with pytest.raises(SettingsError, match="certificate"):
        asyncio.run(make())


# Stopping.


async def test_idle_clients_are_told_and_new_ones_find_the_door_closed():
    async with listening() as listener:
        host, port = listener.addresses[0]
        async with connected(host, port) as client:
            await client.hello()
            await listener.stop(5)
            assert await client.reply() == "421 4.3.2 Service shutting down, try again later"
            assert await client.reply() == ""
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection(host, port)
        assert listener.addresses == ()


async def test_a_mail_that_is_being_stored_is_finished(reception):
    reception.gate = asyncio.Event()
    async with listening(reception) as listener, connected(*listener.addresses[0]) as client:
        await client.hello()
        await client.begin()
        client.send(b"hello\r\n.\r\nMAIL FROM:<>\r\n")
        await reception.waiting.wait()
        stopping = asyncio.create_task(listener.stop(5))
        await asyncio.sleep(0.05)
        assert not stopping.done()
        reception.gate.set()
        assert await client.reply() == "250 2.0.0 mail-1"
        assert await client.reply() == "421 4.3.2 Service shutting down, try again later"
        await stopping
    assert len(reception.accepted) == 1


async def test_a_mail_that_is_coming_in_is_finished(reception):
    async with listening(reception) as listener, connected(*listener.addresses[0]) as client:
        await client.hello()
        await client.begin()
        client.send(b"first half, ")
        await until(lambda: listener.bytes_in_hand)
        stopping = asyncio.create_task(listener.stop(5))
        await asyncio.sleep(0.05)
        client.send(b"second half\r\n.\r\n")
        assert await client.reply() == "250 2.0.0 mail-1"
        assert (await client.reply())[:3] == "421"
        await stopping


async def test_a_commit_outlasts_its_client_and_is_waited_for(reception):
    reception.gate = asyncio.Event()
    async with listening(reception) as listener:
        async with connected(*listener.addresses[0]) as client:
            await client.hello()
            await client.begin()
            client.send(b"hello\r\n.\r\n")
            await reception.waiting.wait()
            client.reset()
        await until(lambda: listener.connections == 0)
        stopping = asyncio.create_task(listener.stop(5))
        await asyncio.sleep(0.05)
        assert not stopping.done()
        reception.gate.set()
        await stopping
    assert len(reception.accepted) == 1


async def test_what_outlasts_the_grace_is_cut_off_and_the_client_keeps_its_mail(reception):
    reception.gate = asyncio.Event()
    async with (
        listening(reception) as listener,
        connected(*listener.addresses[0]) as storing,
        connected(*listener.addresses[0]) as sending,
    ):
        for client in (storing, sending):
            await client.hello()
            await client.begin()
        storing.send(b"hello\r\n.\r\n")
        sending.send(b"half")
        await reception.waiting.wait()
        await listener.stop(0.05)
        assert (await storing.reply())[:3] == "421"
        assert (await sending.reply())[:3] == "421"
        assert listener.connections == 0
    assert reception.accepted == []


async def test_stopping_twice_is_no_harm():
    async with listening() as listener:
        await listener.stop(1)
        await listener.stop(1)
