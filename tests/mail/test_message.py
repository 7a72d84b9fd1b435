import base64
from email.message import EmailMessage

import pytest

from mailproc.mail.reading.message import Headers, Part, load_readers, message_of_headers, read_headers, read_message

HEAD = b"From: Pat <pat@example.org>\r\nTo: news@example.net\r\nSubject: hello\r\n"


def leaves(part: Part) -> list[tuple[str, str | None]]:
    return [(leaf.content_type, leaf.text) for leaf in part.walk() if not leaf.parts]


def multipart(*parts: bytes, kind: bytes = b"mixed") -> bytes:
    body = b"".join(b"--b1\r\n" + part + b"\r\n" for part in parts)
    return HEAD + b"Content-Type: multipart/" + kind + b"; boundary=b1\r\n\r\n" + body + b"--b1--\r\n"


def test_header_names_are_found_in_any_case_and_values_keep_their_order() -> None:
    headers = Headers((("Received", "one"), ("To", "x"), ("RECEIVED", "two")))
    assert headers.get("received") == "one"
    assert headers.all("Received") == ("one", "two")
    assert headers.get("Cc") is None
    assert headers.all("Cc") == ()


def test_headers_are_equal_when_their_fields_are() -> None:
    assert Headers((("A", "b"),)) == Headers((("A", "b"),))
    assert Headers((("A", "b"),)) != Headers((("a", "b"),))


def test_a_plain_mail_is_one_text_leaf() -> None:
    message = read_message(HEAD + b"\r\nplease take me off\r\n")
    assert message.root.text == "please take me off\n"
    assert message.subject == "hello"
    assert message.from_addresses == ("pat@example.org",)
    assert message.to_addresses == ("news@example.net",)
    assert message.parser == "single"
    assert message.defects == ()


def test_subject_and_recipients_come_decoded_and_together() -> None:
    message = read_message(
        b"Subject: =?utf-8?q?Z=C3=BCrich?=\nTo: a@example.org\nCc: b@example.org\nTo: c@example.org\n\nx\n"
    )
    assert message.subject == "Zürich"
    assert message.to_addresses == ("a@example.org", "c@example.org", "b@example.org")


def test_line_ends_of_every_kind_become_line_feeds() -> None:
    assert read_message(b"From: a@example.org\r\n\r\none\r\ntwo\rthree\n").root.text == "one\ntwo\nthree\n"
    assert read_message(b"From: a@example.org\rSubject: mac\r\rone\rtwo\r").root.text == "one\ntwo\n"


def test_each_leaf_is_decoded_by_its_own_encoding_and_charset() -> None:
    message = read_message(
        multipart(
            b"Content-Type: text/plain; charset=koi8-r\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            + base64.encodebytes("отписаться".encode("koi8-r")),
            (
                b"Content-Type: text/html; charset=gb2312\r\n"
                b"Content-Transfer-Encoding: quoted-printable\r\n\r\n=CD=CB=B6=A9"
            ),
            kind=b"alternative",
        )
    )
    assert leaves(message.root) == [("text/plain", "отписаться"), ("text/html", "退订")]


def test_attachments_are_not_decoded_but_told() -> None:
    message = read_message(
        multipart(
            b"\r\nhello",
            b"Content-Type: text/plain; name=x.txt\r\nContent-Disposition: attachment; filename=notes.txt\r\n\r\nnotes",
            b"Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\nQUJD",
        )
    )
    assert leaves(message.root) == [("text/plain", "hello"), ("text/plain", None), ("image/png", None)]
    assert message.root.parts[1].filename == "notes.txt"
    assert message.root.parts[1].disposition == "attachment"
    assert message.root.parts[2].size_bytes == 4


@pytest.mark.parametrize(
    ("name", "is_read"),
    [
        ("report.txt", True),
        ("Delivery-Status.TXT", True),
        ("details.html", True),
        ("Zustellbericht.log", True),
        ("notes.txt", False),
        ("report.pdf", False),
        ("offer.html", False),
    ],
)
def test_a_file_that_is_called_like_a_delivery_report_is_read(name: str, is_read: bool) -> None:
    disposition = b"Content-Disposition: attachment; filename=%s\r\n\r\n" % name.encode()
    for kind in (b"text/plain", b"application/octet-stream"):
        message = read_message(multipart(b"\r\nhello", b"Content-Type: " + kind + b"\r\n" + disposition + b"told"))
        assert message.root.parts[1].text == ("told" if is_read else None)


