"""A diagnosis as plain values: every step, what stops mail by what evidence, and what would let it through."""

from mailproc.errands.diagnosis import Diagnosed
from mailproc.policy.standing.facts import Level
from mailproc.policy.standing.remedy import Change, Remedy
from mailproc.policy.standing.scope import EVERYWHERE
from mailproc.policy.standing.why import GLOBAL_FIRST, Told, Why
from mailproc.settings.settings import Settings
from mailproc.store.desk.diagnosis import Source

_REASON = "..."
REMEDIES = {
    Remedy.address: "an address: `mailproc import` takes a file that gives the key one",
    Remedy.consent: "they ask for mail again, which nobody can do for them; then it is entered:",
    Remedy.take_back: "it proves wrong, or is over; then it is taken back:",
    Remedy.lift: "an operator of the installation lifts what holds everywhere; nobody else can:",
}


def command_of(settings: Settings, why: Why, change: Change, by: str) -> list[str] | None:
    """The words of the command that makes a change, as a shell takes them, entered by `by`; None for none."""
    account = [] if len(settings.account) == 1 else ["-a", why.send.account_id]
    said = ["--by", by, "--reason", _REASON]
    match change.remedy:
        case Remedy.consent:
            level = ["--level", "list", "--list", str(change.list_id)] if change.level is Level.list else []
            return ["mailproc", "resubscribe", _name_in(change), *account, *level, *said]
        case Remedy.lift:
            whose = account if why.send.enterprise and why.send.account_id != EVERYWHERE else []
            return ["mailproc", "resubscribe", _name_in(change), *whose, "--level", "global", *said]
        case Remedy.take_back:
            facts = [word for one in change.facts for word in ("--fact", str(one.retracts))]
            return ["mailproc", "revert", *facts, "--apply", *said]
        case Remedy.address:
            return None


def _name_in(change: Change) -> str:
    (fact,) = change.facts
    return str(fact.key or fact.address)


def why_as_json(settings: Settings, found: Diagnosed, by: str) -> dict[str, object]:
    """The answer as plain values; keys are always there."""
    why = found.why
    first, other = why.first(), why.first(GLOBAL_FIRST)
    return {
        "account": None if why.send.account_id == EVERYWHERE else why.send.account_id,
        "address": why.known.address,
        "key": why.known.key,
        "classification": why.send.classification.value,
        "list": why.send.list_id,
        "may_send": why.may_send,
        "stopped_first_at": first.step.value if first else None,
        "stopped_first_at_global_first": other.step.value if other else None,
        "suspicion": why.suspicion,
        "steps": [
            {
                "step": answer.step.value,
                "stops": answer.stops,
                "said": answer.said,
                "stopped_by": [_told_as_json(one, found.sources.get(one.fact.id)) for one in answer.stopped_by],
                "passed": [_told_as_json(one, found.sources.get(one.fact.id)) for one in answer.passed],
                "notes": list(answer.notes),
            }
            for answer in why.answers
        ],
        "changes": [
            {
                "remedy": change.remedy.value,
                "level": change.level.value,
                "list": change.list_id,
                "said": REMEDIES[change.remedy],
                "command": command_of(settings, why, change, by),
            }
            for change in why.changes
        ],
    }


def _told_as_json(told: Told, source: Source | None) -> dict[str, object]:
    fact, about = told.fact, told.fact.about_mail_of
    decided = source.decision if source else None
    return {
        "kind": told.block.kind.value,
        "level": told.block.level.value,
        "list": told.block.list_id,
        "since": told.block.since.isoformat(),
        "channel": told.block.channel,
        "times": told.times,
        "account": told.block.account_id,
        "fact": told.block.fact_id,
        "about_mail_of": about.isoformat() if about else None,
        "evidence": dict(fact.evidence),
        "mail": source.mail_id if source else None,
        "decision": {"n": decided.n, "action": decided.action, "kind": decided.kind} if decided else None,
    }
