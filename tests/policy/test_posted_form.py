"""What a POST says, in both encodings and as badly as clients write them."""

import pytest

from mailproc.policy.pages.posted_form import MAX_FIELDS, is_one_click, posted_fields, value_of, values_of

URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data; boundary=----b0"


def multipart(*parts: str, boundary: str = "----b0") -> bytes:
    return "".join(f"--{boundary}\r\n{part}\r\n" for part in parts).encode() + f"--{boundary}--\r\n".encode()


DISPOSITION = 'Content-Disposition: form-data; name="{}"\r\n\r\n{}'
ONE_CLICK = DISPOSITION.format("List-Unsubscribe", "One-Click")


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"List-Unsubscribe=One-Click", URLENCODED),
        (b"list-unsubscribe=one-click", URLENCODED),
        (b"List-Unsubscribe=One-Click\r\n", URLENCODED),
        (b"List-Unsubscribe=One%2DClick&campaign=42&x", f"{URLENCODED}; charset=utf-8"),
        (b"a=b&List-Unsubscribe=One-Click", URLENCODED),
        (b"List-Unsubscribe=One-Click", "text/plain"),
        (b"List-Unsubscribe=One-Click", ""),
        (multipart(ONE_CLICK), MULTIPART),
        (multipart(ONE_CLICK), 'Multipart/Form-Data; charset=x; boundary="----b0"'),
        (multipart(DISPOSITION.format("a", "b"), ONE_CLICK.upper()), MULTIPART),
        (multipart(ONE_CLICK).replace(b"\r\n", b"\n"), MULTIPART),
        (multipart(ONE_CLICK), "multipart/form-data"),
        (multipart("Content-Type: text/plain\r\n" + ONE_CLICK), MULTIPART),
        (multipart(ONE_CLICK), URLENCODED),
        (multipart(ONE_CLICK), "text/plain"),
        (multipart(ONE_CLICK), ""),
        (multipart(ONE_CLICK), 'multipart/form-data; boundary="another"'),
        (b"written by hand\r\n" + multipart(ONE_CLICK), MULTIPART),
        (b"List-Unsubscribe=One-Click", MULTIPART),
        (b"\xef\xbb\xbfList-Unsubscribe=One-Click", URLENCODED),
    ],
)
def test_a_one_click_request_is_known(body: bytes, content_type: str) -> None:
    assert is_one_click(posted_fields(body, content_type))


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", URLENCODED),
        (b"List-Unsubscribe=", URLENCODED),
        (b"List-Unsubscribe=Two-Click", URLENCODED),
        (b"x=List-Unsubscribe%3DOne-Click", URLENCODED),
        (b"\xff\xfe\x00", URLENCODED),
        (b"", MULTIPART),
        (b"no parts at all", MULTIPART),
        (multipart(DISPOSITION.format("note", "List-Unsubscribe=One-Click")), MULTIPART),
        (multipart("no header"), "multipart/form-data"),
        (b"&".join([b"a=1"] * (MAX_FIELDS + 1)) + b"&List-Unsubscribe=One-Click", URLENCODED),
    ],
)
def test_anything_else_is_none(body: bytes, content_type: str) -> None:
    assert not is_one_click(posted_fields(body, content_type))


def test_fields_keep_their_order_and_text() -> None:
    fields = posted_fields(b"list=a&list=b&city=K%C3%B6ln+%26+Bonn", URLENCODED)
    assert values_of(fields, "list") == ("a", "b")
    assert value_of(fields, "city") == "Köln & Bonn"
    assert value_of(fields, "none") == ""
