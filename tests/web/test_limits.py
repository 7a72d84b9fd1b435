"""An allowance is spent, comes back with time, and takes bounded room; a proxy that nobody named is told of."""

import pytest
from starlette.requests import Request
from structlog.testing import capture_logs

from mailproc.web import limits
from mailproc.web.limits import Allowance, Clients


def test_so_many_at_once_and_then_one_by_one() -> None:
    allowance = Allowance(3)
    assert [allowance.spend("a", 0.0) for _ in range(3)] == [0, 0, 0]
    assert allowance.spend("a", 0.0) == 20
    assert allowance.spend("a", 19.0) == 1
    assert allowance.spend("a", 20.0) == 0
    assert allowance.spend("a", 20.0) > 0
    assert allowance.spend("b", 20.0) == 0


def test_what_is_left_is_told_and_when_there_is_more() -> None:
    allowance = Allowance(3)
    assert allowance.left("a", 0.0) == (3, 0)
    allowance.spend("a", 0.0)
    assert allowance.left("a", 0.0) == (2, 20)
    allowance.spend("a", 5.0)
    assert allowance.left("a", 5.0) == (1, 15)
    for _ in range(2):
        allowance.spend("a", 5.0)
    assert allowance.left("a", 5.0) == (0, 15)
    assert allowance.left("a", 20.0) == (1, 20)


def test_looking_spends_nothing() -> None:
    allowance = Allowance(1)
    assert [allowance.is_spent("a", 0.0) for _ in range(3)] == [0, 0, 0]
    allowance.spend("a", 0.0)
    assert allowance.is_spent("a", 30.0) == 30


def test_names_without_end_take_no_more_room() -> None:
    allowance = Allowance(1)
    for number in range(limits._MOST_NAMES + 10):
        assert allowance.spend(str(number), 0.0) == 0
    assert len(allowance._full_at) == limits._MOST_NAMES


def request_of(peer: str, forwarded_for: str = "203.0.113.9") -> Request:
    headers = [(b"x-forwarded-for", forwarded_for.encode())] if forwarded_for else []
    return Request({"type": "http", "client": (peer, 4321), "headers": headers})


@pytest.mark.parametrize("peer", ["127.0.0.1", "::1", "::ffff:127.0.0.1", "10.1.2.3", "172.18.0.1", "fd00::7"])
def test_a_proxy_that_the_settings_do_not_name_is_told_of_once(peer: str) -> None:
    clients = Clients([])
    with capture_logs() as lines:
        counted = {clients.network(request_of(peer)) for _ in range(3)}
    assert len(counted) == 1
    assert "203.0.113.0/24" not in counted
    assert [(one["event"], one["log_level"]) for one in lines] == [("proxy_not_named", "warning")]
    assert "[web] proxies" in lines[0]["hint"]


@pytest.mark.parametrize("said", ["203.0.113.9", "203.0.113.9:51234", "::ffff:203.0.113.9", "[::ffff:203.0.113.9]:443"])
def test_a_proxy_may_write_the_port_behind_the_address(said: str) -> None:
    assert Clients(["127.0.0.1"]).network(request_of("127.0.0.1", forwarded_for=said)) == "203.0.113.0/24"


@pytest.mark.parametrize("said", ["203.0.113.9:", "203.0.113.9:1234567", "unknown", ":443", "203.0.113:443"])
def test_what_is_no_address_with_a_port_is_of_no_network(said: str) -> None:
    assert Clients(["127.0.0.1"]).network(request_of("127.0.0.1", forwarded_for=said)) == "unknown"


@pytest.mark.parametrize(
    ("proxies", "request_"),
    [
        (["127.0.0.1"], request_of("127.0.0.1")),
        ([], request_of("127.0.0.1", forwarded_for="")),
        ([], request_of("198.51.100.7")),  # anybody out there may write that header
        ([], request_of("")),
        (["127.0.0.1"], request_of("127.0.0.1", forwarded_for="10.1.2.3")),  # a visitor from inside
    ],
)
def test_of_others_there_is_nothing_to_tell(proxies: list[str], request_: Request) -> None:
    with capture_logs() as lines:
        Clients(proxies).network(request_)
    assert lines == []


def test_who_has_asked_for_nothing_yet_is_let_in_whatever_the_clock_shows():
    allowance = Allowance(1)
    readings = [32_700 + number / 997 for number in range(100_000)]
    assert [now for now in readings if allowance.is_spent("somebody", now)] == []
