"""What a press means: which lists it concerns, and the facts that it leaves."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mailproc.policy.pages.press import (
    EVERYTHING,
    Press,
    Presser,
    Scope,
    choosing,
    is_press_of,
    joining,
    leaving,
    scope_of,
)
from mailproc.policy.standing.facts import Channel, Fact, FactKind, Level
from mailproc.policy.standing.standing import Block, Standing, Status, standing_of
from mailproc.policy.tokens.token import Purpose, Token
from mailproc.policy.tokens.token_key import number_of

NOW = datetime(2026, 3, 3, 10, tzinfo=UTC)
LISTS = ("news", "offers", "weekly")


def token(purpose: Purpose, message: int = 0) -> Token:
    return Token(purpose=purpose, subscriber=17, message=message, day=20800, kid=1)


PRESS = Press(id="01", token=token(Purpose.profile), channel=Channel.page, at=NOW)


def block(list_id: str | None = None, *, kind: FactKind = FactKind.opt_out, id: str = "theirs") -> Block:
    level = Level.account if list_id is None else Level.list
    return Block(kind=kind, level=level, list_id=list_id, since=NOW, channel="page", fact_id=id, account_id="acme")


def presser(*blocks: Block, member_of: tuple[str, ...] = LISTS, **more: object) -> Presser:
    standing, pressed = Standing(blocks=blocks), frozenset({"theirs"})
    more = {"newest": NOW if blocks else None, **more}
    return Presser(account_id="acme", key="17", standing=standing, pressed=pressed, member_of=member_of, **more)  # type: ignore[arg-type]


def short(facts: tuple[Fact, ...]) -> list[tuple[str, str | None]]:
    return [(one.kind.value, one.list_id) for one in facts]


@pytest.mark.parametrize(
    ("pressed", "sent_to", "member_of", "left"),
    [
        (token(Purpose.unsubscribe_list, number_of("news")), (), (), ("news",)),
        (token(Purpose.unsubscribe_list, number_of("gone")), (), (), (f"number-{number_of('gone')}",)),
        (token(Purpose.unsubscribe_send, 42), ("news", "weekly"), ("weekly", "offers"), ("weekly",)),
        (token(Purpose.unsubscribe_send, 42), ("news", "weekly"), ("news", "weekly"), ("news", "weekly")),
        (token(Purpose.unsubscribe_send, 42), ("news", "weekly"), ("offers",), ("news", "weekly")),
        (token(Purpose.unsubscribe_send, 42), (), LISTS, ()),
        (token(Purpose.unsubscribe_all, 42), ("news",), LISTS, ()),
        (token(Purpose.profile), ("news",), LISTS, ()),
    ],
)
def test_a_press_leaves_what_its_mail_was_sent_to_and_nothing_else(
    pressed: Token, sent_to: tuple[str, ...], member_of: tuple[str, ...], left: tuple[str, ...]
) -> None:
    assert scope_of(pressed, known=LISTS, sent_to=sent_to, member_of=member_of).list_ids == left


def test_leaving_twice_is_one_fact() -> None:
    scope = Scope(list_ids=("news", "weekly"))
    assert short(leaving(presser(), scope, PRESS)) == [("opt_out", "news"), ("opt_out", "weekly")]
    assert short(leaving(presser(block("news")), scope, PRESS)) == [("opt_out", "weekly")]
    assert leaving(presser(block()), EVERYTHING, PRESS) == ()


@pytest.mark.parametrize("other", [block(id="an operator's"), block("news"), block("news", id="an operator's")])
def test_what_stands_for_another_reason_is_no_request_of_theirs(other: Block) -> None:
    assert short(leaving(presser(other), EVERYTHING, PRESS)) == [("opt_out", None)]


@pytest.mark.parametrize(
    ("more", "is_theirs"),
    [
        ({}, True),
        ({"channel": Channel.one_click}, True),
        ({"channel": Channel.command}, False),
        ({"channel": Channel.reply}, False),
        ({"channel": Channel.import_}, False),
        ({"key": "18"}, False),
        ({"key": None, "address": "pat@example.org"}, False),
        ({"account_id": "sister"}, False),
        ({"kind": FactKind.complaint}, False),
        ({"kind": FactKind.consent}, False),
    ],
)
def test_only_an_opt_out_by_a_link_of_theirs_is_their_press(more: dict[str, object], is_theirs: bool) -> None:
    said = Fact(kind=FactKind.opt_out, account_id="acme", key="17", occurred_at=NOW, channel=Channel.page)
    assert is_press_of(replace(said, **more), "acme", "17", FactKind.opt_out) is is_theirs  # type: ignore[arg-type]


def test_saving_says_only_what_was_switched() -> None:
    one = presser(block("offers"))
    assert choosing(one, ["news", "weekly"], ["news", "weekly"], PRESS) == ()
    assert short(choosing(one, ["news", "weekly"], ["weekly", "offers"], PRESS)) == [
        ("opt_out", "news"),
        ("consent", "offers"),
    ]


@pytest.mark.parametrize("meanwhile", [block("news"), block()])
def test_a_page_that_was_open_for_long_brings_nobody_back(meanwhile: Block) -> None:
    assert choosing(presser(meanwhile), ["news"], ["news"], PRESS) == ()
    switched = choosing(presser(meanwhile), ["news"], ["news", "offers"], PRESS)
    assert short(switched) == [("consent", "offers")]


def test_who_comes_back_to_one_list_leaves_every_other_that_there_is_or_was() -> None:
    one = presser(block(), member_of=(), agreed_to=frozenset({"asked"}), came_by=frozenset({"came"}))
    facts = choosing(one, [], ["weekly"], PRESS, opening=["weekly", "staff", "removed"])
    left = [("opt_out", list_id) for list_id in ("asked", "came", "removed", "staff")]
    assert short(facts) == [("consent", "weekly"), ("consent", None), *left]


def test_what_holds_everywhere_is_opened_by_no_page() -> None:
    everywhere = replace(block(), level=Level.global_)
    assert short(choosing(presser(everywhere), [], ["weekly"], PRESS, opening=LISTS)) == [("consent", "weekly")]


def test_who_comes_back_to_one_list_comes_back_to_no_other() -> None:
    facts = choosing(presser(block()), [], ["weekly"], PRESS, opening=())
    assert short(facts) == [("consent", "weekly"), ("consent", None), ("opt_out", "news"), ("opt_out", "offers")]
    before = Fact(kind=FactKind.opt_out, account_id="acme", key="17", occurred_at=NOW, channel=Channel.reply)
    after = standing_of([before, *facts])
    assert after.status is Status.active
    assert {one.list_id for one in after.blocks} == {"news", "offers"}


@pytest.mark.parametrize("say", [joining, leaving])
def test_a_press_is_newer_than_all_that_is_known_whatever_the_clocks_say(
    say: Callable[[Presser, Scope, Press], tuple[Fact, ...]],
) -> None:
    behind = Press(id="02", token=PRESS.token, channel=Channel.page, at=NOW - timedelta(seconds=3))
    (fact,) = say(presser(newest=NOW), EVERYTHING, behind)
    assert fact.occurred_at > NOW
    assert (fact.key, fact.address) == ("17", None)
    (fact,) = say(presser(newest=NOW - timedelta(days=1)), EVERYTHING, PRESS)
    assert fact.occurred_at == NOW


def test_who_is_on_a_list() -> None:
    assert presser().is_on("news")
    assert not presser(block("news")).is_on("news")
    assert not presser(block()).is_on("news")
    assert not presser(member_of=()).is_on("news")
    assert presser(member_of=(), came_by=frozenset({"news"})).is_on("news")
    assert presser(member_of=(), agreed_to=frozenset({"news"})).is_on("news")
