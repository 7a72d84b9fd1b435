"""An account's settings as the decision sees them, and which account and mailbox an address belongs to."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import NamedTuple

from mailproc.policy.address import ascii_domain, split_address
from mailproc.policy.sources.sources import NO_SOURCES, FeedbackSources
from mailproc.policy.tokens.token import Purpose, Token, looks_like_token, read_token


class MailboxRole(StrEnum):
    """What a mailbox is for; it counts in the decision (docs/flow.md)."""

    reply = "reply"
    unsubscribe = "unsubscribe"
    feedback = "feedback"  # abuse@ is one, too
    bounce = "bounce"
    postmaster = "postmaster"


class FeedbackTrust(StrEnum):
    """Whose feedback reports without token may act."""

    enrolled = "enrolled"  # only those of an enabled, authenticated source
    mailbox = "mailbox"  # whatever reaches the feedback mailbox and is ours
    token = "token"  # none without a token  # noqa: S105 - a word, no secret


@dataclass(frozen=True, kw_only=True)
class AccountPolicy:
    """A frozen snapshot of what one account wants; without slots, so that its digest is computed once.

    `domains` lower-case A-labels. `mailboxes` maps a role to its local parts, lower-case. `sends_from` are domains and
    IP networks (CIDR) the account's own mail comes from. `lists` maps list ids to names, `list_spellings` to others.
    `token_keys` maps key ids (0..15) to secrets; the highest signs. `border_servers` are the authserv-ids whose
    Authentication-Results count.
    `trusted_sources` are ids of `sources`, or domains. `everything_is_ours` is the built-in default account of
    `replay`, which knows nobody's sending identity. `released` is set while a mail is decided that an operator lets go:
    neither missing trust nor `automatic` holds it back.
    """

    id: str
    parent: str | None = None
    domains: tuple[str, ...] = ()
    mailboxes: Mapping[MailboxRole, tuple[str, ...]] = field(default_factory=dict)
    sends_from: tuple[str, ...] = ()
    lists: Mapping[str, str] = field(default_factory=dict)
    list_spellings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    footers: tuple[str, ...] = ()
    forward_to: str | None = None
    auto_replies: str = "record"
    token_keys: Mapping[int, bytes] = field(default_factory=dict)
    border_servers: tuple[str, ...] = ()
    trusted_sources: tuple[str, ...] = ()
    sources: FeedbackSources = NO_SOURCES
    feedback_trust: FeedbackTrust = FeedbackTrust.mailbox
    account_scope: str = "enterprise"
    reply_scope: str = "account"
    automatic: bool = True
    hard_bounces: int = 1
    unsure_bounces: int = 2
    soft_bounces: int = 5
    soft_bounce_days: int = 30
    everything_is_ours: bool = False
    released: bool = False

    def list_names(self) -> Iterator[tuple[str, str]]:
        """Every list with every name that people may call it by, as (id, name)."""
        for list_id, name in self.lists.items():
            yield list_id, name
            for spelling in self.list_spellings.get(list_id, ()):
                yield list_id, spelling

    @cached_property
    def digest(self) -> str:
        """Its `policy_digest`."""
        return policy_digest(self)


class NoRoute(StrEnum):
    """Why nobody takes an address."""

    unknown_domain = "unknown_domain"
    unknown_mailbox = "unknown_mailbox"


class Route(NamedTuple):
    """Whose mailbox an address is. `token` is the verified token in it.

    `parked` says why it is taken although nothing is known of it: it has the shape of a token but does not verify.
    """

    account_id: str
    role: MailboxRole
    token: Token | None = None
    parked: str | None = None


_ROLE_OF_PURPOSE = {
    Purpose.unsubscribe_all: MailboxRole.unsubscribe,
    Purpose.unsubscribe_list: MailboxRole.unsubscribe,
    Purpose.bounce: MailboxRole.bounce,
    Purpose.reply: MailboxRole.reply,
    Purpose.feedback: MailboxRole.feedback,
    Purpose.unsubscribe_send: MailboxRole.unsubscribe,
    Purpose.profile: MailboxRole.reply,
}
# RFC 5321 §4.5.1 and RFC 2142: every domain that takes mail has these.
_ALWAYS = {"postmaster": MailboxRole.postmaster, "abuse": MailboxRole.feedback}
UNKNOWN_ADDRESS_TOKEN = "address token is unknown or was retired"  # noqa: S105 - a sentence, no secret


class Accounts:
    """All accounts, and the way from an address to one of them; `stranger` takes saved mail that is nobody's."""

    def __init__(self, accounts: Iterable[AccountPolicy], stranger: AccountPolicy | None = None) -> None:
        self.stranger = stranger or default_account()
        self._by_id = {account.id: account for account in accounts}
        self._by_domain: dict[str, list[AccountPolicy]] = {}
        for account in self._by_id.values():
            for domain in account.domains:
                self._by_domain.setdefault(ascii_domain(domain), []).append(account)
        # Asked twice per recipient, and nearly all mail comes to a handful of mailboxes.
        self._remembered = lru_cache(maxsize=4096)(self._find_route)

    def __iter__(self) -> Iterator[AccountPolicy]:
        return iter(self._by_id.values())

    def get(self, account_id: str) -> AccountPolicy | None:
        """The account of that id; None when there is none."""
        return self._by_id.get(account_id)

    def route(self, address: str) -> Route | NoRoute:
        """Which account and mailbox takes an address; tags after `+`, letter case and IDN forms do not matter.

        Several accounts may share a domain: the first one, in their order, that has the mailbox or the token's key.
        """
        return self._remembered(address)

    def _find_route(self, address: str) -> Route | NoRoute:
        local, domain = split_address(address)
        accounts = self._by_domain.get(domain)
        if not accounts:
            bare_postmaster = not domain and local.lower() == "postmaster"  # RFC 5321 §4.1.1.3
            if bare_postmaster and self._by_id:
                return Route(account_id=next(iter(self._by_id)), role=MailboxRole.postmaster)
            return NoRoute.unknown_domain
        routes = [route for route in (mailbox_of(account, local) for account in accounts) if route]
        verified = [route for route in routes if not route.parked]
        return next(iter(verified + routes), NoRoute.unknown_mailbox)


