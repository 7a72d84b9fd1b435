"""Who calls: the token, its account and what it may do; and how often."""

import contextlib
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from typing import Annotated, Any

from fastapi import Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from mailproc.errors import StoreError
from mailproc.policy.account import AccountPolicy
from mailproc.policy.tokens.api_token import ApiToken, Scope, digest_of_secret, is_secret
from mailproc.settings.account_policies import with_lists
from mailproc.settings.settings import Settings
from mailproc.store.programs.once import Claim
from mailproc.store.store import Store
from mailproc.web.api.problems import Trouble
from mailproc.web.limits import Allowance
from mailproc.web.parts import Parts

_USED_AGAIN = timedelta(hours=1)  # how exactly it is known when a token was used last
_BEARER = HTTPBearer(auto_error=False, scheme_name="token", description="`mailproc api-token create` makes one.")
_NOT_KNOWN = "give a token that holds: `Authorization: Bearer mp_…`, made with `mailproc api-token create`"
_CHALLENGE = 'Bearer realm="mailproc"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A program with its token, and all that it can reach: what it asks is asked of its own account."""

    token: ApiToken
    parts: Parts
    asked_at: datetime | None = None  # of a request under a key: when it was made first
    is_again: bool = False  # of a request under a key: whether it may have been done before
    request: str | None = None  # of a request under a key: what tells it from all others, a digest

    @property
    def account_id(self) -> str:
        """The one account that the token opens."""
        return self.token.account_id

    @property
    def store(self) -> Store:
        """Where everything is."""
        return self.parts.store

    @property
    def policy(self) -> AccountPolicy:
        """The account as mail is decided by."""
        found = self.parts.accounts().get(self.account_id)
        assert found is not None
        return found

    @property
    def now(self) -> datetime:
        """The time as of which it is done: of a request that is made again when it was made first."""
        return self.asked_at or self.parts.clock()

    async def settings(self) -> Settings:
        """The settings with the lists that were made meanwhile."""
        return with_lists(self.parts.settings, await self.store.lists.all())

    def by(self, by: str) -> str:
        """Who does it: as the program says, and by which token."""
        name = f"token {self.token.name}"
        return f"{by} ({name})" if by else name


class Pace:
    """How often each token may call: as many at once as in a minute, then evenly; of this process alone."""

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self._calls = Allowance(per_minute)

    def take(self, token_id: str) -> tuple[bool, int, int]:
        """Whether it may; how many calls are left, and seconds until there is one more."""
        now = time.monotonic()
        may = self._calls.spend(token_id, now) == 0
        left, seconds = self._calls.left(token_id, now)
        return may, left, max(1, ceil(seconds - 1e-9))


async def token_of(request: Request) -> ApiToken:
    """The token that a request brings, as it is now. Raises Trouble 401 for none that holds, 403 for no account."""
    parts: Parts = request.app.state.parts
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not is_secret(secret.strip()):
        raise Trouble(401, _NOT_KNOWN, {"WWW-Authenticate": _CHALLENGE})
    now = parts.clock()
    token = await parts.store.tokens.find(digest_of_secret(secret.strip()))
    if token is None or token.why_not(now) is not None:
        detail = _NOT_KNOWN if token is None else f"this token is {token.why_not(now)}"
        raise Trouble(401, detail, {"WWW-Authenticate": f'{_CHALLENGE}, error="invalid_token"'})
    if parts.accounts().get(token.account_id) is None:
        raise Trouble(403, f"the settings have no account {token.account_id} any more")
    return token


async def authenticate(request: Request) -> ApiToken:
    """The token that a request brings, counted. Raises Trouble as `token_of` does, and 429."""
    known: ApiToken | None = getattr(request.state, "token", None)
    if known is not None:
        return known
    parts: Parts = request.app.state.parts
    token = await token_of(request)
    pace: Pace = request.app.state.pace
    may, left, seconds = pace.take(token.id)
    request.state.pace = (pace.per_minute, left, seconds)
    if not may:
        raise Trouble(429, f"{pace.per_minute} calls a minute are allowed", {"Retry-After": str(seconds)})
    now = parts.clock()
    if token.last_used_at is None or now - token.last_used_at > _USED_AGAIN:
        with contextlib.suppress(StoreError):  # nobody goes without an answer because this cannot be written down
            await parts.store.tokens.touch(token)
        token = replace(token, last_used_at=now)
    request.state.token = token
    return token


def lacking(detail: str, *scopes: str) -> Trouble:
    """The refusal for a token without these scopes, with the challenge that names them (RFC 6750 §3.1)."""
    named = f'{_CHALLENGE}, error="insufficient_scope", scope="{" ".join(scopes)}"'
    return Trouble(403, detail, {"WWW-Authenticate": named})


def check_scopes(token: ApiToken, needed: Sequence[str]) -> None:
    """Raises Trouble 403 for a token that lacks any of these scopes."""
    if missing := [one for one in needed if one not in token.scopes]:
        raise lacking(f"this token has no scope {', '.join(missing)}", *missing)


async def _caller(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)]
) -> Caller:
    token = await authenticate(request)
    parts: Parts = request.app.state.parts
    claim: Claim | None = getattr(request.state, "claim", None)
    if claim is None:
        return Caller(token=token, parts=parts)
    digest: str = request.state.digest
    return Caller(token=token, parts=parts, asked_at=claim.asked_at, is_again=claim.is_again, request=digest)


def may(scope: Scope) -> Callable[..., Awaitable[Caller]]:
    """The caller, whose token has this scope: `Route` has looked."""
    return Security(_caller, scopes=[scope.value])  # type: ignore[no-any-return]


def scopes_of(caller: Any) -> Sequence[str]:
    """The scopes that one of the kinds of callers below has."""
    [said] = caller.__metadata__
    return tuple(said.scopes)


Reader = Annotated[Caller, may(Scope.read)]
Writer = Annotated[Caller, may(Scope.write)]
Reviewer = Annotated[Caller, may(Scope.review)]
Operator = Annotated[Caller, may(Scope.admin)]
