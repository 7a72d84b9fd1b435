"""What is kept of a forgotten person: everything that stands against mailing, and nothing that says who it was."""

from datetime import UTC, datetime, timedelta

from mailproc.policy.standing.facts import Channel, Fact, FactKind, Level, retraction_of
from mailproc.policy.standing.forgetting import counted_together, facts_to_keep, forgotten_at
from mailproc.policy.standing.scope import GlobalScope, Scopes
from mailproc.policy.standing.standing import Status, standing_of

NOW = datetime(2026, 3, 3, 9, 12, tzinfo=UTC)
NAME = "HMAC-SHA256:1:00ff"


def said(kind: FactKind = FactKind.opt_out, hours: int = 0, **more: object) -> Fact:
    values: dict[str, object] = {
        "kind": kind,
        "account_id": "acme",
        "address": "pat@example.org",
        "key": "crm-1",
        "occurred_at": NOW + timedelta(hours=hours),
        "channel": Channel.reply,
        "evidence": {"mail": "sha256:1", "phrase": "leave me alone", "note": "it is pat@example.org"},
    }
    return Fact(**{**values, **more})  # type: ignore[arg-type]


def kept(*facts: Fact) -> list[Fact]:
    at = NOW + timedelta(days=1)
    return facts_to_keep(standing_of(facts), facts, NAME, by="kim", reason="art-17", at=at)


def test_what_is_kept_gives_the_same_blocks_and_names_nobody() -> None:
    bounce = said(FactKind.bounce, evidence={"class": "hard", "status": "5.1.1", "mail": "sha256:2"})
    on_list = said(level=Level.list, list_id="news", evidence={})
    facts = [said(), bounce, on_list, said(FactKind.block, evidence={})]
    before, after = standing_of(facts), standing_of(kept(*facts))
    assert after.status is before.status is Status.unsubscribed
    assert {(b.kind, b.level, b.list_id, b.since) for b in after.blocks} == {
        (b.kind, b.level, b.list_id, b.since) for b in before.blocks
    }
    for fact in kept(*facts):
        assert (fact.address, fact.key) == (NAME, None)
        assert set(fact.evidence) <= {"forgotten", "by", "reason", "class"}


def test_of_several_the_newest_is_kept_because_it_outlasts_the_others() -> None:
    [only] = kept(said(), said(hours=5, evidence={}), said(hours=3, evidence={}))
    assert only.occurred_at == NOW + timedelta(hours=5)


def test_consent_after_the_erasure_lifts_it_as_it_lifts_any_opt_out() -> None:
    consent = said(FactKind.consent, hours=48)
    assert standing_of([*kept(said()), consent]).status is Status.active


def test_of_somebody_whom_nothing_stands_against_nothing_is_kept() -> None:
    assert kept(said(FactKind.consent)) == []
    assert kept(said(), said(FactKind.consent, hours=1)) == []


def test_a_global_opt_out_stays_one_of_its_enterprise() -> None:
    told = {"by": "ann", "reason": "letter", "enterprise": "group"}
    [only] = kept(said(level=Level.global_, channel=Channel.command, account_id="*", evidence=told))
    assert (only.level, only.account_id, only.evidence["enterprise"]) == (Level.global_, "*", "group")


def test_when_somebody_was_forgotten_is_read_from_what_is_kept_alone() -> None:
    assert forgotten_at(kept(said())[0]) == NOW + timedelta(days=1)
    assert forgotten_at(said()) is None


def globally(kind: FactKind = FactKind.opt_out, hours: int = 0, **evidence: str) -> Fact:
    told = {"by": "ann", "reason": "letter", **evidence}
    return said(kind, hours, level=Level.global_, channel=Channel.command, account_id="*", key=None, evidence=told)


def test_of_global_opt_outs_one_is_kept_for_each_enterprise_and_one_for_all() -> None:
    facts = kept(globally(), globally(hours=1, enterprise="g1"), globally(hours=2, enterprise="g2"))
    assert [one.evidence.get("enterprise") for one in facts] == [None, "g1", "g2"]


def test_what_is_said_of_one_enterprise_counts_with_what_is_said_of_all_alone() -> None:
    everyone, g1, g2 = globally(), globally(hours=1, enterprise="g1"), globally(hours=2, enterprise="g2")
    apart = Scopes(global_scope=GlobalScope.parent)
    assert counted_together([g2, g1, everyone], apart) == [[everyone], [g1, everyone], [g2, everyone]]
    assert counted_together([g1, g2], Scopes()) == [[g1, g2]]


def test_facts_of_an_account_all_count_together() -> None:
    facts = [said(), said(FactKind.consent, hours=1)]
    assert counted_together(facts, Scopes(global_scope=GlobalScope.parent)) == [facts]


def test_a_retraction_counts_wherever_what_it_takes_back_does() -> None:
    g1 = globally(enterprise="g1")
    undone = retraction_of(g1, by="ann", reason="typo", at=NOW + timedelta(hours=1))
    groups = counted_together([g1, undone], Scopes(global_scope=GlobalScope.parent))
    assert [standing_of(group).blocks for group in groups] == [(), ()]
