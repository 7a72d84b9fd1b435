import pytest
from posted import account_with, mail, reply_mail, shipped_rules

from mailproc.mail.arrival.authentication import NOT_CHECKED
from mailproc.pipeline import decide_mail
from mailproc.policy.decision import Action, Also
from mailproc.policy.rules.intent import LONG_TEXT, Intent, read_intent
from mailproc.policy.rules.rule_file import Guard
from mailproc.policy.rules.rules import LIKENESS, read_rules
from mailproc.policy.standing.facts import Level

LISTS = {"weekly": "Acme Weekly", "offers": "Acme Offers"}.items()
FILLER = "The garden was very green this year and the neighbours came to see it again. "


def intent_of(text: str) -> Intent:
    return read_intent(shipped_rules().matcher.match(text), shipped_rules())


def test_a_false_friend_takes_out_its_sentence_only():
    assert intent_of("Please cancel my order. And remove me from your list!").action == Action.unsubscribe
    assert intent_of("Please cancel my order.").action is None


def test_a_list_of_courtesies_without_end_is_substance():
    assert not intent_of("Unsubscribe me. " + "Thank you. " * 100).substance
    assert intent_of("Unsubscribe me. " + "Thank you. " * 300).substance


def test_a_second_request_that_is_never_narrowed_keeps_the_first_at_account_level():
    written = """
language = "en"
[[rule]]
id = "off-the-list"
action = "unsubscribe"
phrases = ["take me off the list acme weekly"]
hits = ["take me off the list Acme Weekly"]
misses = ["the list Acme Weekly"]
[[rule]]
id = "wholly-out"
action = "unsubscribe"
level = "account"
phrases = ["i am out"]
hits = ["I am out"]
misses = ["I am in"]
"""
    account = account_with(reply_scope="named-list")
    for text, level in (("", Level.list), (" I am out.", Level.account)):
        content = mail(reply_mail(f"Take me off the list Acme Weekly.{text}"))
        decision = decide_mail(content, NOT_CHECKED, account, read_rules({"10-en.toml": written}))
        assert (decision.rule, decision.level, decision.facts[0].level) == ("off-the-list", level, level)


def test_a_wish_to_stay_outweighs_every_request():
    assert intent_of("Unsubscribe my old address! No, do not remove me.").action == Action.review


@pytest.mark.parametrize(
    "text",
    [
        "Unsubscribe me, and where is my refund?",
        "Please remove me from your list. The delivery of last week was broken, who pays for it?",
    ],
)
def test_what_stands_beside_a_request_is_substance(text: str):
    intent = intent_of(text)
    assert intent.action == Action.unsubscribe
    assert intent.substance


@pytest.mark.parametrize(
    "text",
    [
        "Unsubscribe me",
        "Hi Ann,\n\nplease take me off your list, thank you very much.\n\nBest regards\nPat Jones\nAcme Ltd.",
    ],
)
def test_courtesy_and_signature_are_no_substance(text: str):
    assert not intent_of(text).substance


def test_one_keyword_in_the_middle_of_a_long_mail_is_for_a_person():
    middle = intent_of(FILLER * 6 + "He wrote: please remove me from your list. " + FILLER * 6)
    assert (middle.action, middle.reason) == (Action.review, LONG_TEXT)


@pytest.mark.parametrize(
    "text", ["Please remove me from your list. " + FILLER * 14, FILLER * 14 + "Please unsubscribe me."]
)
def test_at_the_edge_of_a_long_mail_it_counts(text: str):
    assert intent_of(text).action == Action.unsubscribe


@pytest.mark.parametrize(
    "said", ["One of them was removed by mistake, says my neighbour. ", "My sister left your list in May. "]
)
def test_what_speaks_against_a_request_is_nothing_in_the_middle_of_a_long_mail_that_has_none(said: str):
    assert intent_of(FILLER * 6 + said + FILLER * 6).action is None
    assert intent_of(FILLER * 6 + said + "Please remove me from your list. " + FILLER * 6).action == Action.review


def test_what_speaks_against_a_request_counts_at_the_edge_of_a_long_mail():
    said = "Please do not take me off the list. "
    assert intent_of(said + FILLER * 14).guard == intent_of(FILLER * 14 + said).guard == Guard.negation


def test_who_explains_how_to_leave_at_length_does_not_ask():
    text = FILLER * 3 + "To unsubscribe click the link. Please remove me from your list. " + FILLER
    assert intent_of(text).action == Action.review


def test_a_request_for_the_writer_that_reads_like_an_explanation_is_for_a_person():
    unsure = intent_of("You can take me off the list to unsubscribe, click or no click")
    assert (unsure.action, unsure.decisive and unsure.decisive.rule.id) == (Action.review, LIKENESS)


@pytest.mark.parametrize(
    "text",
    [
        "To unsubscribe click the link below.",  # nobody is meant
        "You can unsubscribe here: it took me off the list. " + FILLER * 3,  # explained at length
        "Can I stop by on Friday? You can then take me off the waiting list",  # another business
    ],
)
def test_explaining_to_others_asks_for_nothing(text: str):
    assert intent_of(text).action is None


def test_what_only_may_be_a_request_is_no_evidence_beside_a_clear_one():
    found = intent_of("Wrong person. Please remove me from your list.")
    assert {match.rule.id for match in found.matches} == {"en-take-me-off"}


def test_the_writer_s_own_request_counts_beside_talk_of_somebody_else():
    assert intent_of("John no longer works here. Please remove me as well.").action == Action.unsubscribe
    assert intent_of("Please remove John Smith, he left the company").action == Action.review


@pytest.mark.parametrize(
    ("text", "also"),
    [
        ("Unsubscribe me. Delete all my data.", {Also.erasure_request}),
        ("Stop spamming me! cease and desist", {Also.alert, Also.forward}),
        ("Unsubscribe", set()),
    ],
)
def test_everything_that_counts_is_remembered(text: str, also: set[Also]):
    assert intent_of(text).also == also


def test_nothing_asks_for_nothing():
    assert intent_of("").action is None
    assert not intent_of("").substance
