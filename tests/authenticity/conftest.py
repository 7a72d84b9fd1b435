"""A real DNS server on loopback, and a resolver that asks it."""

from collections.abc import AsyncIterator

import pytest
from dns_server import DnsServer

from mailproc.authenticity.resolver import DnsResolver


@pytest.fixture
async def dns() -> AsyncIterator[DnsServer]:
    server = DnsServer()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def resolver(dns: DnsServer) -> AsyncIterator[DnsResolver]:
    """Asks the test's server, and gives up soon."""
    opened = DnsResolver([dns.address], seconds=0.6)
    yield opened
    await opened.close()
