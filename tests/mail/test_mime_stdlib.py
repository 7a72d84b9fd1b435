import pytest

from mailproc.mail.reading.entity import MimeError
from mailproc.mail.reading.mime_stdlib import read_with_stdlib


def nested(count: int, lines: int = 1) -> bytes:
    """A mail of so many multiparts beside each other."""
    parts = "".join(
        f"--m\nContent-Type: multipart/mixed; boundary=q{number}\n\n--q{number}\n\nhello\n--q{number}--\n"
        for number in range(count)
    )
    text = "text\n" * lines
    return f"Content-Type: multipart/mixed; boundary=m\n\n{parts}--m\n\n{text}--m--\n".encode()


def test_a_mail_of_many_multiparts_is_read():
    assert len(read_with_stdlib(nested(150)).parts) == 151


@pytest.mark.parametrize("content", [nested(300), nested(100, lines=12_000)])
def test_a_structure_that_would_take_too_long_is_left_to_the_next_reader(content: bytes):
    with pytest.raises(MimeError, match="too many boundaries"):
        read_with_stdlib(content)
