"""What a plan makes another: lists, attributes, consents, and what became of whom in numbers."""

from collections.abc import Mapping
from dataclasses import dataclass

from mailproc.policy.imports.imported import ImportCounts, stopped
from mailproc.policy.standing.facts import Channel, Fact, FactKind
from mailproc.store.engine.statement import Transaction
from mailproc.store.imports.plan import Meant, Plan
from mailproc.store.imports.unsettled import Unsettled
from mailproc.store.people.person_rows import attributes_of, lists_joined


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What of a plan is not there yet: pairs of list and key, and attributes by key."""

    joins: frozenset[tuple[str, str]]
    attributes: Mapping[str, Mapping[str, str]]

    def changes(self, one: Meant) -> bool:
        """Whether anything about the known people of a row becomes another."""
        return any(
            target.has_other_address
            or target.key in self.attributes
            or any((list_id, target.key) in self.joins for list_id in one.row.lists)
            for target in one.targets
        )


def difference_of(account_id: str, plan: Plan) -> Transaction[Difference]:
    """Compare lists and attributes with what is there; of new subscribers nothing is."""
    listed = [target.key for one in plan.rows if one.row.lists for target in one.targets if target.before]
    described = [target.key for one in plan.rows if one.row.attributes for target in one.targets if target.before]
    joined = yield from lists_joined(account_id, listed)
    known = yield from attributes_of(account_id, described)
    joins: set[tuple[str, str]] = set()
    attributes: dict[str, dict[str, str]] = {}
    for row, targets in plan.rows:
        for target in targets:
            on = joined.get(target.key, ())
            for list_id in row.lists:
                if list_id not in on:
                    joins.add((list_id, target.key))
            has = known.get(target.key, {})
            if other := {name: value for name, value in row.attributes if has.get(name) != value}:
                attributes.setdefault(target.key, {}).update(other)
    return Difference(joins=frozenset(joins), attributes=attributes)


def consents_of(account_id: str, plan: Plan, unsettled: Unsettled, evidence: Mapping[str, str]) -> list[Fact]:
    """The consents that rows prove, of those against whom nothing stands: an import brings nobody back (R8).

    Nor does it end what is not known yet. Each is one subscriber's: somebody else who has the address, too, did not
    give it.
    """
    return [
        Fact(
            kind=FactKind.consent,
            account_id=account_id,
            key=target.key,
            occurred_at=one.row.consented_at,
            channel=Channel.import_,
            evidence=evidence,
        )
        for one in plan.rows
        if one.row.consented_at is not None
        if _proves(one, plan) and not _has_to_wait(one, unsettled)
        for target in one.targets
    ]


def counts_of(plan: Plan, difference: Difference, unsettled: Unsettled) -> ImportCounts:
    """What becomes of the people of a plan."""
    numbers = dict.fromkeys(ImportCounts().as_json(), 0)
    for one in plan.rows:
        is_new = one.targets[0].before is None
        numbers["new" if is_new else "updated" if difference.changes(one) else "unchanged"] += 1
        standings = [plan.standing(target) for target in one.targets if target.is_said_of]
        if standings and (count := stopped(standings, one.row.lists)) is not None:
            numbers[count] += 1
        if _proves(one, plan):
            numbers["consents_left_out" if _has_to_wait(one, unsettled) else "consents"] += 1
    return ImportCounts(**numbers)


def _proves(one: Meant, plan: Plan) -> bool:
    """Whether a row proves consent of people against whom nothing stands."""
    return one.row.consented_at is not None and not any(plan.standing(target).blocks for target in one.targets)


def _has_to_wait(one: Meant, unsettled: Unsettled) -> bool:
    """Whether a request that nobody knows of yet could be ended by the consent of a row."""
    at = one.row.consented_at
    return at is not None and any(unsettled.may_end_by(at, target) for target in one.targets)
