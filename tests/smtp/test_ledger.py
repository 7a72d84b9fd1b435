"""Connections and bytes are counted, and strangers stopped at the limits."""

from mailproc.smtp.ledger import Ledger
from mailproc.smtp.networks import Client

HERE = Client(host="192.0.2.1", network="192.0.2.0/24")
THERE = Client(host="203.0.113.1", network="203.0.113.0/24")
RELAY = Client(host="198.51.100.1", relay=True)


def ledger(connections=3, per_network=2, bytes_in_hand=100):
    return Ledger(max_connections=connections, max_connections_per_network=per_network, max_bytes_in_hand=bytes_in_hand)


def test_a_network_is_full_before_its_neighbours_are():
    counts = ledger()
    counts.enter(HERE)
    counts.enter(HERE)
    assert counts.is_full_for(HERE)
    assert not counts.is_full_for(THERE)


def test_who_leaves_makes_room():
    counts = ledger()
    counts.enter(HERE)
    counts.enter(HERE)
    counts.leave(HERE)
    assert not counts.is_full_for(HERE)


def test_relays_take_no_room():
    counts = ledger(connections=1)
    for _ in range(5):
        counts.enter(RELAY)
    assert counts.connections == 0
    assert not counts.is_full()
    assert not counts.is_full_for(RELAY)


def test_everyone_gone_leaves_nothing_behind():
    counts = ledger()
    for client in (HERE, THERE, RELAY):
        counts.enter(client)
        counts.leave(client)
    assert counts.connections == 0
    assert counts._per_network == {}, "an address seen once is not remembered for ever"


def test_there_is_room_up_to_the_last_byte():
    counts = ledger()
    counts.bytes_in_hand = 60
    assert counts.has_room_for(40)
    assert not counts.has_room_for(41)
