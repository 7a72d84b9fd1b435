"""The breaker: requests that nothing proves may come only so fast, from one network and by one rule (R28e)."""

from dataclasses import dataclass, replace

from mailproc.mail.arrival.network import address_of, network_of
from mailproc.policy.account import AccountPolicy
from mailproc.policy.decision import Action, Also, Decision, narrow
from mailproc.policy.hooks.probe import is_probe
from mailproc.policy.storable import short_text
from mailproc.policy.who.ownership import is_our_ip
from mailproc.policy.who.subscriber import Trust

HELD = "held by the breaker"
_PROVEN = frozenset({Trust.token, Trust.authenticated})


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerLimits:
    """How many people may be taken off in an hour by what nothing proves: a number, or a share of the account."""

    enabled: bool = True
    per_hour: int = 50
    share_of_people: float = 0.001

    def of(self, people: int) -> int:
        """The limit for an account with so many people."""
        return max(self.per_hour, int(people * self.share_of_people))


@dataclass(frozen=True, slots=True, kw_only=True)
class Unproven:
    """What the breaker counts of one decision: how many people, from where, by which rule.

    `network` is None for our own machine and where nothing tells. `rule` is None for bounces: after a mailing they come
    from everywhere at once, and nobody has to ask for them.
    """

    people: int
    network: str | None
    rule: str | None


def unproven_in(decision: Decision, account: AccountPolicy, client: str | None) -> Unproven | None:
    """What the breaker is to count of a decision; None for what a token or an authenticated sender proves.

    Reports that wait because their sender is not trusted count, too: nobody is taken off by them, but a flood of them
    is worth an alarm. Bounces that our own servers made do not: nobody else can make them. Nor does the self-test: what
    comes from our own machines and takes off nobody but a probe. Whoever else calls himself a probe is counted.
    """
    people = _people(decision)
    network = _network(client)
    is_ours = network is None or bool(client and is_our_ip(account, client))
    if not people or (is_ours and _is_of_probes(decision)):
        return None
    if decision.action is not Action.bounce:
        return Unproven(people=people, network=network, rule=_rule(decision))
    if is_ours:
        return None
    return Unproven(people=people, network=network, rule=None)


def _is_of_probes(decision: Decision) -> bool:
    """Whether everybody is a probe who is named or taken off, and named by nothing else."""
    named = [(one.address, one.key) for one in decision.subscribers]
    named += [(one.address, one.key) for one in decision.facts]
    return bool(named) and all(key is None and is_probe(address) for address, key in named)


def held_decision(decision: Decision, counter: str, limit: int) -> Decision:
    """The same decision, waiting for a person because more than `limit` an hour came by that counter."""
    return _waiting(decision, f"{reason_of(counter)}more than {limit} an hour): {decision.reason}")


def reason_of(counter: str) -> str:
    """How the reason of everything begins that is held by this counter."""
    return f"{HELD} ({short_text(counter, 80)}: "


def counter_in(reason: str) -> str | None:
    """The counter that a reason names; None where the breaker holds nothing."""
    if not is_held(reason):
        return None
    return reason.removeprefix(f"{HELD} (").partition(": more than ")[0]


def is_held(reason: str) -> bool:
    """Whether a decision with this reason waits because of the breaker."""
    return reason.startswith(f"{HELD} (")


def still_held(decision: Decision, reason: str) -> Decision:
    """What would act, waiting for the reason that it had before; all else as it is, and what is proven by now."""
    return _waiting(decision, reason) if decision.facts and not _is_proven(decision) else decision


def _waiting(decision: Decision, reason: str) -> Decision:
    return replace(
        decision,
        action=Action.review,
        also=tuple(one for one in decision.also if one is not Also.review),
        level=narrow(decision.level),
        reason=reason,
        facts=(),
    )


def _people(decision: Decision) -> int:
    if _is_proven(decision):
        return 0
    if decision.facts:
        return len(decision.facts)
    waits = decision.feedback is not None and decision.action is Action.review and not decision.foreign
    return max(1, len(decision.subscribers)) if waits else 0


def _is_proven(decision: Decision) -> bool:
    return bool(decision.subscribers) and all(ref.trust in _PROVEN for ref in decision.subscribers)


def _network(client: str | None) -> str | None:
    if not client:
        return None
    address = address_of(client)
    if address is None:
        return "unknown"
    return None if address.is_loopback else network_of(address)


def _rule(decision: Decision) -> str:
    if decision.rule:
        return decision.rule
    if decision.feedback is not None:
        return f"{short_text(decision.feedback.type, 40)} reports"
    return decision.kind.value
