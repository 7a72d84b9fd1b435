"""The points of likeness, fitted to what strangers wrote; `make likeness` writes them to rules/90-likeness.toml.

Logistic regression, each point a tenth of a logit. Before it writes, it fits once without each set of texts and counts
in that set: that is what the points do to texts that they were not fitted to.
"""

import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from test_sign_languages import ABOUT_SOMETHING_ELSE, GLAD

from mailproc.policy.rules.likeness import said_in
from mailproc.policy.rules.meaning import Meanings
from mailproc.policy.rules.rule_file import OpenedFile, open_rule_file
from mailproc.policy.rules.rules import sentences_about_other_things
from tests.test_automatic import BARS as AUTOMATIC_BARS
from tests.test_automatic import all_told
from tests.test_golden import EXPECTED as EXPECTED_GOLDEN
from tests.test_golden import decided
from tests.test_phrases import NEWSLETTER, TEXTS, Text
from tests.test_replies import EXPECTED, read
from tests.written_blind import rules

RULES = Path(__file__).parents[2] / "rules"
POINTS = RULES / "90-likeness.toml"
REVIEW_FROM = -5
DOUBT_UNTIL = -25
MAX_WORDS = 40
# Never fitted to: it tells what the points do to what they have not seen.
HELD_BACK = "landing"
# What fewer texts say is no evidence.
_FEWEST_TEXTS = 3
_PER_LOGIT = 10
# How much a large weight costs: the larger, the less each text is believed.
_RIDGE = 5.0
_STEPS = 12
_HEAD = """\
# What a reply reads like: how much each meaning (the files *-meanings.toml) speaks for a request to be left alone, and
# how much two of them near each other in a sentence do. `make likeness` writes this file; docs/reference/rules.md tells
# how it is read, docs/accuracy.md what it was fitted to.
"""


class Sample(NamedTuple):
    """A text as the points see it."""

    text: Text
    said: frozenset[str]


class Points(NamedTuple):
    """What is fitted: logits."""

    start: float
    each: Mapping[str, float]

    def of(self, sample: Sample) -> float:
        """The sum of a text."""
        return self.start + sum(self.each.get(what, 0.0) for what in sample.said)


@cache
def opened() -> tuple[OpenedFile, ...]:
    """The rule files that we ship."""
    return tuple(open_rule_file(path.name, path.read_text(encoding="utf-8")) for path in sorted(RULES.glob("*.toml")))


@cache
def dictionary() -> Meanings:
    """All their meanings."""
    return Meanings([(one.language, meaning, word) for one in opened() for meaning, word in one.meanings])


def samples(texts: Iterable[Text]) -> list[Sample]:
    """Texts of which somebody said clearly whether they ask, as they are read: without what a guard takes out."""
    found = []
    for text in texts:
        if text.asks != "review":
            written = text.body if text.subject == NEWSLETTER else f"{text.subject}\n{text.body}"
            matches = rules().matcher.match(written)
            left_out = sentences_about_other_things(matches)
            said = said_in(dictionary().read(matches.normal), matches.normal, left_out)
            found.append(Sample(text, frozenset(said)))
    return found


def goldens() -> list[Text]:
    """The texts of the golden mails that a human reader takes for a request, and for none."""
    asks = {"unsubscribe": True, "forward": False}
    replies = [
        name for name, human in EXPECTED_GOLDEN.items() if human["kind"] == "reply" and str(human["action"]) in asks
    ]
    return [
        Text(group="", subject=NEWSLETTER, body=text, asks=asks[EXPECTED_GOLDEN[name]["action"]])
        for name in replies
        if (text := (decided(name).new_text or "").strip())
    ]


def glad() -> list[Text]:
    """What people write who like what comes, and who mean something else than mail."""
    said = [*GLAD.values(), *(text for texts in ABOUT_SOMETHING_ELSE.values() for text in texts)]
    return [Text(group="", subject=NEWSLETTER, body=text, asks=False) for text in said]


def people() -> list[Text]:
    """What people write whom one might take for machines."""
    return [
        Text(group="", subject=NEWSLETTER, body=text, asks=one.asks)
        for name in AUTOMATIC_BARS
        for one in all_told(name)
        if not one.is_machine and (text := (one.decision.new_text or "").strip())
    ]


def courtesies() -> list[Text]:
    """What rule files hold for politeness: by itself it asks for nothing."""
    said = {
        (one.language, word)
        for one in opened()
        for name in ("greetings", "closings")
        for word in one.lists.get(name, ())
    }
    return [Text(group=language, subject=NEWSLETTER, body=word, asks=False) for language, word in sorted(said)]


