"""All replies carry the codes that RFC 5321, RFC 2034 and RFC 3463 ask for."""

import re
from pathlib import Path

import pytest

from mailproc import smtp
from mailproc.smtp import replies

REPLIES = {name: value for name, value in vars(replies).items() if isinstance(value, bytes)}


@pytest.mark.parametrize("name", sorted(set(REPLIES) - {"SEND_DATA"}))
def test_a_reply_has_an_enhanced_code_of_the_same_class_and_ends_its_line(name):
    match = re.fullmatch(rb"([245])\d\d ([245])\.\d{1,3}\.\d{1,3} [\x20-\x7e]+\r\n", REPLIES[name])
    assert match is not None
    assert match[1] == match[2]
    assert len(REPLIES[name]) <= 512


def test_354_has_none():
    assert re.fullmatch(rb"354 [A-Z][^\r\n]+\r\n", replies.SEND_DATA)


def test_a_permanent_reply_never_asks_to_try_again():
    assert not [name for name, reply in REPLIES.items() if reply[:1] == b"5" and b"again" in reply]


def test_no_reply_is_written_anywhere_else():
    room = Path(smtp.__path__[0])
    written = [
        f"{path.name}: {literal}"
        for path in room.glob("*.py")
        if path.name != "replies.py"
        for literal in re.findall(r"""["'][2345]\d\d[ -][^"']*["']""", path.read_text())
    ]
    assert written == []


def test_extended_hello_puts_a_dash_on_all_lines_but_the_last():
    assert replies.extended_hello("mx.example.com", ["A", "B 1"]) == b"250-mx.example.com\r\n250-A\r\n250 B 1\r\n"


def test_the_log_gets_codes_and_text_apart():
    assert replies.status_of(replies.TOO_BIG) == "552 5.3.4"
    assert replies.text_of(replies.TOO_BIG) == "Message too big"
