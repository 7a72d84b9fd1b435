"""The SMTP dialogue (RFC 5321): from line to command, who the client is, and all commands that carry no mail."""

import re
from collections.abc import Callable
from typing import Any, ClassVar

from mailproc.smtp import replies
from mailproc.smtp.connection import Connection
from mailproc.smtp.door import Door
from mailproc.smtp.state import ListenerState
from mailproc.smtp.wire import Phase
from mailproc.smtp.xclient import parse_xclient

_CONTROL_CHARACTERS = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_MAX_HELO_CHARACTERS = 255
_BEFORE_TLS = frozenset({b"EHLO", b"NOOP", b"STARTTLS", b"QUIT"})  # RFC 3207 §4

Commands = dict[bytes, Callable[[Any, str], None]]


class Session(Connection):
    """A dialogue in which every command gets one reply; `mail_session.py` adds the commands for mail."""

    PROTOCOL: ClassVar[str] = "ESMTP"
    HELLO_FIRST: ClassVar[bytes] = replies.EHLO_FIRST
    OTHER_PROTOCOL: ClassVar[bytes] = replies.WRONG_PROTOCOL_SMTP
    COMMANDS: ClassVar[Commands] = {}

    hello_name: str | None = None
    _named_hello: str | None = None  # by XCLIENT; outlasts the proxy's own EHLO
    _commands = 0
    _errors = 0

    def __init__(self, state: ListenerState, door: Door) -> None:
        super().__init__(state, door)
        self._needs_tls = state.settings.require_tls and door is Door.SMTP

    @property
    def helo(self) -> str | None:
        """Name that the client gave itself in HELO, EHLO or LHLO, or that its proxy gave for it."""
        return self._named_hello or self.hello_name

    @property
    def in_transaction(self) -> bool:
        """Whether MAIL was said and the mail is not finished."""
        return False

    def greet(self) -> None:
        """Say who we are."""
        self.reply(replies.greeting(self.state.settings.hostname, self.PROTOCOL))

    def forget_dialogue(self) -> None:
        """Forget what was said, as if the connection had just been made."""
        self.end_transaction()
        self.hello_name = None

    def end_transaction(self) -> None:
        """Forget the transaction, if one is open."""

    # From line to command.

    def take_line(self, line: bytes) -> None:
        """Obey one command line."""
        verb, _, argument = line.partition(b" ")
        verb = verb.upper()
        command = self.COMMANDS.get(verb)
        if _CONTROL_CHARACTERS.search(line) is not None:
            self.refuse_command(replies.BAD_CHARACTERS)
        elif command is None:
            self.refuse_command(replies.UNKNOWN_COMMAND)
        elif self._needs_tls and not self.tls and verb not in _BEFORE_TLS:
            self.refuse_command(replies.TLS_REQUIRED)
        else:
            self.guard(command, self, _as_text(argument.strip()) if argument else "")
        if verb != b"DATA":
            self._commands += 1
            if self._commands >= self.state.settings.max_commands:
                self._end_long_session()

    def _end_long_session(self) -> None:
        if self.phase is Phase.COMMAND and not self.client.relay:
            self.refuse_and_close(replies.TOO_MANY_COMMANDS)

    def guard(
        self, work: Callable[..., None], *arguments: object, answer: Callable[[bytes], None] | None = None
    ) -> None:
        """Do some work for the client; a bug in it is a 451 and a traceback in the log, and the session goes on."""
        try:
            work(*arguments)
        except Exception:  # the listener's last belt: nothing that a client sends may stop the others
            self.state.log.exception("bug in the listener", session=self.name, peer=self.client.host)
            (answer or self.reply)(replies.INTERNAL_ERROR)

    def take_overlong_line(self) -> None:
        """Refuse a command line that was too long to keep."""
        self.refuse_command(replies.LINE_TOO_LONG)

    def refuse_command(self, reply: bytes) -> None:
        """Reply to what the client should not have sent; too many of those end the session."""
        self._errors += 1
        self.reply(reply)
        if self._errors >= self.state.settings.max_errors and not self.client.relay:
            self.refuse_and_close(replies.TOO_MANY_ERRORS)

    def forgive_errors(self) -> None:
        """Begin to count errors anew: a client that brought a mail is no attacker."""
        self._errors = 0

    # Who the client is.

    def do_helo(self, argument: str) -> None:
        """HELO (RFC 5321 §4.1.1.1)."""
        if self._introduce(argument):
            self.reply(replies.hello(self.state.settings.hostname))

    def do_ehlo(self, argument: str) -> None:
        """EHLO, and LHLO of LMTP: introduces the client and begins anew."""
        if self._introduce(argument):
            self.reply(
                self.state.extended_hello(
                    self.door, tls=self.tls, relay=self.client.relay, may_xclient=self.may_xclient
                )
            )

    def _introduce(self, argument: str) -> bool:
        if not argument:
            self.refuse_command(replies.ARGUMENT_NEEDED)
            return False
        self.end_transaction()
        self.hello_name = argument[:_MAX_HELO_CHARACTERS]
        return True

    def do_starttls(self, argument: str) -> None:
        """STARTTLS (RFC 3207): nothing that came in clear is known afterwards."""
        if self.state.certificate is None:
            self.refuse_command(replies.NOT_IMPLEMENTED)
        elif self.tls:
            self.refuse_command(replies.TLS_ALREADY)
        elif argument:
            self.refuse_command(replies.NO_ARGUMENT_ALLOWED)
        else:
            self.reply(replies.READY_FOR_TLS)
            self.start_tls()

    def do_xclient(self, argument: str) -> None:
        """XCLIENT: a trusted proxy names its client; the session begins anew as that client's."""
        if not self.may_xclient:
            self.refuse_command(replies.XCLIENT_DENIED)
        elif self.in_transaction:
            self.refuse_command(replies.TRANSACTION_OPEN)
        elif (named := parse_xclient(argument)) is None:
            self.refuse_command(replies.BAD_XCLIENT)
        else:
            self.forget_dialogue()
            self._named_hello = named.helo or self._named_hello
            neighbourhood = self.state.neighbourhood
            client = self.client
            if named.names_host:
                client = neighbourhood.stranger() if named.host is None else neighbourhood.client(named.host)
            if self.count_as(client):
                self.greet()

    # Small talk.

    def do_rset(self, argument: str) -> None:
        """RSET: the transaction is off (RFC 5321 §4.1.1.5)."""
        if argument:
            self.refuse_command(replies.NO_ARGUMENT_ALLOWED)
        else:
            self.end_transaction()
            self.reply(replies.OK)

    def do_noop(self, argument: str) -> None:
        """NOOP; its argument means nothing (RFC 5321 §4.1.1.9)."""
        self.reply(replies.OK)

    def do_help(self, argument: str) -> None:
        """HELP (RFC 5321 §4.1.1.8)."""
        self.reply(replies.HELP)

    def do_vrfy(self, argument: str) -> None:
        """VRFY: who exists is not told (RFC 5321 §7.3)."""
        if argument:
            self.reply(replies.CANNOT_VERIFY)
        else:
            self.refuse_command(replies.ARGUMENT_NEEDED)

    def do_quit(self, argument: str) -> None:
        """QUIT (RFC 5321 §4.1.1.10)."""
        if argument:
            self.refuse_command(replies.NO_ARGUMENT_ALLOWED)
        else:
            self.say_goodbye(replies.GOODBYE)

    def do_other_protocol(self, argument: str) -> None:
        """The greeting of LMTP where SMTP is spoken, or the other way round (RFC 2033 §4.1)."""
        self.refuse_command(self.OTHER_PROTOCOL)

    def do_not_implemented(self, argument: str) -> None:
        """EXPN, AUTH: known, but not offered."""
        self.refuse_command(replies.NOT_IMPLEMENTED)


def _as_text(argument: bytes) -> str:
    """Decode an argument: UTF-8 (RFC 6531), and what is none as latin-1, so that no address is lost for its coding."""
    try:
        return argument.decode()
    except UnicodeDecodeError:
        return argument.decode("latin-1")


TALK: Commands = {
    b"RSET": Session.do_rset,
    b"NOOP": Session.do_noop,
    b"QUIT": Session.do_quit,
    b"HELP": Session.do_help,
    b"VRFY": Session.do_vrfy,
    b"EXPN": Session.do_not_implemented,
    b"AUTH": Session.do_not_implemented,
    b"STARTTLS": Session.do_starttls,
    b"XCLIENT": Session.do_xclient,
}
