"""Tokens by which programs use the API: what one may do, and how it is known without being kept."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

PREFIX = "mp_"
SECRET_BYTES = 32
_SHAPE = re.compile(r"mp_[A-Za-z0-9_-]{43}")


class Scope(StrEnum):
    """What a token lets a program do; each includes nothing but itself."""

    read = "read"  # people, facts, lists, sends, decisions, outbox; checks before a send; headers to stamp
    write = "write"  # people, lists and who is on them, sends, requests that came by another channel
    review = "review"  # look at what waits for a person, and answer it
    admin = "admin"  # what holds everywhere: global opt-outs; the outbox


MEANINGS: Mapping[Scope, str] = {
    Scope.read: "look at people, facts, lists, sends, decisions and the outbox; check sends; headers to stamp",
    Scope.write: "change people, lists and who is on them; record sends; enter requests",
    Scope.review: "look at what waits for a person, and answer it",
    Scope.admin: "enter global opt-outs; retry and drop events of the outbox",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """A token as it is kept: never its secret, of which only a digest is stored.

    It opens one account. `expires_at` None: never; `revoked_at` None: it holds.
    """

    id: str
    account_id: str
    name: str
    scopes: frozenset[Scope]
    created_at: datetime
    created_by: str
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None

    def why_not(self, now: datetime) -> str | None:
        """Why it opens nothing, in a few words; None when it does."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= now else None


def secret_of(random_text: str) -> str:
    """The secret of a new token, of 32 random bytes as URL-safe text; shown once, never kept."""
    return f"{PREFIX}{random_text}"


def is_secret(text: str) -> bool:
    """Whether this has the shape of a token: nothing else is looked for."""
    return _SHAPE.fullmatch(text) is not None


def digest_of_secret(secret: str) -> str:
    """What is kept: SHA-256 in hex. The secret has 256 random bits, so that no slow hash is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()
