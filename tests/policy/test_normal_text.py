import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproc.policy.rules.folding import fold, width_in_words
from mailproc.policy.rules.normal_text import MAX_CHARACTERS, NormalText, normal_text


def words_of(text: str) -> list[str]:
    return normal_text(text).line.split("\n")


def span_of(normal: NormalText, start: int, end: int) -> tuple[int, int]:
    return normal.span_in(normal.sentence_at(start), start, end)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("UNSUBSCRIBE!", "unsubscribe"),
        ("Désabonnez‑moi", "desabonnez moi"),
        ("don’t / DON'T", "dont dont"),
        ("e-mail, E mail, email", "email email email"),
        ("Un-Subscribe", "unsubscribe"),
        ("opt-out of the mailing list", "optout of the mailinglist"),
        ("löschen", "loschen"),
        ("Straße", "strasse"),
        ("Ёлка", "елка"),
        ("إلغاء", "الغاء"),
        ("hủy đăng ký", "huy dang ky"),
        ("ＳＴＯＰ", "stop"),
        ("İPTAL ıptal", "iptal iptal"),
        ("un\u200bsub\u00adscribe", "unsubscribe"),
        ("", ""),
    ],
)
def test_spellings_of_the_same_word_become_one(text: str, folded: str):
    assert fold(text) == folded
    assert normal_text(text).line == f" {folded} "


def test_a_wrapped_line_goes_on_and_a_short_one_ends():
    text = "I really would like to ask you to please take me off\nyour list.\nThanks\nPat"
    assert words_of(text) == [
        " i really would like to ask you to please take me off your list ",
        " thanks ",
        " pat ",
    ]


def test_web_and_mail_addresses_are_no_words():
    line = normal_text("See https://x.example/unsubscribe?me or mail remove.me@x.example. Go to www.stop.example!").line
    assert "unsubscribe" not in line
    assert "remove" not in line
    assert "stop" not in line


def test_a_span_leads_back_to_what_was_written():
    text = "Hi,\n\nplease UN-subscribe   mé from your E-Mail list!"
    normal = normal_text(text)
    start = normal.line.index("unsubscribe me")
    assert text[slice(*span_of(normal, start, start + len("unsubscribe me")))] == "UN-subscribe   mé"


def test_a_span_in_a_script_without_gaps_is_exact():
    text = "お世話になります。配信を停止してください。"
    normal = normal_text(text)
    start = normal.line.index("停止")
    assert text[slice(*span_of(normal, start, start + 2))] == "停止"


@pytest.mark.parametrize(
    "text", ["هل حذفتموني؟ أنتظر العدد القادم", "मुझे हटा दें। धन्यवाद", "もう一度？お願いします", "Really? Yes"]
)
def test_sentences_end_at_the_marks_of_their_script(text: str):
    assert len(normal_text(text).sentences) == 2


def test_two_characters_count_as_a_word_where_words_have_no_gaps():
    assert width_in_words(" take me off ") == 3
    assert width_in_words("配信停止") == 2


def test_a_text_without_end_is_cut():
    assert len(normal_text("a " * MAX_CHARACTERS).text) == MAX_CHARACTERS


@given(st.text(max_size=400))
def test_every_word_of_any_text_leads_back_into_it(text: str):
    normal = normal_text(text)
    for number, line in enumerate(normal.line.split("\n")):
        offset = normal.starts[number]
        for start in (index for index, character in enumerate(line[:-1]) if character == " " and line.strip()):
            begin, end = span_of(normal, offset + start + 1, offset + start + 2)
            first, last = normal.sentences[number]
            assert first <= begin <= end <= last


@given(st.text(alphabet="abn't’e-mail üÜß.\n 配信é", max_size=200))
def test_a_word_is_the_folded_form_of_its_span(text: str):
    normal = normal_text(text)
    for number, line in enumerate(normal.line.split("\n")):
        offset = normal.starts[number] + 1
        for word in line.split():
            span = span_of(normal, offset, offset + len(word))
            assert fold(text[slice(*span)]).replace(" ", "") == word.replace(" ", "")
            offset += len(word) + 1


def test_a_character_that_stands_for_a_phrase_is_a_gap():
    assert normal_text("stop\ufdfanow ﬁn").line == " stop now fin "


def test_folding_never_makes_a_text_many_times_as_long():
    assert all(len(fold(chr(code))) <= 8 for code in range(0x10000) if not 0xD800 <= code < 0xE000)
