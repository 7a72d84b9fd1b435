"""Numbers of an import: everybody once, and those who stay out under what reaches furthest."""

from datetime import UTC, datetime

from mailproc.policy.imports.imported import ImportCounts, stopped
from mailproc.policy.standing.facts import FactKind, Level
from mailproc.policy.standing.standing import Block, Standing


def standing(*blocks: tuple[FactKind, Level, str | None]) -> Standing:
    since = datetime(2026, 3, 3, tzinfo=UTC)
    return Standing(
        blocks=tuple(
            Block(kind=kind, level=level, list_id=name, since=since, channel="reply", fact_id="1", account_id="acme")
            for kind, level, name in blocks
        )
    )


OUT = (FactKind.opt_out, Level.account, None)
COMPLAINED = (FactKind.complaint, Level.account, None)
LEFT = (FactKind.opt_out, Level.list, "weekly")
EVERYWHERE = (FactKind.opt_out, Level.global_, None)
BOUNCED = (FactKind.bounce, Level.account, None)
HELD = (FactKind.block, Level.account, None)


def test_what_reaches_furthest_is_counted() -> None:
    assert stopped([standing(LEFT, BOUNCED, HELD, OUT, EVERYWHERE)], ["weekly"]) == "out_global"
    assert stopped([standing(LEFT, BOUNCED, HELD, COMPLAINED)], ["weekly"]) == "out_account"
    assert stopped([standing(LEFT, BOUNCED, HELD)], ["weekly"]) == "out_list"
    assert stopped([standing(BOUNCED, HELD)], ["weekly"]) == "held"
    assert stopped([standing(), standing(BOUNCED)], []) == "bounced"


def test_a_list_that_is_not_joined_does_not_matter() -> None:
    assert stopped([standing(LEFT)], ["daily"]) is None
    assert stopped([standing(LEFT)], []) is None
    assert stopped([], ["weekly"]) is None


def test_counts_add_up() -> None:
    total = ImportCounts(new=1, out_list=1) + ImportCounts(new=2, updated=3, out_global=1, out_account=1)
    assert total == ImportCounts(new=3, updated=3, out_list=1, out_global=1, out_account=1)
    assert (total.people, total.stayed_out) == (6, 3)
    assert ImportCounts(**total.as_json()) == total
