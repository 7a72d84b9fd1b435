import pytest

from mailproc.mail.reading.message import message_of_headers
from mailproc.mail.reports.bounce_recipients import find_own_mailboxes, find_recipients

MAIL = message_of_headers("From: MAILER-DAEMON@mx.example.net\nTo: b-1@sender.example\n")


@pytest.mark.parametrize(
    "text",
    [
        "<pat@example.org>:",
        "  pat@example.org",
        "   * pat@example.org",
        '"pat@example.org":',
        "pat@example.org... User unknown",
        "pat@example.org - no such user here.",
        "554 <pat@example.org>... Host unknown",
        "<<< 550 <pat@example.org>, User Unknown",
        ">>> RCPT To:<pat@example.org>",
        "    Recipient: <pat@example.org>",
        "undeliverable to pat@example.org",
        "Unknown user: pat@example.org",
        "Delivery failed 20 attempts: pat@example.org",
        "Your message to pat@example.org could not be delivered",
        "addressed to 'pat@example.org', failed because",
        "收件人 pat@example.org",
    ],
)
def test_a_recipient_is_found_however_it_is_named(text: str) -> None:
    assert find_recipients(text, MAIL) == ("pat@example.org",)


@pytest.mark.parametrize(
    "text",
    [
        "For assistance, contact postmaster@mx.example.net",
        "host said after MAIL FROM:<b-1@sender.example>",
        "From: news@sender.example",
        "Hello b-1@sender.example,",
        "see https://example.net/help?a@b.example",
        "no address at all",
        "",
    ],
)
def test_others_than_recipients_are_not(text: str) -> None:
    assert find_recipients(text, MAIL) == ()


def test_surer_lines_count_alone() -> None:
    text = "Your message\n  To: list@sender.example\ndid not reach\n\npat@example.org on Tuesday\n"
    assert find_recipients(text, MAIL) == ("pat@example.org",)


def test_the_address_that_we_wrote_to_takes_the_place_of_the_one_made_of_it() -> None:
    text = "  inbox@store.example.org\n    (generated from pat@example.org)\n    user unknown\n"
    assert find_recipients(text, MAIL) == ("pat@example.org",)


def test_each_recipient_comes_once_in_the_order_of_the_text() -> None:
    assert find_recipients("<b@example.org>:\n<a@example.org>:\n<B@example.org>:\n", MAIL) == (
        "b@example.org",
        "a@example.org",
    )


def test_the_sender_of_the_mail_is_named_only_when_nobody_else_is() -> None:
    assert find_recipients("<b-1@sender.example>:\nno such user\n", MAIL) == ("b-1@sender.example",)
    assert find_recipients("<b-1@sender.example>:\n<pat@example.org>:\n", MAIL) == ("pat@example.org",)


@pytest.mark.parametrize("line", [":a@" * 160, "to a" * 120 + "@x", "a@b.example " * 40, "@" * 500])
def test_hostile_lines_end(line: str) -> None:
    assert len(find_recipients("\n".join([line] * 2000), MAIL)) <= 1000


def test_people_whom_one_might_have_meant_are_not_taken_for_recipients() -> None:
    text = "Your pat@example.org did not match. Perhaps pat.smith@example.org or patricia@example.org is meant."
    assert find_recipients(text, MAIL, ("pat@example.org",)) == ("pat@example.org",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("These recipients do not accept your mail:\n\tscreenname\n\tother.name\n", ["screenname", "other.name"]),
        ("It was not delivered to:\n\n    <pat>\n\nGoodbye\n", ["pat"]),
        ("The following recipients failed:\n\ttwo words\n", []),
        ("Nobody is listed.\n\tscreenname\n", []),
        ("", []),
    ],
)
def test_names_without_domain_are_in_that_of_the_sender(text: str, expected: list[str]) -> None:
    assert find_own_mailboxes(text, MAIL) == tuple(f"{name}@mx.example.net" for name in expected)


def test_names_without_domain_are_nobody_where_the_sender_has_none() -> None:
    said = "These recipients failed:\n\tscreenname\n"
    assert find_own_mailboxes(said, message_of_headers("From: Postmaster\nTo: b-1@sender.example\n")) == ()
