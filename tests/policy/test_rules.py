import re
from pathlib import Path

import pytest
from posted import shipped_rules

from mailproc.errors import RulesError
from mailproc.policy.account import MailboxRole
from mailproc.policy.decision import Action, Also
from mailproc.policy.rules.intent import read_intent
from mailproc.policy.rules.rule_file import FILE_KEYS, RULE_KEYS, Alone, Guard
from mailproc.policy.rules.rules import RuleSet, read_rules
from mailproc.policy.standing.facts import Level

RULES_FOLDER = Path(__file__).resolve().parent.parent.parent / "rules"
GOOD = """
language = "en"
courtesy = ["please"]
totality = ["all"]

[[rule]]
id = "en-off"
action = "unsubscribe"
phrases = ["take me off"]
hits = ["please take me off"]
misses = ["take me home"]
"""


def one_rule(**lines: str) -> str:
    """A file with one rule, in which these lines replace or join the usual ones."""
    usual = {
        "id": '"en-off"',
        "action": '"unsubscribe"',
        "phrases": '["take me off"]',
        "hits": '["take me off"]',
        "misses": '["take me home"]',
    }
    return "[[rule]]\n" + "".join(f"{key} = {value}\n" for key, value in {**usual, **lines}.items() if value)


def problems_of(text: str, name: str = "10-en.toml") -> list[str]:
    with pytest.raises(RulesError) as caught:
        read_rules({name: text})
    return caught.value.problems


def test_a_rule_is_read_with_everything_it_says():
    rules = read_rules(
        {
            "10-en.toml": one_rule(
                also='["forward", "alert"]',
                languages='["en", "cy"]',
                where='["body"]',
                alone='"sentence"',
                max_words="50",
                max_sentence_words="9",
                first_lines="3",
                within_words="2",
                mailboxes='["feedback"]',
                level='"account"',
                despite='["talk"]',
            )
        }
    )
    (rule,) = rules.rules
    assert (rule.id, rule.file, rule.line) == ("en-off", "10-en.toml", 1)
    assert rule.also == (Also.alert, Also.forward)
    assert (rule.languages, rule.where, rule.alone) == (("en", "cy"), {"body"}, Alone.sentence)
    assert (rule.max_words, rule.max_sentence_words, rule.first_lines, rule.within_words) == (50, 9, 3, 2)
    assert (rule.mailboxes, rule.level, rule.despite) == ({MailboxRole.feedback}, Level.account, (Guard.talk,))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("id = ", "10-en.toml:1: is not TOML"),
        ("colour = 3", "10-en.toml:1: unknown key 'colour'"),
        ("\n" + one_rule(colour='"red"'), "10-en.toml:8: rule en-off: unknown key 'colour'"),
        (one_rule(id='"Not An Id"'), "needs an id"),
        (one_rule(action=""), "rule en-off: needs either an action or a guard"),
        (one_rule(guard='"negation"'), "rule en-off: needs either an action or a guard"),
        (one_rule(action='"explode"'), "rule en-off: action is one of unsubscribe, bounce"),
        (one_rule(phrases="[]"), "rule en-off: needs phrases or patterns"),
        (one_rule(phrases='["take ("]'), "has a bracket without"),
        (one_rule(phrases='"take"'), "rule en-off: phrases is a list of texts"),
        (one_rule(patterns='["(?=x)"]'), "pattern '(?=x)' is not RE2"),
        (one_rule(within_words="99"), "within_words is at most 20"),
        (one_rule(max_words="-1"), "max_words is a number above 0"),
        (one_rule(first_lines="true"), "first_lines is a number above 0"),
        ("language = 3", "10-en.toml:1: language is a text"),
        ('enabled = "no"', "10-en.toml:1: enabled is true or false"),
        ('courtesy = ["thanks",\n"!"]', "10-en.toml:2: '!' has no word in it"),
        ('totality = ["?!"]', "10-en.toml:1: '?!' has no word in it"),
        ("[rule]\nid = 'x'", "each under a line [[rule]]"),
        ("rule = [{id = 'x'}]", "each under a line [[rule]]"),
        ("rule = 'x'", "each under a line [[rule]]"),
        (one_rule(level='"global"'), "level can only be account"),
        (one_rule(hits="[]"), "needs an example in hits and one in misses"),
        (one_rule(hits='["go away"]'), "rule en-off: does not hit its example 'go away'"),
        (one_rule(misses='["take me off!"]'), "rule en-off: hits its counter-example 'take me off!'"),
    ],
)
def test_a_mistake_is_told_with_file_and_line(text: str, sentence: str):
    (problem,) = problems_of(text)
    assert sentence in problem
    assert re.match(r"10-en\.toml:\d+: ", problem)