def mailbox_of(account: AccountPolicy, local_part: str) -> Route | None:
    """Which mailbox of one account a local part is; None when it has none of that name."""
    token = read_token(local_part, account.token_keys)
    if token is not None:
        return Route(account_id=account.id, role=_ROLE_OF_PURPOSE[token.purpose], token=token)
    name = local_part.lower().partition("+")[0]
    parked = UNKNOWN_ADDRESS_TOKEN if looks_like_token(local_part) else None
    for role, local_parts in account.mailboxes.items():
        if name in local_parts:
            return Route(account_id=account.id, role=role, parked=parked)
    if name in _ALWAYS:
        return Route(account_id=account.id, role=_ALWAYS[name], parked=parked)
    return Route(account_id=account.id, role=MailboxRole.reply, parked=parked) if parked else None


def policy_digest(account: AccountPolicy) -> str:
    """Digest of everything an account wants, as `sha256:` and 64 hex digits; of secrets only their digests go in."""
    said: dict[str, object] = {}
    for one in fields(account):
        value = getattr(account, one.name)
        if one.name == "token_keys":
            value = {str(kid): hashlib.sha256(key).hexdigest() for kid, key in value.items()}
        elif isinstance(value, Mapping):
            value = {str(key): entry for key, entry in value.items()}
        said[one.name] = value
    return "sha256:" + hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


def default_account(sources: FeedbackSources = NO_SOURCES) -> AccountPolicy:
    """The account that `replay` and `explain` use where no settings name one: every report counts as about our mail."""
    return AccountPolicy(id="default", everything_is_ours=True, sources=sources)
