"""Recording: a decision with its facts, what they change, and the review it asks for, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, or_, update

from mailproc.errors import Refused
from mailproc.mail.arrival.authentication import Authentication, MethodResult
from mailproc.mail.arrival.envelope import InboundMail
from mailproc.policy.decision import LISTS_MEANT, Action, Also, Decision, decision_as_recorded
from mailproc.policy.hooks.due import USUAL_DUE, DueRule
from mailproc.policy.standing.facts import MEANT, Fact
from mailproc.policy.standing.scope import why_refused
from mailproc.store.engine.columns import MAX_TEXT, from_json, json_text, micros_of, storable
from mailproc.store.engine.operation import Context, Operation
from mailproc.store.engine.persons import Names, person_of_key
from mailproc.store.engine.schema import ACCEPTED, WAITING, mail
from mailproc.store.engine.schema import decision as decision_table
from mailproc.store.engine.statement import Statement, Transaction, ask, one_of, tell
from mailproc.store.outbox.forwards import NewForward, forward_of, write_forwards
from mailproc.store.people.candidates import Unclear, find_meant
from mailproc.store.people.fact_rows import StoredFact, stored_fact
from mailproc.store.people.lists_meant import name_lists
from mailproc.store.people.projection import Said, apply_facts, lock_everyone, names_in
from mailproc.store.results import Recorded, StandingChange
from mailproc.store.road.breaker import Watched, trip
from mailproc.store.road.feedback import PUT_REPORT, report_row
from mailproc.store.road.review_rows import NewReview, names_of, open_reviews

_DECIDED = Statement(
    lambda insert: (
        update(mail)
        .where(
            mail.c.account_id == bindparam("account"),
            one_of(mail.c.id, "mail_ids"),
            or_(mail.c.state == ACCEPTED, mail.c.state == WAITING),
        )
        .values(state="decided")
        .returning(mail.c.id)
    )
)
INSERT_DECISION = Statement(lambda insert: insert(decision_table))

NOT_RECORDED = "could not be recorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class StorableDecision:
    """A decision ready to be written. `review` is None where nobody has to look.

    `watched` is None where the breaker has nothing to say; `report` are the columns that tell who reported, if one did.
    """

    account_id: str
    mail_id: str
    row: dict[str, Any]
    facts: tuple[StoredFact, ...]
    review: NewReview | None
    due_at: int  # by when a person should have looked, if one has to
    watched: Watched | None = None
    report: dict[str, Any] | None = None
    forward: NewForward | None = None


def storable_decision(
    inbound: InboundMail, decided: Decision, now: datetime, watched: Watched | None = None, due: DueRule = USUAL_DUE
) -> StorableDecision:
    """Work out the columns of a decision."""
    account_id, mail_id = storable(inbound.account_id), storable(inbound.id)
    due_at = micros_of(due.due_at(inbound.received_at))
    wants_review = decided.action is Action.review or Also.review in decided.also
    return StorableDecision(
        account_id=account_id,
        mail_id=mail_id,
        row={
            "account_id": account_id,
            "mail_id": mail_id,
            "n": 1,
            "kind": decided.kind.value,
            "action": decided.action.value,
            "ruleset": storable(decided.ruleset),
            "policy": storable(decided.policy),
            "authentication": json_text(_authentication_as_json(decided.authentication)),
            "decision": json_text(decision_as_recorded(decided)),
            "decided_at": micros_of(now),
        },
        facts=tuple(stored_fact(said, now) for said in decided.facts),
        review=_review_of(inbound, decided, due_at) if wants_review else None,
        due_at=due_at,
        watched=watched,
        report=report_row(inbound, decided),
        forward=forward_of(inbound, decided),
    )


def _review_of(inbound: InboundMail, decided: Decision, due_at: int) -> NewReview:
    return NewReview(
        account_id=storable(inbound.account_id),
        mail_id=storable(inbound.id),
        reason=storable(decided.reason, MAX_TEXT),
        due_at=due_at,
        names=names_of(decided.subscribers),
    )


def _held(one: StorableDecision, held: Decision) -> StorableDecision:
    """The same with what is decided instead; it is forwarded when it is released, a flood of it is nothing to read."""
    row = {**one.row, "action": held.action.value, "decision": json_text(decision_as_recorded(held))}
    review = NewReview(
        account_id=one.account_id,
        mail_id=one.mail_id,
        reason=storable(held.reason, MAX_TEXT),
        due_at=one.due_at,
        names=names_of(held.subscribers),
    )
    return replace(one, row=row, facts=(), review=review, forward=None)


def storable_facts(facts: Sequence[Fact], now: datetime) -> tuple[StoredFact, ...]:
    """Facts that came by another door than mail, ready to be written.

    Raises Refused when a global one among them is not theirs to say who said it (R14a).
    """
    if refused := [why for said in facts if (why := why_refused(said))]:
        raise Refused(refused[0])
    return tuple(stored_fact(said, now) for said in facts)


def _authentication_as_json(checked: Authentication) -> dict[str, Any]:
    return {
        "source": checked.source,
        "spf": checked.spf and _result_as_json(checked.spf),
        "dkim": [_result_as_json(one) for one in checked.dkim],
        "dmarc": checked.dmarc and _result_as_json(checked.dmarc),
        "dmarc_policy": checked.dmarc_policy,
    }


def _result_as_json(one: MethodResult) -> dict[str, Any]:
    return {"result": one.result, "domain": one.domain, "aligned": one.aligned, "reason": one.reason}


def _record(context: Context, payloads: Sequence[StorableDecision]) -> Transaction[list[Recorded]]:
    applied = yield from _mark_decided(payloads)
    mine = {index: one for index, one in enumerate(payloads) if index in applied}
    tripped, alarms = yield from trip(context, {index: one.watched for index, one in mine.items() if one.watched})
    held = {index: one.held for index, one in tripped.items() if mine[index].facts}
    mine |= {index: _held(mine[index], instead) for index, instead in held.items()}
    yield from tell(PUT_REPORT, [one.report for one in mine.values() if one.report])
    said = {
        index: (Said(origin=index, facts=one.facts, mail_id=one.mail_id),) for index, one in mine.items() if one.facts
    }
    done = yield from apply_said(context, [group for groups in said.values() for group in groups])
    yield from tell(INSERT_DECISION, [done.explained(index, one.row) for index, one in mine.items()])
    reviews = [one.review or review_of_unclear(one, done.unclear.get(index)) for index, one in mine.items()]
    yield from open_reviews([one for one in reviews if one is not None], context.now)
    yield from write_forwards(context, [one.forward for one in mine.values() if one.forward])
    return [
        replace(done.recorded(index, applied=index in applied), held=held.get(index), alarms=alarms.get(index, ()))
        for index in range(len(payloads))
    ]


def review_of_unclear(one: StorableDecision, unclear: Unclear | None) -> NewReview | None:
    """A review where several people could be meant; None where that is clear."""
    if unclear is None:
        return None
    return NewReview(
        account_id=one.account_id,
        mail_id=one.mail_id,
        reason=storable(unclear.reason, MAX_TEXT),
        due_at=one.due_at,
        names=tuple(person_of_key(key) for key in unclear.keys),
    )


def _mark_decided(payloads: Sequence[StorableDecision]) -> Transaction[set[int]]:
    """Which of these mails are still undecided; they are not any more. Of two decisions on one mail the first wins."""
    first: dict[tuple[str, str], int] = {}
    for index, one in enumerate(payloads):
        first.setdefault((one.account_id, one.mail_id), index)
    applied: set[int] = set()
    for account_id in sorted({account_id for account_id, _ in first}):
        mail_ids = sorted(mail_id for account, mail_id in first if account == account_id)
        rows = yield from ask(_DECIDED, account=account_id, mail_ids=json_text(mail_ids))
        applied.update(first[account_id, mail_id] for (mail_id,) in rows)
    return applied


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What facts changed, whom it is unclear that they mean, which lists they meant; by the origin of their cause."""

    changes: dict[int, list[StandingChange]]
    unclear: dict[int, Unclear]
    meant: dict[int, list[str]]

    def explained(self, origin: int, row: dict[str, Any]) -> dict[str, Any]:
        """The columns of a decision; its evidence tells which lists were meant, too: who decided did not know them."""
        told = self.meant.get(origin)
        if not told:
            return row
        decision = from_json(row["decision"])
        seen = [{"rule": LISTS_MEANT, "phrase": one, "where": "record", "span": None} for one in told]
        return {**row, "decision": json_text({**decision, "evidence": [*decision["evidence"], *seen]})}

    def recorded(self, origin: int, *, applied: bool = True) -> Recorded:
        """What became of one origin."""
        unclear = self.unclear.get(origin)
        changes = tuple(self.changes.get(origin, ()))
        return Recorded(applied=applied, changes=changes, unclear=unclear.reason if unclear else None)


