"""Who is at the other end: networks with privileges, and the network that a client's connections are counted under."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network

from mailproc.mail.arrival.network import address_of, network_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """One client as the listener sees it.

    `host` is None for a unix socket and for an address that a proxy does not know. `network` is what its connections
    are counted under; None: not counted (loopback, relays, unix sockets).
    """

    host: str | None
    network: str | None = None
    relay: bool = False
    must_speak_proxy: bool = False
    may_xclient: bool = False


def parse_networks(texts: Iterable[str]) -> tuple[IPv4Network | IPv6Network, ...]:
    """Parse `192.0.2.0/24`, `2001:db8::/32` or a single address; raises ValueError. Host bits are ignored."""
    return tuple(ip_network(text, strict=False) for text in texts)


class Neighbourhood:
    """Tells privileged clients from strangers by the networks in the settings; raises ValueError for a bad one."""

    def __init__(self, *, relays: Iterable[str], proxy_from: Iterable[str], xclient_from: Iterable[str]) -> None:
        self._relays = parse_networks(relays)
        self._proxy_from = parse_networks(proxy_from)
        self._xclient_from = parse_networks(xclient_from)
        self.client = lru_cache(maxsize=4096)(self._client)

    def _client(self, host: str | None) -> Client:
        """Look up a client by its address as text; None for a unix socket."""
        if host is None:
            return Client(host=None)
        address = address_of(host)
        if address is None:
            return Client(host=host, network="unknown")
        relay = any(address in network for network in self._relays)
        # A host that speaks for others is not counted itself: those behind it are, once it has named them.
        may_xclient = any(address in network for network in self._xclient_from)
        return Client(
            host=str(address),
            network=None if relay or may_xclient or address.is_loopback else network_of(address),
            relay=relay,
            must_speak_proxy=any(address in network for network in self._proxy_from),
            may_xclient=may_xclient,
        )

    def stranger(self) -> Client:
        """Stand in for a client whose address the proxy in front does not know; least of all is it one of ours."""
        return Client(host="unknown", network="unknown")
