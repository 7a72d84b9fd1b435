"""LMTP (RFC 2033): SMTP between neighbours, with LHLO for a greeting and a reply for each recipient of a mail."""

from typing import ClassVar

from mailproc.smtp import replies
from mailproc.smtp.mail_session import MailSession
from mailproc.smtp.session import TALK, Commands, Session
from mailproc.smtp.transaction import Transaction


class LmtpSession(MailSession):
    """An LMTP dialogue; HELO and EHLO do not exist in it (RFC 2033 §4.1)."""

    PROTOCOL: ClassVar[str] = "LMTP"
    HELLO_FIRST: ClassVar[bytes] = replies.LHLO_FIRST
    OTHER_PROTOCOL: ClassVar[bytes] = replies.WRONG_PROTOCOL_LMTP

    def reply_to_mail(self, transaction: Transaction, reply: bytes) -> None:
        """Answer the final dot once for each accepted recipient, in their order (RFC 2033 §4.2).

        They share one fate, and so one reply: a mail is stored for all its recipients at once, or for none.
        """
        for _ in transaction.rcpt_tos:
            self.reply(reply)

    COMMANDS: ClassVar[Commands] = {
        **TALK,
        b"LHLO": Session.do_ehlo,
        b"HELO": Session.do_other_protocol,
        b"EHLO": Session.do_other_protocol,
        b"MAIL": MailSession.do_mail,
        b"RCPT": MailSession.do_rcpt,
        b"DATA": MailSession.do_data,
    }
