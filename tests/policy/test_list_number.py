"""A list has two names: its id, and the number by which a token names it when nobody knows the id."""

from datetime import UTC, datetime, timedelta

import pytest

from mailproc.policy.standing.facts import Channel, Fact, FactKind, Level
from mailproc.policy.standing.list_number import by_number, is_numbered, is_same_list, numbered
from mailproc.policy.standing.lists import left_of_send
from mailproc.policy.standing.standing import standing_of
from mailproc.policy.standing.verdict import verdict, verdict_of_send
from mailproc.policy.tokens.token_key import number_of

MONTHLY = numbered(number_of("monthly"))
THEN = datetime(2026, 3, 3, 10, tzinfo=UTC)


def said(kind: FactKind, list_id: str, hours: int = 0, account_id: str = "acme") -> Fact:
    at = THEN + timedelta(hours=hours)
    more = {"level": Level.list, "list_id": list_id, "occurred_at": at, "channel": Channel.page}
    return Fact(kind=kind, account_id=account_id, key="17", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("monthly", "monthly", True),
        ("monthly", MONTHLY, True),
        (MONTHLY, "monthly", True),
        ("77", "number-77", True),
        ("monthly", "weekly", False),
        ("monthly", "number-77", False),
        ("number-7", "number-77", False),
        ("77", "number-077", False),  # not as we write it, hence an id
        ("monthly", None, False),
        (None, MONTHLY, False),
        (None, None, True),
    ],
)
def test_a_list_is_the_same_by_its_id_and_by_its_number(one: str | None, other: str | None, is_same: bool) -> None:
    assert is_same_list(one, other) is is_same


@pytest.mark.parametrize("list_id", ["number-", "number-x", "number-01", "Number-1", "number-1 ", "number-\u0661", "1"])
def test_what_is_not_written_as_we_write_numbers_is_an_id(list_id: str) -> None:
    assert not is_numbered(list_id)
    assert by_number(list_id) == numbered(number_of(list_id))


def test_who_left_a_list_by_its_number_gets_none_of_its_mail() -> None:
    standing = standing_of([said(FactKind.opt_out, MONTHLY)])
    assert not verdict(standing, list_id="monthly").may_send
    assert not verdict_of_send(standing, list_ids=("monthly",), joined=("monthly",)).may_send
    assert verdict_of_send(standing, list_ids=("monthly", "weekly"), joined=("monthly", "weekly")).may_send
    assert verdict(standing, list_id="weekly").may_send
    assert verdict(standing).may_send


def test_a_consent_ends_an_older_opt_out_whichever_name_each_of_them_used() -> None:
    for left, joined in (("monthly", MONTHLY), (MONTHLY, "monthly")):
        opt_out = said(FactKind.opt_out, left)
        assert standing_of([opt_out, said(FactKind.consent, joined, 1)]).blocks == ()
        assert standing_of([opt_out, said(FactKind.consent, joined, -1)]).blocks != ()
        assert standing_of([opt_out, said(FactKind.consent, "weekly", 1)]).blocks != ()
        assert standing_of([opt_out, said(FactKind.consent, joined, 1, "other")]).blocks != ()


@pytest.mark.parametrize(
    ("member_of", "left"),
    [
        (("monthly", "weekly"), ("monthly", "weekly")),
        ((MONTHLY, "weekly"), ("monthly", "weekly")),  # joined again while no settings named it
        ((MONTHLY,), ("monthly",)),
        (("weekly",), ("weekly",)),
        (("number-77",), ("monthly", "weekly")),  # on none that we know
    ],
)
def test_a_send_is_left_on_every_list_that_they_are_on_by_either_name(
    member_of: tuple[str, ...], left: tuple[str, ...]
) -> None:
    assert left_of_send(("weekly", "monthly"), member_of) == left


@pytest.mark.parametrize(("joined", "may_send"), [(MONTHLY, True), ("monthly", True), ("number-77", False)])
def test_a_send_goes_through_a_list_that_they_are_on_by_either_name(joined: str, may_send: bool) -> None:
    standing = standing_of([said(FactKind.opt_out, "weekly")])
    assert verdict_of_send(standing, list_ids=("monthly", "weekly"), joined=(joined,)).may_send is may_send


def test_no_send_goes_through_the_number_of_a_list_that_they_left() -> None:
    standing = standing_of([said(FactKind.opt_out, "monthly")])
    assert not verdict_of_send(standing, list_ids=("monthly", "weekly"), joined=(MONTHLY,)).may_send
