"""The end of a mail is found in any chunking, and nothing else is taken for it."""

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproc.smtp.data_reader import DataReader

# Content made of the pieces that matter: dots, line ends and their halves.
PIECES = st.lists(
    st.sampled_from([b".", b"..", b"\r\n", b"\r", b"\n", b"\r\n.", b"x", b"\x00", b"\r\r\n"]), max_size=40
)


def on_the_wire(content: bytes) -> bytes:
    """What a client sends for this content, line by line (RFC 5321 §4.5.2)."""
    lines = content.split(b"\r\n")
    return b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines)


def read(data: bytes, chunks: list[int]) -> tuple[bytes, bytes]:
    """Feed data in chunks of these sizes, the rest at once; returns content and what followed it."""
    reader = DataReader()
    position = 0
    for size in [*chunks, len(data)]:
        rest = reader.feed(data[position : position + size])
        position += size
        if rest is not None:
            return reader.content(), rest + data[position:]
    raise AssertionError("no end was found")


@given(
    PIECES.map(b"".join),
    st.lists(st.integers(1, 9), max_size=120),
    st.sampled_from([b"", b"QUIT\r\n", b".\r\n", b"\n.\r\n"]),
)
def test_any_content_comes_back_whole_in_any_chunking(content, chunks, rest):
    data = on_the_wire(content + b"\r\n") + b".\r\n" + rest
    assert read(data, chunks) == (content + b"\r\n", rest)


@given(PIECES.map(b"".join), st.lists(st.integers(1, 9), max_size=120))
def test_any_bytes_end_at_the_same_place_in_any_chunking(data, chunks):
    data += b"\r\n.\r\n"
    assert read(data, chunks) == read(data, [])


@given(st.lists(st.integers(1, 3), max_size=3))
def test_a_dot_straight_after_data_is_an_empty_mail(chunks):
    assert read(b".\r\nNOOP\r\n", chunks) == (b"", b"NOOP\r\n")


@pytest.mark.parametrize(
    "variant",
    [
        b"a\n.\n", b"a\n.\r\n", b"a\r\n.\n", b"a\r.\r", b"a\r.\r\n", b"a\r\n.\r", b"a\r\n.\r\r\n", b"a\r\n\r.\r\n",
        b"a\r\n.\x00\r\n", b"\n.\r\n", b".\n", b".\r", b"a.\r\n", b"a\r\n. \r\n", b"a\r\n..\r\n",
    ],
)  # fmt: skip
@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_what_only_resembles_the_end_marker_ends_nothing(variant, size):
    reader = DataReader()
    assert all(reader.feed(variant[at : at + size]) is None for at in range(0, len(variant), size))


def test_a_client_that_does_not_double_its_dots_loses_one_as_the_rfc_says():
    assert read(b"..a\r\n.b\r\n.\r\n", []) == (b".a\r\nb\r\n", b"")


def test_received_bytes_are_those_of_the_mail_and_not_of_what_follows():
    reader = DataReader()
    reader.feed(b"abc\r\n.\r\nQUIT\r\n")
    assert reader.received_bytes == len(b"abc\r\n.\r\n")


@given(st.integers(0, 30), st.lists(st.integers(1, 9), max_size=20))
def test_after_discard_the_end_is_still_found_at_the_same_place(discard_at, chunks):
    data = b"some lines\r\n.. with dots\r\nto the end\r\n.\r\nQUIT\r\n"
    reader, position = DataReader(), 0
    assert reader.feed(data[:discard_at]) is None
    reader.discard()
    position = discard_at
    for size in [*chunks, len(data)]:
        rest = reader.feed(data[position : position + size])
        position += size
        if rest is not None:
            assert rest + data[position:] == b"QUIT\r\n"
            return
    raise AssertionError("no end was found")


def test_memory_stays_flat_after_discard():
    reader = DataReader()
    reader.discard()
    chunk = b"x" * 65536
    tracemalloc.start()
    try:
        for _ in range(500):
            reader.feed(chunk)
        assert tracemalloc.get_traced_memory()[1] < 10 * len(chunk)
    finally:
        tracemalloc.stop()


def test_single_bytes_cost_no_more_memory_than_they_are():
    reader = DataReader()
    tracemalloc.start()
    try:
        for _ in range(200_000):
            reader.feed(b"x")
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()
