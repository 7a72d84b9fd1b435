"""Standing: the same facts in any order give the same answer, and the answer is the one the requirements name."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from histories import bounce, day, fact, histories, retraction
from hypothesis import given
from hypothesis import strategies as st

from mailproc.policy.standing.facts import Channel, Fact, FactKind, Level
from mailproc.policy.standing.standing import BounceThresholds, Standing, Status, crm_status, standing_of
from mailproc.policy.standing.verdict import verdict


def status_of(*facts: Fact) -> str:
    return standing_of(facts).status.value


# -- opt-outs and consent


def test_nobody_of_whom_nothing_is_known_is_out() -> None:
    assert standing_of([]) == Standing(status=Status.active, blocks=())


def test_consent_alone_is_active() -> None:
    assert standing_of([fact("consent", 1)]) == Standing()


def test_an_account_opt_out_unsubscribes_and_says_where_it_is_recorded() -> None:
    opt_out = fact("opt_out", 1)
    (block,) = standing_of([opt_out]).blocks
    assert (block.kind, block.level, block.since, block.channel) == (FactKind.opt_out, Level.account, day(1), "reply")
    assert block.fact_id == opt_out.id
    assert status_of(opt_out) == "unsubscribed"


@pytest.mark.parametrize(
    ("consented", "expected"),
    [(2, "active"), (1, "unsubscribed"), (0, "unsubscribed")],
    ids=["newer", "equal", "older"],
)
def test_only_newer_consent_ends_an_opt_out(consented: float, expected: str) -> None:
    assert status_of(fact("opt_out", 1), fact("consent", consented)) == expected


def test_an_opt_out_after_the_newest_consent_stands() -> None:
    assert status_of(fact("opt_out", 1), fact("consent", 2), fact("opt_out", 3)) == "unsubscribed"


def test_a_list_opt_out_is_shown_and_leaves_the_person_active() -> None:
    standing = standing_of([fact("opt_out", 1, level=Level.list, list_id="weekly")])
    assert standing.status is Status.active
    assert [(block.level, block.list_id) for block in standing.blocks] == [(Level.list, "weekly")]


def test_consent_for_one_list_opens_that_list_only() -> None:
    standing = standing_of(
        [
            fact("opt_out", 1),
            fact("opt_out", 1, level=Level.list, list_id="weekly"),
            fact("opt_out", 1, level=Level.list, list_id="daily"),
            fact("consent", 2, level=Level.list, list_id="weekly"),
        ]
    )
    assert standing.status is Status.unsubscribed
    assert {block.list_id for block in standing.blocks} == {None, "daily"}


def test_the_same_list_name_in_another_account_is_another_list() -> None:
    standing = standing_of(
        [
            fact("opt_out", 1, level=Level.list, list_id="weekly"),
            fact("consent", 2, level=Level.list, list_id="weekly", account_id="other"),
        ]
    )
    assert len(standing.blocks) == 1


def test_account_consent_does_not_reopen_a_list_that_was_left() -> None:
    standing = standing_of([fact("opt_out", 1, level=Level.list, list_id="weekly"), fact("consent", 2)])
    assert [block.list_id for block in standing.blocks] == ["weekly"]


def test_an_opt_out_from_an_unnamed_list_counts_for_the_account() -> None:
    standing = standing_of([fact("opt_out", 1, level=Level.list)])
    assert (standing.status, standing.blocks[0].level) == (Status.unsubscribed, Level.account)


def test_consent_to_an_unnamed_list_opens_nothing() -> None:
    assert status_of(fact("opt_out", 1), fact("consent", 2, level=Level.list)) == "unsubscribed"


# -- global


def test_a_global_opt_out_has_no_local_override() -> None:
    everywhere = fact("opt_out", 1, level=Level.global_)
    weekly = fact("consent", 2, level=Level.list, list_id="weekly")
    assert status_of(everywhere, fact("consent", 2), weekly) == "unsubscribed"


@pytest.mark.parametrize("channel", [Channel.reply, Channel.page, Channel.one_click, Channel.crm, Channel.import_])
def test_no_mail_page_or_hook_lifts_a_global_opt_out(channel: Channel) -> None:
    everywhere = fact("opt_out", 1, level=Level.global_)
    consent = fact("consent", 2, level=Level.global_, channel=channel)
    undo = fact("retraction", 2, level=Level.global_, channel=channel, retracts=everywhere.id)
    assert status_of(everywhere, consent, undo) == "unsubscribed"


def test_a_retraction_below_global_level_does_not_lift_a_global_opt_out() -> None:
    everywhere = fact("opt_out", 1, level=Level.global_)
    undo = fact("retraction", 2, channel=Channel.command, retracts=everywhere.id)
    assert status_of(everywhere, undo) == "unsubscribed"


def test_an_operator_lifts_a_global_opt_out_by_consent_or_retraction() -> None:
    everywhere = fact("opt_out", 1, level=Level.global_)
    assert status_of(everywhere, fact("consent", 2, level=Level.global_)) == "active"
    assert status_of(everywhere, retraction(everywhere, 2)) == "active"


def test_global_consent_leaves_an_account_opt_out_alone() -> None:
    assert status_of(fact("opt_out", 1), fact("consent", 2, level=Level.global_)) == "unsubscribed"


# -- complaints


def test_a_complaint_unsubscribes() -> None:
    assert status_of(fact("complaint", 1)) == "unsubscribed"


def test_a_late_complaint_about_a_mail_older_than_the_consent_does_not_block_again() -> None:
    assert status_of(fact("consent", 5), fact("complaint", 90, about=2)) == "active"


@pytest.mark.parametrize("about", [5, 6])
def test_a_complaint_about_a_mail_sent_at_or_after_the_consent_blocks(about: float) -> None:
    assert status_of(fact("consent", 5), fact("complaint", 90, about=about)) == "unsubscribed"


def test_a_complaint_about_a_mail_of_unknown_date_counts_as_after_the_consent_it_may_have_crossed() -> None:
    assert status_of(fact("consent", 5), fact("complaint", 6)) == "unsubscribed"


def test_consent_given_after_a_complaint_came_in_ends_it() -> None:
    assert status_of(fact("complaint", 6), fact("consent", 7)) == "active"


def test_a_mail_complained_about_was_not_sent_after_the_complaint() -> None:
    assert status_of(fact("complaint", 6, about=400), fact("consent", 7)) == "active"


# -- bounces


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([bounce(1, status="5.1.1")], "bounced"),
        ([bounce(1)], "bounced"),
        ([bounce(1, status="5.2.1")], "active"),
        ([bounce(1, status="5.2.1"), bounce(2, status="5.2.1")], "bounced"),
        ([bounce(1, text_only="true")], "active"),
        ([bounce(1, text_only="false")], "bounced"),
        ([bounce(1, text_only="true"), bounce(2, status="5.2.1")], "bounced"),
        ([bounce(at, "soft") for at in range(4)], "active"),
        ([bounce(at, "soft") for at in range(5)], "bounced"),
        ([bounce(at * 7.5, "soft") for at in range(5)], "bounced"),
        ([bounce(at * 7.6, "soft") for at in range(50)], "active"),
        ([bounce(at, "policy") for at in range(100)], "active"),
        ([bounce(at, "delayed") for at in range(100)], "active"),
        ([fact("bounce", at) for at in range(100)], "active"),
        ([bounce(at, "soft") for at in range(4)] + [bounce(5, "policy")], "active"),
    ],
)
def test_an_address_is_dead_after_as_many_bounces_as_its_class_needs(facts: list[Fact], expected: str) -> None:
    assert status_of(*facts) == expected


def test_thresholds_are_settings() -> None:
    strict = BounceThresholds(hard=3, unsure=3, soft=2, soft_days=1)
    assert standing_of([bounce(1), bounce(2)], strict).status is Status.active
    assert standing_of([bounce(1), bounce(2), bounce(3)], strict).status is Status.bounced
    assert standing_of([bounce(1, "soft"), bounce(2, "soft")], strict).status is Status.bounced
    assert standing_of([bounce(1, "soft"), bounce(2.1, "soft")], strict).status is Status.active


def test_an_unsure_bounce_never_weighs_more_than_a_sure_one() -> None:
    assert standing_of([bounce(1, text_only="true")], BounceThresholds(hard=2, unsure=1)).status is Status.active


def test_the_bounce_that_crossed_the_threshold_is_the_one_shown() -> None:
    bounces = [bounce(at, "soft") for at in range(8)]
    (block,) = standing_of(bounces).blocks
    assert (block.fact_id, block.since) == (bounces[4].id, day(4))


@pytest.mark.parametrize("level", [Level.account, Level.list])
def test_new_consent_at_any_level_ends_a_bounce(level: Level) -> None:
    consent = fact("consent", 2, level=level, list_id="weekly" if level is Level.list else None)
    assert status_of(bounce(1), consent) == "active"


def test_bounces_before_a_consent_do_not_add_up_with_those_after() -> None:
    assert status_of(*[bounce(at, "soft") for at in (1, 2, 3, 5, 6)], fact("consent", 4)) == "active"


def test_a_bounce_of_a_lists_mail_is_about_the_address() -> None:
    standing = standing_of([fact("bounce", 1, level=Level.list, list_id="weekly", evidence={"class": "hard"})])
    assert (standing.status, standing.blocks[0].level) == (Status.bounced, Level.account)


def test_a_bounce_at_the_moment_of_a_consent_wins() -> None:
    assert status_of(bounce(1), fact("consent", 1)) == "bounced"


def test_a_bounce_is_not_a_withdrawn_consent() -> None:
    assert crm_status(standing_of([bounce(1)])) == "active"


# -- holds and precedence


def test_a_hold_survives_consent_and_ends_by_retraction() -> None:
    hold = fact("block", 1, channel=Channel.command)
    assert status_of(hold, fact("consent", 2)) == "held"
    assert status_of(hold, retraction(hold, 3)) == "active"


def test_unsubscribed_outranks_held_and_held_outranks_bounced_and_all_are_shown() -> None:
    hold = fact("block", 2, channel=Channel.command)
    assert status_of(bounce(1), hold) == "held"
    standing = standing_of([bounce(1), hold, fact("opt_out", 3)])
    assert standing.status is Status.unsubscribed
    assert [block.kind.value for block in standing.blocks] == ["bounce", "block", "opt_out"]


@pytest.mark.parametrize("list_kind", ["opt_out", "complaint"])
def test_what_stands_against_a_list_does_not_hide_a_bounce(list_kind: str) -> None:
    assert status_of(bounce(1), fact(list_kind, 2, level=Level.list, list_id="weekly")) == "bounced"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([], "active"),
        ([fact("opt_out", 1)], "unsubscribed"),
        ([fact("complaint", 1)], "unsubscribed"),
        ([fact("opt_out", 1, level=Level.list, list_id="weekly")], "active"),
        ([fact("block", 1)], "active"),
    ],
)
def test_the_crm_knows_two_words(facts: list[Fact], expected: str) -> None:
    assert crm_status(standing_of(facts)) == expected


# -- retractions


def test_a_retraction_takes_back_exactly_one_fact() -> None:
    first, second = fact("opt_out", 1), fact("opt_out", 2)
    assert [block.fact_id for block in standing_of([first, second, retraction(first, 3)]).blocks] == [second.id]


def test_a_retraction_of_a_retraction_restores_the_fact() -> None:
    opt_out = fact("opt_out", 1)
    undo = retraction(opt_out, 2)
    assert status_of(opt_out, undo, retraction(undo, 3)) == "unsubscribed"


def test_a_fact_taken_back_twice_stays_away_when_one_of_them_is_restored() -> None:
    opt_out = fact("opt_out", 1)
    undo = retraction(opt_out, 2)
    assert status_of(opt_out, undo, retraction(opt_out, 3), retraction(undo, 4)) == "active"


def test_a_consent_taken_back_lets_the_opt_out_stand_again() -> None:
    consent = fact("consent", 2)
    assert status_of(fact("opt_out", 1), consent, retraction(consent, 3)) == "unsubscribed"


def test_a_retraction_of_an_unknown_fact_does_nothing() -> None:
    assert status_of(fact("opt_out", 1), fact("retraction", 2, retracts="0" * 32)) == "unsubscribed"


def test_a_bounce_taken_back_does_not_count_towards_the_threshold() -> None:
    bounces = [bounce(at, "soft") for at in range(5)]
    assert status_of(*bounces, retraction(bounces[2], 9)) == "active"


def test_ten_thousand_retractions_of_each_other_are_settled() -> None:
    facts = [fact("opt_out", 0)]
    for number in range(10_001):
        facts.append(retraction(facts[-1], number + 1))
    assert status_of(*facts) == "active"
    assert status_of(*facts[:-1]) == "unsubscribed"


def test_a_resent_mail_is_one_fact_as_old_as_its_first_arrival() -> None:
    first = fact("opt_out", 1, evidence={"mail": "sha256:00"})
    resent = fact("opt_out", 9, evidence={"mail": "sha256:00"})
    assert first.id == resent.id
    assert standing_of([resent, first]) == standing_of([first, resent]) == standing_of([first])
    assert status_of(resent, fact("consent", 5), first) == "active"


# -- properties


@given(st.data(), histories())
def test_any_order_of_arrival_gives_the_same_standing(data: st.DataObject, facts: list[Fact]) -> None:
    assert standing_of(data.draw(st.permutations(facts))) == standing_of(facts)


@given(histories())
def test_every_fact_told_twice_changes_nothing(facts: list[Fact]) -> None:
    assert standing_of(facts + facts) == standing_of(facts)


@given(histories())
def test_the_standing_agrees_with_a_naive_reading_of_the_requirements(facts: list[Fact]) -> None:
    standing = standing_of(facts)
    assert (standing.status, {block.fact_id for block in standing.blocks}) == naive_standing(facts)


@given(histories(), st.integers(0, 50))
def test_nothing_but_consent_or_retraction_brings_anyone_back(facts: list[Fact], at: int) -> None:
    before = standing_of(facts).status
    for kind in ("opt_out", "complaint", "block", "bounce"):
        after = standing_of([*facts, fact(kind, at, evidence={"class": "soft"})]).status
        assert before is not Status.unsubscribed or after is Status.unsubscribed
        assert before is Status.active or after is not Status.active


@given(histories(), histories())
def test_what_is_said_of_a_list_never_leaks_upward(facts: list[Fact], more: list[Fact]) -> None:
    lists = [one for one in more if one.level is Level.list and one.kind is not FactKind.bounce]
    before, after = (
        {
            block.fact_id
            for block in standing_of(said).blocks
            if block.level is not Level.list and block.kind != "bounce"
        }
        for said in (facts, [*facts, *(one for one in lists if one.retracts is None)])
    )
    assert before == after


@given(histories(), st.sampled_from(["weekly", "daily", "a list that is made later"]))
def test_an_account_opt_out_covers_every_list_also_those_that_are_made_later(facts: list[Fact], list_id: str) -> None:
    out = standing_of([*facts, fact("opt_out", 60)])
    assert not verdict(out, list_id=list_id).may_send
    assert verdict(standing_of([fact("opt_out", 60, level=Level.list, list_id="weekly")]), list_id="daily").may_send


def naive_standing(facts: Sequence[Fact]) -> tuple[Status, set[str]]:
    """The requirements word by word, without regard to speed."""
    by_id: dict[str, Fact] = {}
    for one in sorted(facts, key=lambda f: (f.occurred_at, f.about_mail_of is not None, f.about_mail_of or day(0))):
        by_id.setdefault(one.id, min((f for f in facts if f.id == one.id), key=_first))
    operators = {Channel.command, Channel.api, Channel.phone, Channel.letter, Channel.chat}

    def powerless_globally(one: Fact) -> bool:
        return one.level is not Level.global_ or one.channel not in operators

    def alive(fact_id: str) -> bool:
        return not any(
            other.kind is FactKind.retraction
            and other.retracts == fact_id
            and not (by_id[fact_id].level is Level.global_ and powerless_globally(other))
            and alive(other_id)
            for other_id, other in by_id.items()
        )

    living = {fact_id: one for fact_id, one in by_id.items() if alive(fact_id)}
    consents = [
        one
        for one in living.values()
        if one.kind is FactKind.consent and not (one.level is Level.global_ and powerless_globally(one))
    ]
    standing: set[str] = set()
    for fact_id, one in living.items():
        began = one.occurred_at
        if one.kind is FactKind.complaint and one.about_mail_of:
            began = min(began, one.about_mail_of)
        ended = any((c.level, c.list_id) == (one.level, one.list_id) and c.occurred_at > began for c in consents)
        if one.kind is FactKind.block or (one.kind in (FactKind.opt_out, FactKind.complaint) and not ended):
            standing.add(fact_id)
    if dead := _naive_dead(living, consents):
        standing.add(dead)
    wide = {
        living[fact_id].kind
        for fact_id in standing
        if living[fact_id].level is not Level.list or living[fact_id].kind is FactKind.bounce
    }
    if wide & {FactKind.opt_out, FactKind.complaint}:
        return Status.unsubscribed, standing
    if FactKind.block in wide:
        return Status.held, standing
    return (Status.bounced if FactKind.bounce in wide else Status.active), standing


def _first(one: Fact) -> Any:
    about = one.about_mail_of
    return (one.occurred_at, about is not None, about or one.occurred_at, sorted(one.evidence.items()))


def _naive_dead(living: dict[str, Fact], consents: list[Fact]) -> str | None:
    bounces = sorted(
        (
            (one.occurred_at, fact_id, one.evidence)
            for fact_id, one in living.items()
            if one.kind is FactKind.bounce and not any(c.occurred_at > one.occurred_at for c in consents)
        ),
        key=lambda seen: seen[:2],
    )
    for number, (at, fact_id, _) in enumerate(bounces):
        seen = bounces[: number + 1]
        hard = [e for _, _, e in seen if e.get("class") == "hard"]
        sure = [e for e in hard if e.get("status") != "5.2.1" and "text_only" not in e]
        soft = [when for when, _, e in seen if e.get("class") == "soft" and at - when <= timedelta(days=30)]
        if sure or len(hard) >= 2 or len(soft) >= 5:
            return fact_id
    return None
