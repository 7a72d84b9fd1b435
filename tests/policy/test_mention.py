"""Where a person is named, in every spelling that mail has; and who merely looks like it."""

import base64
import quopri

import pytest

from mailproc.policy.standing.mention import GONE, Mentions

PAT = Mentions(["pat@example.org"], ["crm-1", "42", "0031x00000abcde"])


@pytest.mark.parametrize(
    "text",
    [
        "pat@example.org",
        "wrote PAT@Example.ORG yesterday",
        "<pat@example.org>, x",
        "mailto:pat%40example.org?subject=x",
        "bounce+pat=example.org@acme.example",
        "prvs=1234567890=pat@example.org",
        "ends in pat@example.org.",
        "crm-1",
        "CRM-1",
        "42",
        "seen as crm-1, twice",
    ],
)
def test_words_that_name_the_person(text: str) -> None:
    assert PAT.in_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "cat.pat@example.org",
        "news+pat@example.org",
        "pat@example.org.uk",
        "pat@example.organic",
        "pat@example.com",
        "pat",
        "crm-12",
        "xcrm-1",
        "42 people",
        "",
    ],
)
def test_words_that_name_somebody_else(text: str) -> None:
    assert not PAT.in_text(text)


def mail(body: bytes, *, subject: bytes = b"x") -> bytes:
    return b"From: kim@example.net\r\nSubject: " + subject + b"\r\n\r\n" + body + b"\r\n"


@pytest.mark.parametrize("before", ["", "a ", "ab ", "abc ", "Dear <"])
@pytest.mark.parametrize("after", [" ", "! ", " and ", ">, x "])
@pytest.mark.parametrize("address", ["pat@example.org", "PAT@EXAMPLE.ORG"])
def test_an_address_in_base64_is_found_at_every_place(before: str, after: str, address: str) -> None:
    encoded = base64.encodebytes(f"{before}{address}{after}".encode() * 3).replace(b"\n", b"\r\n")
    assert PAT.in_mail(mail(encoded))


def test_an_address_in_quoted_printable_is_found_across_soft_line_breaks() -> None:
    assert PAT.in_mail(mail(quopri.encodestring(("=" * 65 + "ü pat@example.org" + " ü" * 9).encode())))
    assert PAT.in_mail(mail(b'href=3D"http://x.example/?who=3Dpat=40example.org"'))
    assert PAT.in_mail(mail(b"write to pat@exam=\r\nple.org please"))


def test_a_long_key_in_a_mail_is_found_and_a_short_one_is_not_looked_for() -> None:
    assert PAT.in_mail(mail(b"your number: 0031X00000ABCDE."))
    assert not PAT.in_mail(mail(b"crm-1 and 42"))


def test_a_mail_about_others_names_nobody() -> None:
    assert not PAT.in_mail(mail(b"cat.pat@example.org wrote to pat@example.org.uk"))
    assert not PAT.in_mail(mail(base64.encodebytes(b"cat.pat@example.org, patricia@example.organic " * 30)))


def test_nobody_is_found_nowhere() -> None:
    nobody = Mentions([])
    assert not nobody.in_text("")
    assert not nobody.in_mail(mail(b"anything"))


def test_of_a_report_about_several_people_only_one_goes() -> None:
    decided = {
        "reason": "reported by pat@example.org",
        "subscribers": [{"address": "pat@example.org", "key": None}, {"address": "kim@example.org", "key": "7"}],
        "feedback": {"original_rcpt_to": ["pat@example.org", "kim@example.org"], "source": "x"},
        "bounces": [{"address": "kim@example.org", "status": "5.1.1"}, {"address": None, "reason": "crm-1 unknown"}],
        "n": 1,
    }
    assert PAT.without(decided) == {
        "reason": GONE,
        "subscribers": [{"address": "kim@example.org", "key": "7"}],
        "feedback": {"original_rcpt_to": ["kim@example.org"], "source": "x"},
        "bounces": [{"address": "kim@example.org", "status": "5.1.1"}],
        "n": 1,
    }
    assert PAT.in_value(decided)
    assert not PAT.in_value(PAT.without(decided))


def test_a_short_key_is_not_looked_for_where_something_else_has_its_number() -> None:
    said = {"send": "42", "rule": "crm-1", "class": "42", "status": "42", "mail": "42", "enterprise": "42"}
    assert not PAT.in_value(said)
    assert PAT.without({**said, "note": "42"}) == {**said, "note": GONE}
    assert PAT.without([said, {"key": "42"}]) == [said]


def test_an_address_is_found_wherever_it_is() -> None:
    assert PAT.in_value({"send": "to pat@example.org"})
    assert PAT.without({"send": "to pat@example.org", "rule": None}) == {"send": GONE, "rule": None}
