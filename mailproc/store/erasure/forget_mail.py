"""Forgetting a person in the mail of one account: the raw mail, what was read from it, and what was asked about it.

Of a mail that concerns nobody else only the trace stays that it came, and what kind it was; of one that names others,
what concerns them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update

from mailproc.policy.standing.mention import GONE, Mentions
from mailproc.store.engine.columns import from_json, json_text, micros_of
from mailproc.store.engine.contents import delete_last_chunks
from mailproc.store.engine.operation import Context, Operation, one_by_one
from mailproc.store.engine.people_tables import fact
from mailproc.store.engine.schema import decision, mail, outbox, review, shadow_decision
from mailproc.store.engine.statement import Row, Statement, Transaction, ask, tell
from mailproc.store.erasure.forget_person import SECURE
from mailproc.store.erasure.traces import MailTrace, Named
from mailproc.store.outbox.outbox_rows import MAIL_PREFIX

_ENVELOPE = Statement(
    lambda insert: (
        select(mail.c.envelope)
        .where(mail.c.account_id == bindparam("account"), mail.c.id == bindparam("mail_id"))
        .with_for_update(of=mail)
    )
)
_REWRITE_MAIL = Statement(
    lambda insert: (
        update(mail)
        .where(mail.c.account_id == bindparam("account"), mail.c.id == bindparam("mail_id"))
        .values(envelope=bindparam("new_envelope"), dropped_at=func.coalesce(mail.c.dropped_at, bindparam("now")))
    )
)
_DECISIONS = Statement(
    lambda insert: select(decision.c.n, decision.c.decision).where(
        decision.c.account_id == bindparam("account"), decision.c.mail_id == bindparam("mail_id")
    )
)
_REWRITE_DECISION = Statement(
    lambda insert: (
        update(decision)
        .where(
            decision.c.account_id == bindparam("account"),
            decision.c.mail_id == bindparam("mail_id"),
            decision.c.n == bindparam("number"),
        )
        .values(decision=bindparam("new_decision"), authentication=bindparam("new_authentication"))
    )
)
_REVIEW = Statement(
    lambda insert: select(review.c.reason, review.c.note, review.c.resolved_by).where(
        review.c.account_id == bindparam("account"), review.c.id == bindparam("mail_id")
    )
)
_REWRITE_REVIEW = Statement(
    lambda insert: (
        update(review)
        .where(review.c.account_id == bindparam("account"), review.c.id == bindparam("mail_id"))
        .values(reason=bindparam("new_reason"), note=bindparam("new_note"))
    )
)


def _of_mail(table: Any, column: Any) -> Statement:
    return Statement(
        lambda insert: delete(table).where(table.c.account_id == bindparam("account"), column == bindparam("mail_id"))
    )


_DELETE_SHADOW = _of_mail(shadow_decision, shadow_decision.c.mail_id)
_DELETE_REVIEW = _of_mail(review, review.c.id)
_DELETE_FORWARD = Statement(
    lambda insert: delete(outbox).where(
        outbox.c.account_id == bindparam("account"), outbox.c.person == bindparam("forward")
    )
)
_EVIDENCE = Statement(
    lambda insert: (
        select(fact.c.id, fact.c.evidence)
        .where(fact.c.account_id == bindparam("account"), fact.c.id > bindparam("after"))
        .order_by(fact.c.id)
        .limit(500)
    )
)
_REWRITE_EVIDENCE = Statement(
    lambda insert: (
        update(fact)
        .where(fact.c.account_id == bindparam("account"), fact.c.id == bindparam("fact_id"))
        .values(evidence=bindparam("new_evidence"))
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scrubbing:
    """One mail that names somebody who is forgotten."""

    named: Named
    trace: MailTrace


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceAfter:
    """The facts of others that may mention the person, from the id `after` on."""

    named: Named
    after: str = ""


def _scrub(context: Context, asked: Scrubbing) -> Transaction[bool]:
    """Take the person out of a mail; True while some of its content is left: then it is to be done again."""
    trace, mentions = asked.trace, asked.named.mentions
    which = {"account": asked.named.account_id, "mail_id": trace.mail_id}
    yield from ask(SECURE)
    found = yield from ask(_ENVELOPE, **which)
    for (envelope,) in found:
        new = json_text(_envelope(from_json(envelope), mentions, alone=trace.alone))
        yield from tell(_REWRITE_MAIL, [{**which, "new_envelope": new, "now": micros_of(context.now)}])
    rewritten = []
    for number, said in (yield from ask(_DECISIONS, **which)):
        new = json_text(_decision(from_json(said), mentions, alone=trace.alone))
        rewritten.append({**which, "number": number, "new_decision": new, "new_authentication": "{}"})
    yield from tell(_REWRITE_DECISION, rewritten)
    yield from tell(_DELETE_SHADOW, [which])
    if trace.alone:
        yield from tell(_DELETE_REVIEW, [which])  # its names are the person's, and go with them
        yield from tell(_DELETE_FORWARD, [{**which, "forward": f"{MAIL_PREFIX}{trace.mail_id}"}])
    else:
        yield from _scrub_review(which, mentions)
    return (yield from delete_last_chunks(asked.named.account_id, trace.mail_id))


def _envelope(envelope: dict[str, Any], mentions: Mentions, *, alone: bool) -> dict[str, Any]:
    """Who a mail was from and to, without the person; of one about nobody else also not whose network it came from."""
    sender = envelope["mail_from"]
    rcpt_tos = [one for one in envelope["rcpt_tos"] if not mentions.in_text(one)] or [GONE]
    parked = None if envelope.get("parked") is None else mentions.without(envelope["parked"])
    network = {"peer": None, "helo": None} if alone else {}
    return {
        **envelope,
        **network,
        "mail_from": None if sender is None or alone or mentions.in_text(sender) else sender,
        "rcpt_tos": rcpt_tos,
        "parked": parked,
    }


def _decision(decided: dict[str, Any], mentions: Mentions, *, alone: bool) -> dict[str, Any]:
    """What was decided, without the person and without the text that was read."""
    said = {**mentions.without(decided), **({"new_text": None} if "new_text" in decided else {})}
    return {**said, **{name: [] for name in ("subscribers", "evidence", "bounces") if alone and name in said}}


def _scrub_review(which: dict[str, str], mentions: Mentions) -> Transaction[None]:
    for reason, note, _by in (yield from ask(_REVIEW, **which)):
        new_note = None if note is None else mentions.without(note)
        yield from tell(_REWRITE_REVIEW, [{**which, "new_reason": mentions.without(reason), "new_note": new_note}])


def _scrub_evidence(context: Context, asked: EvidenceAfter) -> Transaction[str | None]:
    """Take the person out of what was said of others; gives where to go on, None at the end."""
    mentions, account_id = asked.named.mentions, asked.named.account_id
    rows: Sequence[Row] = yield from ask(_EVIDENCE, account=account_id, after=asked.after)
    found = [(fact_id, from_json(said)) for fact_id, said in rows]
    rewritten = [
        {"account": account_id, "fact_id": fact_id, "new_evidence": json_text(mentions.without(said))}
        for fact_id, said in found
        if mentions.in_value(said)
    ]
    yield from tell(_REWRITE_EVIDENCE, rewritten)
    return rows[-1][0] if len(rows) == 500 else None


def _run(context: Context, payloads: Sequence[Scrubbing]) -> Transaction[list[bool]]:
    return (yield from one_by_one(_scrub, context, payloads))


def _run_evidence(context: Context, payloads: Sequence[EvidenceAfter]) -> Transaction[list[str | None]]:
    return (yield from one_by_one(_scrub_evidence, context, payloads))


SCRUB: Operation[Scrubbing, bool] = Operation(name="scrub mail", rank=81, run=_run, bulky=True)
SCRUB_EVIDENCE: Operation[EvidenceAfter, str | None] = Operation(
    name="scrub evidence", rank=82, run=_run_evidence, bulky=True
)
