"""What an outgoing mail lacks: a whole mail lacks nothing, and each thing taken out of it is told, alone."""

import pytest

from mailproc.authenticity.organization import is_aligned
from mailproc.mail.reading.message import read_message
from mailproc.policy.account import AccountPolicy, MailboxRole
from mailproc.policy.outgoing.check import check_outgoing
from mailproc.policy.outgoing.finding import Finding, Outgoing, Weight, Wishes

ACCOUNT = AccountPolicy(
    id="acme",
    domains=("reply.acme.example",),
    sends_from=("news.acme.example",),
    mailboxes={MailboxRole.reply: ("reply",)},
)
NO_WISHES = Wishes()
SIGNED = (
    "from:to:subject:date:message-id:reply-to:list-unsubscribe:list-unsubscribe-post:list-id:cfbl-address:"
    "cfbl-feedback-id:feedback-id"
)
DKIM = "v=1; a=rsa-sha256; d=news.acme.example; s=k1;\r\n\th={h}; bh=x; b=y"
HEADERS = {
    "From": "Acme <hello@news.acme.example>",
    "To": "pat@example.org",
    "Subject": "March",
    "Date": "Tue, 3 Mar 2026 09:00:00 +0000",
    "Message-ID": "<1@news.acme.example>",
    "Reply-To": "reply@reply.acme.example",
    "List-Unsubscribe": "<https://news.acme.example/u/1>, <mailto:u-1@reply.acme.example?subject=unsubscribe>",
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    "List-Id": "Weekly <weekly.news.acme.example>",
    "CFBL-Address": "fbl@news.acme.example; report=arf",
    "CFBL-Feedback-ID": "abc",
    "Feedback-ID": "42:weekly:news:acme-mail",
    "DKIM-Signature": DKIM.format(h=SIGNED),
    "Content-Type": "text/html; charset=utf-8",
}
BODY = (
    '<p>Hello.</p><p><a href="https://news.acme.example/u/1">Unsubscribe</a> or change your '
    '<a href="https://news.acme.example/p/1">profile</a>.<br>Acme Inc.,<br> 1 Example Street</p>'
)


def checked(
    *,
    without: str = "",
    body: str = BODY,
    wishes: Wishes = NO_WISHES,
    commercial: bool = True,
    **instead: str,
) -> tuple[Finding, ...]:
    headers = {name: value for name, value in HEADERS.items() if name != without}
    headers |= {name.replace("_", "-"): value for name, value in instead.items()}
    content = "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n" + body
    mail = Outgoing(message=read_message(content.encode()), account=ACCOUNT, wishes=wishes, is_aligned=is_aligned)
    return check_outgoing(mail, commercial=commercial)


def ids(found: tuple[Finding, ...]) -> list[str]:
    return [one.id for one in found]


def test_a_whole_mail_lacks_nothing() -> None:
    assert checked() == ()
    wishes = Wishes(
        unsubscribe_links=("acme.example/U/",), profile_links=("/p/",), postal_address="Acme Inc., 1 example street"
    )
    assert checked(wishes=wishes) == ()


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("From", ["from"]),
        ("Date", ["date"]),
        ("Message-ID", ["message-id"]),
        ("List-Unsubscribe", ["list-unsubscribe"]),
        ("List-Unsubscribe-Post", ["one-click"]),
        ("DKIM-Signature", ["dkim", "cfbl-unsigned"]),
        ("List-Id", ["list-id"]),
        ("CFBL-Address", ["cfbl"]),
        ("CFBL-Feedback-ID", ["cfbl-id"]),
        ("Feedback-ID", ["feedback-id"]),
        ("Reply-To", ["replies"]),
        ("Subject", []),
    ],
)
def test_a_field_that_is_not_there_is_told(name: str, found: list[str]) -> None:
    assert ids(checked(without=name)) == found


