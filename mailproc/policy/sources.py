"""Feedback sources by name: how operators enable them, and what people call them."""

from collections.abc import Iterable
from dataclasses import dataclass

from mailproc.policy.address import ascii_domain, is_within, split_address


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackSource:
    """A known sender of feedback reports. `from_domains` tell it by From, `auth_domains` sign or send its mail."""

    id: str
    name: str
    from_domains: tuple[str, ...]
    auth_domains: tuple[str, ...]


SOURCES = (
    FeedbackSource(
        id="yahoo",
        name="Yahoo",
        from_domains=("arf.mail.yahoo.com", "yahoo-inc.com"),
        auth_domains=("arf.mail.yahoo.com", "yahoo.com"),
    ),
    FeedbackSource(
        id="validity",
        name="Validity",
        from_domains=("senderscore.net", "returnpath.net"),
        auth_domains=("senderscore.net", "bounce.mailstream.senderscore.net", "returnpath.net"),
    ),
    FeedbackSource(
        id="microsoft",
        name="Microsoft",
        from_domains=("hotmail.com", "outlook.com", "microsoft.com"),
        auth_domains=("hotmail.com", "outlook.com", "microsoft.com"),
    ),
    FeedbackSource(id="aol", name="AOL", from_domains=("aol.net",), auth_domains=("aol.net", "aol.com")),
    FeedbackSource(
        id="amazon-ses",
        name="Amazon SES",
        from_domains=("email-abuse.amazonses.com",),
        auth_domains=("amazonses.com", "email-abuse.amazonses.com"),
    ),
    FeedbackSource(id="mailru", name="Mail.ru", from_domains=("mail.ru",), auth_domains=("mail.ru", "corp.mail.ru")),
    FeedbackSource(
        id="junkemailfilter",
        name="JunkEmailFilter",
        from_domains=("junkemailfilter.com",),
        auth_domains=("junkemailfilter.com",),
    ),
)


def auth_domains_of(trusted: Iterable[str]) -> tuple[str, ...]:
    """The domains that authenticate enabled sources; each is named by the id of a known source or by a domain."""
    known = {source.id: source.auth_domains for source in SOURCES}
    return tuple(domain for name in trusted for domain in known.get(name.lower(), (ascii_domain(name),)))


def source_name(from_address: str | None) -> str:
    """What people call the sender of a report: a known source's name, else the domain, else `unknown sender`."""
    domain = split_address(from_address)[1] if from_address else ""
    known = next((source.name for source in SOURCES if is_within(domain, source.from_domains)), None)
    return known or domain or "unknown sender"
