import pytest

from mailproc.mail.reading.charset import text_of, undo_transfer_encoding


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("utf-8", "Zürich 退订"),
        ("UTF-8", "Zürich"),
        ("iso-8859-1", "Zürich"),
        ("windows-1252", "don’t"),
        ("iso-8859-15", "5 €"),
        ("koi8-r", "отписаться"),
        ("windows-1251", "отписаться"),
        ("gb2312", "请退订"),
        ("eucgb2312_cn", "请退订"),
        ("euc_kr", "수신거부"),
        ("big5", "取消訂閱"),
        ("shift_jis", "配信停止"),
        ("iso-2022-jp", "配信停止"),
        ("euc-jp", "配信停止"),
        ("euc-kr", "수신거부"),
        ("utf-16", "Zürich"),
        ("utf-7", "Zürich"),
    ],
)
def test_declared_charsets_of_mail_are_decoded(charset: str, text: str) -> None:
    assert text_of(text.encode(charset), charset) == (text, None)


def test_latin_1_is_read_as_windows_1252_as_mail_programs_mean_it() -> None:
    assert text_of(b"don\x92t", "iso-8859-1") == ("don’t", None)


@pytest.mark.parametrize("charset", ['"utf-8"', "utf-8;", " utf8 "])
def test_untidy_names_are_understood(charset: str) -> None:
    assert text_of("ü".encode(), charset) == ("ü", None)


@pytest.mark.parametrize(
    "charset", ["unknown-8bit", "unicode_escape", "rot13", "punycode", "idna", "undefined", "x" * 5000]
)
def test_a_charset_that_mail_does_not_use_is_not_decoded_but_told(charset: str) -> None:
    text, defect = text_of(b"\\ud800 ab\xfc", charset)
    assert text == "\\ud800 abü"
    assert defect is not None
    assert len(defect) < 100


def test_eight_bit_text_that_declares_nothing_is_guessed_without_complaint() -> None:
    assert text_of("ü".encode(), None) == ("ü", None)
    assert text_of(b"\xfc", None) == ("ü", None)


def test_eight_bit_text_that_claims_to_be_ascii_is_read_and_told() -> None:
    assert text_of("ü".encode(), "us-ascii") == ("ü", "not in the declared charset us-ascii")


def test_bytes_that_the_charset_does_not_have_are_replaced_and_told() -> None:
    assert text_of(b"a\xffb", "utf-8") == ("a\N{REPLACEMENT CHARACTER}b", "not in the declared charset utf-8")


def test_utf_8_under_another_name_is_recognised() -> None:
    assert text_of("退订".encode(), "gb2312")[0]
    assert text_of("ñandú 退订".encode(), "big5") == ("ñandú 退订", "not in the declared charset big5")


def test_no_lone_surrogate_gets_through() -> None:
    text, _ = text_of(b"+2AA-", "utf-7")
    text.encode("utf-8")


@pytest.mark.parametrize(
    ("encoding", "data", "decoded"),
    [
        ("7bit", b"a=3D", b"a=3D"),
        ("8BIT", b"\xfc", b"\xfc"),
        ("", b"x", b"x"),
        ("quoted-printable", b"Z=C3=BCr=\r\nich", "Zürich".encode()),
        ("Quoted-Printable ; x", b"=41", b"A"),
        ("quoted-printable", b"100=% =zz", b"100=% =zz"),
        ("base64", b"WsO8\r\ncmljaA==\r\n", "Zürich".encode()),
        ("x-uuencode", b"begin 644 x\n#86)C\n`\nend\n", b"abc"),
    ],
)
def test_transfer_encodings_are_undone(encoding: str, data: bytes, decoded: bytes) -> None:
    assert undo_transfer_encoding(data, encoding) == (decoded, None)


@pytest.mark.parametrize("data", [b"WsO8cmljaA", b"WsO8cmljaA===x", b"W sO8!cmljaA=", b"WsO8cmljaAAAA"])
def test_broken_base64_is_mended_as_far_as_it_goes(data: bytes) -> None:
    assert undo_transfer_encoding(data, "base64")[0].startswith("Zürich".encode())


def test_base64_cut_in_the_middle_is_told() -> None:
    assert undo_transfer_encoding(b"WsO8cmljaA", "base64")[1] == "broken base64"


def test_an_unknown_encoding_is_taken_as_it_is_and_told() -> None:
    assert undo_transfer_encoding(b"x", "x-gzip64") == (b"x", "unknown transfer encoding x-gzip64")
