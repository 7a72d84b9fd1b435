"""Why: over all combinations of steps it says what the verdict says, names the first and all, and its remedy works."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest
from histories import bounce, day, fact, histories
from hypothesis import given
from hypothesis import strategies as st

from mailproc.policy.standing.facts import Channel, Fact, Level
from mailproc.policy.standing.list_number import numbered
from mailproc.policy.standing.remedy import Asked, Remedy
from mailproc.policy.standing.scope import EVERYWHERE
from mailproc.policy.standing.standing import standing_of
from mailproc.policy.standing.verdict import Classification, verdict
from mailproc.policy.standing.why import GLOBAL_FIRST, ORDER, Known, Step, Why, why
from mailproc.policy.tokens.token_key import number_of

PAT = "pat@example.org"
NOW = day(100)
SENDS = [
    Asked(account_id="acme", classification=classification, list_id=list_id, transactional_despite_opt_out=lenient)
    for classification, list_id, lenient in itertools.product(Classification, (None, "weekly"), (True, False))
]
WEEKLY = {"level": Level.list, "list_id": "weekly"}
OPT_OUT, COMPLAINT = fact("opt_out", 1), fact("complaint", 1, about=0)
LEFT, HELD_THERE = fact("opt_out", 1, **WEEKLY), fact("block", 1, **WEEKLY)
EACH_STEP: tuple[tuple[tuple[Fact, ...], ...], ...] = (
    ((), (bounce(1),), tuple(bounce(1 + number / 10) for number in range(7))),
    ((), (fact("block", 1), fact("block", 2))),
    ((), (OPT_OUT,), (COMPLAINT,), (OPT_OUT, COMPLAINT), (fact("opt_out", 2, account_id="shop"),)),
    ((), (LEFT,), (HELD_THERE,), (LEFT, HELD_THERE)),
    ((), (fact("opt_out", 1, level=Level.list, list_id="daily"),)),
    ((), (fact("opt_out", 1, level=Level.global_, account_id=EVERYWHERE),)),
)


def asked(facts: Iterable[Fact], send: Asked, **known: object) -> Why:
    values: dict[str, object] = {"address": PAT, "key": "1", "is_subscriber": True, "facts": tuple(facts), **known}
    return why(send, Known(**values), NOW)  # type: ignore[arg-type]


def agrees_with_the_verdict(found: Why, facts: Sequence[Fact], send: Asked) -> None:
    said = verdict(
        standing_of(facts),
        send.classification,
        send.list_id,
        transactional_despite_opt_out=send.transactional_despite_opt_out,
    )
    assert found.may_send == said.may_send
    told = {(one.block.kind, one.block.level) for answer in found.answers for one in answer.stopped_by}
    assert told == {(block.kind, block.level) for block in said.stopped_by}
    counted = sum(one.times for answer in found.answers for one in answer.stopped_by)
    assert counted == len(said.stopped_by), "none is told twice and none is forgotten"
    stopping = [answer.step for answer in found.answers if answer.stops]
    assert (found.first() is None) == (stopping == [])
    for order in (ORDER, GLOBAL_FIRST):
        first = found.first(order)
        assert first is None or first.step == min(stopping, key=order.index)


def its_remedy_works_and_is_the_smallest(found: Why, facts: Sequence[Fact], send: Asked) -> None:
    parts = [one for change in found.changes for one in change.facts]
    assert bool(parts) != found.may_send
    assert send.verdict_on(standing_of([*facts, *parts])).may_send
    if len(parts) <= 5:
        for left_out in parts:
            rest = [one for one in parts if one is not left_out]
            assert not send.verdict_on(standing_of([*facts, *rest])).may_send, "a smaller change would do"


def what_stood_beside_still_stands(found: Why, facts: Sequence[Fact], send: Asked) -> None:
    """Opt-outs that do not stop this send, of this or of other lists, are not ended by the way."""
    before = {block.fact_id for block in standing_of(facts).blocks if block.kind != "bounce"}
    before -= {block.fact_id for block in send.verdict_on(standing_of(facts)).stopped_by}
    after = [*facts, *(one for change in found.changes for one in change.facts)]
    assert before <= {block.fact_id for block in standing_of(after).blocks}


@pytest.mark.parametrize(
    "send", SENDS, ids=lambda send: f"{send.classification}-{send.list_id}-{send.transactional_despite_opt_out}"
)
def test_every_combination_of_steps_is_told_as_the_verdict_has_it_and_its_remedy_works(send: Asked) -> None:
    for chosen in itertools.product(*EACH_STEP):
        facts = [fact("consent", 0), *itertools.chain.from_iterable(chosen)]
        found = asked(facts, send)
        agrees_with_the_verdict(found, facts, send)
        its_remedy_works_and_is_the_smallest(found, facts, send)
        what_stood_beside_still_stands(found, facts, send)


@given(histories(), st.sampled_from(SENDS))
def test_any_history_is_told_as_the_verdict_has_it_and_its_remedy_works(facts: list[Fact], send: Asked) -> None:
    found = asked(facts, send)
    agrees_with_the_verdict(found, facts, send)
    its_remedy_works_and_is_the_smallest(found, facts, send)
    what_stood_beside_still_stands(found, facts, send)


SEND = Asked(account_id="acme")


@pytest.mark.parametrize(
    ("fact", "step"),
    [
        (bounce(1), Step.sendable),
        (fact("block", 1), Step.sendable),
        (fact("opt_out", 1), Step.account),
        (fact("complaint", 1), Step.account),
        (fact("opt_out", 1, **WEEKLY), Step.list),
        (fact("block", 1, **WEEKLY), Step.list),
        (fact("opt_out", 1, level=Level.global_), Step.global_),
    ],
    ids=lambda one: str(one) if isinstance(one, Step) else f"{one.kind}-{one.level}",
)
def test_each_kind_of_block_belongs_to_its_step(fact: Fact, step: Step) -> None:
    found = asked([fact], replace(SEND, list_id="weekly"))
    first = found.first()
    assert first is not None
    assert first.step is step
    assert [one.fact for one in first.stopped_by] == [fact]


def test_the_first_step_that_blocks_depends_on_the_order_and_all_are_named() -> None:
    found = asked([bounce(1), fact("opt_out", 1, level=Level.global_)], SEND)
    assert [answer.step for answer in found.answers] == list(ORDER)
    assert [answer.step for answer in found.answers if answer.stops] == [Step.sendable, Step.global_]
    assert (found.first().step, found.first(GLOBAL_FIRST).step) == (Step.sendable, Step.global_)  # type: ignore[union-attr]


@pytest.mark.parametrize("address", [None, "", "pat", "pat@", "two words@example.org"])
def test_without_an_address_nothing_can_be_sent_and_an_address_is_the_remedy(address: str | None) -> None:
    found = asked([], SEND, address=address)
    assert not found.may_send
    assert (found.first().step, found.changes[0].remedy) == (Step.record, Remedy.address)  # type: ignore[union-attr]


def test_who_has_no_address_and_is_out_needs_both() -> None:
    found = asked([fact("opt_out", 1)], SEND, address=None)
    assert [one.remedy for one in found.changes] == [Remedy.address, Remedy.consent]


def test_an_opt_out_that_transactional_mail_passes_is_told_as_standing_there() -> None:
    found = asked([fact("opt_out", 1)], replace(SEND, classification=Classification.transactional))
    account = next(answer for answer in found.answers if answer.step is Step.account)
    assert (found.may_send, account.stops, len(account.passed)) == (True, False, 1)


def test_a_bounce_is_taken_back_and_not_ended_by_a_consent_that_nobody_gave() -> None:
    found = asked([bounce(1)], SEND)
    assert [(one.remedy, len(one.facts)) for one in found.changes] == [(Remedy.take_back, 1)]


def test_many_bounces_are_ended_by_consent_unless_that_would_end_an_opt_out() -> None:
    bounces = [bounce(number / 10) for number in range(9)]
    assert [one.remedy for one in asked(bounces, SEND).changes] == [Remedy.consent]
    receipt = replace(SEND, classification=Classification.transactional)
    found = asked([*bounces, fact("opt_out", 1)], receipt)
    assert [(one.remedy, len(one.facts)) for one in found.changes] == [(Remedy.take_back, 9)]


def test_a_consent_is_asked_of_the_one_subscriber_and_a_global_one_of_the_address() -> None:
    lifted, local = asked([fact("opt_out", 1), fact("opt_out", 1, level=Level.global_)], SEND).changes
    assert [(one.key, one.address, one.account_id) for one in local.facts] == [("1", None, "acme")]
    assert [(one.key, one.address, one.account_id) for one in lifted.facts] == [(None, PAT, EVERYWHERE)]
    assert (local.remedy, lifted.remedy) == (Remedy.consent, Remedy.lift)


def test_an_opt_out_heard_in_the_enterprise_is_ended_by_consent_given_here() -> None:
    (change,) = asked([fact("opt_out", 1, account_id="shop")], SEND).changes
    assert [one.account_id for one in change.facts] == ["acme"]


def test_alike_blocks_are_told_once_with_their_number_by_the_oldest() -> None:
    found = asked([fact("opt_out", 3), fact("opt_out", 1), fact("opt_out", 2)], SEND)
    (told,) = next(answer for answer in found.answers if answer.step is Step.account).stopped_by
    assert (told.block.since, told.times) == (day(1), 3)


@pytest.mark.parametrize(
    ("is_subscriber", "elsewhere", "facts", "suspect"),
    [
        (True, True, (), True),
        (True, False, (), False),
        (False, False, (), True),
        (True, True, (fact("consent", 1, channel=Channel.page),), False),
        (True, True, (fact("opt_out", 1),), False),
    ],
    ids=["elsewhere", "read here", "unknown", "heard of", "out"],
)
def test_a_global_list_elsewhere_is_suspected_only_of_who_may_be_mailed_and_was_never_heard_of(
    is_subscriber: bool, elsewhere: bool, facts: tuple[Fact, ...], suspect: bool
) -> None:
    key = "1" if is_subscriber else None
    found = asked(facts, SEND, key=key, is_subscriber=is_subscriber, global_elsewhere=elsewhere)
    assert (found.suspicion is not None) is suspect
    assert found.suspicion is None or (found.may_send and "suspected" in found.suspicion)
    assert not any("suspected" in answer.said for answer in found.answers), "it is no step's fact"


def test_not_being_a_member_is_a_note_and_stops_nothing() -> None:
    found = asked([], replace(SEND, list_id="weekly"), member_of=frozenset({"daily"}))
    answer = next(answer for answer in found.answers if answer.step is Step.list)
    assert (found.may_send, answer.stops) == (True, False)
    assert answer.notes == ("not a member of list weekly, which is no opt-out: an import may add them",)


@pytest.mark.parametrize("list_id", ["weekly", numbered(number_of("weekly"))])
def test_who_is_on_the_list_by_either_name_is_a_member(list_id: str) -> None:
    found = asked([], replace(SEND, list_id="weekly"), member_of=frozenset({"daily", list_id}))
    assert found.answers[3].notes == ("member of list weekly",)


def test_lists_that_were_left_are_noted_where_another_or_none_is_asked_about() -> None:
    left = [fact("opt_out", 1, **WEEKLY), fact("opt_out", 1, level=Level.list, list_id="daily")]
    notes = [asked(left, replace(SEND, list_id=name)).answers[3].notes for name in (None, "weekly", "news")]
    assert notes == [
        ("out of lists: daily, weekly",),
        ("out of other lists: daily",),
        ("out of other lists: daily, weekly",),
    ]


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({}, "subscriber 1, pat@example.org"),
        ({"address": None}, "subscriber 1 has no address"),
        ({"address": None, "is_subscriber": False}, "nobody is known by the key 1"),
        ({"is_subscriber": False}, "no subscriber has the key 1, with which pat@example.org was named"),
        ({"key": None, "is_subscriber": False}, "nothing is known of this address; a first send would make it known"),
    ],
)
def test_the_first_step_says_who_is_known_as_what(known: dict[str, object], said: str) -> None:
    assert asked([], SEND, **known).answers[0].said.startswith(said)


def test_where_global_is_the_enterprises_own_it_is_said_so() -> None:
    out = [fact("opt_out", 1, level=Level.global_)]
    told = [asked(out, replace(SEND, enterprise=one)).answers[4].said for one in (None, "group")]
    assert told == [
        "out everywhere: of all accounts, now and later",
        "out everywhere: of all accounts of group, now and later",
    ]
