"""What the internet may send: memory stays bounded, the refusal is right, and neighbours are served meanwhile."""

import asyncio
import contextlib
import gc
import json
import resource
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from smtp_world import connected, listening, until

from mailproc.smtp.mail_session import MailSession

MB = 1024 * 1024


class ServerProcess:
    """A listener in another process; see `server_process.py`."""

    def __init__(self, **settings) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("server_process.py")), json.dumps(settings)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.port = int(self.process.stdout.readline())

    def state(self) -> dict[str, int]:
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def client(self) -> "PlainClient":
        return PlainClient(self.port)


class PlainClient:
    """A blocking client that can send faster than it thinks."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.replies = self.socket.makefile("rb")

    def reply(self) -> str:
        while (line := self.replies.readline())[3:4] == b"-":
            pass
        return line.decode().rstrip("\r\n")

    def ask(self, *lines: str) -> str:
        self.socket.sendall("".join(f"{line}\r\n" for line in lines).encode())
        return [self.reply() for _ in lines][-1]

    def begin(self) -> None:
        assert self.reply()[:3] == "220"
        assert (
            self.ask("EHLO x.example", "MAIL FROM:<pat@example.org>", "RCPT TO:<reply@reply.example.com>", "DATA")[:3]
            == "354"
        )

    def close(self) -> None:
        self.replies.close()
        self.socket.close()


@contextlib.contextmanager
def server_process(**settings):
    server = ServerProcess(**settings)
    try:
        yield server
    finally:
        server.process.stdin.close()
        server.process.wait(20)
        server.process.stdout.close()


@contextlib.contextmanager
def client_of(server):
    client = server.client()
    try:
        yield client
    finally:
        client.close()


@pytest.mark.parametrize(
    "piece", [b"x", b".", b"\r", b"\n.", b"\r\n.."], ids=["letters", "dots", "CR", "LF-dot", "lines"]
)
def test_600_mb_without_an_end_leave_memory_flat_and_get_their_552(piece):
    chunk = (piece * MB)[:MB]
    with server_process(max_size_bytes=2 * MB) as server, client_of(server) as client, client_of(server) as neighbour:
        client.begin()
        before = server.state()["now"]
        for megabyte in range(600):
            client.socket.sendall(chunk)
            if megabyte == 300:
                neighbour.begin()
                neighbour.socket.sendall(b"hello\r\n.\r\n")
                assert neighbour.reply()[:3] == "250"
        client.socket.sendall(b"\r\n.\r\n")
        assert client.reply() == "552 5.3.4 Message too big"
        assert server.state()["peak"] - before < 32 * MB
        assert client.ask("MAIL FROM:<>") == "250 2.1.0 Sender OK"


def test_100_mb_of_command_line_leave_memory_flat():
    with server_process() as server, client_of(server) as client:
        assert client.reply()[:3] == "220"
        before = server.state()["now"]
        for _ in range(100):
            client.socket.sendall(b"A" * MB)
        assert client.ask("") == "500 5.5.2 Command line too long"
        assert server.state()["peak"] - before < 16 * MB
        assert client.ask("NOOP") == "250 2.0.0 OK"


def test_bytes_in_hand_bound_the_memory_of_many_large_mails():
    with server_process(max_bytes_in_hand=16 * MB) as server, contextlib.ExitStack() as stack:
        clients = [stack.enter_context(client_of(server)) for _ in range(20)]
        for client in clients:
            client.begin()
        before = server.state()["now"]
        for _ in range(5):
            for client in clients:
                client.socket.sendall(b"x" * MB)
        outcomes = []
        for client in clients:
            client.socket.sendall(b"\r\n.\r\n")
            outcomes.append(client.reply()[:9])
        assert set(outcomes) == {"250 2.0.0", "452 4.3.1"}
        assert server.state()["peak"] - before < 64 * MB


def test_ten_thousand_recipients_are_cut_at_the_limit_and_the_mail_is_taken_for_those():
    with server_process(max_commands=20_000) as server, client_of(server) as client:
        assert client.reply()[:3] == "220"
        client.ask("EHLO x.example", "MAIL FROM:<pat@example.org>")
        before = server.state()["now"]
        codes = []
        for start in range(0, 10_000, 500):
            lines = [f"RCPT TO:<reply+{n}@reply.example.com>\r\n" for n in range(start, start + 500)]
            client.socket.sendall("".join(lines).encode())
            codes += [client.reply()[:9] for _ in lines]
        assert codes == ["250 2.1.5"] * 200 + ["452 4.5.3"] * 9800
        assert client.ask("DATA")[:3] == "354"
        client.socket.sendall(b"hello\r\n.\r\n")
        assert client.reply() == "250 2.0.0 mail-1"
        assert server.state()["peak"] - before < 16 * MB


@pytest.mark.parametrize(
    "line", [b"A: b\r\n", b"Received: x\r\n", b": \r\n", b"..\r\n"], ids=["fields", "received", "colons", "dots"]
)
def test_a_header_bomb_is_a_mail_like_any_other_or_a_loop(line):
    with server_process() as server, client_of(server) as client, client_of(server) as neighbour:
        client.begin()
        neighbour.begin()
        client.socket.sendall(line * (20 * MB // len(line)) + b"\r\n.\r\n")
        neighbour.socket.sendall(b"hello\r\n.\r\n")
        assert neighbour.reply()[:3] == "250"
        assert client.reply()[:3] == ("554" if line.startswith(b"Rec") else "250")


def test_twenty_thousand_commands_in_one_go_end_in_421_while_neighbours_are_served():
    with server_process() as server, client_of(server) as client, client_of(server) as neighbour:
        assert client.reply()[:3] == "220"
        neighbour.begin()
        client.socket.sendall(b"NOOP\r\n" * 20_000)
        neighbour.socket.sendall(b"hello\r\n.\r\n")
        assert neighbour.reply()[:3] == "250"
        replies = [client.reply() for _ in range(10_001)]
        assert replies[-1] == "421 4.7.0 Too many commands in one session"


def test_a_thousand_connections_are_held_and_a_neighbour_is_served():
    raise_file_limit()
    with server_process() as server, contextlib.ExitStack() as stack:
        crowd = [stack.enter_context(client_of(server)) for _ in range(1000)]
        for client in crowd:
            assert client.reply()[:3] == "220"
        assert server.state()["connections"] == 1000
        with client_of(server) as neighbour:
            neighbour.begin()
            neighbour.socket.sendall(b"hello\r\n.\r\n")
            assert neighbour.reply()[:3] == "250"
        assert crowd[500].ask("NOOP") == "250 2.0.0 OK"
        assert server.state()["peak"] < 200 * MB


def test_strangers_beyond_the_limit_are_sent_away_and_our_relay_is_served():
    raise_file_limit()
    settings = {"proxy_from": ["127.0.0.1"], "max_connections": 300, "relays": ["203.0.113.0/24"]}
    with server_process(**settings) as server, contextlib.ExitStack() as stack:
        codes = []
        for number in range(1000):
            client = stack.enter_context(client_of(server))
            client.socket.sendall(
                f"PROXY TCP4 198.18.{number % 250}.{number // 250} 198.51.100.5 51234 25\r\n".encode()
            )
            codes.append(client.reply()[:9])
        assert codes.count("421 4.7.0") == 700
        assert [code for code in codes if code[:3] != "421"] == ["220 local"] * 300
        with client_of(server) as relay:
            relay.socket.sendall(b"PROXY TCP4 203.0.113.9 198.51.100.5 51234 25\r\n")
            relay.begin()


def raise_file_limit() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < 4096:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))


async def test_nothing_is_left_of_connections_that_are_gone():
    async with listening() as listener:
        for number in range(30):
            async with connected(*listener.addresses[0]) as client:
                await client.hello()
                if number % 3 == 0:
                    await client.bring()
                elif number % 3 == 1:
                    await client.begin()
        await until(lambda: not listener.connections)
        await asyncio.sleep(0.05)
        gc.collect()
        assert [each for each in gc.get_objects() if isinstance(each, MailSession)] == []
