import pytest
from hypothesis import given
from hypothesis import strategies as st
from posted import account_with, mail, reply_mail, shipped_rules

from mailproc.errors import RulesError
from mailproc.mail.arrival.authentication import NOT_CHECKED
from mailproc.pipeline import decide_mail, examine_mail
from mailproc.policy.decision import Action, Also, Decision
from mailproc.policy.explaining.reading import find_reading
from mailproc.policy.rules.intent import OF_LIKENESS, OF_UNLIKENESS
from mailproc.policy.rules.likeness import Weighed
from mailproc.policy.rules.normal_text import normal_text
from mailproc.policy.rules.rules import LIKENESS, RuleSet, read_rules

POINTS = """
[likeness]
start = -10
review_from = 5
doubt_until = -20
max_words = 30

[likeness.points]
"no" = 4
"mail" = 2
"mail + no" = 9
"goods" = -15
"4 words" = 3
"""
MEANINGS = """
language = "en"
[meanings]
common = "the, of, on, that, though, here, a, by, how, says, came, reads, label, has, to, from, in"
no = "no, nobody, not"
mail = "letters, mail*"
goods = "parcel"
"""
RULES = """
language = "en"
[[rule]]
id = "strike"
action = "unsubscribe"
phrases = ["strike me"]
hits = ["strike me"]
misses = ["strike"]
[[rule]]
id = "fence"
guard = "false_friend"
phrases = ["fence"]
hits = ["the fence"]
misses = ["hence"]
"""


def rules_of(**more: str) -> RuleSet:
    return read_rules({"10-en.toml": RULES, "20-en-meanings.toml": MEANINGS, "90-points.toml": POINTS, **more})


def weighed(text: str, rules: RuleSet | None = None) -> Weighed | None:
    likeness = (rules or rules_of()).likeness
    assert likeness is not None
    return likeness.weigh(normal_text(text))


def decided(text: str, rules: RuleSet | None = None) -> Decision:
    return decide_mail(mail(reply_mail(text)), NOT_CHECKED, account_with(), rules or rules_of())


def test_each_meaning_two_near_each_other_and_the_length_count_once():
    found = weighed("Nobody reads the mails, nobody at all, not one of us reads mails")
    assert found is not None
    assert found.points == -10 + 4 + 2 + 9
    assert [(one.what, one.points) for one in found.shares] == [("mail + no", 9), ("no", 4), ("mail", 2)]
    short = weighed("No letters")
    assert short is not None
    assert (short.points, short.known) == (-10 + 3 + 4 + 2 + 9, 1)


@pytest.mark.parametrize(
    "text",
    ["No. Letters are fine with all of us", "no one two three four five six seven eight letters"],
    ids=["in two sentences", "nine words apart"],
)
def test_two_meanings_are_not_near_each_other(text: str):
    found = weighed(text)
    assert found is not None
    assert "mail + no" not in [one.what for one in found.shares]


@pytest.mark.parametrize("text", ["", "Green is the grass", "no letters " * 16], ids=["empty", "unknown", "too long"])
def test_nothing_is_weighed(text: str):
    assert weighed(text) is None


def test_what_reads_like_a_request_is_before_a_person_with_the_words_that_say_so():
    decision = decided("Nobody reads letters any more in this house.")
    assert (decision.action, decision.reason, decision.rule) == (Action.review, OF_LIKENESS, LIKENESS)
    assert [one.phrase for one in decision.evidence] == ["Nobody reads letters", "Nobody", "letters"]
    text = decision.new_text or ""
    assert [text[slice(*one.span)] for one in decision.evidence if one.span] == [
        one.phrase for one in decision.evidence
    ]


@pytest.mark.parametrize(
    "text",
    ["Nobody came to the house today, did they?", "The fence! No letters any more by the fence."],
    ids=["too few points", "the words stand where a guard takes them out"],
)
def test_what_does_not_is_forwarded(text: str):
    assert decided(text).action == Action.forward


@pytest.mark.parametrize(
    ("text", "doubted"),
    [
        ("strike me, says the label on the parcel of matches, though nobody reads mail here on a Monday", False),  # -10
        ("strike me, says the label on the parcel of matches that came by boat on Monday, how nice", True),  # -25
        ("strike me, says the parcel", False),  # in so few words it is clear
        ("strike me: ninajua parcel kwamba hamtaacha kuandika mpaka nipige kelele kubwa sana leo", False),  # unknown
        ("the parcel from the shop in the harbour has come to the wrong house. strike me 火柴", False),
    ],
)
def test_a_request_among_many_words_that_speak_of_other_things_is_for_a_person(text: str, doubted: bool):
    decision = decided(text)
    assert (decision.action == Action.review) == doubted
    assert (decision.reason == OF_UNLIKENESS) == doubted
    assert decision.rule == "strike"