@pytest.mark.parametrize(
    ("classes", "phrase", "sentence"),
    [
        ('me = ["me"]', "take {you} off", "phrase 'take {you} off' names the word class {you}, which no file has"),
        ('me = ["{me}"]', "take {me} off", "names the word class {me}, which contains itself"),
        ('me = ["us)"]', "take {me} off", "phrase 'take {me} off' has a ')' that closes nothing"),
        ('me = "me"', "take me off", "10-en.toml:2: class me is a list of texts"),
        ("me = []", "take me off", "10-en.toml:2: class me has no words"),
        ('Me = ["me"]', "take me off", "10-en.toml:2: class 'Me' needs a name of small letters, digits and hyphens"),
    ],
)
def test_a_mistake_in_a_word_class_is_told_where_it_is_or_where_it_is_named(classes: str, phrase: str, sentence: str):
    (problem,) = problems_of(f"[classes]\n{classes}\n" + one_rule(phrases=f'["{phrase}"]'))
    assert sentence in problem
    assert re.match(r"10-en\.toml:\d+: ", problem)


def test_classes_are_a_table():
    assert problems_of("classes = 3\n" + one_rule()) == [
        "10-en.toml:1: classes are a table of their own, under a line [classes]"
    ]


def test_another_file_may_add_words_to_a_class_for_the_phrases_of_all():
    rule = '[classes]\noff-me = ["me"]\n' + one_rule(phrases='["take {off-me} off"]')
    more = '[classes]\noff-me = ["myself", "my old self"]\n'
    assert read_rules({"10-en.toml": rule}).matcher.match("take my old self off").matches == ()
    both = read_rules({"10-en.toml": rule, "99-acme.toml": more})
    (match,) = both.matcher.match("please take my old self off").matches
    assert (match.phrase, match.source) == ("take my old self off", "take {off-me} off")


def test_a_file_that_is_not_enabled_has_no_classes():
    words = 'enabled = false\n[classes]\noff-me = ["me"]\n'
    with pytest.raises(RulesError, match=r"names the word class \{off-me\}, which no file has"):
        read_rules({"10-en.toml": words, "20-en.toml": one_rule(phrases='["take {off-me} off"]')})


def test_a_word_of_a_class_is_no_misspelling():
    words = 'spellings = ["unsubscribe"]\n[classes]\nodd = ["unsubscrine"]\n'
    rules = read_rules({"10-en.toml": words + one_rule(phrases='["{odd} me"]', hits='["unsubscrine me"]')})
    assert [match.phrase for match in rules.matcher.match("unsubscrine me").matches] == ["unsubscrine me"]


def test_all_mistakes_are_told_at_once_each_at_its_own_line():
    text = one_rule(within_words="99", colour='"red"') + "\n" + one_rule(id='"en-other"', phrases='[\n"off",\n"("]')
    assert [problem.partition(": ")[0] for problem in problems_of(text)] == [
        "10-en.toml:7",
        "10-en.toml:8",
        "10-en.toml:15",
    ]


def test_a_rule_with_a_mistake_still_guards_the_examples_of_others():
    guard = '[[rule]]\nid = "en-stay"\nguard = "negation"\nphrases = ["not take me off"]\nmax_words = "few"\n'
    guard += 'hits = ["do not take me off"]\nmisses = ["take me off"]\n'
    (problem,) = problems_of(one_rule(misses='["do not take me off"]') + guard)
    assert problem == "10-en.toml:11: rule en-stay: max_words is a number above 0"


