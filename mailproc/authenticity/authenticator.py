"""Whose word on a mail is asked for: our border servers' first, our own where settings say so, nobody's otherwise."""

from ipaddress import ip_network
from typing import TYPE_CHECKING

from mailproc.authenticity.border import Border, address_of
from mailproc.mail.arrival.authentication import Authentication
from mailproc.mail.arrival.envelope import InboundMail
from mailproc.policy.account import AccountPolicy
from mailproc.policy.decision import Decision
from mailproc.settings.settings import AuthenticitySettings, SmtpSettings
from mailproc.settings.types import Verify

if TYPE_CHECKING:
    from mailproc.authenticity.resolver import Resolver
    from mailproc.authenticity.verifier import Verifier

_SHARE_OF_A_LOOKUP = 0.6  # of a mail's time: one dead name must not take the answers of the others with it
# Whoever connects from here is on our side: SPF says nothing about these, and our own servers verified already.
_INSIDE = tuple(
    ip_network(network)
    for network in (
        "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16",
        "::1/128", "fc00::/7", "fe80::/10",
    )
)  # fmt: skip


class Authenticator:
    """Tells at once what border servers said, and looks up the rest for mail whose outcome hinges on it."""

    def __init__(self, border: Border, verifier: "Verifier | None" = None, verify: Verify = Verify.never) -> None:
        self._border = border
        self._verifier = verifier
        self._verify = verify if verifier is not None else Verify.never

    def told(self, mail: InboundMail, account: AccountPolicy) -> Authentication:
        """What is known without asking anybody."""
        return self._border.authenticate(mail, account)

    def is_wanted(self, mail: InboundMail, decision: Decision) -> bool:
        """Whether we are to look up who sent this mail, now that this would be decided about it."""
        if not decision.hinges or self._verify == Verify.never:
            return False
        return self._verify == Verify.always or self._edge_of(mail.envelope.peer) is not None

    async def verify(self, mail: InboundMail) -> Authentication:
        """Look it up; takes seconds at most. SPF only where the client came from outside."""
        assert self._verifier is not None
        return await self._verifier.verify(mail, self._edge_of(mail.envelope.peer))

    async def close(self) -> None:
        """Let go of threads and of questions that nobody waits for any more."""
        if self._verifier is not None:
            await self._verifier.close()

    def _edge_of(self, peer: str | None) -> str | None:
        """The address of a client from outside; None for our own servers, pipes and machines."""
        address = address_of(peer) if peer is not None else None
        if address is None or self._border.is_relay(address):
            return None
        inside = any(address in network for network in _INSIDE)
        return None if inside else str(address)


def build_verifier(settings: AuthenticitySettings, resolver: "Resolver | None" = None) -> "Verifier":
    """One that asks the DNS servers of the settings; or `resolver`."""
    # Here, because DNS and DKIM take a tenth of a second to load, and most commands never need them.
    from mailproc.authenticity.resolver import DnsResolver
    from mailproc.authenticity.verifier import Verifier

    asked = resolver or DnsResolver(settings.resolver, seconds=settings.seconds * _SHARE_OF_A_LOOKUP)
    return Verifier(asked, seconds=settings.seconds)


def build_authenticator(settings: AuthenticitySettings, smtp: SmtpSettings) -> Authenticator:
    """What the settings ask for."""
    border = Border(smtp.relays)
    if settings.verify == Verify.never:
        return Authenticator(border)
    return Authenticator(border, build_verifier(settings), settings.verify)
