"""What would have made a decision another one: a mail decided again with one thing changed at a time."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from mailproc.pipeline import decide_mail
from mailproc.policy.account import AccountPolicy, MailboxRole
from mailproc.policy.address import split_address
from mailproc.policy.decision import Action, Decision
from mailproc.policy.examination import Examination
from mailproc.policy.match import Match
from mailproc.policy.rules import RuleSet
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
    for change, account, other_rules in _changes(seen, rules):
        other = decide_mail(seen.mail, decision.authentication, account, other_rules)
        differs = (other.action, other.foreign) != (decision.action, decision.foreign)
        if differs and all(other.action != one.decision.action for one in found):
            found.append(Otherwise(change=change, decision=other))
        if len(found) == _MOST:
            break
    return tuple(found)


def _changes(seen: Examination, rules: RuleSet) -> Iterator[tuple[str, AccountPolicy, RuleSet]]:
    account = seen.account
    hits: dict[str, Match] = {}
    for match in (*seen.subject_matches, *seen.body_matches):
        hits.setdefault(match.rule.id, match)
    for rule_id, match in list(hits.items())[:_MOST_HITS]:
        yield f"without {_quoted(match)}", account, rules.without({rule_id})
    requests = {rule_id: match for rule_id, match in hits.items() if match.rule.action == Action.unsubscribe}
    if len(requests) > 1:
        said = " or ".join(sorted({_quoted(match) for match in requests.values()})[:3])
        yield f"without {said}", account, rules.without(frozenset(requests))
    if seen.decision.foreign:
        yield "were it shown to be about our mail", replace(account, everything_is_ours=True), rules
    if not account.automatic:
        yield "with `automatic = true`", replace(account, automatic=True), rules
    if seen.route.role == MailboxRole.reply and seen.route.token is None:
        local_parts = tuple(split_address(one)[0].lower().partition("+")[0] for one in seen.mail.envelope.rcpt_tos)
        mailboxes = {MailboxRole.unsubscribe: local_parts}
        yield "sent to the unsubscribe mailbox", replace(account, mailboxes=mailboxes), rules


def _quoted(match: Match) -> str:
    return f"“{' '.join(short_text(match.phrase, 80).split())}”"
