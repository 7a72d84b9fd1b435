"""The hook that forwards mail to people: each outbox row is one mail, handed to the account's smarthost."""

from collections.abc import Awaitable
from typing import Protocol

from mailproc.errors import NotFound, StoreError, StoreUnavailable
from mailproc.mail.arrival.envelope import InboundMail
from mailproc.policy.deciding.forward import BOUNCE_TAG
from mailproc.policy.hooks.event import Delivery, PermanentFailure, SyncEvent, TransientFailure
from mailproc.policy.hooks.forwarding import forwarding_hook
from mailproc.settings.settings import AccountSettings
from mailproc.settings.smarthost import SmarthostSettings
from mailproc.store.results import RecordedDecision
from mailproc.sync.forward_mail import Forward, compose_forward
from mailproc.sync.smarthost import Smarthost


class MailSource(Protocol):
    """What is asked about a mail that is forwarded; `store.Store` has it."""

    def mail(self, mail_id: str) -> Awaitable[InboundMail]:
        """The mail as it came in. Raises NotFound, or StoreError when its content is gone."""

    def decision_of(self, mail_id: str) -> Awaitable[RecordedDecision | None]:
        """The last decision on it."""


class ForwardHook:
    """Forwards one account's mail. Delivery is at least once, with the same Message-ID every time."""

    def __init__(self, account: AccountSettings, smarthost: SmarthostSettings, source: MailSource) -> None:
        self.name = forwarding_hook(account.id)
        self.in_flight = smarthost.workers
        self._forward_to = account.forward_to or ""
        self._sender = smarthost.sender or f"{_first_mailbox(account)}@{account.domains[0]}"
        self._mail_from = _with_tag(smarthost.envelope_from)
        self._smarthost = Smarthost(smarthost)
        self._source = source

    async def deliver(self, event: SyncEvent) -> Delivery:
        """Forward the mail that an event names; one whose content is gone is a dead letter."""
        mail_id = str(event.data["mail_id"])
        try:
            mail = await self._source.mail(mail_id)
            recorded = await self._source.decision_of(mail_id)
        except StoreUnavailable as error:
            return TransientFailure(detail=str(error))
        except (NotFound, StoreError) as error:
            return PermanentFailure(detail=str(error))
        forward = Forward(
            mail=mail,
            decision=recorded.decision if recorded else {},
            forward_to=self._forward_to,
            sender=self._sender,
            at=event.timestamp,
            last_of_hour=bool(event.data.get("last_of_hour")),
        )
        return await self._smarthost.send(
            self._mail_from, self._forward_to, lambda eight_bit: compose_forward(forward, eight_bit=eight_bit)
        )

    async def close(self) -> None:
        """Nothing is kept between mails."""


def _first_mailbox(account: AccountSettings) -> str:
    return next(iter(account.mailboxes.reply or account.mailboxes.postmaster), "postmaster")


def _with_tag(address: str | None) -> str | None:
    """The envelope's sender: what comes back to it is known by its tag, and never forwarded."""
    if address is None:
        return None
    local, _, domain = address.rpartition("@")
    return f"{local}+{BOUNCE_TAG}@{domain}"
