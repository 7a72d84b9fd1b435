"""By which door a request comes in: by what its mail is, else by the mailbox that it came to."""

from mailproc.mail.mail_kind import MailKind
from mailproc.policy.account import MailboxRole
from mailproc.policy.deciding.case import Case, Outcome
from mailproc.policy.deciding.report_effect import fact_kind_of
from mailproc.policy.decision import Door
from mailproc.policy.standing.facts import Channel, FactKind

_BY_KIND = {
    MailKind.feedback_report: Door(FactKind.complaint, Channel.feedback_loop),
    MailKind.complaint: Door(FactKind.complaint, Channel.abuse_mailbox),
    MailKind.unsubscribe_request: Door(FactKind.opt_out, Channel.unsubscribe_mail),
    # A bounce says nothing of anybody's will; a person who answers may read more in it.
    MailKind.delivery_status: Door(FactKind.opt_out, Channel.bounce),
}
_BY_MAILBOX = {
    MailboxRole.unsubscribe: Door(FactKind.opt_out, Channel.unsubscribe_mail),
    MailboxRole.feedback: Door(FactKind.complaint, Channel.abuse_mailbox),
    MailboxRole.bounce: Door(FactKind.opt_out, Channel.bounce),
    MailboxRole.reply: Door(FactKind.opt_out, Channel.reply),
    MailboxRole.postmaster: Door(FactKind.opt_out, Channel.reply),
}


def door_of(case: Case, outcome: Outcome) -> Door:
    """The door of a mail with this outcome."""
    report = case.finding.report
    told = door_of_kind(outcome.kind or case.finding.kind, report.feedback_type if report else "")
    door = told or door_of_mailbox(case.role)
    if outcome.about_mail_of is None and outcome.send is None:
        return door
    return door._replace(about_mail_of=outcome.about_mail_of, send=outcome.send)


def door_of_kind(kind: MailKind, feedback_type: str) -> Door | None:
    """The door that the kind of a mail tells, of a report its type, too (R55, R56); None where its mailbox must."""
    door = _BY_KIND.get(kind)
    if door is None or kind is not MailKind.feedback_report:
        return door
    return door._replace(fact=fact_kind_of(feedback_type) or door.fact)


def door_of_mailbox(role: MailboxRole) -> Door:
    """The door of a mail of which only the mailbox is known."""
    return _BY_MAILBOX[role]
