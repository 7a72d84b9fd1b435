"""What would have made a decision another one is found by deciding again with one thing changed."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailproc.errands.what_if import find_otherwise
from mailproc.files.replay import saved_mail
from mailproc.mail.arrival.authentication import NOT_CHECKED, Authentication, MethodResult
from mailproc.mail.arrival.envelope import InboundMail
from mailproc.pipeline import examine_mail
from mailproc.policy.account import AccountPolicy, Accounts, default_account
from mailproc.policy.deciding.examination import Examination
from mailproc.policy.explaining.near_miss import near_misses
from mailproc.policy.explaining.rule_fate import fates_of
from mailproc.policy.rules.rules import read_rules
from mailproc.rule_sets.files import load_rules

RULES = load_rules(None)
ACCOUNT = AccountPolicy(id="acme", domains=("reply.acme.example",), sends_from=("news.acme.example",))
FORGED = Authentication(
    source="header", dmarc=MethodResult(result="fail", domain="bank.example"), dmarc_policy="reject"
)


def a_mail(text: str, subject: str = "Re: March") -> InboundMail:
    content = f"From: pat@bank.example\r\nTo: reply@reply.acme.example\r\nSubject: {subject}\r\n\r\n{text}\r\n"
    return saved_mail(
        content.encode("utf-8", "replace"), Accounts([default_account()]), "reply@reply.acme.example"
    ).mail


def seen(
    text: str, account: AccountPolicy = ACCOUNT, told: Authentication = NOT_CHECKED, subject: str = "Re: March"
) -> Examination:
    return examine_mail(a_mail(text, subject), told, account, RULES)


def changes(one: Examination) -> dict[str, str]:
    return {other.change: other.decision.action.value for other in find_otherwise(one, RULES)}


def test_words_without_which_it_would_be_no_request() -> None:
    assert changes(seen("Please take my name off your mailing list."))["without “take my name off”"] != "unsubscribe"


def test_the_guards_without_which_it_would_be_a_request_are_left_out_together() -> None:
    assert changes(seen("Please don't unsubscribe me"))["without “don't unsubscribe me”"] == "unsubscribe"


def test_several_rules_that_ask_for_the_same_are_left_out_together() -> None:
    (change,) = [one for one in changes(seen("unsubscribe")) if one.startswith("without")]
    assert change == "without “unsubscribe”"


def test_a_forged_sender_is_told_as_what_holds_a_request_back() -> None:
    found = changes(seen("Please unsubscribe me from this list.", told=FORGED))
    assert found["had nobody checked who sent it"] == "unsubscribe"


def test_automatic_handling_that_is_off_is_told() -> None:
    found = changes(seen("Please unsubscribe me from this list.", replace(ACCOUNT, automatic=False)))
    assert found["with `automatic = true`"] == "unsubscribe"


def test_mail_without_a_request_would_be_one_at_the_unsubscribe_mailbox() -> None:
    assert changes(seen("Lovely pictures!")) == {"sent to the unsubscribe mailbox": "unsubscribe"}


def test_at_most_three_changes_each_to_another_action() -> None:
    found = find_otherwise(seen("Please don't unsubscribe me", told=FORGED), RULES)
    actions = [one.decision.action for one in found]
    assert len(actions) == len(set(actions)) <= 3


def test_what_a_guard_holds_back_names_the_guard() -> None:
    told = {fate.rule.id: fate for fate in fates_of(seen("To unsubscribe me, click here: nobody reads that"))}
    held = [fate for fate in told.values() if not fate.counts]
    assert held
    assert all("held back by “" in fate.fate for fate in held)


def test_a_rule_is_told_once_with_all_its_places() -> None:
    told = [fate for fate in fates_of(seen("unsubscribe me! Unsubscribe me!")) if fate.rule.id == "en-unsubscribe-me"]
    assert [len(fate.spans) for fate in told] == [2]


LONG = "Well, I think that I should stop here, and so on and on"


@pytest.mark.parametrize(
    ("condition", "text", "when"),
    [
        ("max_words = 5", LONG, "only in texts of at most 5 words, this one has 13"),
        ("max_sentence_words = 4", LONG, "only in sentences of at most 4 words, this one has 13"),
        ('where = ["subject"]', LONG, "only in the subject"),
        ('mailboxes = ["feedback"]', LONG, "only in mail to feedback"),
        ('alone = "text"', LONG, "only as the whole text, courtesy aside"),
        ('alone = "sentence"', LONG, "only as a sentence of its own"),
        ("first_lines = 1", f"Hello\n{LONG}", "only in the first 1 lines"),
    ],
)
def test_a_rule_that_nearly_counted_tells_its_condition(condition: str, text: str, when: str) -> None:
    rule = '[[rule]]\nid = "xx"\naction = "unsubscribe"\nphrases = ["stop"]\nmisses = ["go"]\n'
    rules = read_rules({"10-x.toml": f'{rule}hits = ["stop"]\n{condition}\n'})
    (near,) = near_misses(rules, rules.matcher.match(text), where="body")
    assert (near.rule.id, near.phrase, near.when) == ("xx", "stop", when)


@pytest.mark.parametrize(
    ("phrase", "edges"), [("^stop", "beginning"), ("stop$", "end"), ("^stop$", "beginning and end")]
)
def test_a_phrase_that_must_stand_at_an_edge_tells_at_which(phrase: str, edges: str) -> None:
    rule = f'[[rule]]\nid = "xx"\naction = "unsubscribe"\nphrases = ["{phrase}"]\nhits = ["stop"]\nmisses = ["go"]\n'
    rules = read_rules({"10-x.toml": rule})
    (near,) = near_misses(rules, rules.matcher.match(LONG), where="body")
    assert near.when == f"only at the {edges} of a sentence"


def test_what_counts_is_no_near_miss() -> None:
    found = near_misses(RULES, RULES.matcher.match("unsubscribe"), where="body")
    assert not {"en-one-word"} & {one.rule.id for one in found}


@settings(max_examples=40)
@given(st.text(max_size=200))
def test_any_mail_has_an_answer(text: str) -> None:
    one = seen(text)
    find_otherwise(one, RULES)
    fates_of(one)
    near_misses(RULES, RULES.matcher.match(text), where="body")
