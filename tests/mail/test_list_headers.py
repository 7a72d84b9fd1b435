import pytest

from mailproc.mail.automatic.list_headers import bulk_evidence, list_id_of, list_unsubscribe_uris
from mailproc.mail.reading.message import Message, read_message


def mail(*head: str) -> Message:
    return read_message("\n".join(["From: pat@example.org", *head, "", "hello"]).encode())


@pytest.mark.parametrize(
    ("header", "evidence"),
    [
        ("List-Id: News <news.example.org>", "List-Id: News <news.example.org>"),
        ("List-Unsubscribe: <https://example.org/u>", "List-Unsubscribe: <https://example.org/u>"),
        ("Feedback-ID: 1:2:3:example", "Feedback-ID: 1:2:3:example"),
        ("Precedence: BULK", "Precedence: bulk"),
        ("precedence: list", "Precedence: list"),
        ("Mailing-List: x", "Mailing-List: x"),
    ],
)
def test_mail_of_lists_and_in_bulk_is_recognised(header: str, evidence: str) -> None:
    assert bulk_evidence(mail(header)) == evidence


@pytest.mark.parametrize(
    "header", ["Precedence: normal", "X-List: no", "Subject: List-Id: x", "List-Id:", "Precedence: first-class"]
)
def test_a_persons_mail_is_not_bulk(header: str) -> None:
    assert bulk_evidence(mail(header)) is None


@pytest.mark.parametrize(
    "head",
    [
        ("Feedback-ID: 44366243:user:proton",),
        ("Feedback-ID: i1a2b46f0:Fastmail",),
        ("Feedback-ID: 1:2:3:example", "In-Reply-To: <1@news.example.org>"),
    ],
)
def test_a_feedback_id_tells_no_bulk_where_people_s_providers_set_it_or_something_is_answered(head: tuple[str, ...]):
    assert bulk_evidence(mail(*head)) is None
    assert bulk_evidence(mail(*head, "List-Id: <news.example.org>")) is not None


def test_a_quoted_newsletter_does_not_make_its_answer_bulk() -> None:
    content = (
        b"From: pat@example.org\nContent-Type: multipart/mixed; boundary=b\n"
        b"\n--b\n\nplease stop\n--b\nContent-Type: message/rfc822\n"
        b"\nList-Id: <news.example.net>\n\nx\n--b--\n"
    )
    assert bulk_evidence(read_message(content)) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("News <News.Example.org>", "news.example.org"),
        ("<news.example.org>", "news.example.org"),
        ("news.example.org", "news.example.org"),
        ('"a <b>" <c.example.org>', "c.example.org"),
    ],
)
def test_the_identifier_of_a_list_is_read(value: str, expected: str) -> None:
    assert list_id_of(mail(f"List-Id: {value}")) == expected


def test_a_mail_without_list_has_no_identifier() -> None:
    assert list_id_of(mail()) is None
    assert list_id_of(mail("List-Id:")) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("<mailto:u-1@example.org>, <https://example.org/u/1>", ("mailto:u-1@example.org", "https://example.org/u/1")),
        ("<mailto:u@example.org?subject=a,b>", ("mailto:u@example.org?subject=a,b",)),
        ("(comment) < https://example.org/u >", ("https://example.org/u",)),
        ("https://example.org/u", ("https://example.org/u",)),
        ("nothing", ()),
    ],
)
def test_unsubscribe_addresses_are_read_in_their_order(value: str, expected: tuple[str, ...]) -> None:
    assert list_unsubscribe_uris(mail(f"List-Unsubscribe: {value}")) == expected


def test_no_header_no_addresses() -> None:
    assert list_unsubscribe_uris(mail()) == ()
