"""The verdict: what stops commercial mail, what stops transactional mail, and what stops neither."""

from datetime import UTC, datetime

import pytest

from mailproc.policy.standing.facts import FactKind, Level
from mailproc.policy.standing.standing import Block, Standing
from mailproc.policy.standing.verdict import Classification, verdict

NOW = datetime(2026, 3, 3, 9, tzinfo=UTC)
COMMERCIAL, TRANSACTIONAL = Classification.commercial, Classification.transactional


def standing(*blocks: tuple[str, Level, str | None]) -> Standing:
    return Standing(
        blocks=tuple(
            Block(
                kind=FactKind(kind),
                level=level,
                list_id=list_id,
                since=NOW,
                channel="reply",
                fact_id=str(n),
                account_id="acme",
            )
            for n, (kind, level, list_id) in enumerate(blocks)
        )
    )


@pytest.mark.parametrize("classification", list(Classification))
@pytest.mark.parametrize("list_id", [None, "news"])
def test_nothing_stops_a_send_to_whom_nothing_stands_against(
    classification: Classification, list_id: str | None
) -> None:
    assert verdict(Standing(), classification, list_id).may_send


@pytest.mark.parametrize(
    ("kind", "level", "commercial", "transactional"),
    [
        ("opt_out", Level.account, False, True),
        ("complaint", Level.account, False, True),
        ("opt_out", Level.global_, False, False),
        ("bounce", Level.account, False, False),
        ("block", Level.account, False, False),
        ("block", Level.global_, False, False),
    ],
)
@pytest.mark.parametrize("list_id", [None, "news"])
def test_what_stands_above_list_level_stops_every_list(
    kind: str, level: Level, commercial: bool, transactional: bool, list_id: str | None
) -> None:
    found = standing((kind, level, None))
    assert verdict(found, COMMERCIAL, list_id).may_send is commercial
    assert verdict(found, TRANSACTIONAL, list_id).may_send is transactional


@pytest.mark.parametrize("kind", ["opt_out", "complaint"])
def test_an_account_may_forbid_transactional_mail_to_those_who_are_out(kind: str) -> None:
    found = standing((kind, Level.account, None))
    assert not verdict(found, TRANSACTIONAL, transactional_despite_opt_out=False).may_send


@pytest.mark.parametrize(("list_id", "may_send"), [("news", False), ("weekly", True), (None, True)])
def test_a_list_opt_out_stops_that_list_alone(list_id: str | None, may_send: bool) -> None:
    assert verdict(standing(("opt_out", Level.list, "news")), COMMERCIAL, list_id).may_send is may_send


def test_a_list_opt_out_does_not_stop_transactional_mail_unless_the_account_says_so() -> None:
    found = standing(("opt_out", Level.list, "news"))
    assert verdict(found, TRANSACTIONAL, "news").may_send
    assert not verdict(found, TRANSACTIONAL, "news", transactional_despite_opt_out=False).may_send


def test_a_hold_on_one_list_stops_all_mail_of_that_list() -> None:
    found = standing(("block", Level.list, "news"))
    assert not verdict(found, TRANSACTIONAL, "news").may_send
    assert verdict(found, TRANSACTIONAL, "weekly").may_send


def test_everything_that_stops_a_send_is_named_and_nothing_else() -> None:
    found = standing(
        ("opt_out", Level.list, "weekly"), ("opt_out", Level.account, None), ("bounce", Level.account, None)
    )
    assert [block.fact_id for block in verdict(found, COMMERCIAL, "news").stopped_by] == ["1", "2"]
    assert [block.fact_id for block in verdict(found, TRANSACTIONAL, "news").stopped_by] == ["2"]
