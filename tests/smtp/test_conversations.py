"""Every conversation in `conversations/` goes as written, with our listener and, in its codes, with stock aiosmtpd."""

import asyncio

import pytest
import uvloop
from aiosmtpd.smtp import SMTP
from conversation import FOLDER, Conversation, escaped, play, read_conversation
from smtp_world import RecordingReception, connected, listening

from mailproc.smtp.reception import Acceptance

CONVERSATIONS = [read_conversation(path) for path in sorted(FOLDER.glob("*.txt"))]


class StockHandler:
    """aiosmtpd's side of the same service."""

    def __init__(self, reception: RecordingReception) -> None:
        self.reception = reception

    async def handle_RCPT(self, server, session, envelope, address, options):
        acceptance = self.reception.route(address)
        if acceptance is not Acceptance.OK:
            return "550 no"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        sender = None if envelope.mail_from == "<>" else envelope.mail_from
        self.reception.accepted.append((sender, tuple(envelope.rcpt_tos), envelope.content))
        return "250 OK"


@pytest.mark.parametrize("new_event_loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
@pytest.mark.parametrize("conversation", CONVERSATIONS, ids=lambda each: each.name)
def test_our_listener_says_what_is_written(conversation, new_event_loop, reception):
    assert conversation.why, "a conversation says why it exists"
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(_play_with_our_listener(conversation, reception))
    mails = [
        " | ".join((envelope.mail_from or "<>", ",".join(envelope.rcpt_tos), escaped(content)))
        for envelope, content in reception.accepted
    ]
    assert mails == conversation.mails


async def _play_with_our_listener(conversation: Conversation, reception: RecordingReception) -> None:
    settings = dict(conversation.settings)
    if "lmtp_listen" in settings:
        settings["listen"] = ()
    async with listening(reception, **settings) as listener, connected(*listener.addresses[0]) as client:
        for expected, heard in await play(conversation, client, stock=False):
            assert heard == expected


@pytest.mark.parametrize(
    "conversation", [each for each in CONVERSATIONS if each.compared_with_stock], ids=lambda each: each.name
)
async def test_stock_aiosmtpd_gives_the_same_codes_but_for_the_named_differences(conversation, reception):
    handler = StockHandler(reception)
    size = conversation.settings.get("max_size_bytes", 35 * 1024 * 1024)
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(handler, hostname="localhost", enable_SMTPUTF8=True, data_size_limit=size), "127.0.0.1", 0
    )
    async with server, connected(*server.sockets[0].getsockname()) as client:
        for expected, heard in await play(conversation, client, stock=True):
            assert heard == expected
    if not any(step.stock for step in conversation.steps):
        mails = [
            " | ".join((sender or "<>", ",".join(rcpt_tos), escaped(content)))
            for sender, rcpt_tos, content in reception.accepted
        ]
        assert mails == conversation.mails
