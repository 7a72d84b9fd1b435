"""How much one client may ask for: so many requests a minute for each name, in bounded memory; and who a client is."""

import re
from collections import OrderedDict
from collections.abc import Iterable
from ipaddress import ip_network

import structlog
from starlette.requests import Request

from mailproc.mail.arrival.network import Address, address_of, network_of

_MOST_NAMES = 50_000
_MOST_HOPS = 20
# A clock's reading plus a minute less the reading is a minute only nearly.
_ROUNDING_SECONDS = 1e-6
_PORT = re.compile(r":[0-9]{1,5}$")  # some proxies write it behind the address
# Loopback, RFC 1918 and RFC 4193: visitors from the internet have none of these addresses, proxies in front of us do.
_INSIDE = tuple(
    ip_network(one) for one in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")
)


class Allowance:
    """So many requests a minute under each name, all of them at once if need be (a generic cell rate algorithm).

    Only the names of the last minutes are kept, at most 50,000: who fills that up makes us forget others, never refuse.
    """

    def __init__(self, per_minute: int) -> None:
        self._step = 60 / per_minute
        self._full_at: OrderedDict[str, float] = OrderedDict()  # when all would be there again

    def spend(self, name: str, now: float) -> float:
        """Take one; 0 when it was there, else the seconds until one will be. `now` is a clock that never goes back."""
        full_at = max(self._full_at.pop(name, now), now)
        wait = full_at + self._step - now - 60
        if wait > _ROUNDING_SECONDS:
            self._full_at[name] = full_at
            return wait
        self._full_at[name] = full_at + self._step
        if len(self._full_at) > _MOST_NAMES:
            self._full_at.popitem(last=False)
        return 0.0

    def is_spent(self, name: str, now: float) -> float:
        """The same without taking one."""
        wait = self._full_at.get(name, now) + self._step - now - 60
        return wait if wait > _ROUNDING_SECONDS else 0.0

    def left(self, name: str, now: float) -> tuple[int, float]:
        """How many are there, and the seconds until there is one more; 0 seconds where all are."""
        used_seconds = max(self._full_at.get(name, now) - now, 0.0)
        count = int((60 - used_seconds) / self._step + 1e-9)
        return count, max(0.0, used_seconds + (count + 1) * self._step - 60) if used_seconds else 0.0


class Clients:
    """Tells who a request is from: the peer, or whom a proxy of ours says that it speaks for."""

    def __init__(self, proxies: Iterable[str]) -> None:
        self._proxies = [ip_network(proxy, strict=False) for proxy in proxies]
        self._log = structlog.get_logger()
        self._has_told = False

    def network(self, request: Request) -> str:
        """The network that its requests are counted under: /24 of IPv4, /56 of IPv6, `unknown` where nothing tells.

        Of X-Forwarded-For the last address counts that is no proxy of ours: what stands before it anybody can write.
        """
        peer = request.client.host if request.client else ""
        hops = ",".join(request.headers.getlist("x-forwarded-for")).split(",")[-_MOST_HOPS:]
        if not self._has_told and hops != [""]:
            self._tell_of_unnamed(address_of(peer))
        for hop in [peer, *reversed([one.strip() for one in hops])]:
            address = address_of(hop) or address_of(_PORT.sub("", hop).strip("[]"))
            if address is None:
                return "unknown"
            if not any(address in proxy for proxy in self._proxies):
                return network_of(address)
        return "unknown"

    def _tell_of_unnamed(self, peer: Address | None) -> None:
        """Warn, once, of what seems to be our proxy: unnamed, all its visitors are one network with one allowance."""
        is_inside = peer is not None and any(peer in network for network in _INSIDE)
        if is_inside and not any(peer in proxy for proxy in self._proxies):
            self._has_told = True
            hint = "if it is your reverse proxy, name it in [web] proxies: until then limits count all visitors as one"
            self._log.warning("proxy_not_named", peer=str(peer), hint=hint)
