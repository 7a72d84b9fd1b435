"""How well the program understands strangers: short replies in many languages, and mails to lists, clubs and shops.

fixtures/phrases.toml and fixtures/posts.toml hold the texts and what a sensible human says of each; they were written
without a look at the rules. fixtures/strangers.toml has twenty-six sets more, each but `frames` written before the
program saw a line of it. PHRASES_FIRST_RUN.toml and STRANGERS_FIRST_RUN.toml are what the program made of them before
anybody had tuned for them; they are never written anew. BARS only go up: whoever improves the program raises them to
what it reaches.
Twice they went down, in recall alone: a wish and a why that name no mail had taken off people who wrote about an order
or a claim (tests/policy/test_sign_negatives.py), and "please delete" those whose sentence before told what
(tests/policy/test_sign.py). They are reviews now; `kept` tells that they are not lost.
A third time they went down in quiet, in every set and often below the first run. `doorstep` had shown that rules alone
passed over one request in three of those put in everyday words; likeness brings most of these before a person, and with
them who only sounds like it, which is nearly everybody who does not ask in the sets before `doorstep`. What that costs
where people write of anything else, `ordinary` tells, which no set had before.
"""

import functools
import tomllib
from collections import Counter
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage

import pytest

from mailproc.policy.decision import Action, Decision
from tests.written_blind import FIXTURES, examined, percent

NEWSLETTER = "Re: Autumn at Acme"

