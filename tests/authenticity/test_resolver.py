"""Asking DNS: what exists, what does not, and what gave no answer; bounded, whatever the server sends."""

import asyncio

import pytest
from dns.rcode import NOTIMP, REFUSED, SERVFAIL, Rcode
from dns_server import DnsServer

from mailproc.authenticity.resolver import DnsResolver, NoAnswer, reverse_name
from mailproc.settings.types import dns_server


async def test_each_kind_of_record_is_read(dns: DnsServer, resolver: DnsResolver) -> None:
    dns.txt("example.org", "v=spf1 -all")
    dns.zone["example.org", "A"] = ["192.0.2.1", "192.0.2.2"]
    dns.zone["example.org", "AAAA"] = ["2001:db8::1"]
    dns.zone["example.org", "MX"] = ["20 MX2.example.org.", "10 mx1.example.org."]
    dns.zone["1.2.0.192.in-addr.arpa", "PTR"] = ["Mail.example.org."]
    assert await resolver.lookup("example.org", "TXT") == ("v=spf1 -all",)
    assert set(await resolver.lookup("example.org", "A")) == {"192.0.2.1", "192.0.2.2"}
    assert await resolver.lookup("Example.ORG.", "AAAA") == ("2001:db8::1",)
    assert await resolver.lookup("example.org", "MX") == ("mx1.example.org", "mx2.example.org")
    assert await resolver.lookup(reverse_name("192.0.2.1"), "PTR") == ("mail.example.org",)


async def test_the_strings_of_a_record_are_one_text(dns: DnsServer, resolver: DnsResolver) -> None:
    dns.txt("long.example", "v=DKIM1; p=" + "A" * 600)
    assert await resolver.lookup("long.example", "TXT") == ("v=DKIM1; p=" + "A" * 600,)


async def test_an_alias_is_followed(dns: DnsServer, resolver: DnsResolver) -> None:
    dns.zone["s1._domainkey.example.org", "CNAME"] = ["s1.esp.example"]
    dns.txt("s1.esp.example", "p=x")
    assert await resolver.lookup("s1._domainkey.example.org", "TXT") == ("p=x",)


async def test_names_and_records_that_do_not_exist_are_nothing(dns: DnsServer, resolver: DnsResolver) -> None:
    dns.txt("example.org", "text")
    assert await resolver.lookup("none.example", "TXT") == ()
    assert await resolver.lookup("example.org", "A") == ()


@pytest.mark.parametrize("name", ["a" * 64 + ".example", "a..example", ".".join(["a" * 60] * 5), "\\300.example", ""])
async def test_names_that_cannot_exist_are_nothing(resolver: DnsResolver, name: str) -> None:
    assert await resolver.lookup(name, "TXT") == ()


@pytest.mark.parametrize("rcode", [SERVFAIL, REFUSED, NOTIMP])
async def test_a_server_that_fails_is_no_answer(dns: DnsServer, resolver: DnsResolver, rcode: Rcode) -> None:
    dns.broken["example.org"] = rcode
    with pytest.raises(NoAnswer):
        await resolver.lookup("example.org", "TXT")


async def test_a_server_that_is_silent_is_no_answer_within_the_time(dns: DnsServer, resolver: DnsResolver) -> None:
    dns.down = True
    with pytest.raises(NoAnswer):
        await asyncio.wait_for(resolver.lookup("example.org", "TXT"), 10)


async def test_what_gave_no_answer_is_asked_again(dns: DnsServer, resolver: DnsResolver) -> None:
    dns.broken["example.org"] = SERVFAIL
    with pytest.raises(NoAnswer):
        await resolver.lookup("example.org", "TXT")
    dns.broken.clear()
    dns.txt("example.org", "back")
    assert await resolver.lookup("example.org", "TXT") == ("back",)


async def test_the_second_server_answers_when_the_first_does_not(dns: DnsServer) -> None:
    dns.txt("example.org", "text")
    silent = DnsServer()
    await silent.start()
    silent.down = True
    both = DnsResolver([silent.address, dns.address], seconds=4)
    assert await both.lookup("example.org", "TXT") == ("text",)
    await both.close()
    await silent.stop()


async def test_what_does_not_fit_into_udp_comes_over_tcp(dns: DnsServer, resolver: DnsResolver) -> None:
    dns.truncates = True
    dns.txt("example.org", *(f"record {number} {'x' * 900}" for number in range(50)))
    assert len(await resolver.lookup("example.org", "TXT")) == 50
    assert dns.over_tcp == 1


@pytest.mark.parametrize(
    "garbage", [b"", b"\x00" * 12, b"\xff" * 500, b"\x12\x34\x81\x80\x00\x01\x00\xff\x00\x00\x00\x00\xc0\x0c"]
)
async def test_garbage_is_no_answer(dns: DnsServer, resolver: DnsResolver, garbage: bytes) -> None:
    dns.garbage = garbage
    with pytest.raises(NoAnswer):
        await resolver.lookup("example.org", "TXT")


