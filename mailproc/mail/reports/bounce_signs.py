"""How bounces without structure look: a table of recognisers by generator, and the wordings that all have in common."""

import re
from dataclasses import dataclass
from enum import IntEnum

import re2

from mailproc.mail.arrival.envelope import Envelope
from mailproc.mail.reading.message import Message
from mailproc.mail.reports.bounce_languages import DELAYED, FAILED, without_accents

_OPENING_CHARS_MAX = 4000


class Sender(IntEnum):
    """How much a sender looks like a mail server."""

    other = 0
    office = 1  # postmaster, null reverse-path: people's vacation mail and postmasters have these, too
    server = 2  # both: a program that wants no answer, not always one that delivers mail
    daemon = 3


@dataclass(frozen=True, slots=True)
class Recogniser:
    """How one generator's bounces look: `opening` is searched in the text, `subject` and `sender` if set."""

    name: str
    opening: re.Pattern[str] | None = None
    subject: re.Pattern[str] | None = None
    sender: re.Pattern[str] | None = None


def _any(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


# The first that matches gives the bounce its name.
_RECOGNISERS = (
    Recogniser(
        "qmail",
        opening=_any(
            r"^\s*hi\. (?:this is the|the mta program)|^this is the mail delivery agent at"
            r"|machine generated message from mail service"
        ),
    ),
    Recogniser("mail.ru", opening=_any(r"письмо создано автоматически сервером")),
    Recogniser(
        "exim",
        opening=_any(
            r"message was created automatically by (?:mail delivery|the smtp relay)"
            r"|a message that you (?:have )?sent (?:could not|has not yet|contained one)"
        ),
    ),
    Recogniser("postfix", opening=_any(r"this is the .{0,40}(?:postfix|mail system|program) (?:program )?at host")),
    Recogniser(
        "sendmail",
        opening=_any(
            r"transcript of (?:the )?session follows|following addresses had (?:permanent|transient|delivery)"
            r"|original message was received at"
        ),
    ),
    Recogniser(
        "gmail",
        opening=_any(r"delivery to the following recipients? (?:failed|has been delayed)|google tried to deliver"),
        sender=_any(r"mailer-daemon@google"),
    ),
    Recogniser("google groups", opening=_any(r"groups\.google\.com"), sender=_any(r"mailer-daemon@google")),
    Recogniser(
        "yahoo",
        opening=_any(r"we were unable to deliver your message|message from +\S+\.\s+unable to deliver message to"),
    ),
    Recogniser("dragonfly", opening=_any(r"this is the dragonfly mail agent")),
    Recogniser("opensmtpd", opening=_any(r"this is the mailer-daemon, please do not reply")),
    Recogniser(
        "exchange",
        opening=_any(
            r"did not reach (?:the following|some or all)|delivery has failed to these recipients"
            r"|rejected your message to the following|diagnostic information for administrators"
            r"|\bRESOLVER\.(?:ADR|RST)\.|\bSTOREDRV\.|\bSMTPSEND\.DNS|#SMTP#"
        ),
    ),
    Recogniser("domino", opening=_any(r"was not delivered to:?\s|------- failure reasons")),
    Recogniser("courier", subject=_any(r"notice: mail delivery status|warning: delayed mail")),
    Recogniser("imail", subject=_any(r"^undeliverable mail$"), sender=_any(r"postmaster")),
    Recogniser("smail", opening=_any(r"message log follows|failed addresses follow")),
    Recogniser("m-filter", opening=_any(r"-+server message")),
    Recogniser("interscan", opening=_any(r"interscan messaging|sent <<< rcpt to")),
    Recogniser("mailmarshal", opening=_any(r"following recipients were affected")),
    Recogniser("mdaemon", sender=_any(r"^\W*mdaemon@")),
    Recogniser("ezweb", sender=_any(r"postmaster@ezweb\.ne\.jp")),
    Recogniser("verizon", sender=_any(r"vtext\.com|vzwpix\.com|post_master@")),
)

DAEMON = re.compile(
    r"mailer[-_ .]?daemon|mail[-_ .]?daemon|mail deliver\w* (?:sub)?(?:system|service)|mail\.delivery", re.IGNORECASE
)
# Names of machines that people use, too.
OFFICE = re.compile(
    r"post[-_ .]?master|delivery (?:sub)?system|microsoft outlook|system administrator|mmsc ndr|interscan"
    r"|mail (?:system|service|administrator)|mdaemon|mail interconnect|antivirus_for_smtp|imss@|mail-?adm|sysadmin@"
    r"|<>",
    re.IGNORECASE,
)
# Local parts that a program has rather than a person.
_ROLE = re.compile(
    r"admin|system|server|gateway|filter|no-?reply|do-?not-?reply|robot|bounce|mail|smtp|mta\b|spam"
    r"|virus|security|notif"
    r"|auto|quarantine|dsn|ndr",
    re.IGNORECASE,
)
SUBJECT = re.compile(
    r"undeliver(?:ed|able|y)|non[- ]?deliver|not? deliver(?:ed|able)"
    r"|deliver\w* (?:has )?(?:fail|status|report|problem|notif|error|delayed|unsuccess|incomplete)"
    r"|returned (?:e-?)?mail|return(?:ing|ed) (?:message )?to sender|fail(?:ure|ed) (?:notice|delivery|mail)"
    r"|mail (?:delivery )?(?:fail|problem|error|system error|could not)|could not be delivered|couldn.t be delivered"
    r"|error (?:sending|during delivery)|bounced? (?:mail|message)|delivery of your|message (?:delayed|status)"
    r"|warning: (?:message|could not send|delayed)|delayed mail|user (?:is )?unknown|problem delivering"
    r"|unable to deliver|(?:could ?n.t|can.?t|cannot|could not) (?:be )?(?:deliver|hand)"
    r"|(?:message|e-?mail|mail)(?: you sent)? (?:was |has been )?(?:n.t |not )?(?:delivered|blocked"
    r"|rejected|refused|returned|bounced)"
    r"|return(?:ed)? to sender|^not (?:accepted|delivered|sent)\b|mail status report|unzustell"
    r"|nicht zustell|non remis|no se puede entregar|no entregado"
    r"|non recapitabile|onbestelbaar|n[aã]o [eé] poss[ií]vel entregar|n[aã]o entregue|kan inte levereras"
    r"|nie mo[zż]na dostarczy|niedor[eę]cz|не ?доставлен|недоставлено"
    r"|配信不能|配信できません|送信できませんでした|エラーメール|无法送达|退信"
    r"|échec de (?:la )?(?:remise|livraison)|^failure\b|^warning\b",
    re.IGNORECASE,
)
_WORDING = re.compile(
    r"(?:could|can|was|were|has|have) ?(?:not|n.t|not yet)(?: yet)?(?: be| been)? (?:deliver|sent|reach)"
    r"|not? (?:able to )?deliver(?:ed|able)?\b|undeliver|unable to deliver|fail(?:ed|ure)? to deliver|did not reach"
    r"|delivery (?:has |to .{0,60})?(?:fail|problem|error|was aborted)|returned to (?:the )?sender|fatal errors"
    r"|delivery errors|(?:was|were|been) (?:rejected|returned|delayed)|no such user|user unknown|unknown user"
    r"|mailbox (?:is )?full|remote host said|server (?:said|message|returned)"
    r"|failed (?:recipients|addresses|permanently)|delivery attempts|nicht zugestellt|kein zustell|n.a pas pu"
    r"|no pudo ser entregado|nao pode ser|não pôde|невозможно|не может быть доставлен|送信できません|配信できません"
    r"|rejected by a remote|被退回|退信"
    r"|(?:was|were|has|been) (?:blocked|bounced|refused|discarded)|refused (?:a|an|your|the) (?:message|mail|e-?mail)"
    r"|(?:could|can|did|do|does|was|were|has|have|will) ?(?:not|n.t)(?: yet)?(?: been| be)? (?:deliver"
    r"|pass|hand|accept|go through)"
    r"|(?:try|trying|tried) (?:\w+ ){0,3}to (?:deliver|hand|send|pass|reach)|came back",
    re.IGNORECASE,
)


# In these the mail has only been held up so far.
_DELAY = re.compile(
    r"delay|has been frozen|yet to be delivered|not yet (?:been|be) delivered|warning message only|warning only"
    r"|still being retried|will be retried"
    r"|temporary failure report|(?:attempts|try|trying) (?:\w+ ){0,4}(?:will )?(?:to )?continue"
    r"|transient (?:non-)?fatal|do not need to re-?send|(?:still|keep|go on|carry on) trying"
    r"|no action (?:is )?(?:required|needed)"
    r"|(?:will|shall|.ll) (?:keep|be|go on|try|retry)(?: \w+){0,3}(?: trying| again| retried"
    r"| for (?:another|up to|the next))"
    r"|(?:not|n.t) (?:been |be )?(?:delivered|accepted|handed|passed|sent) (?:so far|yet)|held up",
    re.IGNORECASE,
)
_PERMANENT = re.compile(
    r"permanent|giv(?:en|ing) up|fatal errors|not going to try again|error has occurred"
    r"|endgültig|définitiv|definitiv|окончательно|永久",
    re.IGNORECASE,
)
# By RE2, which needs a tenth of the time for so many words.
_FAILED = re2.compile("(?i)" + without_accents(FAILED))
_DELAYED = re2.compile("(?i)" + without_accents(DELAYED))
# What a server answered: `550 5.1.1 …`, `said: 552 …`, `#5.1.1`.
_SMTP_REPLY = re.compile(r"(?<![\d.:-])[45][0-5]\d[ -]+\S|(?<![\d.])[45]\.[0-7]\.\d{1,3}(?![\d.])")
_REPLY_PREFIX = re.compile(r"\s*(?:re|aw|sv|fw|fwd|wg|tr|rv|r|antw|odp)\s*:", re.IGNORECASE)


def sender_of(message: Message, envelope: Envelope | None) -> Sender:
    """How much the sender of a mail looks like a mail server."""
    if DAEMON.search(_from(message)):
        return Sender.daemon
    is_office, is_null = has_office(message), has_null_sender(message, envelope)
    if is_null and (is_office or has_role(message)):
        return Sender.server
    return Sender.office if is_office or is_null else Sender.other


def has_office(message: Message) -> bool:
    """Whether the sender has a mail server's name: `postmaster`, `Mail Delivery System`."""
    return DAEMON.search(_from(message)) is not None or OFFICE.search(_from(message)) is not None


def _from(message: Message) -> str:
    return (message.headers.get("from") or "")[:300]


def has_role(message: Message) -> bool:
    """Whether the sender's local part is one that programs have: `admin`, `no-reply`, `mailfilter`."""
    return any(_ROLE.search(address.rpartition("@")[0]) for address in message.from_addresses[:1])


def has_null_sender(message: Message, envelope: Envelope | None) -> bool:
    """Whether the envelope has no sender, as far as its Return-Path, else the envelope itself, tells."""
    return_path = message.headers.get("return-path")
    if return_path is None:
        return envelope is not None and envelope.mail_from is None
    return return_path.strip() in {"<>", "<MAILER-DAEMON>", "MAILER-DAEMON"}


def recogniser_of(message: Message, text: str) -> Recogniser | None:
    """The generator whose bounces look like this; None when it is none of those in the table."""
    sender = (message.headers.get("from") or "")[:300]
    looked_at = text[:_OPENING_CHARS_MAX]
    for one in _RECOGNISERS:
        if one.sender is not None and not one.sender.search(sender):
            continue
        if one.subject is not None and not one.subject.search(message.subject[:300]):
            continue
        if one.opening is None or one.opening.search(looked_at):
            return one
    return None


def is_answer(subject: str) -> bool:
    """Whether a subject begins like that of an answer or of what somebody forwards."""
    return _REPLY_PREFIX.match(subject) is not None


def is_bounce_subject(subject: str, *, from_start: bool = False) -> bool:
    """Whether a subject is one of bounces; `from_start`: it must begin like one. `Re: Undeliverable` is a person's."""
    if is_answer(subject):
        return False
    return bool(SUBJECT.match(subject[:300]) if from_start else SUBJECT.search(subject[:300]))


def is_bounce_text(text: str) -> bool:
    """Whether a text tells of a failed delivery."""
    return bool(_WORDING.search(text[:_OPENING_CHARS_MAX]))


def tells_failure(text: str) -> bool:
    """Whether a subject or text of a server tells of a failed delivery in another language than English."""
    return bool(_FAILED.search(without_accents(text[:_OPENING_CHARS_MAX])))


def has_smtp_reply(text: str) -> bool:
    """Whether a text holds what an SMTP server answers when it refuses."""
    return bool(_SMTP_REPLY.search(text[:_OPENING_CHARS_MAX]))


def is_delay(subject: str, text: str) -> bool:
    """Whether the server still tries."""
    looked_at = text[:_OPENING_CHARS_MAX]
    told = f"{subject[:300]}\n{looked_at}"
    if _PERMANENT.search(told):
        return False
    return bool(_DELAY.search(told) or _DELAYED.search(without_accents(told)))