def test_an_id_may_be_used_once_over_all_files():
    with pytest.raises(RulesError, match=r"20-x\.toml:1: rule en-off is already in 10-en\.toml:1"):
        read_rules({"10-en.toml": one_rule(), "20-x.toml": one_rule()})


def test_a_guard_of_another_file_counts_for_the_examples():
    guard = '[[rule]]\nid = "en-stay"\nguard = "negation"\nphrases = ["not take me off"]\n'
    guard += 'hits = ["do not take me off"]\nmisses = ["take me off"]\n'
    read_rules({"10-en.toml": one_rule(misses='["do not take me off"]'), "11-en.toml": guard})


def test_a_file_that_is_not_enabled_gives_nothing_but_counts_in_the_digest():
    off = read_rules({"10-en.toml": GOOD, "95-x.toml": "enabled = false\n" + one_rule()})
    assert [rule.id for rule in off.rules] == ["en-off"]
    assert off.digest != read_rules({"10-en.toml": GOOD}).digest


def test_the_digest_changes_with_every_change():
    assert read_rules({"10-en.toml": GOOD}).digest == read_rules({"10-en.toml": GOOD}).digest
    assert read_rules({"10-en.toml": GOOD + "# \n"}).digest != read_rules({"10-en.toml": GOOD}).digest
    assert read_rules({}).digest.startswith("sha256:")


def test_no_rules_find_nothing():
    assert read_rules({}).matcher.match("unsubscribe").matches == ()


def test_word_lists_are_folded():
    files = {
        "10-en.toml": 'language = "en"\ntotality = ["ALL"]',
        "20-de.toml": 'language = "de"\ntotality = ["Über"]',
        "90-ours.toml": 'totality = ["the whole lot"]',
    }
    assert [read_rules(files).totality_in(languages) for languages in ({"en"}, {"de", "fr"}, {})] == [
        ["all", "the whole lot"],
        ["the whole lot", "uber"],
        ["all", "the whole lot", "uber"],
    ]


def documented_examples() -> list[str]:
    text = (RULES_FOLDER.parent / "docs" / "reference" / "rules.md").read_text(encoding="utf-8")
    return re.findall(r"^```toml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def test_every_key_is_documented_with_an_example_that_loads():
    examples = documented_examples()
    for example in examples:
        read_rules({"my.toml": example})
    written = "\n".join(examples)
    assert [key for key in (*FILE_KEYS, *RULE_KEYS) if not re.search(rf"^\[*{key}\b", written, re.MULTILINE)] == []


def test_the_shipped_rules_load_and_speak_many_languages():
    rules: RuleSet = shipped_rules()
    languages = {language for rule in rules.rules for language in rule.languages}
    assert {"en", "de", "fr", "es", "it", "pt", "nl", "pl", "ru", "tr", "ja", "zh", "ar"} <= languages
    assert all(rule.action in (Action.unsubscribe, Action.review, None) for rule in rules.rules)


def test_the_classic_set_loads_beside_all_others_and_a_guard_still_holds_a_request():
    sources = {path.name: path.read_text(encoding="utf-8") for path in RULES_FOLDER.glob("*.toml")}
    classic = sources["95-classic.toml"].replace("enabled = false", "enabled = true")
    rules = read_rules({**sources, "95-classic.toml": classic})
    assert "classic" in {rule.id for rule in rules.rules}
    for text, action in (
        ("please don't remove me", Action.review),
        ("The bus will leave", Action.unsubscribe),
        ("unsubcribe", Action.unsubscribe),
    ):
        assert read_intent(rules.matcher.match(text), rules).action == action


def test_the_classic_words_are_shipped_but_off_until_somebody_wants_them():
    text = (RULES_FOLDER / "95-classic.toml").read_text(encoding="utf-8")
    assert read_rules({"95-classic.toml": text}).rules == ()
    on = read_rules({"95-classic.toml": text.replace("enabled = false", "enabled = true")})
    assert [match.phrase for match in on.matcher.match("I will leave, then Unsubscribe").matches] == [
        "leave",
        "Unsubscribe",
    ]
