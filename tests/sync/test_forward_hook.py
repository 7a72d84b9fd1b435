"""The hook that forwards: what it sends as whom, and what becomes of a mail that is gone."""

from datetime import UTC, datetime
from typing import Any

import pytest
from smtp_receiver import SmtpReceiver, receiving

from mailproc.errors import ContentDropped, NotFound, StoreError, StoreUnavailable
from mailproc.mail.arrival.envelope import Envelope, InboundMail
from mailproc.policy.hooks.event import Delivered, PermanentFailure, SyncEvent, TransientFailure
from mailproc.settings.settings import AccountSettings
from mailproc.store.results import RecordedDecision
from mailproc.sync.forward import ForwardHook

NOW = datetime(2026, 3, 3, 9, 12, tzinfo=UTC)
EVENT = SyncEvent(id="fwd_1", type="mail.forward", timestamp=NOW, data={"mail_id": "01abc", "last_of_hour": False})


class Mails:
    """The store, as far as the hook asks it."""

    def __init__(self, error: StoreError | None = None) -> None:
        self.error = error

    async def mail(self, mail_id: str) -> InboundMail:
        if self.error is not None:
            raise self.error
        return InboundMail(
            id=mail_id,
            account_id="acme",
            envelope=Envelope(mail_from="pat@example.org", rcpt_tos=("hello@acme.example",)),
            content=b"From: pat@example.org\r\nSubject: x\r\n\r\nlovely\r\n",
            received_at=NOW,
        )

    async def decision_of(self, mail_id: str) -> RecordedDecision | None:
        return None


def an_account(**more: Any) -> AccountSettings:
    values = {"id": "acme", "domains": ["acme.example"], "forward_to": "team@people.example"}
    return AccountSettings.model_validate({**values, "mailboxes": {"reply": ["hello"]}, **more})


async def test_a_mail_is_sent_from_the_accounts_reply_mailbox_with_the_null_sender() -> None:
    async with receiving(SmtpReceiver()) as receiver:
        hook = ForwardHook(an_account(), receiver.settings(), Mails())
        assert hook.name == "forward/acme"
        assert isinstance(await hook.deliver(EVENT), Delivered)
        await hook.close()
    [mail] = receiver.mails
    assert mail.mail_from == "<>"
    assert b"<hello@acme.example>" in (mail.original_content or b"").partition(b"\r\n")[0]


async def test_a_sender_and_an_envelope_sender_of_the_settings_are_used_the_latter_with_a_tag() -> None:
    async with receiving(SmtpReceiver()) as receiver:
        smarthost = receiver.settings(sender="desk@acme.example", envelope_from="bounce@acme.example")
        await ForwardHook(an_account(), smarthost, Mails()).deliver(EVENT)
    [mail] = receiver.mails
    assert mail.mail_from == "bounce+forward@acme.example"
    assert b"<desk@acme.example>" in (mail.original_content or b"").partition(b"\r\n")[0]


@pytest.mark.parametrize(
    ("error", "becomes"),
    [
        (ContentDropped("01abc", NOW), PermanentFailure),
        (NotFound("there is no mail 01abc"), PermanentFailure),
        (StoreError("the content of mail 01abc is damaged"), PermanentFailure),
        (StoreUnavailable("locked"), TransientFailure),
    ],
)
async def test_a_mail_that_is_gone_is_a_dead_letter_and_a_store_that_is_away_comes_back(
    error: StoreError, becomes: type
) -> None:
    receiver = SmtpReceiver(port=1)
    outcome = await ForwardHook(an_account(), receiver.settings(), Mails(error)).deliver(EVENT)
    assert isinstance(outcome, becomes)
    assert outcome.detail == str(error)


async def test_a_server_that_wants_a_login_first_is_an_operators_to_mend() -> None:
    async with receiving(SmtpReceiver(says={"MAIL": "530 5.7.0 Authentication required"})) as receiver:
        assert isinstance(
            await ForwardHook(an_account(), receiver.settings(), Mails()).deliver(EVENT), TransientFailure
        )
