import pytest

from mailproc.mail.reading.mending import mended
from mailproc.mail.reading.message import read_message


def test_a_continuation_that_lost_its_indentation_is_indented() -> None:
    broken = b'From: a@example.org\nContent-Type: multipart/mixed;\nboundary="b"\n\n--b\n\nhello\n--b--\n'
    assert mended(broken) == broken.replace(b"\nboundary", b"\n boundary")
    message = read_message(broken)
    assert [part.text for part in message.root.parts] == ["hello"]
    assert message.defects == ("structure mended",)


@pytest.mark.parametrize("declared", [b"; boundary=wrong", b"", b'; boundary="also wrong"; charset=utf-8'])
def test_the_boundary_that_the_body_has_is_believed(declared: bytes) -> None:
    message = read_message(
        b"From: a@example.org\nContent-Type: multipart/alternative" + declared + b"\n\n"
        b"--real\nContent-Type: text/plain\n\nhello\n--real\nContent-Type: text/html\n\n<p>hello\n--real--\n"
    )
    assert [part.content_type for part in message.root.parts] == ["text/plain", "text/html"]
    assert message.parser == "flanker"


@pytest.mark.parametrize(
    "content",
    [
        b"From: a@example.org\n\nhello\n",
        (
            b"From: a@example.org\nContent-Type: multipart/mixed; boundary=b\n"
            b"\n--b\nContent-Type: text/plain\n\nx\n--b--\n"
        ),
        b"From: a@example.org\nContent-Type: multipart/mixed; boundary=b\n\nno parts at all\n",
        b"",
    ],
)
def test_where_there_is_nothing_to_mend_nothing_is_changed(content: bytes) -> None:
    assert mended(content) is None
