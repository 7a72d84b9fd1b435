"""What would have made a decision another one: a mail decided again with one thing changed at a time."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from mailproc.mail.arrival.authentication import NOT_CHECKED, Authentication
from mailproc.pipeline import decide_mail
from mailproc.policy.account import AccountPolicy, MailboxRole
from mailproc.policy.address import split_address
from mailproc.policy.deciding.examination import Examination
from mailproc.policy.decision import Action, Decision
from mailproc.policy.rules.match import Match
from mailproc.policy.rules.rules import RuleSet
from mailproc.policy.storable import short_text

_MOST = 3
_MOST_HITS = 12  # left out one at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Otherwise:
    """A change, as words that go before "it would be", and the decision that follows from it."""

    change: str
    decision: Decision


def find_otherwise(seen: Examination, rules: RuleSet) -> tuple[Otherwise, ...]:
    """At most three changes that lead to another action, the smallest first; empty where none of those tried does."""
    decision = seen.decision
    found: list[Otherwise] = []
    for one in _changes(seen, rules):
        other = decide_mail(seen.mail, one.authentication, one.account, one.rules)
        differs = (other.action, other.foreign) != (decision.action, decision.foreign)
        if differs and all(other.action != one.decision.action for one in found):
            found.append(Otherwise(change=one.change, decision=other))
        if len(found) == _MOST:
            break
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """One thing that is changed, and all that a decision is made of."""

    change: str
    authentication: Authentication
    account: AccountPolicy
    rules: RuleSet


def _changes(seen: Examination, rules: RuleSet) -> Iterator[_Change]:
    account, told = seen.account, seen.decision.authentication
    as_it_is = _Change(change="", authentication=told, account=account, rules=rules)
    for change, left_out in _without_words(seen):
        yield replace(as_it_is, change=change, rules=rules.without(left_out))
    if told != NOT_CHECKED:
        yield replace(as_it_is, change="had nobody checked who sent it", authentication=NOT_CHECKED)
    if seen.decision.foreign:
        ours = replace(account, everything_is_ours=True)
        yield replace(as_it_is, change="were it shown to be about our mail", account=ours)
    if not account.automatic:
        yield replace(as_it_is, change="with `automatic = true`", account=replace(account, automatic=True))
    if seen.route.role == MailboxRole.reply and seen.route.token is None:
        local_parts = tuple(split_address(one)[0].lower().partition("+")[0] for one in seen.mail.envelope.rcpt_tos)
        moved = replace(account, mailboxes={MailboxRole.unsubscribe: local_parts})
        yield replace(as_it_is, change="sent to the unsubscribe mailbox", account=moved)


def _without_words(seen: Examination) -> Iterator[tuple[str, frozenset[str]]]:
    """Each rule left out, and all that ask for the same, or speak against it, left out together."""
    hits: dict[str, Match] = {}
    for match in (*seen.subject_matches, *seen.body_matches):
        hits.setdefault(match.rule.id, match)
    for rule_id, match in list(hits.items())[:_MOST_HITS]:
        yield f"without {_quoted(match)}", frozenset({rule_id})
    requests = {rule_id: match for rule_id, match in hits.items() if match.rule.action == Action.unsubscribe}
    against = {rule_id: match for rule_id, match in hits.items() if match.rule.guard is not None}
    for together in (requests, against):
        if len(together) > 1:
            yield f"without {' or '.join(_longest(together.values()))}", frozenset(together)


def _longest(matches: Iterable[Match]) -> list[str]:
    """The words of matches, in quotation marks; without those that stand within others."""
    kept: list[str] = []
    for quoted in sorted({_quoted(match) for match in matches}, key=lambda one: (-len(one), one)):
        if not any(quoted.strip("“”").lower() in longer.lower() for longer in kept):
            kept.append(quoted)
    return kept[:3]


def _quoted(match: Match) -> str:
    return f"“{' '.join(short_text(match.phrase, 80).split())}”"