def test_of_a_file_only_the_beginning_is_read() -> None:
    file = (
        b"Content-Type: text/plain\r\nContent-Disposition: attachment; filename=report.txt\r\n\r\n"
        + b"long line\r\n" * 9000
    )
    message = read_message(multipart(b"\r\nhello", file))
    assert 0 < len(message.root.parts[1].text or "") <= 64 * 1024
    assert "text cut off" in message.defects


def test_a_body_that_calls_itself_an_attachment_is_still_the_body() -> None:
    message = read_message(HEAD + b"Content-Disposition: attachment\r\n\r\nplease stop\r\n")
    assert message.root.text == "please stop\n"
    alone = read_message(multipart(b"Content-Disposition: attachment\r\n\r\nplease stop"))
    assert leaves(alone.root) == [("text/plain", "please stop")]


def test_json_is_read_whatever_it_is_called() -> None:
    message = read_message(
        multipart(
            b"Content-Type: application/octet-stream; name=xarf.json\r\nContent-Disposition: attachment\r\n\r\n{}"
        )
    )
    assert leaves(message.root) == [("application/octet-stream", "{}")]


@pytest.mark.parametrize("kind", ["message/rfc822", "message/global", "text/rfc822"])
def test_an_enclosed_mail_is_a_message_of_its_own(kind: str) -> None:
    message = read_message(multipart(b"Content-Type: " + kind.encode() + b"\r\n\r\nSubject: inner\r\n\r\ninner text"))
    enclosed = message.root.parts[0].message
    assert enclosed is not None
    assert enclosed.subject == "inner"
    assert (enclosed.root.text or "").rstrip() == "inner text"


@pytest.mark.parametrize("kind", ["text/rfc822-headers", "text/rfc822-header", "message/rfc822-headers"])
def test_returned_headers_are_a_message_of_headers_only(kind: str) -> None:
    message = read_message(
        multipart(b"Content-Type: " + kind.encode() + b"\r\n\r\nSubject: inner\r\nMessage-ID: <1@example.net>\r\n")
    )
    enclosed = message.root.parts[0].message
    assert enclosed is not None
    assert enclosed.parser == "headers"
    assert enclosed.headers.get("message-id") == "<1@example.net>"


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable"])
def test_an_enclosed_mail_that_is_encoded_as_a_whole_is_decoded(encoding: str) -> None:
    inner = b"Subject: inner\r\nFrom: x@example.net\r\n\r\ninner = text\r\n"
    data = base64.encodebytes(inner) if encoding == "base64" else inner.replace(b"=", b"=3D")
    message = read_message(
        multipart(
            b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: " + encoding.encode() + b"\r\n\r\n" + data
        )
    )
    enclosed = message.root.parts[0].message
    assert enclosed is not None
    assert enclosed.subject == "inner"
    assert enclosed.root.text == "inner = text\n"


def test_an_encoded_machine_part_is_decoded() -> None:
    fields = b"Feedback-Type: abuse\r\nUser-Agent: x/1\r\n"
    message = read_message(
        multipart(
            b"Content-Type: message/feedback-report\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            + base64.encodebytes(fields)
        )
    )
    assert leaves(message.root) == [("message/feedback-report", "Feedback-Type: abuse\nUser-Agent: x/1\n")]


def test_a_machine_part_does_not_swallow_its_siblings() -> None:
    message = read_message(
        multipart(
            b"Content-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse",
            b"Content-Type: message/rfc822\r\n\r\nSubject: reported\r\n\r\nsiblings\r\n",
        )
    )
    assert message.root.parts[0].text == "Feedback-Type: abuse"
    assert message.root.parts[1].message is not None


def test_enclosed_mails_are_read_five_deep() -> None:
    message = read_message(HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 12 + b"Subject: end\r\n\r\nx\r\n")
    depth, part = 0, message.root
    while part.message is not None:
        depth, part = depth + 1, part.message.root
    assert depth == 5
    assert "enclosed mails nested too deeply" in message.defects


def test_what_says_nothing_in_a_digest_is_a_mail() -> None:
    message = read_message(multipart(b"\r\nSubject: first\r\n\r\nx", kind=b"digest"))
    assert message.root.parts[0].message is not None
    assert message.root.parts[0].message.subject == "first"


def test_text_is_bounded() -> None:
    message = read_message(HEAD + b"\r\n" + b"hello world\r\n" * 300_000)
    assert len(message.root.text or "") <= 1024 * 1024
    assert message.defects == ("text cut off",)


def test_text_is_bounded_over_all_parts_together() -> None:
    part = b"Content-Type: text/plain\r\n\r\n" + b"hello world\r\n" * 50_000
    message = read_message(multipart(part, part, part))
    assert sum(len(text or "") for _, text in leaves(message.root)) <= 1024 * 1024
    assert "text cut off" in message.defects


