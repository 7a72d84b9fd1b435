"""XCLIENT's attributes."""

import pytest

from mailproc.smtp.xclient import NamedClient, parse_xclient


@pytest.mark.parametrize(
    ("argument", "named"),
    [
        ("ADDR=192.0.2.7", NamedClient(names_host=True, host="192.0.2.7")),
        ("addr=192.0.2.7 port=1", NamedClient(names_host=True, host="192.0.2.7")),
        ("ADDR=IPV6:2001:db8::7", NamedClient(names_host=True, host="2001:db8::7")),
        ("ADDR=2001:db8::7", NamedClient(names_host=True, host="2001:db8::7")),
        ("ADDR=[UNAVAILABLE]", NamedClient(names_host=True, host=None)),
        ("ADDR=[tempunavail] HELO=[UNAVAILABLE]", NamedClient(names_host=True, host=None)),
        ("HELO=mail.example.org", NamedClient(helo="mail.example.org")),
        ("HELO=a+2Bb+20c", NamedClient(helo="a+b c")),
        ("NAME=mail.example.org PROTO=ESMTP LOGIN=pat DESTADDR=192.0.2.1 DESTPORT=25", NamedClient()),
    ],
)
def test_known_attributes_are_understood(argument, named):
    assert parse_xclient(argument) == named


@pytest.mark.parametrize(
    "argument",
    [
        "",
        "ADDR",
        "ADDR=",
        "ADDR=999.1.1.1",
        "ADDR=mail.example.org",
        "COLOUR=red",
        "HELO=a+2",
        "HELO=a+2b",
        "HELO=a+0D+0A",
        "192.0.2.7",
    ],
)
def test_malformed_attributes_are_refused(argument):
    assert parse_xclient(argument) is None


def test_a_helo_is_cut_at_a_name_s_length():
    assert len(parse_xclient("HELO=" + "x" * 2000).helo) == 255
