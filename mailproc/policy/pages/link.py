"""Links in mail: from a path, as clients and gateways leave it, to the token in it and whose it is."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from mailproc.policy.tokens.token import Shape, Token, looks_like_token, make_token, shapes_in, verified

_MAX_PATH = 1000  # a token has 73 characters, and every one of them may have been percent-encoded
_WHITE = re.compile(r"[\s\u00ad\u200b-\u200f\u2060\ufeff]+")  # with what breaks lines or hides and shows nothing
_QUOTED = re.compile(r"=[0-9A-Fa-f]{2}")
_TIMES_ENCODED = 2
_MOST_SHAPES = 3  # a link has one token: each more costs every account a signature, and a stranger nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link that verified: whose it is, what it says, and its token as we write it."""

    account_id: str
    token: Token
    text: str


def read_link(path: str, keys_of: Iterable[tuple[str, Mapping[int, bytes]]]) -> Link | None:
    """The link in what comes behind `/u/`, by the keys of the first account that signed it; None when nobody did.

    Forgiven are letter case, the usual typing errors, percent-encoding (also twice), white space and line breaks
    inside, what quoted-printable leaves behind (`=`, `=3D`), and punctuation around it. Of a path that holds several
    things that look like tokens the first three count.
    """
    shapes = _shapes(path)
    if not shapes:
        return None
    for account_id, keys in keys_of:
        for shape in shapes:
            if (token := verified(shape, keys)) is not None:
                return Link(account_id=account_id, token=token, text=make_token(token, keys))
    return None


def looks_like_link(path: str) -> bool:
    """Whether it has the shape of one, verified or not: a letter for its purpose and the right number of characters."""
    return any(looks_like_token(candidate) for candidate in _candidates(path))


def _shapes(path: str) -> list[Shape]:
    found = (shape for candidate in _candidates(path) for shape in shapes_in(candidate, _MOST_SHAPES))
    return list(dict.fromkeys(found))[:_MOST_SHAPES]


def _candidates(path: str) -> Iterator[str]:
    """What the path may have been, each once; most are what they seem."""
    text = path[:_MAX_PATH]
    for _ in range(_TIMES_ENCODED):
        text = unquote(text)
    text = _WHITE.sub("", text)
    yield text
    if "=" in text:
        yield text.replace("=", "")  # a soft line break (RFC 2045 §6.7) of which the end of the line is gone
        yield _QUOTED.sub("", text)  # `=3D`, `=20`, `=0A`: 3 and D are letters of a token as well
