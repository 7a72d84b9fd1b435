"""Deciding a stored mail again, with today's rules and settings: what would be different, and doing it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from mailproc.authenticity.border import Border
from mailproc.errors import NotFound
from mailproc.mail.arrival.authentication import Authentication, MethodResult
from mailproc.mail.arrival.envelope import InboundMail
from mailproc.pipeline import decide_mail
from mailproc.policy.account import AccountPolicy
from mailproc.policy.deciding.breaker import is_held, still_held
from mailproc.policy.decision import Action, Decision, decision_as_recorded
from mailproc.policy.rules.rules import RuleSet
from mailproc.store.results import Recorded, RecordedDecision
from mailproc.store.store import Store

_ACTING = frozenset({Action.unsubscribe, Action.bounce})
# What a person wants to know of a difference; digests, parser and defects are not among it.
_COMPARED = ("kind", "action", "also", "level", "list", "reason", "rule", "subscribers")


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What mail is decided against now."""

    policy_of: Callable[[str], AccountPolicy]
    rules: RuleSet
    border: Border


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """One mail with its last decision and with what it would be now."""

    mail: InboundMail
    before: RecordedDecision
    after: Decision

    @property
    def differences(self) -> dict[str, tuple[Any, Any]]:
        """What is different, by key of the decision's JSON, as before and after; empty: nothing that matters."""
        before, after = self.before.decision, decision_as_recorded(self.after)
        compared = (*_COMPARED, "door") if self.after.action is Action.review else _COMPARED  # whoever answers needs it
        return {key: (before.get(key), after[key]) for key in compared if before.get(key) != after[key]}

    @property
    def acts(self) -> bool:
        """Whether it would change somebody's standing without a person's answer."""
        return self.after.action in _ACTING


async def decide_again(
    store: Store, world: World, mail_id: str, *, released: bool = False, let_go: bool = False
) -> Again:
    """Decide a recorded mail again; nothing is written.

    What was known about its sender stays known: a signature cannot be looked up for ever. `released` decides as if its
    account handled everything by itself and believed the mail.
    What the breaker holds stays held unless its sender is proven by now, or it is `released` or `let_go`: then it is
    decided as it would have been.
    Raises NotFound, ContentDropped, StoreError.
    """
    mail = await store.mail(mail_id)
    before = await store.decision_of(mail_id)
    if before is None:
        raise NotFound(f"mail {mail_id} is not decided yet")
    policy = world.policy_of(mail.account_id)
    authentication = recorded_authentication(before.authentication)
    if authentication.source == "not_checked":
        authentication = world.border.authenticate(mail, policy)
    after = decide_mail(mail, authentication, replace(policy, released=True) if released else policy, world.rules)
    reason = str(before.decision.get("reason", ""))
    if is_held(reason) and not (released or let_go):
        after = still_held(after, reason)
    return Again(mail=mail, before=before, after=after)


async def apply_again(store: Store, again: Again, *, by: str) -> Recorded:
    """Record what was decided again; not applied when somebody else was faster, or a person has answered."""
    return await store.desk.record_again(again.mail, again.after, after=again.before.n, by=by)


def recorded_authentication(recorded: Mapping[str, Any]) -> Authentication:
    """What a decision was made on; keys that this program does not know are passed over."""
    known = {field.name for field in fields(MethodResult)}

    def result_of(said: Mapping[str, Any] | None) -> MethodResult | None:
        return None if said is None else MethodResult(**{key: said[key] for key in known & set(said)})

    return Authentication(
        source=recorded.get("source", "not_checked"),
        spf=result_of(recorded.get("spf")),
        dkim=tuple(one for said in recorded.get("dkim", ()) if (one := result_of(said))),
        dmarc=result_of(recorded.get("dmarc")),
        dmarc_policy=recorded.get("dmarc_policy"),
    )
