"""The commands that carry a mail (RFC 5321 §3.3): MAIL, RCPT, DATA, and what becomes of the mail."""

import asyncio
from functools import partial
from typing import ClassVar

from mailproc.errors import StoreFull, StoreUnavailable
from mailproc.smtp import replies
from mailproc.smtp.data_reader import DataReader
from mailproc.smtp.paths import parse_plain_path, read_mail_parameters
from mailproc.smtp.reception import Acceptance
from mailproc.smtp.session import TALK, Commands, Session
from mailproc.smtp.transaction import Parked, Transaction
from mailproc.smtp.wire import Phase

_REFUSED_RECIPIENT = {
    Acceptance.UNKNOWN_DOMAIN: (replies.UNKNOWN_DOMAIN, Parked.UNKNOWN_DOMAIN),
    Acceptance.UNKNOWN_MAILBOX: (replies.UNKNOWN_MAILBOX, Parked.UNKNOWN_MAILBOX),
}
# aiosmtpd's grammar for addresses takes quadratic time; a path has at most 256 octets (RFC 5321 §4.5.3.1.3).
_MAX_PATH_CHARACTERS = 512


class MailSession(Session):
    """An SMTP dialogue that brings mail."""

    transaction: Transaction | None = None

    @property
    def in_transaction(self) -> bool:
        """Whether MAIL was said and the mail is not finished."""
        return self.transaction is not None

    def end_transaction(self) -> None:
        """Forget the transaction, if one is open."""
        self.transaction = None

    def do_mail(self, argument: str) -> None:
        """MAIL FROM (RFC 5321 §4.1.1.2), with SIZE (RFC 1870), BODY (RFC 6152) and SMTPUTF8 (RFC 6531)."""
        if self.hello_name is None:
            self.refuse_command(self.HELLO_FIRST)
        elif self.transaction is not None:
            self.refuse_command(replies.NESTED_MAIL)
        elif argument[:5].upper() != "FROM:":
            self.refuse_command(replies.MAIL_SYNTAX)
        elif (path := self.parse_path(argument[5:].lstrip())) is None:
            self.refuse_command(replies.BAD_SENDER)
        else:
            mail_from, parameters = path
            size_bytes, mistake = read_mail_parameters(parameters)
            if mistake is not None:
                self.refuse_command(mistake)
            elif self._has_room_for(size_bytes):
                self.transaction = Transaction(mail_from or None)
                self.reply(replies.SENDER_OK)

    def parse_path(self, text: str) -> tuple[str, str] | None:
        """Split `<address> parameters`; the null reverse-path is an empty address, None: malformed."""
        plain = parse_plain_path(text)
        if plain is not None:
            return plain
        if len(text) > _MAX_PATH_CHARACTERS:
            return None
        try:
            address, parameters = self._getaddr(text)
        except (IndexError, AttributeError, NameError, RecursionError):
            return None  # lines that the standard library's grammar, which aiosmtpd uses, does not foresee
        if not address or "@" not in address or parameters is None:
            return None
        return address, parameters.strip()

    def _has_room_for(self, size_bytes: int) -> bool:
        """Refuse new mail that cannot be taken now, or never."""
        state = self.state
        if size_bytes > state.max_size_bytes(relay=self.client.relay):
            self._refuse(replies.TOO_BIG)
        elif (reason := state.reception.busy()) is not None:
            self._refuse(replies.BUSY, reason)
        elif state.disk_is_full():
            self._refuse(replies.DISK_FULL)
        elif not state.ledger.has_room_for(size_bytes):
            self._refuse(replies.TOO_MANY_BYTES_IN_HAND)
        else:
            return True
        return False

    def _refuse(self, reply: bytes, why: str | None = None) -> None:
        self.note_refusal(why or replies.text_of(reply), reply)
        self.reply(reply)

    def do_rcpt(self, argument: str) -> None:
        """RCPT TO (RFC 5321 §4.1.1.3)."""
        transaction = self.transaction
        if transaction is None:
            self.refuse_command(self.HELLO_FIRST if self.hello_name is None else replies.MAIL_FIRST)
        elif argument[:3].upper() != "TO:":
            self.refuse_command(replies.RCPT_SYNTAX)
        elif (path := self._parse_recipient(argument[3:].lstrip())) is None:
            self.refuse_command(replies.BAD_RECIPIENT)
        elif path[1]:
            self.refuse_command(replies.UNKNOWN_PARAMETER)
        elif len(transaction.rcpt_tos) >= self.state.settings.max_recipients and not self.client.relay:
            if not transaction.said_too_many:  # once is enough for the log
                transaction.said_too_many = True
                self.note_refusal(replies.text_of(replies.TOO_MANY_RECIPIENTS), replies.TOO_MANY_RECIPIENTS)
            self.reply(replies.TOO_MANY_RECIPIENTS)
        else:
            self._add_recipient(transaction, path[0])

    def _parse_recipient(self, text: str) -> tuple[str, str] | None:
        if text[:12].lower() == "<postmaster>":  # the only one without a domain (RFC 5321 §4.5.1)
            return text[1:11], text[12:].strip()
        path = self.parse_path(text)
        return path if path is not None and path[0] else None

    def _add_recipient(self, transaction: Transaction, rcpt_to: str) -> None:
        acceptance = self.state.reception.route(rcpt_to)
        if acceptance is not Acceptance.OK:
            reply, parked = _REFUSED_RECIPIENT[acceptance]
            if not self.client.relay:
                self.note_refusal(replies.text_of(reply), reply, rcpt_to=rcpt_to)
                self.refuse_command(reply)
                return
            transaction.parked.add(parked)
        transaction.rcpt_tos.append(rcpt_to)
        self.reply(replies.RECIPIENT_OK)

    def do_data(self, argument: str) -> None:
        """DATA (RFC 5321 §4.1.1.4)."""
        if self.transaction is None:
            self.refuse_command(self.HELLO_FIRST if self.hello_name is None else replies.MAIL_FIRST)
        elif not self.transaction.rcpt_tos:
            self.refuse_command(replies.RCPT_FIRST)
        elif argument:
            self.refuse_command(replies.NO_ARGUMENT_ALLOWED)
        else:
            self.reply(replies.SEND_DATA)
            self.start_data()

    def take_data(self, reader: DataReader) -> None:
        """Count what came in; when it is too much, stop keeping it, and read on to its end (RFC 5321 §4.2.5)."""
        transaction = self.transaction
        if transaction is None or reader.discarding:
            return
        ledger = self.state.ledger
        new_bytes = reader.received_bytes - reader.held_bytes
        limit = self.state.max_size_bytes(relay=self.client.relay)
        # A third more can be dots that were doubled on the wire (each of its lines a single dot), and the end marker.
        if reader.received_bytes > limit + limit // 3 + 3:
            transaction.refusal = replies.TOO_BIG
        elif not ledger.has_room_for(new_bytes):
            transaction.refusal = replies.TOO_MANY_BYTES_IN_HAND
        else:
            ledger.bytes_in_hand += new_bytes
            reader.held_bytes += new_bytes
            return
        reader.discard()
        ledger.bytes_in_hand -= reader.held_bytes
        reader.held_bytes = 0

    def take_mail(self, reader: DataReader) -> None:
        """Refuse a whole mail, or hand it to the service; then the reply follows when it is stored."""
        transaction, self.transaction = self.transaction, None
        assert transaction is not None
        self.guard(self._judge, transaction, reader, answer=partial(self._answer, transaction))

    def _judge(self, transaction: Transaction, reader: DataReader) -> None:
        content = b""
        if transaction.refusal is None:
            content = reader.content()
            transaction.judge(
                content,
                max_size_bytes=self.state.settings.max_size_bytes,
                hard_limit_bytes=self.state.max_size_bytes(relay=self.client.relay),
                max_received=self.state.settings.max_received,
                relay=self.client.relay,
            )
        if transaction.refusal is None:
            self._store(transaction, content, reader)
        else:
            why = replies.text_of(transaction.refusal)
            self.note_refusal(why, transaction.refusal, mail_from=transaction.mail_from)
            self._answer(transaction, transaction.refusal)

    def _store(self, transaction: Transaction, content: bytes, reader: DataReader) -> None:
        envelope = transaction.envelope(peer=self.client.host, helo=self.helo, tls=self.tls)
        settle = partial(
            self.guard,
            self._settle,
            transaction,
            reader.held_bytes,
            len(content),
            answer=partial(self._answer, transaction),
        )
        self.state.commit(self.state.reception.accept(envelope, content), settle)
        reader.held_bytes = 0  # given back by _settle
        self.phase = Phase.COMMIT

    def _settle(self, transaction: Transaction, held_bytes: int, size_bytes: int, commit: "asyncio.Task[str]") -> None:
        """Log what became of a mail, and tell the client if it is still there."""
        self.state.ledger.bytes_in_hand -= held_bytes
        facts = {
            "session": self.name,
            "peer": self.client.host,
            "mail_from": transaction.mail_from,
            "recipients": len(transaction.rcpt_tos),
            "size_bytes": size_bytes,
        }
        error = asyncio.CancelledError("stopped") if commit.cancelled() else commit.exception()
        if error is None:
            queue_id = commit.result()
            reply = replies.queued(queue_id)
            self.forgive_errors()
            self.state.log.info("received", mail=queue_id, client_gone=self.phase is not Phase.COMMIT, **facts)
        else:
            reply = _refusal_for(error)
            self.state.log.error(
                "refused",
                reply=replies.status_of(reply),
                why=repr(error),
                exc_info=error if reply is replies.INTERNAL_ERROR else None,
                **facts,
            )
        self._answer(transaction, reply)

    def _answer(self, transaction: Transaction, reply: bytes) -> None:
        if self.phase is not Phase.CLOSED:
            self.reply_to_mail(transaction, reply)
        if self.phase is Phase.COMMIT:
            self.resume()

    def reply_to_mail(self, transaction: Transaction, reply: bytes) -> None:
        """Answer the final dot."""
        self.reply(reply)

    COMMANDS: ClassVar[Commands] = {
        **TALK,
        b"HELO": Session.do_helo,
        b"EHLO": Session.do_ehlo,
        b"LHLO": Session.do_other_protocol,
        b"MAIL": do_mail,
        b"RCPT": do_rcpt,
        b"DATA": do_data,
    }


def _refusal_for(error: BaseException) -> bytes:
    """Reply for a mail that was not stored; each of them makes the client keep it and come back."""
    if isinstance(error, StoreFull):
        return replies.STORE_FULL
    if isinstance(error, StoreUnavailable | asyncio.CancelledError):
        return replies.STORE_UNAVAILABLE
    return replies.INTERNAL_ERROR
