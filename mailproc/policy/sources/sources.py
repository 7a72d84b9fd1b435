"""Feedback sources: who sends reports, how it is told by its From, and what proves that it was really it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from mailproc.policy.address import ascii_domain, is_within, split_address


class ReportFormat(StrEnum):
    """What a source's reports look like."""

    arf = "arf"  # RFC 5965
    xarf = "xarf"
    jmrp = "jmrp"  # the reported mail alone, with X-HmXmrOriginalRecipient


class RecipientHint(StrEnum):
    """How a source names the person who complained."""

    plain = "plain"
    header = "header"  # only in a header field of the reported mail
    hashed = "hashed"
    redacted = "redacted"  # only a token of ours in the reported mail tells


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackSource:
    """A known sender of feedback reports.

    `senders` are the From addresses it writes by, lower-case: `*` as local part is any, `*.` before a domain any name
    below it. `auth_domains` sign its mail (DKIM `d=`) or send it (SPF), lower-case A-labels; none: it proves nothing.
    `verified` is False where nobody has seen a genuine report yet. `about` is for people.
    """

    id: str
    name: str
    senders: tuple[str, ...]
    auth_domains: tuple[str, ...] = ()
    format: ReportFormat = ReportFormat.arf
    recipient: RecipientHint = RecipientHint.plain
    verified: bool = False
    about: str = ""

    def writes_as(self, address: str) -> bool:
        """Whether a From address is one of this source's."""
        local, domain = split_address(address.lower())
        return any(_fits(sender, local, domain) for sender in self.senders)


def _fits(sender: str, local: str, domain: str) -> bool:
    wanted_local, _, wanted = sender.rpartition("@")
    if wanted_local not in ("*", local) or not domain:
        return False
    return domain.endswith(wanted[1:]) if wanted.startswith("*.") else domain == wanted


@dataclass(frozen=True, slots=True)
class FeedbackSources:
    """All known sources, in the order of their file: the first that fits a From address is meant."""

    known: tuple[FeedbackSource, ...] = ()

    def find(self, from_address: str | None) -> FeedbackSource | None:
        """The source that writes as this address; None for a stranger."""
        return next((one for one in self.known if from_address and one.writes_as(from_address)), None)

    def auth_domains_of(self, trusted: Iterable[str], from_address: str | None) -> tuple[str, ...]:
        """The domains that prove mail of this From to be of an enabled source; each is named by id or by a domain.

        A known source counts for its own From addresses only: whoever signs for a feedback loop may sign the mail of
        everybody who has a mailbox there, too.
        """
        by_id = {source.id: source for source in self.known}
        found: list[str] = []
        for name in trusted:
            source = by_id.get(name.lower())
            if source is None:
                found.append(ascii_domain(name))
            elif from_address and source.writes_as(from_address):
                found.extend(source.auth_domains)
        return tuple(found)

    def is_enabled(self, source: str, trusted: Iterable[str]) -> bool:
        """Whether a source, by id or From domain as `source_of` gives it, is among those that an account trusts."""
        names = [name.lower() for name in trusted]
        ids = {one.id for one in self.known}
        domains = [ascii_domain(name) for name in names if name not in ids]
        return source in names or is_within(source, domains)

    def names_of(self, source: str) -> tuple[str, ...]:
        """What reports of a source may be counted under: its id, and its From domains as long as it had no entry."""
        known = next((one for one in self.known if one.id == source), None)
        domains = (sender.rpartition("@")[2].removeprefix("*.") for sender in known.senders) if known else ()
        return tuple(dict.fromkeys((source, *domains)))

    def source_of(self, from_address: str | None) -> str:
        """What reports of this sender are counted under: the source's id, else the From domain, else `unknown`."""
        source = self.find(from_address)
        return source.id if source else _domain_of(from_address) or "unknown"

    def name_of(self, from_address: str | None) -> str:
        """What people call the sender of a report: the source's name, else the domain, else `unknown sender`."""
        source = self.find(from_address)
        return source.name if source else _domain_of(from_address) or "unknown sender"


NO_SOURCES = FeedbackSources()


def _domain_of(from_address: str | None) -> str:
    return split_address(from_address)[1] if from_address else ""
