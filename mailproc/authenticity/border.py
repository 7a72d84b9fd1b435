"""What our own border servers found out about a mail, read from the header that they stamped on it (RFC 8601)."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from mailproc.authenticity.organization import from_domains, with_alignment
from mailproc.mail.arrival.authentication import NOT_CHECKED, Authentication, read_authentication
from mailproc.mail.arrival.envelope import InboundMail
from mailproc.mail.reading.message import read_headers
from mailproc.policy.account import AccountPolicy

IpAddress = IPv4Address | IPv6Address


class Border:
    """Believes Authentication-Results only in mail that a border server of ours handed on.

    `relays` are the networks of those servers; anybody else may write whatever they like into a header. Mail without a
    peer (a pipe, a saved file) was given to us by our own side.
    """

    def __init__(self, relays: Iterable[str] = ()) -> None:
        self._relays = tuple(ip_network(relay, strict=False) for relay in relays)

    def authenticate(self, mail: InboundMail, account: AccountPolicy) -> Authentication:
        """Verdicts of the account's border servers; NOT_CHECKED when none is named or the mail came another way."""
        if not account.border_servers or not self._is_ours(mail.envelope.peer):
            return NOT_CHECKED
        headers = read_headers(mail.content)
        return with_alignment(read_authentication(headers, account.border_servers), from_domains(headers))

    def _is_ours(self, peer: str | None) -> bool:
        if peer is None:
            return True
        address = address_of(peer)
        return address is not None and self.is_relay(address)

    def is_relay(self, address: IpAddress) -> bool:
        """Whether this is the address of a border server of ours."""
        return any(address in relay for relay in self._relays)


def address_of(peer: str) -> IpAddress | None:
    """A client's IP address without zone and IPv4 mapping; None for what is none."""
    try:
        address = ip_address(peer.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
