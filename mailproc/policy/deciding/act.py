"""From who is meant and what is wanted to the outcome: facts, level, and the setting that nothing is automatic."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from mailproc.mail.reading.message import Message
from mailproc.policy.deciding.case import Case, Outcome, changed
from mailproc.policy.deciding.door import door_of
from mailproc.policy.decision import OF_SEND, Action, Also, Evidence, narrow
from mailproc.policy.standing.facts import Fact, Level
from mailproc.policy.storable import short_text
from mailproc.policy.tokens.token import Token
from mailproc.policy.who.subscriber import Identified
from mailproc.policy.who.trust import Verdict

NOT_AUTOMATIC = "automatic handling is off"
NOBODY_NAMED = "nobody can be told to be meant"
SEVERAL_NAMED = "different people are named"
_MAIN = {Action.review: Also.review, Action.forward: Also.forward}


def take_off(case: Case, identified: Identified, outcome: Outcome, *, hinges: bool = False) -> Outcome:
    """The outcome with a fact for each person who is meant; a review where that must not or cannot be done by itself.

    `hinges` tells that looking up who sent the mail could turn it; where it is a review anyway, nothing can.
    `outcome` says action `unsubscribe` and everything else of it; its level is filled in when it has none.
    """
    if identified.conflict:
        return held(_named_in(identified, outcome), f"{outcome.reason}, but {SEVERAL_NAMED}")
    if not identified.refs:
        return held(_named_in(identified, outcome), f"{outcome.reason}, but {NOBODY_NAMED}")
    if not (case.account.automatic or case.account.released):
        return held(_named_in(identified, outcome), f"{outcome.reason}; {NOT_AUTOMATIC}")
    level = outcome.level or Level.account
    door = door_of(case, outcome)
    evidence = fact_evidence(case, outcome)
    facts = [
        Fact(
            kind=door.fact,
            account_id=case.mail.account_id,
            address=ref.address,
            key=ref.key,
            level=level,
            list_id=outcome.list_id if level == Level.list else None,
            occurred_at=case.mail.received_at,
            about_mail_of=door.about_mail_of,
            channel=door.channel,
            evidence=evidence,
        )
        for ref in identified.refs
    ]
    return _named_in(identified, outcome, level=level, facts=tuple(facts), hinges=hinges)


def by_verdict(case: Case, verdict: Verdict, taken: Outcome, waiting: Callable[..., Outcome]) -> Outcome:
    """`taken` where the verdict acts, else what waits; that hinges on the same as what is `taken`."""
    return taken if verdict.acts or case.account.released else waiting(hinges=taken.hinges)


def held(outcome: Outcome, reason: str, **more: Any) -> Outcome:
    """The same, waiting for a person: no facts; with `more` fields.

    What asks for lists goes on saying so, or an answer to it would reach further than it does (R15).
    """
    return changed(outcome, action=Action.review, reason=reason, level=narrow(outcome.level), facts=(), **more)


def also(outcome: Outcome, *more: Also) -> Outcome:
    """The same with more beside the main effect; what is the main effect already is not repeated."""
    wanted = (outcome.also | set(more)) - {_MAIN.get(outcome.action)}
    return outcome if wanted == outcome.also else changed(outcome, also=wanted)


def fact_evidence(case: Case, outcome: Outcome) -> Mapping[str, str]:
    """What a fact keeps of the mail: its digest, the rule and the words, and the send that it is traced to."""
    said = {"mail": case.digest, "reason": outcome.reason}
    if outcome.send is not None:
        said["send"] = outcome.send
    if outcome.rule is not None:
        said["rule"] = outcome.rule
    deciding = next((seen for seen in outcome.evidence if seen.rule == outcome.rule), None)
    if deciding is None:
        deciding = next(iter(outcome.evidence), None)
    if deciding is not None:
        said.setdefault("rule", deciding.rule)
        said["phrase"] = deciding.phrase
    return said


def send_of(token: Token | None) -> str | None:
    """The number of the send that a token names: by it the lists are found that the mail went to."""
    return None if token is None or token.send_number is None else str(token.send_number)


def send_seen(outcome: Outcome, token: Token | None) -> tuple[Evidence, ...]:
    """The number of the send whose lists are meant: by it an answer to a review finds them. Empty for other levels."""
    number = send_of(token) if outcome.level is Level.list and outcome.list_id is None else None
    return () if number is None else (Evidence(rule=OF_SEND, phrase=number, where="header"),)


def sent_at(original: Message | None, arrival_date: datetime | None, token: Token | None) -> datetime | None:
    """When the mail that is complained about was sent: its Date, else Arrival-Date, else the end of the token's day.

    None when nothing tells. The end of the day, so that a complaint never seems older than it is.
    """
    date = _date(original.headers.get("Date")) if original is not None else None
    if date is not None:
        return date
    if arrival_date is not None:
        return arrival_date
    if token is not None:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=token.day + 1, seconds=-1)
    return None


def _date(value: str | None) -> datetime | None:
    try:
        date = parsedate_to_datetime((value or "").strip()[:100])
        return date.astimezone(UTC) if date.tzinfo else date.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _named_in(identified: Identified, outcome: Outcome, **more: Any) -> Outcome:
    """The outcome with the people who are meant, with what was only named as evidence, and with `more` fields."""
    evidence = [*outcome.evidence]
    if identified.token is not None:
        evidence.append(Evidence(rule="token", phrase=str(identified.token), where="header"))
        evidence += send_seen(outcome, identified.token)
    evidence += [Evidence(rule="also-named", phrase=short_text(one), where="header") for one in identified.others]
    return changed(outcome, subscribers=identified.refs, evidence=tuple(evidence), **more)
