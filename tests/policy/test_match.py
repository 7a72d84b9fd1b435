import pytest
from hypothesis import given
from hypothesis import strategies as st
from posted import shipped_rules

from mailproc.policy.account import MailboxRole
from mailproc.policy.rules.rules import read_rules


def found(rule_lines: str, text: str, where: str = "body", mailbox: MailboxRole = MailboxRole.reply) -> list[str]:
    """The phrases that one rule finds; its own examples are made to fit."""
    source = (
        'language = "en"\ncourtesy = ["please", "thanks", "を"]\ngreetings = ["hi"]\nclosings = ["regards"]\n'
        '[[rule]]\nid = "one"\naction = "unsubscribe"\n' + rule_lines + "\n"
    )
    rules = read_rules({"r.toml": source})
    return [match.phrase for match in rules.matcher.match(text, where=where, mailbox=mailbox).matches]


COMMON = (
    "please",
    "do",
    "not",
    "unsubscribe",
    "me",
    "from",
    "this",
    "list",
    ".",
    "\n",
    "!",
    "the",
    "stop",
    "mail",
    "you",
)
STOP_NEWS = 'phrases = ["stop ... news"]\nwithin_words = 2\nhits = ["stop news"]\nmisses = ["go"]'
EARLY = 'phrases = ["stop", "please stop"]\nfirst_lines = 2\nhits = ["stop"]\nmisses = ["go"]'
ALONE = 'phrases = ["stop"]\nalone = "text"\nhits = ["stop"]\nmisses = ["go"]'
SENTENCE = 'phrases = ["stop"]\nalone = "sentence"\nhits = ["stop"]\nmisses = ["go"]'


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ("Stop this silly news, please", ["Stop this silly news"]),
        ("stop a b c news", []),
        ("stop. Good news", []),
        ("news stop", []),
        ("stop it\nNews", []),
    ],
)
def test_a_gap_is_as_wide_as_the_rule_says_and_ends_with_the_sentence(text: str, phrases: list[str]):
    assert found(STOP_NEWS, text) == phrases


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ("Hello\nstop", ["stop"]),
        ("Hello\n\n\nstop", ["stop"]),
        ("\n\nHello\nthere\nstop", []),
        ("Hello, this is a long line that the mail program broke here\nand then please\nstop", []),
        ("one. two. three. stop", ["stop"]),
    ],
)
def test_the_first_lines_of_a_text_are_counted_as_written_blank_ones_not(text: str, phrases: list[str]):
    assert found(EARLY, text) == phrases


def test_the_first_lines_do_not_matter_in_a_subject():
    assert found(EARLY, "a\nb\nc stop", where="subject") == ["stop"]


@pytest.mark.parametrize(
    "text",
    [
        "stop",
        "STOP!",
        "Hi Pat,\n\nplease stop\n\nRegards\nAnn Lee",
        "Stop.\nAnn Lee\nAcme Ltd.",
        "please, stop, thanks",
    ],
)
def test_alone_allows_courtesy_names_and_signatures(text: str):
    assert len(found(ALONE, text)) == 1


@pytest.mark.parametrize(
    "text", ["we stop here", "stop it", "stop\nI will call you tomorrow about the rest of it", "bus stop"]
)
def test_alone_allows_nothing_else(text: str):
    assert found(ALONE, text) == []


def test_alone_in_its_sentence_allows_other_sentences():
    assert found(SENTENCE, "I had enough of this.\nSTOP!") == ["STOP"]
    assert found(SENTENCE, "I had enough of this, stop") == []


def test_a_rule_looks_only_where_it_is_meant_to():
    body_only = 'phrases = ["stop"]\nwhere = ["body"]\nhits = ["stop"]\nmisses = ["go"]'
    assert found(body_only, "stop", where="subject") == []
    feedback = 'phrases = ["stop"]\nmailboxes = ["feedback"]\nhits = ["stop"]\nmisses = ["go"]'
    assert found(feedback, "stop") == []
    assert found(feedback, "stop", mailbox=MailboxRole.feedback) == ["stop"]


def test_word_limits_hold():
    short = 'phrases = ["stop"]\nmax_words = 3\nmax_sentence_words = 2\nhits = ["stop"]\nmisses = ["go"]'
    assert found(short, "stop now") == ["stop"]
    assert found(short, "stop right now") == []
    assert found(short, "stop now. a b") == []


def test_a_pattern_is_looked_for_in_the_text_as_written():
    pattern = 'patterns = [\'STOP[0-9]+\']\nhits = ["STOP7"]\nmisses = ["stop7"]'
    assert found(pattern, "please STOP42 now") == ["STOP42"]


def test_edges_of_the_sentence_do_not_count_courtesy():
    edges = 'phrases = ["^stop", "mail$"]\nhits = ["stop"]\nmisses = ["go"]'
    assert found(edges, "Hi Pat, please stop it") == ["stop"]
    assert found(edges, "they stop it") == []
    assert found(edges, "too much mail, thanks") == ["mail"]
    assert found(edges, "mail it") == []


def test_spans_lie_in_the_text():
    text = "Hello,\r\nplease UNSUBSCRIBE me\u200b now \ud800"
    for match in shipped_rules().matcher.match(text).matches:
        start, end = match.span
        assert text[start:end] == match.phrase


@given(st.text(max_size=500))
def test_any_text_can_be_searched(text: str):
    for match in shipped_rules().matcher.match(text).matches:
        assert 0 <= match.span[0] < match.span[1] <= len(text)


@given(
    st.lists(
        st.sampled_from(
            [
                "please",
                "do",
                "not",
                "unsubscribe",
                "me",
                "from",
                "this",
                "list",
                ".",
                "\n",
                "!",
                "the",
                "stop",
                "mail",
                "to",
                "you",
            ]
        )
    )
)
def test_any_order_of_common_words_can_be_searched(words: list[str]):
    shipped_rules().matcher.match(" ".join(words))


@pytest.mark.parametrize("text", ["stop", "stop it", "stop it now", "停止", "停止发送"])
def test_of_two_ways_to_say_it_the_one_that_reaches_the_edge_is_taken(text: str):
    lines = 'phrases = ["(stop|stop it|stop it now|停止|停止发送)"]\nalone = "text"\nhits = ["stop"]\nmisses = ["go"]'
    assert found(lines, text) == [text]
