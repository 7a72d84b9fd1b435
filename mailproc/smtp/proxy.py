"""The header that a proxy in front puts before a connection: PROXY protocol, version 1 (text) and 2 (binary)."""

from ipaddress import IPv4Address, IPv6Address

_V2_SIGNATURE = bytes.fromhex("0d0a0d0a000d0a515549540a")
_V2_FIXED_BYTES = 16
_V2_MAX_BYTES = 4096  # addresses take 36; the rest are TLVs that nobody needs here
_V1_SIGNATURE = b"PROXY "
_V1_MAX_BYTES = 107

# Version 2: family and transport → which address class, and its size in bytes.
_V2_SOURCES: dict[int, tuple[type[IPv4Address] | type[IPv6Address], int]] = {
    0x11: (IPv4Address, 4),  # TCP over IPv4
    0x21: (IPv6Address, 16),  # TCP over IPv6
}
_V1_SOURCES: dict[bytes, type[IPv4Address] | type[IPv6Address]] = {b"TCP4": IPv4Address, b"TCP6": IPv6Address}


class NeedMore(Exception):
    """The header has not come in whole."""


class ProxyError(Exception):
    """These bytes are no valid header; the message says why, for the log."""


def parse_proxy_header(data: bytes | bytearray) -> tuple[str | None, int]:
    """Parse the header at the beginning of a connection.

    Returns the client's address, or None where the proxy speaks for itself (LOCAL, UNKNOWN, UNSPEC), and the length
    of the header. Raises NeedMore and ProxyError. Source: haproxy's proxy-protocol.txt, §2.1 and §2.2.
    """
    if data[:12] == _V2_SIGNATURE[: len(data)]:
        return _parse_v2(bytes(data))
    if data[:6] == _V1_SIGNATURE[: len(data)]:
        return _parse_v1(bytes(data[:_V1_MAX_BYTES]))
    raise ProxyError("no signature")


def _parse_v1(data: bytes) -> tuple[str | None, int]:
    end = data.find(b"\r\n")
    if end < 0:
        if len(data) >= _V1_MAX_BYTES:
            raise ProxyError("too long")
        raise NeedMore
    words = data[:end].split(b" ")
    if words[1] == b"UNKNOWN":
        return None, end + 2
    if words[1] not in _V1_SOURCES or len(words) != 6:
        raise ProxyError("neither TCP4, TCP6 nor UNKNOWN with two addresses and two ports")
    kind = _V1_SOURCES[words[1]]
    try:
        source, _ = (kind(word.decode("ascii")) for word in words[2:4])
    except ValueError as error:
        raise ProxyError("malformed address") from error
    if not all(word.isdigit() and len(word) <= 5 and int(word) <= 65535 for word in words[4:]):
        raise ProxyError("malformed port")
    return str(source), end + 2


def _parse_v2(data: bytes) -> tuple[str | None, int]:
    if len(data) < _V2_FIXED_BYTES:
        raise NeedMore
    command, family = data[12], data[13]
    length = _V2_FIXED_BYTES + int.from_bytes(data[14:16], "big")
    if command not in (0x20, 0x21):
        raise ProxyError("version is not 2, or command is neither LOCAL nor PROXY")
    if length > _V2_MAX_BYTES:
        raise ProxyError("too long")
    if len(data) < length:
        raise NeedMore
    if command == 0x20 or family == 0x00:
        return None, length
    if family not in _V2_SOURCES:
        raise ProxyError("neither TCP over IPv4 nor over IPv6")
    kind, size = _V2_SOURCES[family]
    if length < _V2_FIXED_BYTES + 2 * size + 4:
        raise ProxyError("too short for its addresses")
    return str(kind(data[_V2_FIXED_BYTES : _V2_FIXED_BYTES + size])), length