def test_machine_parts_are_bounded() -> None:
    message = read_message(
        multipart(b"Content-Type: message/delivery-status\r\n\r\n" + b"Action: failed\r\n\r\n" * 50_000)
    )
    assert len(message.root.parts[0].text or "") <= 256 * 1024
    assert message.defects == ("machine part cut off",)


def test_a_long_header_is_cut_and_the_body_still_read() -> None:
    message = read_message(HEAD + b"X-Y: z\r\n" * 50_000 + b"\r\nplease stop\r\n")
    assert len(message.headers.fields) <= 2000
    assert message.root.text == "please stop\n"
    assert message.defects == ("header block cut off",)
    assert message.subject == "hello"


def test_many_parts_are_cut_and_the_first_ones_still_read() -> None:
    message = read_message(multipart(*[b"\r\nhello"] * 1000))
    assert len(message.root.parts) == 400
    assert message.root.parts[0].text == "hello"
    assert "too many parts" in message.defects


def test_what_flanker_refuses_the_standard_library_reads() -> None:
    message = read_message(
        HEAD
        + b"Content-Type:\r\n multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        b"Z\xc3\xbcrich\r\n--b--\r\n"
    )
    assert leaves(message.root) == [("text/plain", "Zürich")]


def test_a_missing_closing_boundary_loses_nothing() -> None:
    message = read_message(HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nplease stop\r\n")
    assert (leaves(message.root)[0][1] or "").strip() == "please stop"


def test_a_multipart_without_parts_is_read_as_text() -> None:
    message = read_message(HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\nplease stop\r\n")
    assert message.root.text == "please stop\n"
    assert message.root.content_type == "text/plain"
    assert "multipart without parts" in message.defects


def test_a_structure_that_no_mail_has_is_read_as_header_and_text() -> None:
    nested = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(500))
    message = read_message(b"Subject: deep\n" + nested + b"\nplease stop\n")
    assert message.parser == "headers"
    assert message.subject == "deep"
    assert (message.root.text or "").endswith("please stop\n")


def test_text_without_any_header_is_raw() -> None:
    message = read_message(b"hello there\n")
    assert message.parser == "raw"
    assert message.root.text == "hello there\n"
    assert message.headers == Headers()


def test_an_empty_mail_is_a_message() -> None:
    message = read_message(b"")
    assert message.subject == ""
    assert message.root.text == ""


def test_a_byte_order_mark_and_empty_lines_on_top_are_passed_over() -> None:
    assert read_message(b"\xef\xbb\xbf\r\n\r\nSubject: x\r\n\r\nhi").subject == "x"


def test_the_unix_from_line_is_passed_over() -> None:
    assert read_message(b"From pat@example.org Tue Mar  3 10:00:00 2026\nSubject: x\n\nhi\n").subject == "x"


def test_the_first_content_type_counts() -> None:
    message = read_message(b"Content-Type: text/html\nContent-Type: text/plain\n\n<p>hi\n")
    assert message.root.content_type == "text/html"


def test_the_standard_librarys_own_mails_are_read_as_it_wrote_them() -> None:
    mail = EmailMessage()
    mail["Subject"] = "Grüße"
    mail["From"] = "Pät <pat@example.org>"
    mail.set_content("plain ü\n")
    mail.add_alternative("<p>html ü</p>\n", subtype="html")
    mail.add_attachment(b"\x00\x01", maintype="application", subtype="octet-stream", filename="übung.bin")
    message = read_message(mail.as_bytes())
    assert message.subject == "Grüße"
    assert leaves(message.root) == [
        ("text/plain", "plain ü\n"),
        ("text/html", "<p>html ü</p>\n"),
        ("application/octet-stream", None),
    ]
    assert message.root.parts[1].filename == "übung.bin"


def test_only_the_header_can_be_read() -> None:
    assert read_headers(b"Subject: x\r\n\r\nbody\r\n") == Headers((("Subject", "x"),))
    assert read_headers(b"no header\n") == Headers()


def test_a_header_at_hand_is_a_message() -> None:
    message = message_of_headers("\n\nSubject: x\nFrom: a@example.org\n\nignored")
    assert message.subject == "x"
    assert message.from_addresses == ("a@example.org",)
    assert message.root.text is None


def test_nothing_is_printed_when_flanker_is_loaded(capfd: pytest.CaptureFixture[str]) -> None:
    load_readers()
    read_message(HEAD + b"To: :;@broken.example, <\r\n\r\nx\r\n")
    assert capfd.readouterr() == ("", "")
