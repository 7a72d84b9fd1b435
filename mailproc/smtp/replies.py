"""Every SMTP reply that mailproc gives, in one place.

Each carries an enhanced status code (RFC 3463), except the greeting, the answers to HELO, EHLO and LHLO, and 354:
those have none by RFC 2034 §4. No reply ever holds the text of an exception, or anything that the client sent.
A reply is the bytes on the wire, CRLF included; `status_of` takes its codes out again for the log.
"""

from collections.abc import Iterable

# What went well.
GOODBYE = b"221 2.0.0 Goodbye\r\n"
OK = b"250 2.0.0 OK\r\n"
SENDER_OK = b"250 2.1.0 Sender OK\r\n"
RECIPIENT_OK = b"250 2.1.5 Recipient OK\r\n"
HELP = b"214 2.0.0 This server takes mail; see RFC 5321\r\n"
CANNOT_VERIFY = b"252 2.5.0 Cannot verify; send some mail and it will be tried\r\n"
READY_FOR_TLS = b"220 2.0.0 Ready to start TLS\r\n"
SEND_DATA = b"354 End data with <CR><LF>.<CR><LF>\r\n"

# What ends the connection.
SHUTTING_DOWN = b"421 4.3.2 Service shutting down, try again later\r\n"
TIMED_OUT = b"421 4.4.2 Timed out waiting for the client\r\n"
SESSION_TOO_LONG = b"421 4.4.2 This session has lasted long enough, try again\r\n"
DATA_TOO_SLOW = b"421 4.4.2 Data arrives too slowly\r\n"
TOO_MANY_CONNECTIONS = b"421 4.7.0 Too many connections, try again later\r\n"
TOO_MANY_CONNECTIONS_FROM_NETWORK = b"421 4.7.0 Too many connections from your network, try again later\r\n"
TOO_MANY_COMMANDS = b"421 4.7.0 Too many commands in one session\r\n"
TOO_MANY_ERRORS = b"421 4.7.0 Too many errors in one session\r\n"

# What may succeed later.
INTERNAL_ERROR = b"451 4.3.0 Something went wrong here, try again later\r\n"
STORE_UNAVAILABLE = b"451 4.3.0 Mail cannot be stored right now, try again later\r\n"
BUSY = b"451 4.3.2 Too much mail is waiting here, try again later\r\n"
STORE_FULL = b"452 4.3.1 Not enough storage, try again later\r\n"
TOO_MANY_BYTES_IN_HAND = b"452 4.3.1 Too much mail is arriving at once, try again later\r\n"
DISK_FULL = b"452 4.3.1 Not enough free disk space, try again later\r\n"
TOO_MANY_RECIPIENTS = b"452 4.5.3 Too many recipients, send the rest in another transaction\r\n"

# What the client got wrong.
LINE_TOO_LONG = b"500 5.5.2 Command line too long\r\n"
BAD_CHARACTERS = b"500 5.5.2 Control characters, bare CR or bare LF in a command\r\n"
UNKNOWN_COMMAND = b"500 5.5.1 Command not recognized\r\n"
WRONG_PROTOCOL_LMTP = b"500 5.5.1 This port speaks LMTP, use LHLO\r\n"
WRONG_PROTOCOL_SMTP = b"500 5.5.1 This port speaks SMTP, use EHLO\r\n"
NO_ARGUMENT_ALLOWED = b"501 5.5.4 This command takes no argument\r\n"
ARGUMENT_NEEDED = b"501 5.5.4 This command needs an argument\r\n"
MAIL_SYNTAX = b"501 5.5.4 Syntax: MAIL FROM:<address> [parameters]\r\n"
RCPT_SYNTAX = b"501 5.5.4 Syntax: RCPT TO:<address>\r\n"
BAD_PARAMETER = b"501 5.5.4 Malformed parameter\r\n"
BAD_XCLIENT = b"501 5.5.4 Malformed XCLIENT attribute\r\n"
NOT_IMPLEMENTED = b"502 5.5.1 Command not implemented\r\n"
EHLO_FIRST = b"503 5.5.1 Send EHLO first\r\n"
LHLO_FIRST = b"503 5.5.1 Send LHLO first\r\n"
NESTED_MAIL = b"503 5.5.1 A transaction is open already\r\n"
MAIL_FIRST = b"503 5.5.1 Send MAIL first\r\n"
RCPT_FIRST = b"503 5.5.1 No valid recipients\r\n"
TLS_ALREADY = b"503 5.5.1 TLS is in use already\r\n"
TRANSACTION_OPEN = b"503 5.5.1 Not while a transaction is open\r\n"
UNKNOWN_PARAMETER = b"555 5.5.4 Parameter not recognized or not implemented\r\n"
BAD_SENDER = b"553 5.1.7 Malformed sender address\r\n"
BAD_RECIPIENT = b"553 5.1.3 Malformed recipient address\r\n"

# What we do not take.
TLS_REQUIRED = b"530 5.7.0 Issue a STARTTLS command first\r\n"
UNKNOWN_MAILBOX = b"550 5.1.1 No such mailbox\r\n"
UNKNOWN_DOMAIN = b"550 5.7.1 Relaying denied\r\n"
XCLIENT_DENIED = b"550 5.7.1 XCLIENT is not for you\r\n"
TOO_BIG = b"552 5.3.4 Message too big\r\n"
MAIL_LOOP = b"554 5.4.6 Too many Received fields, this mail is looping\r\n"


def greeting(hostname: str, protocol: str) -> bytes:
    """First line of a session (RFC 5321 §3.1); `protocol` is ESMTP or LMTP."""
    return f"220 {hostname} {protocol} mailproc\r\n".encode()


def hello(hostname: str) -> bytes:
    """Answer to HELO (RFC 5321 §4.1.1.1)."""
    return f"250 {hostname}\r\n".encode()


def extended_hello(hostname: str, keywords: Iterable[str]) -> bytes:
    """Answer to EHLO and LHLO: our name, then a line for each keyword (RFC 5321 §4.1.1.1)."""
    lines = [hostname, *keywords]
    return b"".join(b"250-%s\r\n" % line.encode() for line in lines[:-1]) + b"250 %s\r\n" % lines[-1].encode()


def queued(queue_id: str) -> bytes:
    """The mail is ours now; the client may forget it (RFC 5321 §6.1)."""
    return f"250 2.0.0 {queue_id}\r\n".encode()


def status_of(reply: bytes) -> str:
    """Both codes of a reply, such as `550 5.1.1`, for the log."""
    return reply[:9].decode().strip()


def text_of(reply: bytes) -> str:
    """Text of a reply without its codes, for the log."""
    return reply[10:].decode().strip()
