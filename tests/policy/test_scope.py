"""Scopes: which accounts belong together, and for whom a global fact counts."""

from datetime import UTC, datetime

import pytest

from mailproc.policy.standing.facts import ENTERPRISE, Channel, Fact, FactKind, Level
from mailproc.policy.standing.scope import EVERYWHERE, AccountScope, GlobalScope, Member, Scopes, why_refused

MEMBERS = (
    Member(account_id="acme", parent="group"),
    Member(account_id="shop", parent="group"),
    Member(account_id="unit", parent="group", scope=AccountScope.unit),
    Member(account_id="group"),
    Member(account_id="other"),
)


def everywhere(**more: object) -> Fact:
    values: dict[str, object] = {
        "kind": FactKind.opt_out,
        "account_id": EVERYWHERE,
        "address": "pat@example.org",
        "level": Level.global_,
        "occurred_at": datetime(2026, 3, 3, tzinfo=UTC),
        "channel": Channel.command,
        "evidence": {"by": "kim", "reason": "letter"},
    }
    return Fact(**{**values, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("account", "relatives"),
    [
        ("acme", ("group", "shop")),
        ("group", ("acme", "shop")),
        ("unit", ()),
        ("other", ()),
        ("unknown", ()),
        (EVERYWHERE, ()),
    ],
)
def test_accounts_with_the_same_parent_are_related_but_for_units(account: str, relatives: tuple[str, ...]) -> None:
    assert Scopes(MEMBERS).relatives_of(account) == relatives


def test_two_accounts_without_parent_are_strangers() -> None:
    scopes = Scopes([Member(account_id="one"), Member(account_id="two")])
    assert (scopes.relatives_of("one"), scopes.relatives_of("two")) == ((), ())


@pytest.mark.parametrize("evidence", [{}, {ENTERPRISE: "group"}])
@pytest.mark.parametrize("account", ["acme", "other", "unknown"])
def test_a_global_fact_counts_in_the_whole_installation(account: str, evidence: dict[str, str]) -> None:
    assert Scopes(MEMBERS).is_reached(account, everywhere(evidence=evidence))


@pytest.mark.parametrize(
    ("account", "reached"), [("acme", True), ("unit", True), ("group", True), ("other", False), ("unknown", False)]
)
def test_by_parent_a_global_fact_counts_in_the_enterprise_that_it_names(account: str, reached: bool) -> None:
    scopes = Scopes(MEMBERS, GlobalScope.parent)
    assert scopes.is_reached(account, everywhere(evidence={ENTERPRISE: "group"})) is reached


def test_by_parent_a_global_fact_that_names_no_enterprise_counts_for_all() -> None:
    assert Scopes(MEMBERS, GlobalScope.parent).is_reached("other", everywhere())


@pytest.mark.parametrize("channel", [Channel.command, Channel.phone, Channel.letter, Channel.chat])
def test_an_operator_may_set_a_global_opt_out(channel: Channel) -> None:
    assert why_refused(everywhere(channel=channel)) is None


@pytest.mark.parametrize("channel", [Channel.reply, Channel.page, Channel.crm, Channel.import_, Channel.feedback_loop])
def test_nobody_else_may(channel: Channel) -> None:
    assert why_refused(everywhere(channel=channel))


@pytest.mark.parametrize(
    "more", [{"evidence": {}}, {"evidence": {"by": "kim"}}, {"evidence": {"reason": "x"}}, {"address": None}]
)
def test_a_global_opt_out_needs_who_why_and_an_address(more: dict[str, object]) -> None:
    assert why_refused(everywhere(**more))


def test_what_is_said_in_an_account_is_nobody_elses_business() -> None:
    assert why_refused(everywhere(account_id="acme", evidence={}, channel=Channel.reply, level=Level.account)) is None
