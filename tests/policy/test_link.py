"""A link survives what clients and gateways do to it; what nobody signed is never anybody's."""

from collections.abc import Iterator, Mapping
from urllib.parse import quote

import pytest

from mailproc.policy.pages.link import looks_like_link, read_link
from mailproc.policy.tokens.token import Purpose, Token, make_token

KEYS, OTHER = {1: bytes(range(32))}, {1: bytes(32)}
OWNERS = [("other", OTHER), ("acme", KEYS)]
LINKS = [
    make_token(Token(purpose=Purpose.unsubscribe_send, subscriber=key, message=42, day=20800, kid=1), KEYS)
    for key in (17, "0035g00000AbCdEAAV")
]
MANGLED = {
    "as it is": lambda link: link,
    "capitals": lambda link: link.upper(),
    "a full stop behind": lambda link: f"{link}.",
    "brackets around": lambda link: f"<{link}>",
    "a slash behind": lambda link: f"{link}/",
    "a space inside": lambda link: f"{link[:20]} {link[20:]}",
    "a line break inside": lambda link: f"{link[:20]}\r\n{link[20:]}",
    "what a soft line break leaves": lambda link: f"{link[:20]}={link[20:]}",
    "a soft line break": lambda link: f"{link[:20]}=\r\n{link[20:]}",
    "an encoded equals sign": lambda link: f"{link[:20]}=3D{link[20:]}",
    "a hidden space": lambda link: f"{link[:20]}\u200b{link[20:]}",
    "percent-encoding": lambda link: "".join(f"%{ord(one):02x}" for one in link),
    "percent-encoding twice": lambda link: quote(quote(f"{link} ")),
    "without its letter": lambda link: link[2:],
    "0 for o": lambda link: link.replace("o", "0"),
    "a query in the path": lambda link: f"{link}?utm_source=x",
}


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("mangle", MANGLED)
def test_a_link_survives(link: str, mangle: str) -> None:
    found = read_link(MANGLED[mangle](link), OWNERS)
    assert found is not None
    assert (found.account_id, found.text, found.token.message) == ("acme", link, 42)


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize(
    "spoil",
    [
        lambda link: link[:-1],
        lambda link: f"{link}a",
        lambda link: f"x{link[2:]}",
        lambda link: link[:-1] + ("a" if link[-1] != "a" else "q"),
        lambda link: f"b-{link[2:]}",
        lambda link: f"p-{link[2:]}",
        lambda link: "",
        lambda link: "u-" + "a" * 48,
        lambda link: " " * 2000 + link,
        lambda link: "%" * 3000,
    ],
)
def test_what_was_changed_is_nobodys(link: str, spoil: object) -> None:
    assert read_link(spoil(link), OWNERS) is None  # type: ignore[operator]


class CountedKeys(dict[int, bytes]):
    """Keys that count how often one is asked for: once for each signature that is tried."""

    asked = 0

    def get(self, kid: int, default: object = None) -> object:  # type: ignore[override]
        self.asked += 1
        return super().get(kid, default)


@pytest.mark.parametrize("between", ["/", "=", "=3D", ".=", "%3D"])
def test_of_a_path_with_many_look_alikes_three_are_tried(between: str) -> None:
    keys = CountedKeys(KEYS)
    path = between.join(LINKS[0][:-1] + letter for letter in "abcdefghijklmnopqrs" if letter != LINKS[0][-1])
    assert read_link(path, [("acme", keys)]) is None
    assert 0 < keys.asked <= 3 * 2  # `1` would be tried as l and as i


def test_no_account_is_asked_about_what_has_no_shape_of_a_link() -> None:
    def owners() -> Iterator[tuple[str, Mapping[int, bytes]]]:
        raise AssertionError("asked")
        yield

    assert read_link("unsubscribe", owners()) is None


def test_no_more_accounts_are_asked_than_until_one_has_signed() -> None:
    def owners() -> Iterator[tuple[str, Mapping[int, bytes]]]:
        yield "acme", KEYS
        raise AssertionError("asked")

    assert read_link(LINKS[0], owners()) is not None


def test_without_the_key_a_link_is_nobodys() -> None:
    assert read_link(LINKS[0], [("other", OTHER)]) is None
    assert read_link(LINKS[0], []) is None


def test_the_shape_of_a_link_is_told_from_anything_else() -> None:
    assert looks_like_link("u-" + "a" * 48)
    assert looks_like_link("U-" + "A" * 61)
    assert not looks_like_link("u-" + "a" * 47)
    assert not looks_like_link("unsubscribe")