async def test_an_answer_to_another_question_is_not_believed(dns: DnsServer, resolver: DnsResolver) -> None:
    dns.txt("example.org", "forged")
    dns.forges_id = True
    with pytest.raises(NoAnswer):
        await resolver.lookup("example.org", "TXT")


async def test_of_a_flood_of_records_a_part_is_kept(dns: DnsServer, resolver: DnsResolver) -> None:
    dns.truncates = True
    dns.txt("example.org", *(f"record {number}" for number in range(500)), "x" * 9000)
    found = await resolver.lookup("example.org", "TXT")
    assert 0 < len(found) <= 100
    assert all(len(record) < 100 for record in found)


class TestMemory:
    """What was answered is remembered as long as the answer allows, and no longer."""

    @pytest.fixture
    def now(self) -> list[float]:
        return [1000.0]

    @pytest.fixture
    async def remembering(self, dns: DnsServer, now: list[float]) -> DnsResolver:
        return DnsResolver([dns.address], seconds=1, clock=lambda: now[0])

    async def test_a_record_is_asked_for_once_in_its_time(
        self, dns: DnsServer, remembering: DnsResolver, now: list[float]
    ) -> None:
        dns.txt("example.org", "old")
        for _ in range(3):
            assert await remembering.lookup("example.org", "TXT") == ("old",)
        assert dns.questions["example.org", "TXT"] == 1
        dns.txt("example.org", "new")
        now[0] += 301
        assert await remembering.lookup("example.org", "TXT") == ("new",)

    async def test_what_does_not_exist_is_remembered_for_a_minute(
        self, dns: DnsServer, remembering: DnsResolver, now: list[float]
    ) -> None:
        assert await remembering.lookup("none.example", "TXT") == ()
        dns.txt("none.example", "here")
        assert await remembering.lookup("none.example", "TXT") == ()
        now[0] += 61
        assert await remembering.lookup("none.example", "TXT") == ("here",)

    @pytest.mark.parametrize(("ttl", "before", "after"), [(0, 4, 6), (2**31 - 1, 3599, 3601)])
    async def test_a_time_of_none_or_of_years_is_not_obeyed(
        self, dns: DnsServer, remembering: DnsResolver, now: list[float], ttl: int, before: int, after: int
    ) -> None:
        dns.ttl = ttl
        dns.txt("example.org", "text")
        await remembering.lookup("example.org", "TXT")
        now[0] += before
        await remembering.lookup("example.org", "TXT")
        assert dns.questions["example.org", "TXT"] == 1
        now[0] += after - before
        await remembering.lookup("example.org", "TXT")
        assert dns.questions["example.org", "TXT"] == 2

    async def test_memory_is_bounded(self, remembering: DnsResolver) -> None:
        for number in range(12_000):
            remembering._remember((f"{number}.example", "TXT"), ("x" * 2000,), 300)
        assert remembering._characters <= 8 * 1024 * 1024
        assert len(remembering._known) < 5000
        assert ("11999.example", "TXT") in remembering._known

    async def test_many_who_ask_the_same_wait_for_one_answer(self, dns: DnsServer, remembering: DnsResolver) -> None:
        dns.txt("example.org", "text")
        dns.slow["example.org"] = 0.05
        found = await asyncio.gather(*(remembering.lookup("example.org", "TXT") for _ in range(50)))
        assert set(found) == {("text",)}
        assert dns.questions["example.org", "TXT"] == 1

    async def test_one_who_gives_up_does_not_take_the_answer_from_the_others(
        self, dns: DnsServer, remembering: DnsResolver
    ) -> None:
        dns.txt("example.org", "text")
        dns.slow["example.org"] = 0.05
        hasty = asyncio.create_task(remembering.lookup("example.org", "TXT"))
        patient = asyncio.create_task(remembering.lookup("example.org", "TXT"))
        await asyncio.sleep(0.01)
        hasty.cancel()
        assert await patient == ("text",)


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("192.0.2.53", ("192.0.2.53", 53)),
        ("192.0.2.53:5353", ("192.0.2.53", 5353)),
        ("2001:db8::53", ("2001:db8::53", 53)),
        ("[2001:db8::53]:5353", ("2001:db8::53", 5353)),
        ("[2001:db8::53]", ("2001:db8::53", 53)),
    ],
)
def test_a_server_is_named_by_address_and_perhaps_port(text: str, server: tuple[str, int]) -> None:
    assert dns_server(text) == server


@pytest.mark.parametrize("text", ["", "dns.example", "192.0.2.53:x", "192.0.2.53:0", "192.0.2.53:70000", "192.0.2"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no address of a DNS server"):
        dns_server(text)
