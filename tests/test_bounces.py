"""How well the program reads bounces that nobody here had seen: whole mails, a third of them no bounces of ours.

EXPECT.toml beside the mails of each set is what a careful reader says; it was written with them. FIRST_RUN.toml is what
the program made of them before anybody had tuned for them; it is never written anew. BARS only go up, COUNTS down.
"""

import functools
import tomllib
from dataclasses import dataclass
from typing import Any

import pytest

from mailproc.mail.mail_kind import MailKind
from mailproc.policy.decision import Action, Decision
from tests.written_blind import FIXTURES, examined, looser_than, percent

SETS = ("bounces", "returns", "strays", "doormat", "letterbox")
EXPECTED: dict[str, dict[str, Any]] = {
    f"{name}/{file}": human
    for name in SETS
    for file, human in tomllib.loads((FIXTURES / name / "EXPECT.toml").read_text(encoding="utf-8")).items()
}

# Shares in percent, rounded down.
#   recognised  of the bounces, how many are read as such
#   addresses   of the bounces, of how many exactly those are named who failed or wait
#   hard        of those who failed or wait, of how many hard or not is read as a person says
#   classes     of the same, how many are in the class that a person says
#   acted       of the bounces of our mail that count, how many do
#   people      of people's mail, how much is read as theirs
BARS = {
    "bounces": {"recognised": 100, "addresses": 100, "hard": 100, "classes": 100, "acted": 98, "people": 94},
    "returns": {"recognised": 100, "addresses": 100, "hard": 96, "classes": 96, "acted": 100, "people": 100},
    "strays": {"recognised": 100, "addresses": 100, "hard": 100, "classes": 100, "acted": 100, "people": 100},
    "doormat": {"recognised": 100, "addresses": 100, "hard": 100, "classes": 100, "acted": 100, "people": 100},
    "letterbox": {"recognised": 100, "addresses": 100, "hard": 100, "classes": 100, "acted": 100, "people": 100},
}
# claimed: mails of people and other machines taken for bounces; acted_wrongly: mails that count and should not.
COUNTS = {
    "bounces": {"claimed": 1, "acted_wrongly": 0},
    "returns": {"claimed": 0, "acted_wrongly": 0},
    "strays": {"claimed": 0, "acted_wrongly": 0},
    "doormat": {"claimed": 0, "acted_wrongly": 0},
    "letterbox": {"claimed": 0, "acted_wrongly": 0},
}
OF_PEOPLE = {MailKind.reply, MailKind.unsubscribe_request}
# What people call a failure, and the classes of the program that say it. To what lies with the mail or with us, not
# with the address, `soft` does little: it takes five of them.
CLASSES = {
    "hard": {"hard"},
    "soft": {"soft"},
    "block": {"policy"},
    "content": {"policy", "soft"},
    "sender": {"policy", "soft"},
    "delayed": {"delayed"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One mail: what the human said and what the program made of it."""

    name: str
    human: dict[str, Any]
    decision: Decision

    @property
    def is_bounce(self) -> bool:
        return bool(self.human["kind"] == "bounce")

    @property
    def failed(self) -> dict[str, str]:
        """Who failed or waits, by address, and how; those whom the mail reached are left out."""
        return {address: how for address, how in self.human.get("who", {}).items() if how != "delivered"}

    @property
    def found(self) -> dict[str | None, str]:
        found = self.decision.bounces or ()
        return {one.address.lower() if one.address else None: one.bounce_class for one in found}

    @property
    def is_claimed(self) -> bool:
        return self.decision.kind is MailKind.delivery_status

    @property
    def should_act(self) -> bool:
        counts = {"hard", "soft"} & set(self.failed.values())
        return self.is_bounce and bool(counts) and bool(self.human.get("ours", True))

    @property
    def acts(self) -> bool:
        return self.decision.action is Action.bounce


@functools.cache
def read(name: str) -> Read:
    return Read(name=name, human=EXPECTED[name], decision=examined((FIXTURES / name).read_bytes()).decision)


@functools.cache
def all_read(name: str) -> list[Read]:
    """The mails of one set."""
    return [read(one) for one in sorted(EXPECTED) if one.startswith(f"{name}/")]


def figures(mails: list[Read]) -> dict[str, float]:
    """The shares of BARS in percent, one decimal, and the counts of COUNTS."""
    bounces = [one for one in mails if one.is_bounce]
    failures = [(how, one.found.get(address)) for one in bounces for address, how in one.failed.items()]
    ours = [one for one in mails if one.should_act]
    people = [one for one in mails if one.human["kind"] == "person"]
    return {
        "recognised": percent(sum(one.is_claimed for one in bounces), len(bounces)),
        "addresses": percent(sum(set(one.failed) == set(one.found) for one in bounces), len(bounces)),
        "hard": percent(sum((how == "hard") == (read_as == "hard") for how, read_as in failures), len(failures)),
        "classes": percent(sum(read_as in CLASSES[how] for how, read_as in failures), len(failures)),
        "acted": percent(sum(one.acts for one in ours), len(ours)),
        "people": percent(sum(one.decision.kind in OF_PEOPLE for one in people), len(people)),
        "claimed": sum(one.is_claimed and one.human["kind"] in {"person", "automatic"} for one in mails),
        "acted_wrongly": sum(one.acts and not one.should_act for one in mails),
    }


def wrong_mails(mails: list[Read]) -> str:
    """What is wrong, mail by mail, to be read by a person: printed when a bar is not reached."""
    lines = []
    for one in mails:
        wrong = one.acts is not one.should_act or one.is_bounce is not one.is_claimed
        if wrong or any(one.found.get(address) not in CLASSES[how] for address, how in one.failed.items()):
            lines.append(f"{one.name}: {one.human['why']}\n    said: {one.human['kind']} {one.failed}")
            lines.append(f"    program: {one.decision.kind.value}, {one.decision.reason}, {one.found}")
    return "\n".join(lines)


@functools.cache
def overall(name: str) -> dict[str, float]:
    return figures(all_read(name))


@pytest.mark.parametrize(("name", "figure"), [(name, figure) for name, bars in BARS.items() for figure in bars])
def test_a_share_reaches_its_bar(name: str, figure: str) -> None:
    reached = overall(name)[figure]
    assert reached >= BARS[name][figure], f"{name}, {figure}: {reached}\n{wrong_mails(all_read(name))}"


@pytest.mark.parametrize(("name", "fault"), [(name, fault) for name, counts in COUNTS.items() for fault in counts])
def test_no_more_mails_than_the_count_are_taken_for_bounces_or_count_wrongly(name: str, fault: str) -> None:
    assert overall(name)[fault] <= COUNTS[name][fault], wrong_mails(all_read(name))


@pytest.mark.parametrize("name", SETS)
def test_bars_are_never_lower_than_what_the_first_run_reached(name: str) -> None:
    first = tomllib.loads((FIXTURES / name / "FIRST_RUN.toml").read_text(encoding="utf-8"))["overall"]
    assert looser_than(first, BARS[name], COUNTS[name]) == set()


def test_what_counts_is_about_those_who_failed() -> None:
    for one in (one for name in SETS for one in all_read(name) if one.acts):
        assert {(fact.address or "").lower() for fact in one.decision.facts} <= set(one.failed), one.name


def test_every_mail_has_an_answer_and_every_answer_a_mail() -> None:
    mails = {path.relative_to(FIXTURES).as_posix() for name in SETS for path in (FIXTURES / name).glob("*/*.eml")}
    assert mails == set(EXPECTED)


def test_a_quarter_at_least_is_no_bounce_of_our_mail() -> None:
    for name in SETS:
        others = [one for one in all_read(name) if not one.is_bounce or not one.human.get("ours", True)]
        assert len(others) >= len(all_read(name)) / 4


def test_the_mails_have_the_line_ends_of_the_wire() -> None:
    bare = [name for name in EXPECTED if b"\n" in (FIXTURES / name).read_bytes().replace(b"\r\n", b"")]
    assert bare == []
