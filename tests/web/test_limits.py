"""An allowance is spent, comes back with time, and takes bounded room."""

from mailproc.web import limits
from mailproc.web.limits import Allowance


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
