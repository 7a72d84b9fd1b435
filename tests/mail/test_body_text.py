"""Which parts of a mail are its body, and how they are read."""

import pytest
from written_mail import html_mail, mail_of, multipart_mail

from mailproc.mail.text.body_text import read_body, unwrap_flowed
from mailproc.mail.text.new_text import find_new_text

PLAIN = "text/plain; charset=utf-8"
HTML = "text/html; charset=utf-8"


def test_plain_text_is_preferred_to_the_html_beside_it() -> None:
    body = read_body(multipart_mail("alternative", (PLAIN, "the text"), (HTML, "<p>the html</p>")))
    assert (body.text.strip(), body.source) == ("the text", "plain")


@pytest.mark.parametrize(
    "placeholder",
    [
        "",
        "  \n\n",
        "\u200b",
        "Your mail client does not support HTML.",
        "This is an HTML message. Please use a reader that can show it.",
        "Ihr E-Mail-Programm kann diese HTML-Nachricht nicht anzeigen.",
        "[cid:image001.png@01D0]",
    ],
)
def test_html_is_read_where_the_plain_text_says_nothing(placeholder: str) -> None:
    body = read_body(multipart_mail("alternative", (PLAIN, placeholder), (HTML, "<p>take me off</p>")))
    assert (body.text, body.source) == ("take me off", "html")


@pytest.mark.parametrize("words", ["Please send no HTML", "I do not see this HTML mail, stop it", "no", "?"])
def test_a_short_answer_is_no_placeholder(words: str) -> None:
    body = read_body(multipart_mail("alternative", (PLAIN, words), (HTML, "<p>other</p>")))
    assert body.text.strip() == words


def test_text_that_is_split_around_an_attachment_is_joined() -> None:
    mail = multipart_mail("mixed", (PLAIN, "above"), ("image/png", "x"), (PLAIN, "below"))
    assert read_body(mail).text.split() == ["above", "below"]


def test_html_below_text_is_joined_to_it() -> None:
    mail = multipart_mail("mixed", (PLAIN, "above"), (HTML, "<p>below</p>"))
    assert (read_body(mail).text.split(), read_body(mail).source) == (["above", "below"], "html")


def test_html_with_its_images_is_read() -> None:
    inner = 'multipart/related; boundary="b1"'
    content = f"--b1\nContent-Type: {HTML}\n\n<p>the html</p>\n--b1\nContent-Type: image/png\n\nx\n--b1--\n"
    assert read_body(multipart_mail("alternative", (PLAIN, ""), (inner, content))).text == "the html"


@pytest.mark.parametrize(
    "head",
    [
        f"{PLAIN}\nContent-Disposition: attachment; filename=notes.txt",
        f'{PLAIN}; name="notes.txt"',
        f"{HTML}\nContent-Disposition: attachment",
    ],
)
def test_attached_text_is_not_read(head: str) -> None:
    assert read_body(multipart_mail("mixed", (PLAIN, "the text"), (head, "unsubscribe"))).text.strip() == "the text"


def test_an_enclosed_mail_is_not_read() -> None:
    enclosed = "Subject: x\nFrom: a@example.org\n\nunsubscribe"
    assert read_body(multipart_mail("mixed", (PLAIN, "look"), ("message/rfc822", enclosed))).text.strip() == "look"


def test_a_body_that_a_gateway_marked_as_attachment_is_read() -> None:
    assert read_body(mail_of("take me off", PLAIN, Content_Disposition="attachment")).text.strip() == "take me off"


@pytest.mark.parametrize(
    ("content_type", "why"),
    [
        ("application/ms-tnef; name=winmail.dat", "tnef"),
        ("application/octet-stream; name=winmail.dat", "tnef"),
        ("application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", "smime"),
        ("application/x-pkcs7-mime; smime-type=signed-data", "smime"),
        ("image/png; name=photo.png", "image-only"),
        ("application/octet-stream; name=smime.p7m", "smime"),
        ("application/pdf; name=scan.pdf", "attachment-only"),
        ("audio/amr; name=message.amr", "attachment-only"),
    ],
)
def test_what_cannot_be_read_is_named(content_type: str, why: str) -> None:
    found = find_new_text(mail_of("AAAA", content_type))
    assert (found.text, found.unreadable, found.source) == ("", why, "none")


@pytest.mark.parametrize("content_type", ["application/pgp-signature", "application/pkcs7-signature; name=smime.p7s"])
def test_a_signature_over_nothing_is_an_empty_mail(content_type: str) -> None:
    assert find_new_text(multipart_mail("signed", (PLAIN, ""), (content_type, "x"))).unreadable is None


def test_pgp_mime_cannot_be_read() -> None:
    mail = multipart_mail("encrypted", ("application/pgp-encrypted", "Version: 1"), ("application/octet-stream", "x"))
    assert find_new_text(mail).unreadable == "pgp"


def test_inline_pgp_cannot_be_read() -> None:
    armor = "-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n"
    found = find_new_text(mail_of(armor))
    assert (found.text, found.unreadable) == ("", "pgp")
    assert find_new_text(mail_of("please stop\n\n" + armor)).text == "please stop"


def test_text_beside_what_cannot_be_read_is_readable() -> None:
    mail = multipart_mail("mixed", (PLAIN, "take me off"), ("application/ms-tnef; name=winmail.dat", "x"))
    assert (find_new_text(mail).text, find_new_text(mail).unreadable) == ("take me off", None)
    signed = multipart_mail("signed", (PLAIN, "take me off"), ("application/pkcs7-signature; name=smime.p7s", "x"))
    assert (find_new_text(signed).text, find_new_text(signed).unreadable) == ("take me off", None)


def test_an_empty_mail_is_empty_and_not_unreadable() -> None:
    for mail in (mail_of(""), html_mail(""), multipart_mail("mixed", (PLAIN, ""))):
        assert (find_new_text(mail).text, find_new_text(mail).unreadable) == ("", None)


def test_a_pgp_signature_around_the_text_is_cut() -> None:
    signed = (
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\ntake me off\n- -- \nPat\n"
        "-----BEGIN PGP SIGNATURE-----\n\niQEz\n=abcd\n-----END PGP SIGNATURE-----\n"
    )
    assert find_new_text(mail_of(signed)).text == "take me off"


def test_flowing_lines_are_joined() -> None:
    flowed = "please take me \noff this list\n\nthank you \nall\n-- \nPat Smith"
    mail = mail_of(flowed, PLAIN + "; format=flowed")
    assert find_new_text(mail).text == "please take me off this list\n\nthank you all"


@pytest.mark.parametrize(
    ("flowed", "unwrapped"),
    [
        ("a \nb", "a b"),
        ("a\nb", "a\nb"),
        (" >a", ">a"),
        (" From me", "From me"),
        ("> a \n> b", "> a \n> b"),
        ("a \n> b", "a \n> b"),
        ("-- \nPat", "-- \nPat"),
        ("a \n-- \nPat", "a \n-- \nPat"),
        ("a \n", "a "),
        ("", ""),
    ],
)
def test_flowed_text_follows_the_rfc(flowed: str, unwrapped: str) -> None:
    assert unwrap_flowed(flowed) == unwrapped


def test_delsp_takes_the_space_away() -> None:
    assert unwrap_flowed("退 \n订", delete_space=True) == "退订"
