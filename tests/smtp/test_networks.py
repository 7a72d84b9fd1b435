"""Clients are told apart by their address."""

import pytest

from mailproc.mail.arrival.network import address_of, network_of
from mailproc.smtp.networks import Client, Neighbourhood


def neighbourhood(relays=(), proxy_from=(), xclient_from=()):
    return Neighbourhood(relays=relays, proxy_from=proxy_from, xclient_from=xclient_from)


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2ff::9", "2001:db8:1:200::/56"),
        ("fe80::1%eth0", "fe80::/56"),
    ],
)
def test_a_stranger_is_counted_under_its_network(host, network):
    address = address_of(host)
    assert address is not None
    assert network_of(address) == network
    assert neighbourhood().client(host).network == network


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", None])
def test_loopback_and_unix_sockets_are_not_counted(host):
    assert neighbourhood().client(host).network is None


def test_a_relay_is_a_relay_and_not_counted():
    client = neighbourhood(relays=("192.0.2.0/28", "2001:db8::/32")).client("192.0.2.3")
    assert client == Client(host="192.0.2.3", network=None, relay=True)


def test_its_neighbour_outside_the_network_is_a_stranger():
    assert neighbourhood(relays=("192.0.2.0/28",)).client("192.0.2.16").relay is False


def test_loopback_is_no_relay_unless_named():
    assert neighbourhood().client("127.0.0.1").relay is False
    assert neighbourhood(relays=("127.0.0.0/8",)).client("127.0.0.1").relay is True


def test_proxies_are_known_by_their_networks():
    known = neighbourhood(proxy_from=("198.51.100.1",), xclient_from=("198.51.100.2",))
    assert known.client("198.51.100.1").must_speak_proxy
    assert known.client("198.51.100.2").may_xclient
    assert known.client("198.51.100.2").network is None, "those behind it are counted, once they are named"
    assert not known.client("198.51.100.3").must_speak_proxy
    assert not known.client("198.51.100.3").may_xclient


def test_an_address_that_is_none_is_a_stranger():
    assert neighbourhood(relays=("0.0.0.0/0",)).client("garbage") == Client(host="garbage", network="unknown")


def test_a_bad_network_is_an_error():
    with pytest.raises(ValueError, match="nowhere"):
        neighbourhood(relays=("nowhere",))