def _by_account(said: Sequence[Said]) -> dict[str, list[Said]]:
    by_account: dict[str, list[Said]] = {}
    for group in said:
        for account_id in {one.fact.account_id for one in group.facts}:
            facts = tuple(one for one in group.facts if one.fact.account_id == account_id)
            by_account.setdefault(account_id, []).append(replace(group, facts=facts))
    return by_account


def concerned(facts: Sequence[tuple[StoredFact, ...]]) -> Transaction[dict[str, Names]]:
    """Whom groups of facts concern by their names, and whom they mean beyond these; by account."""
    by_account = _by_account([Said(origin=-1, facts=group) for group in facts])
    for account_id, said in by_account.items():
        found = yield from find_meant(account_id, (yield from name_lists(account_id, said)))
        by_account[account_id] = [*said, *found.said]
    return (yield from names_in(by_account))


def apply_said(context: Context, said: Sequence[Said]) -> Transaction[Applied]:
    """Apply groups of facts account by account, to everyone whom they mean."""
    by_account = _by_account(said)
    done = Applied(changes={}, unclear={}, meant={})
    meant: dict[str, tuple[Said, ...]] = {}
    for account_id in sorted(by_account):
        named = yield from name_lists(account_id, by_account[account_id])
        for group in named:
            told = dict.fromkeys(one.fact.evidence[MEANT] for one in group.facts if MEANT in one.fact.evidence)
            done.meant.setdefault(group.origin, []).extend(told)
        found = yield from find_meant(account_id, named)
        meant[account_id] = found.said
        done.unclear.update(found.unclear)
    yield from lock_everyone(meant)
    for account_id, groups in meant.items():
        for origin, change in (yield from apply_facts(context, account_id, groups)):
            done.changes.setdefault(origin, []).append(change)
    return done


