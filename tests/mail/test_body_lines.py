"""No line of a body is lost, and however many there are, only so many are looked at."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from written_mail import mail_of

from mailproc.mail.text.body_lines import lines_of
from mailproc.mail.text.body_text import Body
from mailproc.mail.text.line_type import LineType
from mailproc.mail.text.new_text import find_new_text

MOST_LINES = 8001  # four thousand at each end, and what lies between
PIECES = st.lists(
    st.sampled_from(
        ["", " ", "> a", ">> b", "> On 3 March Acme <news@acme.example> wrote:", ">From here", "hello", "-- "]
    ),
    max_size=30,
)


def body_of(text: str) -> Body:
    return Body(text=text, source="plain")


@settings(deadline=None)
@given(PIECES)
def test_lines_make_up_the_text_and_stand_where_they_are_said_to(pieces: list[str]):
    text = "\n".join(pieces)
    lines, offsets, settled = lines_of(body_of(text))
    assert "\n".join(lines) == text
    assert [text[at : at + len(line)] for line, at in zip(lines, offsets, strict=True)] == lines
    assert len(settled) in (0, len(lines))


@pytest.mark.parametrize("line", ["", "a", "> a", "a" * 9, "a" * 100, "a" * 40_000])
@pytest.mark.parametrize("count", [7_990, 8_010, 70_000])
def test_of_so_many_lines_only_those_at_the_ends_are_looked_at(line: str, count: int):
    text = "\n".join([line] * min(count, 2_000_000 // (len(line) + 1)))
    lines, offsets, settled = lines_of(body_of(text))
    assert len(lines) == len(offsets) <= MOST_LINES
    assert sum(len(one) for one, kind in zip(lines, settled or lines, strict=True) if kind is not LineType.unread) < 3e5
    assert text.startswith(lines[0])
    assert text.endswith(lines[-1])


def test_a_quote_that_goes_on_to_the_end_is_one_line_below_its_first_two():
    lines, _, settled = lines_of(body_of("hello\n\n> a\n> b\n> c\n\n> d\n"))
    assert lines == ["hello", "", "> a", "> b", "> c\n\n> d\n"]
    assert settled[-1] is LineType.quote


def test_a_quote_with_an_answer_below_it_is_looked_at_line_by_line():
    lines, _, settled = lines_of(body_of("> a\n> b\n> c\n> d\nhello"))
    assert (len(lines), settled) == (5, ())


@settings(deadline=None)
@given(PIECES, st.integers(3, 40))
def test_how_long_the_quote_at_the_end_is_makes_no_difference(pieces: list[str], length: int):
    text = "\n".join(pieces)
    short, long = text + "\n> quoted" * 3, text + "\n> quoted" * length
    assert find_new_text(mail_of(short)).text == find_new_text(mail_of(long)).text


def test_what_stands_in_the_middle_of_an_enormous_text_is_not_read():
    text = "please stop\n" + "a\n" * 20_000 + "unsubscribe me\n" + "a\n" * 20_000 + "Pat"
    found = find_new_text(mail_of(text))
    assert found.text.startswith("please stop")
    assert found.text.endswith("Pat")
    assert "unsubscribe me" not in found.text
    assert "unread" in {cut.reason for cut in found.cuts}
