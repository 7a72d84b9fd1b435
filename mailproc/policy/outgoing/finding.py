"""What an outgoing commercial mail lacks (R44a): each finding with its source and what to do about it.

Signatures are taken at their word, not verified: this looks at a mail before it is sent, or as it was sent.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from mailproc.mail.arrival.stated_signature import StatedSignature, stated_signatures
from mailproc.mail.reading.message import Message
from mailproc.mail.text.html_text import text_of_html
from mailproc.mail.text.links import Link, links_in, shown_texts
from mailproc.policy.account import AccountPolicy
from mailproc.policy.address import split_address


class Weight(StrEnum):
    """How much a finding weighs."""

    must = "must"  # mail without it must not go out
    should = "should"  # it may go out, and fares worse


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that a mail lacks: `id` for programs, one sentence, who says so, and what to do."""

    id: str
    weight: Weight
    said: str
    source: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the account wants of its mail; a link counts that holds one of these texts, in any case."""

    unsubscribe_links: tuple[str, ...] = ()
    profile_links: tuple[str, ...] = ()
    postal_address: str | None = None


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """A mail as the checks see it; `is_aligned` tells whether two domains are of one organization (RFC 7489 §3.1)."""

    message: Message
    account: AccountPolicy
    wishes: Wishes
    is_aligned: Callable[[str, str], bool]

    @cached_property
    def signatures(self) -> tuple[StatedSignature, ...]:
        """Its signatures, as they say of themselves."""
        return stated_signatures(self.message.headers)

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """Its links."""
        return links_in(self.message)

    @cached_property
    def words(self) -> str:
        """All that is read in it, in lower case, one space between words."""
        texts = (
            text_of_html(part.text or "").text if part.content_type == "text/html" else part.text or ""
            for part in shown_texts(self.message)
        )
        return " ".join(" ".join(texts).lower().split())

    @property
    def from_domain(self) -> str:
        """The domain of its only From address; empty when there is none, or several."""
        domains = {split_address(one)[1] for one in self.message.from_addresses}
        return domains.pop() if len(domains) == 1 else ""

    def header(self, name: str) -> str:
        """The first field of that name; empty when absent."""
        return (self.message.headers.get(name) or "").strip()

    def covering(self, *names: str) -> tuple[StatedSignature, ...]:
        """The signatures that sign all of these fields."""
        return tuple(one for one in self.signatures if {name.lower() for name in names} <= one.signed_names)


Check = Callable[[Outgoing], Iterator[Finding]]


def must(id: str, said: str, source: str, remedy: str) -> Finding:
    """A finding without which mail must not go out."""
    return Finding(id=id, weight=Weight.must, said=said, source=source, remedy=remedy)


def should(id: str, said: str, source: str, remedy: str) -> Finding:
    """A finding without which mail fares worse."""
    return Finding(id=id, weight=Weight.should, said=said, source=source, remedy=remedy)
