import pytest

from mailproc.policy.rules.manners import Manners
from mailproc.policy.rules.normal_text import normal_text

MANNERS = Manners(
    courtesy=("please", "could you", "お願いします"),
    greetings=("hi", "dear sir or madam"),
    closings=("best regards", "thanks"),
)


def core_of(sentence: str) -> str:
    core = MANNERS.core(sentence)
    return sentence[core.begin : core.end].strip()


@pytest.mark.parametrize(
    ("sentence", "left"),
    [
        (" please stop ", "stop"),
        (" hi could you please stop thanks ", "stop"),
        (" dear sir or madam stop best regards pat lee ", "stop"),
        (" please ", ""),
        (" stop 4711 ", "stop"),
        (" stop ", "stop"),
        ("  ", ""),
        (" 停止お願いします ", "停止"),
    ],
)
def test_courtesy_is_taken_off_both_ends(sentence: str, left: str):
    assert core_of(sentence) == left


def test_a_name_may_follow_a_greeting():
    core = MANNERS.core(" hi pat please stop ")
    assert " hi pat please stop "[core.latest :].strip() == "stop"


@pytest.mark.parametrize("line", ["Ann Lee", "Ann van der Lee, Acme Ltd.", "pat", "+49 30 1234567", "Thanks"])
def test_a_line_behind_the_request_may_be_a_signature(line: str):
    assert MANNERS.is_courtesy(normal_text(line), 0, after=True)


@pytest.mark.parametrize("line", ["and call me tomorrow", "The shop was closed when I came by to look at it"])
def test_a_sentence_is_no_signature(line: str):
    assert not MANNERS.is_courtesy(normal_text(line), 0, after=True)


def test_before_the_request_a_name_is_no_courtesy():
    assert not MANNERS.is_courtesy(normal_text("Ann Lee"), 0, after=False)
