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
    """The door of a mail with this outcome; what a report says of somebody is of its type (R55, R56)."""
    kind = outcome.kind or case.finding.kind
    door = _BY_KIND.get(kind) or door_of_mailbox(case.role)
    if kind is MailKind.feedback_report and case.finding.report is not None:
        door = door._replace(fact=fact_kind_of(case.finding.report.feedback_type) or door.fact)
    if outcome.about_mail_of is None and outcome.send is None:
        return door
    return door._replace(about_mail_of=outcome.about_mail_of, send=outcome.send)


def door_of_mailbox(role: MailboxRole) -> Door:
    """The door of a mail of which only the mailbox is known."""
    return _BY_MAILBOX[role]
