"""All that can be told about why one mail is decided as it is, for commands, pages and programs alike."""

from collections.abc import Sequence
from dataclasses import dataclass

from mailproc.errands.what_if import Otherwise, find_otherwise
from mailproc.files.replay import SavedMail
from mailproc.policy.deciding.examination import Examination
from mailproc.policy.decision import Action, decision_as_json
from mailproc.policy.explaining.explain import explain, explanation_as_json
from mailproc.policy.explaining.near_miss import NearMiss, near_misses
from mailproc.policy.explaining.reading import Reading, find_reading
from mailproc.policy.explaining.rule_fate import RuleFate, fates_of
from mailproc.policy.rules.rules import RuleSet


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """All that is shown about one mail; `assumed` are the caller's guesses about its envelope."""

    seen: Examination
    fates: tuple[RuleFate, ...]
    near: tuple[NearMiss, ...] = ()
    otherwise: tuple[Otherwise, ...] = ()
    reading: Reading | None = None
    assumed: Sequence[str] = ()


def page_of(saved: SavedMail, seen: Examination, rules: RuleSet) -> Page:
    """All that can be told about a mail."""
    near: tuple[NearMiss, ...] = ()
    reading: Reading | None = None
    if seen.new_text is not None and seen.decision.action != Action.unsubscribe:
        found = rules.matcher.match(seen.decision.new_text or "", where="body", mailbox=seen.route.role)
        near = near_misses(rules, found, where="body", mailbox=seen.route.role)
        reading = find_reading(found, rules)
    return Page(
        seen=seen,
        fates=fates_of(seen),
        near=near,
        otherwise=find_otherwise(seen, rules),
        reading=reading,
        assumed=saved.assumed,
    )


def page_as_json(page: Page) -> dict[str, object]:
    """The same as plain values."""
    return {
        "decision": decision_as_json(page.seen.decision),
        "assumed": list(page.assumed),
        "explanation": explanation_as_json(explain(page.seen, page.assumed)),
        "rules": [one.as_json() for one in page.fates],
        "near_misses": [{"rule": one.rule.id, "phrase": one.phrase, "counts": one.when} for one in page.near],
        "reads_like": page.reading.as_json() if page.reading else None,
        "otherwise": [
            {"change": one.change, "action": one.decision.action.value, "reason": one.decision.reason}
            for one in page.otherwise
        ],
    }
