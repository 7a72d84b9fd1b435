from mailproc.mail.reading.outline import outline_of

MAIL = (
    b"From: a@example.org\r\nContent-Type: multipart/mixed;\r\n boundary=b1\r\nSubject: x\r\n\r\npreamble\r\n"
    b"--b1\r\nContent-Type: text/plain\r\nX-Y: z\r\n\r\nhello there\r\n\r\nmore\r\n"
    b"--b1\r\nContent-Type: image/png\r\n\r\n" + b"QUJD\r\n" * 1000 + b"--b1--\r\n"
)


def test_bodies_are_left_out() -> None:
    outline = outline_of(MAIL)
    assert len(outline.text()) < 300
    assert "hello" not in outline.text()
    assert outline.text().count("--b1") == 3


def test_every_kept_line_can_be_found_again_in_the_mail() -> None:
    outline = outline_of(MAIL)
    text = outline.text()
    for wanted in ("--b1\r\nContent-Type: image/png", "--b1--"):
        at = outline.end_in_content(text.index(wanted))
        assert MAIL[at:].startswith(wanted.encode())


def test_an_end_maps_behind_what_was_left_out_and_a_start_before_it() -> None:
    outline = outline_of(b"From: a@example.org\n\n" + b"x" * 1000 + b"\n")
    assert outline.start_in_content(0) == 0
    assert outline.end_in_content(len(outline.text()) - 1) == 1020 + 1


def test_the_header_of_an_enclosed_mail_is_kept() -> None:
    outline = outline_of(b"Content-Type: message/rfc822\n\nContent-Type: text/html\nSubject: in\n\nbody body body\n")
    assert outline.text().count("Content-Type") == 2
    assert "body body" not in outline.text()


def test_lines_that_only_look_like_boundaries_are_left_out() -> None:
    outline = outline_of(b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\n-- \nPat\n--c\n--bc\n--b--\n")
    assert [line for line in outline.text().split("\n") if line.startswith("--")] == ["--b", "--b--"]


def test_parts_beyond_the_bound_are_one_body() -> None:
    outline = outline_of(b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nhello\n" * 1000)
    assert not outline.complete
    assert outline.text().count("--b") == 400


def test_the_search_for_boundaries_ends_in_a_sea_of_dashes() -> None:
    assert not outline_of(b"Content-Type: multipart/mixed; boundary=b\n\n" + b"\n--" * 100_000).complete


def test_structures_that_no_mail_has_are_told() -> None:
    assert outline_of(b"Content-Type: text/plain" + b"; a=b" * 5000 + b"\n\nx\n").excessive
    nested = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(500))
    assert outline_of(nested).excessive
    assert not outline_of(MAIL).excessive


def test_mails_enclosed_in_mails_thousands_of_times_are_not_followed() -> None:
    outline = outline_of(b"Content-Type: message/rfc822\n\n" * 50_000)
    assert outline.excessive
    assert len(outline.header_ends) < 1500
    reports = b"--b\nContent-Type: message/rfc822\n\nContent-Type: text/plain\n\nhello\n" * 399
    assert not outline_of(b"Content-Type: multipart/digest; boundary=b\n\n" + reports).excessive


def test_folded_boundaries_are_understood() -> None:
    outline = outline_of(b'Content-Type: multipart/mixed; boundary="two\n words"\n\n--two words\n\nhi\n--two words--\n')
    assert outline.text().count("--two words") == 2