@pytest.mark.parametrize(
    ("instead", "found"),
    [
        ({"From": "a@news.acme.example, b@news.acme.example"}, ["from"]),
        ({"From": "hello@acme-news.example"}, ["from-foreign", "alignment"]),
        ({"List_Unsubscribe": "<mailto:u-1@reply.acme.example>"}, ["list-unsubscribe-https"]),
        ({"List_Unsubscribe": "<https://news.acme.example/u/1>"}, ["list-unsubscribe-mailto"]),
        ({"List_Unsubscribe": "<http://a.example/u/1>, <https://news.acme.example/u/1>, <mailto:u@reply.acme.example>"},
         ["list-unsubscribe-http"]),
        ({"List_Unsubscribe": "<https://a.example/1>, <https://b.example/1>, <mailto:u@reply.acme.example>"},
         ["list-unsubscribe-https"]),
        ({"List_Unsubscribe_Post": "one-click"}, ["one-click"]),
        ({"List_Unsubscribe_Post": "list-unsubscribe = one-click"}, []),
        ({"CFBL_Address": "nobody"}, ["cfbl-address"]),
        ({"CFBL_Address": "fbl@acme.example"}, ["cfbl-unsigned"]),
        ({"CFBL_Address": "fbl@x.news.acme.example"}, []),
        ({"Feedback_ID": "42:acme"}, ["feedback-id-form"]),
        ({"Feedback_ID": "42:pat@example.org:news:acme-mail"}, ["feedback-id-person"]),
        ({"DKIM_Signature": DKIM.format(h=SIGNED.replace("from:", ""))}, ["dkim-from"]),
        ({"DKIM_Signature": DKIM.format(h=SIGNED.replace(":list-unsubscribe-post", ""))}, ["one-click-unsigned"]),
        ({"DKIM_Signature": DKIM.format(h=SIGNED.replace(":cfbl-feedback-id", ""))}, ["cfbl-unsigned"]),
        ({"DKIM_Signature": DKIM.format(h=SIGNED) + "; l=100"}, ["dkim-length"]),
        ({"DKIM_Signature": DKIM.format(h=SIGNED).replace("news.acme", "provider")}, ["alignment", "cfbl-unsigned"]),
        ({"DKIM_Signature": DKIM.format(h=SIGNED).replace("d=news.", "d=")}, []),
        ({"DKIM_Signature": "nonsense"}, ["dkim", "cfbl-unsigned"]),
    ],
)  # fmt: skip
def test_a_field_that_will_not_do_is_told(instead: dict[str, str], found: list[str]) -> None:
    assert ids(checked(**instead)) == found  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("<p>No links.</p>", ["unsubscribe-link", "profile-link"]),
        (BODY.replace(">Unsubscribe<", ">here<"), []),  # the very link of the header
        (BODY.replace("/u/1", "/x/1").replace(">Unsubscribe<", ">here<"), ["unsubscribe-link"]),
        (BODY.replace(">Unsubscribe<", ">Hier abmelden<").replace("/u/1", "/x/1"), []),
        ("<p>unsubscribe <!-- <a href=x>unsubscribe</a> no end of profile", ["profile-link"]),
        ("", ["unsubscribe-link", "profile-link"]),
    ],
)
def test_links_that_people_need_are_looked_for(body: str, found: list[str]) -> None:
    assert ids(checked(body=body)) == found


def test_links_in_plain_text_count() -> None:
    body = "Leave: https://news.acme.example/unsubscribe/1.\nPreferences: <https://news.acme.example/preferences/1>\n"
    assert ids(checked(body=body, Content_Type="text/plain")) == []


def test_the_accounts_own_forms_of_links_and_its_postal_address_are_musts() -> None:
    wishes = Wishes(unsubscribe_links=("/leave/",), profile_links=("/me/",), postal_address="2 Other Street")
    found = checked(wishes=wishes)
    assert [(one.id, one.weight) for one in found] == [
        ("unsubscribe-link", Weight.must),
        ("profile-link", Weight.must),
        ("postal-address", Weight.must),
    ]


def test_transactional_mail_needs_a_sender_and_a_signature_alone() -> None:
    assert checked(without="List-Unsubscribe", body="Your receipt.", commercial=False) == ()
    assert ids(checked(without="DKIM-Signature", commercial=False)) == ["dkim"]


def test_every_finding_says_whose_word_it_is_and_what_to_do_and_musts_come_first() -> None:
    found = checked(without="From", body="", DKIM_Signature="x", Feedback_ID="", List_Id="", CFBL_Address="")
    assert all(one.said and one.source and one.remedy for one in found)
    weights = [one.weight for one in found]
    assert weights == sorted(weights, key=list(Weight).index)
    assert {Weight.must, Weight.should} == set(weights)


@pytest.mark.parametrize(
    "body",
    ["<a " * 60_000, "<a href=x>" * 30_000, "http://" * 30_000, "<a" + " x" * 200_000, "<a href='" * 30_000],
    ids=["open", "anchors", "urls", "attributes", "quotes"],
)
def test_links_without_end_end(body: str) -> None:
    assert isinstance(checked(body=body), tuple)
    assert isinstance(checked(body=body, Content_Type="text/plain"), tuple)
