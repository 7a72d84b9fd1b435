"""The PROXY header is read in full, or refused; never half."""

import asyncio

import pytest
from aiosmtpd.proxy_protocol import get_proxy
from hypothesis import given
from hypothesis import strategies as st

from mailproc.smtp.proxy import NeedMore, ProxyError, parse_proxy_header

V2 = bytes.fromhex("0d0a0d0a000d0a515549540a")
V2_TCP4 = V2 + bytes.fromhex("2111000cc000020ac6336405c8220019")
V2_TCP6 = V2 + b"\x21\x21\x00\x24" + bytes.fromhex("20010db8" + "00" * 11 + "07") + bytes(16) + b"\xc8\x22\x00\x19"
V1_TCP4 = b"PROXY TCP4 192.0.2.10 198.51.100.5 51234 25\r\n"
V1_TCP6 = b"PROXY TCP6 2001:db8::7 2001:db8::1 51234 25\r\n"


@pytest.mark.parametrize(
    ("header", "source"),
    [
        (V1_TCP4, "192.0.2.10"),
        (V1_TCP6, "2001:db8::7"),
        (b"PROXY UNKNOWN\r\n", None),
        (b"PROXY UNKNOWN ffff:f::1 ffff:f::2 1 2\r\n", None),
        (V2_TCP4, "192.0.2.10"),
        (V2_TCP6, "2001:db8::7"),
        (V2 + b"\x20\x11\x00\x0c" + bytes(12), None),
        (V2 + b"\x20\x00\x00\x00", None),
        (V2 + b"\x21\x00\x00\x00", None),
        (V2 + b"\x21\x11\x00\x0f" + V2_TCP4[16:] + b"\x04\x00\x00", "192.0.2.10"),
    ],
    ids=["v1-tcp4", "v1-tcp6", "v1-unknown", "v1-unknown-more", "v2-tcp4", "v2-tcp6", "v2-local", "v2-local-short",
         "v2-unspec", "v2-with-tlv"],
)  # fmt: skip
def test_a_valid_header_names_the_client_and_its_own_length(header, source):
    assert parse_proxy_header(header + b"EHLO x\r\n") == (source, len(header))
    for length in range(len(header)):
        with pytest.raises(NeedMore):
            parse_proxy_header(header[:length])


@pytest.mark.parametrize(
    "header",
    [
        b"EHLO client.example.org\r\n",
        b"PROXX",
        b"PROXY TCP4 192.0.2.10 198.51.100.5 51234\r\n",
        b"PROXY TCP4 192.0.2.10 198.51.100.5 51234 25 7\r\n",
        b"PROXY TCP4 2001:db8::7 2001:db8::1 51234 25\r\n",
        b"PROXY TCP6 192.0.2.10 198.51.100.5 51234 25\r\n",
        b"PROXY TCP4 192.0.2.999 198.51.100.5 51234 25\r\n",
        b"PROXY TCP4 192.0.2.10 198.51.100.5 51234 99999\r\n",
        b"PROXY TCP4 192.0.2.10 198.51.100.5 -1 25\r\n",
        b"PROXY TCP4  192.0.2.10 198.51.100.5 51234\r\n",
        b"PROXY UDP4 192.0.2.10 198.51.100.5 51234 25\r\n",
        b"PROXY \r\n",
        b"PROXY TCP4 192.0.2.10 198.51.100.5 51234 " + b"0" * 100,
        V2 + b"\x11\x11\x00\x0c" + bytes(12),
        V2 + b"\x22\x11\x00\x0c" + bytes(12),
        V2 + b"\x21\x12\x00\x0c" + bytes(12),
        V2 + b"\x21\x31\x00\xd8" + bytes(216),
        V2 + b"\x21\x11\x00\x08" + bytes(8),
        V2 + b"\x21\x21\x00\x0c" + bytes(12),
        V2 + b"\x21\x11\xff\xff",
    ],
)
def test_an_invalid_header_is_an_error(header):
    with pytest.raises(ProxyError):
        parse_proxy_header(header)


@given(
    st.binary(max_size=120)
    | st.binary(max_size=60).map(lambda tail: V2 + tail)
    | st.binary(max_size=60).map(lambda tail: b"PROXY TCP4 " + tail)
)
def test_any_bytes_are_a_header_or_an_error_or_too_few(data):
    try:
        _, length = parse_proxy_header(data)
    except (NeedMore, ProxyError):
        return
    assert length <= len(data)


@pytest.mark.parametrize("header", [V1_TCP4, V1_TCP6, V2_TCP4, V2_TCP6])
async def test_aiosmtpd_reads_the_same(header):
    reader = asyncio.StreamReader()
    reader.feed_data(header)
    assert str((await get_proxy(reader)).src_addr) == parse_proxy_header(header)[0]
