"""How far an answer to a review reaches, and what it becomes."""

from datetime import UTC, datetime
from typing import Any

import pytest

from mailproc.policy.standing.facts import FactKind, Level
from mailproc.review.answer import Reach, WhoIsMeant, asked_in, facts_of_answer
from mailproc.store.results import RecordedDecision, ReviewItem

CAME = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
SEND = {"rule": "send", "phrase": "42", "where": "header", "span": None}

ALL = {"rule": "totality", "phrase": "everything", "where": "body", "span": None}


def a_review(kind: str = "unsubscribe_request", **said: Any) -> ReviewItem:
    decision = {"action": "review", "mail": "sha256:1", "subscribers": [{"address": None, "key": "18"}], **said}
    recorded = RecordedDecision(
        account_id="acme", mail_id="m", n=1, kind=kind, action="review", ruleset="", policy="", authentication={},
        decision=decision, decided_at=CAME,
    )  # fmt: skip
    return ReviewItem(
        account_id="acme", id="m", mail_id="m", state="open", reason="waits", created_at=CAME, due_at=CAME,
        decision=recorded,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("said", "reach"),
    [
        ({"level": "list", "list": "weekly"}, Reach(level=Level.list, list_id="weekly")),
        ({"level": "list", "list": "weekly", "evidence": [SEND]}, Reach(level=Level.list, list_id="weekly")),
        ({"level": "list", "list": None, "evidence": [SEND]}, Reach(level=Level.list, send="42")),
        ({"level": "list", "list": None}, None),
        ({"level": "list", "list": "weekly", "evidence": [ALL]}, None),
        ({"level": "list", "list": None, "evidence": [ALL, SEND]}, None),
        ({"level": "account", "list": None, "evidence": [ALL]}, Reach()),
        ({"level": None, "list": None, "evidence": [SEND]}, Reach()),
        ({"level": "account", "list": None}, Reach()),
        ({}, Reach()),
    ],
)
def test_a_mail_asks_for_the_lists_that_it_names_else_for_the_account(
    said: dict[str, Any], reach: Reach | None
) -> None:
    assert asked_in(a_review(**said)) == reach


def test_a_review_without_a_decision_is_about_the_account() -> None:
    bare = ReviewItem(
        account_id="acme", id="m", mail_id="m", state="open", reason="waits", created_at=CAME, due_at=CAME
    )
    assert asked_in(bare) == Reach()


def test_where_a_mail_asks_for_different_lists_a_person_must_say_how_far() -> None:
    review = a_review(level="list", list=None)
    with pytest.raises(WhoIsMeant, match="different lists"):
        facts_of_answer(review, by="kim")
    [fact] = facts_of_answer(review, level=Level.list, list_id="weekly", by="kim")
    assert fact.list_id == "weekly"


def test_an_answer_about_a_send_is_an_opt_out_from_its_lists() -> None:
    [fact] = facts_of_answer(a_review(level="list", list=None, evidence=[SEND]), by="kim")
    assert (fact.is_of_send, fact.evidence["send"], fact.key) == (True, "42", "18")


def test_a_level_that_is_chosen_outranks_what_the_mail_asks() -> None:
    [fact] = facts_of_answer(a_review(level="list", list=None, evidence=[SEND]), level=Level.account, by="kim")
    assert (fact.level, fact.list_id, "send" in fact.evidence) == (Level.account, None, False)


def test_whoever_is_named_by_hand_leaves_what_the_mail_asks() -> None:
    [fact] = facts_of_answer(a_review(level="list", list="weekly"), persons=["pat@example.org"], by="kim")
    assert (fact.address, fact.level, fact.list_id) == ("pat@example.org", Level.list, "weekly")


@pytest.mark.parametrize(
    ("feedback_type", "kind"),
    [
        ("abuse", FactKind.complaint),
        ("opt-out-list", FactKind.opt_out),
        ("opt-out", FactKind.opt_out),
        ("applause", FactKind.complaint),
    ],
)
def test_an_answer_to_a_report_says_what_the_report_says(feedback_type: str, kind: FactKind) -> None:
    [fact] = facts_of_answer(a_review("feedback_report", feedback={"type": feedback_type}), by="kim")
    assert fact.kind is kind