# Shares in percent, rounded down.
#   recall     of those who ask, how many are taken off at once
#   kept       of those who ask, how many are taken off or come before a person: the rest is lost
#   precision  of those who are taken off, how many asked; the doubtful did not
#   quiet      of those who do not ask, how many go their way without a person having to look
#   ordinary   the same of those that do not even sound like leaving
#   doubt      of those where a sensible human would hesitate, how many come before a person
BARS = {
    "phrases": {"recall": 91, "kept": 100, "precision": 100, "quiet": 86, "doubt": 100},
    "posts": {"recall": 87, "kept": 97, "precision": 100, "quiet": 68},
    "short": {"recall": 96, "kept": 100, "precision": 99, "quiet": 72, "doubt": 83},
    "personas": {"recall": 95, "kept": 100, "precision": 100, "quiet": 86, "doubt": 80},
    "senders": {"recall": 95, "kept": 100, "precision": 100, "quiet": 70, "doubt": 80},
    "voices": {"recall": 94, "kept": 100, "precision": 98, "quiet": 75, "doubt": 100},
    "offices": {"recall": 90, "kept": 98, "precision": 100, "quiet": 66, "doubt": 66},
    "trades": {"recall": 90, "kept": 98, "precision": 100, "quiet": 84, "doubt": 91},
    "hints": {"recall": 80, "kept": 100, "precision": 100, "quiet": 78, "doubt": 90},
    "echoes": {"recall": 86, "kept": 98, "precision": 100, "quiet": 93, "doubt": 25},
    "mondays": {"recall": 87, "kept": 100, "precision": 98, "quiet": 74, "doubt": 76},
    "tuesdays": {"recall": 62, "kept": 97, "precision": 100, "quiet": 58, "doubt": 88},
    "wednesdays": {"recall": 88, "kept": 99, "precision": 97, "quiet": 83, "doubt": 38},
    "plain": {"recall": 98, "kept": 100, "precision": 99, "quiet": 73, "doubt": 89},
    "lookalikes": {"precision": 100, "quiet": 59, "doubt": 100},
    "halves": {"recall": 92, "kept": 100, "precision": 96, "quiet": 58},
    "frames": {"recall": 99, "kept": 100, "precision": 99, "quiet": 62, "doubt": 30},
    "plainly": {"recall": 95, "kept": 98, "precision": 99, "quiet": 75, "doubt": 100},
    "mundane": {"recall": 86, "kept": 99, "precision": 98, "quiet": 73},
    "neighbours": {"recall": 97, "kept": 100, "precision": 100, "quiet": 74, "doubt": 100},
    "southerners": {"recall": 96, "kept": 100, "precision": 100, "quiet": 75, "doubt": 100},
    "easterners": {"recall": 95, "kept": 100, "precision": 100, "quiet": 75, "doubt": 100},
    "faraway": {"recall": 97, "kept": 100, "precision": 100, "quiet": 85, "doubt": 100},
    "doorstep": {"recall": 52, "kept": 91, "precision": 96, "quiet": 91, "ordinary": 99},
    "stairwell": {"recall": 69, "kept": 94, "precision": 97, "quiet": 90, "ordinary": 99},
    "workbench": {"ordinary": 92},
    "landing": {"recall": 61, "kept": 93, "precision": 95, "quiet": 91, "ordinary": 96},
    "hallway": {"recall": 49, "kept": 89, "precision": 88, "quiet": 65, "ordinary": 98},
}
# Of all texts, how many may come before a person. A budget, and not what the first run reached: who brings a lost
# request before a person raises the rate and is right to; recall and quiet hold the ways in which it must not rise.
# Of the phrases one in six is there for a person by its kind: a death, somebody who has left, "who are you?", "do not
# take me off". It was 15 while most of these were passed over in silence.
# One in six of the requests of `hints` names nothing, of `tuesdays` half; all of `lookalikes` speak of leaving.
# With likeness six sets rose: `posts` from 18 to 22, `hints` from 20 to 26, `mondays` from 18 to 22, `tuesdays` from 40
# to 46, `lookalikes` from 35 to 42, `halves` from 18 to 21. In half of the requests of `doorstep` no rule has its say.
# Two of `halves` were taken off that come before a person now, as do many of the lookalikes of `hallway`: half of that.
REVIEW_RATE = dict.fromkeys(BARS, 18) | {
    "posts": 22,
    "hints": 26,
    "mondays": 22,
    "tuesdays": 46,
    "lookalikes": 42,
    "halves": 22,
    "doorstep": 23,
    "hallway": 35,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """What somebody wrote; `asks` is True, False or "review", `group` the language of a phrase.

    `ordinary` replies do not even sound like leaving.
    """

    group: str
    subject: str
    body: str
    asks: bool | str
    ordinary: bool = False

    @property
    def name(self) -> str:
        words = self.body if self.subject == NEWSLETTER else f"{self.subject} | {self.body}"
        return " ".join(words.split())


def phrases() -> list[Text]:
    languages = tomllib.loads((FIXTURES / "phrases.toml").read_text(encoding="utf-8"))
    return [
        Text(group=language, subject=NEWSLETTER, body=phrase["text"], asks=phrase["asks"])
        for language, entries in languages.items()
        for phrase in entries
    ]


def posts() -> list[Text]:
    entries = tomllib.loads((FIXTURES / "posts.toml").read_text(encoding="utf-8"))["post"]
    return [Text(group="posts", subject=post["subject"], body=post["body"], asks=post["asks"]) for post in entries]


def strangers() -> dict[str, list[Text]]:
    sets = tomllib.loads((FIXTURES / "strangers.toml").read_text(encoding="utf-8"))
    return {
        name: [
            Text(
                group=language,
                subject=one.get("subject", NEWSLETTER),
                body=one["text"],
                asks=one["asks"],
                ordinary=one.get("ordinary", False),
            )
            for language, entries in languages.items()
            for one in entries
        ]
        for name, languages in sets.items()
    }


TEXTS = {"phrases": phrases(), "posts": posts(), **strangers()}


def mail_of(text: Text) -> bytes:
    """The text as a mail program sends it to the reply mailbox."""
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"] = "Robin Writer <robin@example.org>"
    mail["To"] = "reply@reply.acme.example"
    mail["Subject"] = text.subject
    mail["Date"] = "Mon, 16 Nov 2026 09:12:44 +0000"
    mail["Message-ID"] = "<a-stranger-wrote@mail.example.org>"
    mail.set_content(text.body + "\n", cte="8bit")
    return mail.as_bytes()


@functools.cache
def decided(text: Text) -> Decision:
    return examined(mail_of(text)).decision


def verdict(text: Text) -> str:
    """What became of the text in words; empty: as the human said."""
    action = decided(text).action
    if text.asks is True and action is not Action.unsubscribe:
        return "asks, left to a person" if action is Action.review else "ASKS, LOST"
    if text.asks is not True and action is Action.unsubscribe:
        return "DOES NOT ASK, TAKEN OFF" if text.asks is False else "doubtful, taken off"
    if text.asks is False and action is Action.review:
        return "does not ask, put before a person"
    return "doubtful, passed over" if text.asks == "review" and action is not Action.review else ""


def figures(texts: list[Text]) -> dict[str, float]:
    """The shares of BARS and the review rate in percent, one decimal; 100 where there is nothing to measure by."""
    asking = [text for text in texts if text.asks is True]
    staying = [text for text in texts if text.asks is False]
    ordinary = [text for text in texts if text.ordinary]
    taken_off = [text for text in texts if decided(text).action is Action.unsubscribe]
    reviewed = [text for text in texts if decided(text).action is Action.review]
    read_or_done = {Action.unsubscribe, Action.review}
    return {
        "recall": percent(sum(decided(text).action is Action.unsubscribe for text in asking), len(asking)),
        "kept": percent(sum(decided(text).action in read_or_done for text in asking), len(asking)),
        "precision": percent(sum(text.asks is True for text in taken_off), len(taken_off)),
        "quiet": percent(sum(decided(text).action not in read_or_done for text in staying), len(staying)),
        "ordinary": percent(sum(decided(text).action not in read_or_done for text in ordinary), len(ordinary)),
        "doubt": percent(sum(text.asks == "review" for text in reviewed), sum(text.asks == "review" for text in texts)),
        "review_rate": percent(len(reviewed), len(texts)),
    }


def wrong_texts(texts: list[Text]) -> str:
    """What is wrong, text by text, to be read by a person: printed when a bar is not reached."""
    lines = []
    for text in texts:
        if verdict(text):
            decision = decided(text)
            lines.append(f"{text.group}: {verdict(text)}: {text.name[:200]}")
            lines.append(f"    program: {decision.action.value}, {decision.reason}")
    return "\n".join(lines)


@functools.cache
def overall(name: str) -> dict[str, float]:
    return figures(TEXTS[name])


@pytest.mark.parametrize(("name", "figure"), [(name, figure) for name, bars in BARS.items() for figure in bars])
def test_a_share_reaches_its_bar(name: str, figure: str) -> None:
    reached = overall(name)[figure]
    assert reached >= BARS[name][figure], f"{name}, {figure}: {reached}\n{wrong_texts(TEXTS[name])}"


@pytest.mark.parametrize("name", TEXTS)
def test_no_more_texts_come_before_a_person_than_the_budget(name: str) -> None:
    reviewed = [text for text in TEXTS[name] if decided(text).action is Action.review]
    rate = overall(name)["review_rate"]
    assert rate <= REVIEW_RATE[name], f"{name}: {rate}\n{wrong_texts(reviewed)}"


def test_bars_are_never_lower_than_what_the_first_run_reached() -> None:
    records = ("PHRASES_FIRST_RUN.toml", "STRANGERS_FIRST_RUN.toml")
    first = {}
    for record in records:
        first |= tomllib.loads((FIXTURES / record).read_text(encoding="utf-8"))
    held = {name: set(bars) - {"quiet", "ordinary"} for name, bars in BARS.items()}  # the docstring tells why
    lower = {(name, figure) for name in held for figure in held[name] if BARS[name][figure] < int(first[name][figure])}
    assert lower == set()


def test_who_is_taken_off_is_somebody() -> None:
    taken_off = [text for texts in TEXTS.values() for text in texts if decided(text).action is Action.unsubscribe]
    assert [text.name for text in taken_off if not decided(text).subscribers] == []


def test_there_are_many_phrases_in_many_languages_and_a_bit_more_than_half_ask() -> None:
    languages = Counter(phrase.group for phrase in TEXTS["phrases"])
    asking = sum(phrase.asks is True for phrase in TEXTS["phrases"])
    assert len(languages) >= 32
    assert min(languages.values()) >= 14
    assert 0.5 <= asking / len(TEXTS["phrases"]) <= 0.6


def test_there_are_many_posts_and_fewer_than_half_ask() -> None:
    assert (len(TEXTS["posts"]), sum(post.asks is True for post in TEXTS["posts"])) == (160, 70)


@pytest.mark.parametrize("name", TEXTS)
def test_no_text_counts_twice(name: str) -> None:
    assert [text.name for text, times in Counter(TEXTS[name]).items() if times > 1] == []


@pytest.mark.parametrize(
    ("body", "asks", "what"),
    [
        ("Please unsubscribe me.", True, ""),
        ("Please unsubscribe me.", False, "DOES NOT ASK, TAKEN OFF"),
        ("Please unsubscribe me.", "review", "doubtful, taken off"),
        ("The roses are out.", False, ""),
        ("The roses are out.", True, "ASKS, LOST"),
        ("The roses are out.", "review", "doubtful, passed over"),
    ],
)
def test_the_measure_sees_what_is_wrong(body: str, asks: bool | str, what: str) -> None:
    assert verdict(Text(group="en", subject=NEWSLETTER, body=body, asks=asks)) == what
