"""A DNS server for tests on loopback, UDP and TCP, that can be down, slow, broken, hostile, or come back."""

import asyncio
import struct
from collections import Counter
from typing import cast

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

Zone = dict[tuple[str, str], list[str]]


class _Udp(asyncio.DatagramProtocol):
    def __init__(self, server: "DnsServer") -> None:
        self.server = server
        self.transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        task = asyncio.create_task(self._answer(data, addr))
        self.server.tasks.add(task)
        task.add_done_callback(self.server.tasks.discard)

    async def _answer(self, data: bytes, addr: tuple[str, int]) -> None:
        answer = await self.server.answer(data, udp=True)
        if answer is not None and self.transport is not None and not self.transport.is_closing():
            self.transport.sendto(answer, addr)


class DnsServer:
    """Answers from `zone`: (lower-case name, kind) to records in presentation form; CNAMEs are followed.

    A name in `broken` gets that RCODE, one in `silent` no answer, one in `slow` its answer after these seconds.
    `down` answers nothing at all. `questions` counts what was asked over UDP.
    """

    def __init__(self, zone: Zone | None = None, *, ttl: int = 300) -> None:
        self.zone: Zone = dict(zone or {})
        self.ttl = ttl
        self.broken: dict[str, dns.rcode.Rcode] = {}
        self.silent: set[str] = set()
        self.slow: dict[str, float] = {}
        self.down = False
        self.truncates = False
        self.forges_id = False
        self.garbage: bytes | None = None
        self.questions: Counter[tuple[str, str]] = Counter()
        self.over_tcp = 0
        self.tasks: set[asyncio.Task[None]] = set()
        self._udp: asyncio.DatagramTransport | None = None
        self._tcp: asyncio.Server | None = None
        self.port = 0

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def txt(self, name: str, *records: str) -> None:
        """Publish TXT records, cut into strings of 255 octets."""
        pieces = [" ".join(f'"{one[at : at + 255]}"' for at in range(0, len(one), 255) or [0]) for one in records]
        self.zone[name.lower(), "TXT"] = pieces

    async def start(self, port: int = 0) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(20):  # the same port for both: another process may have the other half
            self._udp, _ = await loop.create_datagram_endpoint(lambda: _Udp(self), ("127.0.0.1", port))
            self.port = self._udp.get_extra_info("sockname")[1]
            try:
                self._tcp = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
            except OSError:
                self._udp.close()
                continue
            return
        raise OSError("no free port for UDP and TCP")

    async def stop(self) -> None:
        for task in list(self.tasks):
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        if self._udp:
            self._udp.close()
        if self._tcp:
            self._tcp.close()
            await self._tcp.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            (length,) = struct.unpack("!H", await reader.readexactly(2))
            answer = await self.answer(await reader.readexactly(length), udp=False)
            if answer is not None:
                writer.write(struct.pack("!H", len(answer)) + answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def answer(self, data: bytes, *, udp: bool) -> bytes | None:
        query = dns.message.from_wire(data)
        question = query.question[0]
        name, kind = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
        if udp:
            self.questions[name, kind] += 1
        else:
            self.over_tcp += 1
        if name in self.slow:
            await asyncio.sleep(self.slow[name])
        if self.down or name in self.silent:
            return None
        if self.garbage is not None:
            return self.garbage
        return self._answer(query, name, kind, udp=udp).to_wire(max_size=65_535)

    def _answer(self, query: dns.message.Message, name: str, kind: str, *, udp: bool) -> dns.message.Message:
        response = dns.message.make_response(query)
        response.flags |= dns.flags.RA
        if self.forges_id:
            response.id = (query.id + 1) % 65_536
        if name in self.broken:
            response.set_rcode(self.broken[name])
            return response
        if self.truncates and udp:
            response.flags |= dns.flags.TC
            return response
        while (name, "CNAME") in self.zone:
            [target] = self.zone[name, "CNAME"]
            response.answer.append(dns.rrset.from_text(name + ".", self.ttl, "IN", "CNAME", target + "."))
            name = target
        if records := self.zone.get((name, kind)):
            response.answer.append(dns.rrset.from_text(name + ".", self.ttl, "IN", kind, *records))
        elif not any(known == name or known.endswith("." + name) for known, _ in self.zone):
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response