def test_without_a_limit_for_doubt_no_request_is_doubted():
    text = "strike me, says the label on the parcel of matches that came by boat on Monday, how nice"
    rules = rules_of(**{"90-points.toml": POINTS.replace("doubt_until = -20\n", "")})
    assert decided(text, rules).action == Action.unsubscribe


def test_without_points_rules_alone_decide():
    rules = read_rules({"10-en.toml": RULES, "20-en-meanings.toml": MEANINGS})
    assert rules.likeness is None
    assert decide_mail(mail(reply_mail("No letters")), NOT_CHECKED, account_with(), rules).action == Action.forward


def test_a_later_file_changes_points_and_limits_and_teaches_words():
    own = """
language = "en"
[meanings]
mail = "gazette"
[likeness]
review_from = 100
[likeness.points]
"no" = 50
"""
    rules = rules_of(**{"99-own.toml": own})
    assert rules.likeness is not None
    assert (rules.likeness.review_from, rules.likeness.start) == (100, -10)
    assert weighed("no gazette", rules) is not None
    assert weighed("no gazette", rules).points == -10 + 3 + 50 + 2 + 9  # type: ignore[union-attr]


def test_left_out_like_a_rule_it_says_nothing():
    text = "No letters"
    seen = examine_mail(mail(reply_mail(text)), NOT_CHECKED, account_with(), rules_of())
    assert {match.rule.id for match in seen.body_matches} == {LIKENESS}
    assert rules_of().without({LIKENESS}).likeness is None


def test_people_see_the_points_with_the_words_that_make_them():
    rules = rules_of()
    reading = find_reading(rules.matcher.match("No letters"), rules)
    assert reading is not None
    assert reading.is_like_a_request
    assert reading.as_json() == {
        "points": 8,
        "review_from": 5,
        "doubt_until": -20,
        "shares": [
            {"what": "mail + no", "points": 9, "words": "No letters"},
            {"what": "no", "points": 4, "words": "No"},
            {"what": "4 words", "points": 3, "words": ""},
            {"what": "mail", "points": 2, "words": "letters"},
        ],
    }


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ('[meanings]\nno = "no"', 'own.toml:1: meanings are those of a language: name it above them, language = "de"'),
        ('language = "en"\n[meanings]\nno = ["no"]', "own.toml:3: meaning no is a text"),
        ('language = "en"\n[meanings]\nNo = "no"', "'No' needs a name of small letters"),
        ('language = "en"\n[meanings]\nno = "no, x*"', r"no: 'x\*' is no word"),
        ('language = "en"\n[meanings]\nno = "no, *mi"', r"no: '\*mi' is no word"),
        ('language = "en"\n[meanings]\nno = "no, +"', r"no: '\+' is no word"),
        ("meanings = 3", "meanings are a table of their own"),
        ("likeness = 3", "likeness is a table of its own"),
        ("[likeness]\nfrom = 3", "unknown key 'from'"),
        ('[likeness]\nreview_from = "3"', "review_from is a whole number"),
        ("[likeness]\nmax_words = 0", "max_words is a number above 0"),
        ('[likeness.points]\n"no" = 2000', "points of 'no' is a whole number from -1000 to 1000"),
        ('[likeness.points]\n"dogs + no" = 2', "points of 'dogs \\+ no': no file has a meaning 'dogs'"),
    ],
)
def test_a_mistake_is_told_with_its_line(text: str, mistake: str):
    with pytest.raises(RulesError, match=mistake):
        rules_of(**{"99-own.toml": text})


def test_the_shipped_points_put_before_a_person_what_no_rule_knows():
    text = "Sold the boat, so your weekly newsletter is no use to me these days."
    rules = shipped_rules().without({rule.id for rule in shipped_rules().rules})
    decision = decide_mail(mail(reply_mail(text)), NOT_CHECKED, account_with(), rules)
    assert (decision.action, decision.reason) == (Action.review, OF_LIKENESS)
    assert Also.forward in decision.also


@given(st.text(max_size=400))
def test_any_text_can_be_weighed(text: str):
    likeness = shipped_rules().likeness
    assert likeness is not None
    found = likeness.weigh(normal_text(text))
    assert found is None or found.points == likeness.start + sum(one.points for one in found.shares)