def _record_bare(context: Context, payload: StorableDecision) -> Transaction[Recorded]:
    """The decision that nothing could be recorded, for a person to look at; what their answer goes by stays."""
    decided = from_json(payload.row["decision"])
    known = {name: decided[name] for name in ("mail", "door", "level", "list")}
    row = {
        **payload.row,
        "kind": "unreadable",
        "action": Action.review.value,
        "ruleset": "",
        "policy": "",
        "authentication": "{}",
        "decision": json_text({**known, "kind": "unreadable", "action": Action.review.value, "reason": NOT_RECORDED}),
    }
    review = NewReview(
        account_id=payload.account_id, mail_id=payload.mail_id, reason=NOT_RECORDED, due_at=payload.due_at
    )
    bare = replace(payload, row=row, facts=(), review=review, forward=None)
    return (yield from _record(context, [bare]))[0]


def _record_facts(context: Context, payloads: Sequence[tuple[StoredFact, ...]]) -> Transaction[list[Recorded]]:
    said = [Said(origin=index, facts=facts) for index, facts in enumerate(payloads)]
    done = yield from apply_said(context, said)
    return [done.recorded(index) for index in range(len(payloads))]


def _concerned_by_decisions(payloads: Sequence[StorableDecision]) -> Transaction[dict[str, Names]]:
    return (yield from concerned([one.facts for one in payloads]))


RECORD: Operation[StorableDecision, Recorded] = Operation(
    name="record", rank=40, run=_record, patient=True, rescue=_record_bare, names=_concerned_by_decisions
)
RECORD_FACTS: Operation[tuple[StoredFact, ...], Recorded] = Operation(
    name="record facts", rank=41, run=_record_facts, names=concerned
)