def whole_replies() -> dict[str, list[Text]]:
    """What stands in whole mails, where quotes and signatures end, as it is read."""
    found: dict[str, list[Text]] = {}
    for name in EXPECTED:
        one = read(name)
        if one.text.strip():
            text = Text(group="", subject=NEWSLETTER, body=one.text, asks=one.asks, ordinary=one.asks is False)
            found.setdefault(f"{name.partition('/')[0]}, whole", []).append(text)
    return found


def fitted(learnt: Sequence[Sample]) -> Points:
    """The points that tell the texts apart best."""
    counts = Counter(what for sample in learnt for what in sample.said)
    names = sorted(what for what, times in counts.items() if times >= _FEWEST_TEXTS)
    place = {what: number for number, what in enumerate(names, 1)}
    table = np.zeros((len(learnt), len(names) + 1))
    table[:, 0] = 1
    for row, sample in enumerate(learnt):
        table[row, [place[what] for what in sample.said if what in place]] = 1
    weights = _newton(table, np.array([sample.text.asks is True for sample in learnt], dtype=float))
    return Points(float(weights[0]), dict(zip(names, map(float, weights[1:]), strict=True)))


def _newton(table: NDArray[np.float64], asks: NDArray[np.float64]) -> NDArray[np.float64]:
    """The weights of least loss, by Newton's method; the first, which every text has, costs nothing."""
    ridge = np.full(table.shape[1], _RIDGE)
    ridge[0] = 0
    weights = np.zeros(table.shape[1])
    for _ in range(_STEPS):
        likely = 1 / (1 + np.exp(-np.clip(table @ weights, -30, 30)))
        slope = table.T @ (asks - likely) - ridge * weights
        curve = (table * (likely * (1 - likely))[:, None]).T @ table + np.diag(ridge + 1e-9)
        weights += np.linalg.solve(curve, slope)
    return weights


def held_out(by_set: Mapping[str, Sequence[Sample]], name: str) -> dict[str, str]:
    """What points that were fitted without a set do to it: who is found, and of whom it is only said so."""
    here = {sample.text.name for sample in by_set[name]}
    learnt = [
        sample
        for other, ones in by_set.items()
        if other not in (name, HELD_BACK)
        for sample in ones
        if sample.text.name not in here
    ]
    points = fitted(learnt)
    kinds: dict[str, list[bool]] = {"ask": [], "lookalike": [], "ordinary": []}
    for sample in by_set[name]:
        kind = "ask" if sample.text.asks is True else "ordinary" if sample.text.ordinary else "lookalike"
        kinds[kind].append(round(points.of(sample) * _PER_LOGIT) >= REVIEW_FROM)
    return {kind: f"{sum(found)}/{len(found)}" for kind, found in kinds.items()}


def written(points: Points) -> str:
    """The rule file of points, those that say most first."""
    each = {what: round(value * _PER_LOGIT) for what, value in points.each.items()}
    lines = [
        f'"{what}" = {value}'
        for what, value in sorted(each.items(), key=lambda pair: (-abs(pair[1]), pair[0]))
        if value
    ]
    above = (
        f"start = {round(points.start * _PER_LOGIT)}  # what every text has\n"
        f"review_from = {REVIEW_FROM}  # so many points bring a text before a person\n"
        f"doubt_until = {DOUBT_UNTIL}  # so few bring a longer one there in which a rule found a request\n"
        f"max_words = {MAX_WORDS}  # longer texts are not weighed\n"
    )
    return f"{_HEAD}\n[likeness]\n{above}\n[likeness.points]\n" + "\n".join(lines) + "\n"


def main() -> None:
    """Count, fit, write."""
    more = {"courtesies": courtesies(), "glad": glad(), "goldens": goldens(), "people": people()}
    everything = {**TEXTS, **whole_replies(), **more}
    by_set = {name: samples(texts) for name, texts in everything.items()}
    if "--write-only" not in sys.argv:
        print(f"{'set':<18}{'ask':>12}{'lookalike':>12}{'ordinary':>12}   of which a person would read, fitted without")
        for name in by_set:
            counts = held_out(by_set, name)
            print(f"{name:<18}" + "".join(f"{counts[kind]:>12}" for kind in ("ask", "lookalike", "ordinary")))
    points = fitted([sample for name, ones in by_set.items() if name != HELD_BACK for sample in ones])
    POINTS.write_text(written(points), encoding="utf-8")
    print(f"{POINTS.name}: {len(points.each)} points of {sum(map(len, by_set.values()))} texts")


if __name__ == "__main__":
    main()
