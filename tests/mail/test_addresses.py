import pytest

from mailproc.mail.reading.addresses import addresses_in


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("pat@example.org", ("pat@example.org",)),
        ("Pat Person <pat@example.org>", ("pat@example.org",)),
        ('"Person, Pat" <pat@example.org>', ("pat@example.org",)),
        ("a@example.org, B <b@example.org>", ("a@example.org", "b@example.org")),
        ("a@example.org; b@example.org", ("a@example.org", "b@example.org")),
        ("pat@example.org (Pat Person)", ("pat@example.org",)),
        ("friends: a@example.org, b@example.org;", ("a@example.org", "b@example.org")),
        ("<@relay.example:pat@example.org>", ("pat@example.org",)),
        ("Pät <pät@exämple.example>", ("pät@exämple.example",)),
        ("o'neil@example.org", ("o'neil@example.org",)),
        ("'pat@example.org'", ("'pat@example.org'",)),
        ("pat@[192.0.2.1]", ("pat@[192.0.2.1]",)),
        ("Pat <pat+tag=x@example.org>", ("pat+tag=x@example.org",)),
    ],
)
def test_bare_addresses_are_read(value: str, expected: tuple[str, ...]) -> None:
    assert addresses_in(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        '"pat@evil.example" <real@example.org>',
        "pat@evil.example <real@example.org>",
        "(x@evil.example) real@example.org",
    ],
)
def test_an_address_in_a_display_name_or_comment_is_none(value: str) -> None:
    assert addresses_in(value) == ("real@example.org",)


@pytest.mark.parametrize(
    "value", ["", "Pat", "<>", "undisclosed-recipients:;", "@", "MAILER-DAEMON", "(pat@example.org)", "<<<<@"]
)
def test_where_there_is_no_address_there_is_none(value: str) -> None:
    assert addresses_in(value) == ()


def test_one_bad_element_does_not_lose_the_others() -> None:
    assert addresses_in("a@example.org, not an address, <b@example.org>") == ("a@example.org", "b@example.org")


def test_an_address_on_an_injected_line_is_none() -> None:
    assert addresses_in("pat@example.org\r\nBcc: evil@example.net") == ("pat@example.org",)


def test_the_number_of_addresses_is_bounded() -> None:
    assert len(addresses_in("a@example.org, " * 20_000)) <= 1000


@pytest.mark.parametrize(
    "value", ["<" * 30_000 + "@", "(" * 30_000 + "@", '"a' * 15_000 + "@", "a@[1],;" * 4_000, ":" * 30_000 + "@"]
)
def test_hostile_lists_end(value: str) -> None:
    assert len(addresses_in(value)) <= 1000
