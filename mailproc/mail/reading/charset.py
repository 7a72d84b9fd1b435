"""Bytes into text: transfer encodings (RFC 2045 §6) and charsets, from a list of those that mail uses."""

import binascii
import re

# What mailers declare and what they mean by it. Only these are decoded: other codecs of Python are not charsets (rot13,
# unicode_escape) or take more than linear time (punycode). Some yield lone surrogates (utf-7), which are taken out.
_CODECS = {
    **{f"iso-8859-{n}": f"iso8859-{n}" for n in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)},
    **{f"windows-{n}": f"cp{n}" for n in range(1250, 1259)},
    **{
        f"cp{n}": f"cp{n}"
        for n in (437, 737, 775, 850, 852, 855, 857, 858, 860, 861, 862, 863, 864, 865, 866, 869, 874)
    },
    **{f"cp{n}": f"cp{n}" for n in (932, 949, 950, *range(1250, 1259))},
    **{f"ibm{n}": f"cp{n}" for n in (437, 850, 852, 855, 857, 858, 866)},
    "us-ascii": "ascii",
    "ascii": "ascii",
    "ansi_x3.4-1968": "ascii",
    "646": "ascii",
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "unicode-1-1-utf-8": "utf-8",
    "cp65001": "utf-8",
    "uft-8": "utf-8",
    "utf-7": "utf-7",
    "unicode-1-1-utf-7": "utf-7",
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "iso-8859-1": "cp1252",  # as browsers and mail programs read it: curly quotes are in the wild, C1 controls are not
    "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "ansi": "cp1252",
    "iso8859-2": "iso8859-2",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "windows-874": "cp874",
    "iso8859-15": "iso8859-15",
    "macintosh": "mac-roman",
    "x-mac-roman": "mac-roman",
    "koi8-r": "koi8-r",
    "koi8-u": "koi8-u",
    "gb2312": "gb18030",
    "eucgb2312-cn": "gb18030",  # this and big5_tw: what Python's own mail package writes
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "x-gbk": "gb18030",
    "hz-gb-2312": "hz",
    "big5": "big5hkscs",
    "big5-tw": "big5hkscs",
    "big5-hkscs": "big5hkscs",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "euc-jp": "euc_jp",
    "iso-2022-jp": "iso2022_jp_ext",
    "iso-2022-jp-2": "iso2022_jp_2",
    "iso-2022-jp-ms": "iso2022_jp_ext",
    "cp50220": "iso2022_jp_ext",
    "iso-2022-kr": "iso2022_kr",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "windows-949": "cp949",
}
_ASCII_SUPERSET = (
    frozenset(_CODECS.values())
    - {"utf-16", "utf-16-le", "utf-16-be", "utf-7", "hz"}
    - {codec for codec in _CODECS.values() if codec.startswith("iso2022")}
)
_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))
_SURROGATE = re.compile("[\ud800-\udfff]")


def text_of(data: bytes, charset: str | None) -> tuple[str, str | None]:
    """Decode bytes of a declared charset: (text, defect). Never fails, never yields lone surrogates.

    Without a charset, and where 8-bit text claims to be ASCII: UTF-8 if it can be, else windows-1252. An unknown
    charset is read the same way and is a defect; bytes that the charset does not have become U+FFFD and are one, too.
    """
    name = (charset or "us-ascii").strip("\"'; \t").lower().replace(" ", "")
    codec = _CODECS.get(name) or _CODECS.get(name.replace("_", "-"))
    if data.isascii() and (codec is None or codec in _ASCII_SUPERSET):
        return data.decode("ascii"), None if codec else f"unknown charset {name[:40]}"
    if codec is None or codec == "ascii":
        return _guess(data), None if codec and charset is None else f"not in the declared charset {name[:40]}"
    try:
        return _without_surrogates(data.decode(codec)), None
    except UnicodeDecodeError:
        defect = f"not in the declared charset {name[:40]}"
    if codec == "cp1252":
        return data.decode("latin-1"), None
    if codec in {"utf-8", "utf-16", "utf-16-le", "utf-16-be"}:
        return _without_surrogates(data.decode(codec, "replace")), defect
    return _without_surrogates(_guess(data) if _is_utf8(data) else data.decode(codec, "replace")), defect


def _guess(data: bytes) -> str:
    for codec in ("utf-8", "cp1252"):
        try:
            return data.decode(codec)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _without_surrogates(text: str) -> str:
    return text if text.isascii() else _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)


def undo_transfer_encoding(data: bytes, encoding: str) -> tuple[bytes, str | None]:
    """Undo a Content-Transfer-Encoding: (bytes, defect).

    An unknown one is taken as 8bit and is a defect. Source: RFC 2045 §6.
    """
    name = encoding.partition(";")[0].strip(" \t\"'").lower()
    if name in {"", "7bit", "8bit", "binary", "7-bit", "8-bit"}:
        return data, None
    if name == "quoted-printable":
        return binascii.a2b_qp(data), None
    if name == "base64":
        return _from_base64(data)
    if name in {"x-uuencode", "uuencode", "x-uue", "uue"}:
        return _from_uuencode(data)
    return data, f"unknown transfer encoding {name[:40]}"


def _from_base64(data: bytes) -> tuple[bytes, str | None]:
    try:
        return binascii.a2b_base64(data), None
    except binascii.Error:
        pass
    whole = data.translate(None, _NOT_BASE64)
    whole = whole[: len(whole) - 1] if len(whole) % 4 == 1 else whole
    return binascii.a2b_base64(whole + b"=" * (-len(whole) % 4)), "broken base64"


def _from_uuencode(data: bytes) -> tuple[bytes, str | None]:
    found = bytearray()
    for line in data.splitlines():
        if not line or line.startswith((b"begin ", b"end")):
            continue
        try:
            found += binascii.a2b_uu(line)
        except binascii.Error:
            return data, "broken uuencode"
    return bytes(found), None
