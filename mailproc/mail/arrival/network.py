"""Addresses of clients, and the network that each is counted under."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Who owns one address owns at least its neighbours: a customer's IPv6 block is a /56 or larger.
_COUNTED_PREFIX = {4: 24, 6: 56}


def address_of(host: str) -> Address | None:
    """Parse an address; an IPv4 address inside an IPv6 one (`::ffff:192.0.2.1`) is the IPv4 address. None: is none."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def network_of(address: Address) -> str:
    """Network that a client is counted under: /24 of IPv4, /56 of IPv6."""
    return str(ip_network((address, _COUNTED_PREFIX[address.version]), strict=False))
