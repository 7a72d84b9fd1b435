"""One rule file: the TOML that operators write, read into rules; every mistake is told with its line.

The format is documented in docs/reference/rules.md.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Any

import re2

from mailproc.policy.account import MailboxRole
from mailproc.policy.decision import Action, Also
from mailproc.policy.rules.folding import fold_word
from mailproc.policy.rules.likeness_table import NO_LIKENESS, LikenessTable, read_likeness, read_meanings
from mailproc.policy.rules.phrase import Phrase, PhraseError, Phrases
from mailproc.policy.rules.rule_table import Mistake, Stretch, TableReader, stretches_of
from mailproc.policy.rules.word_class import NAME
from mailproc.policy.standing.facts import Level

_MAX_WITHIN_WORDS = 20
_WITHIN_WORDS = 4
_WORD_LISTS = ("courtesy", "greetings", "closings", "first_person", "totality", "sayings", "spellings")
FILE_KEYS = frozenset({"language", "enabled", "classes", "meanings", "likeness", "rule", *_WORD_LISTS})
RULE_KEYS = frozenset(
    {"id", "languages", "action", "guard", "also", "despite", "phrases", "patterns", "where", "alone", "mailboxes"}
    | {"max_words", "max_sentence_words", "first_lines", "within_words", "level", "sign", "hits", "misses"}
)
_ID = re.compile(r"[a-z0-9][a-z0-9-]{1,62}")


class Guard(StrEnum):
    """What keeps a request from being taken as one."""

    negation = "negation"  # wants to stay, or to come back: review
    third_person = "third_person"  # about somebody else: review
    false_friend = "false_friend"  # the words mean something else: the sentence does not count
    talk = "talk"  # speaks about unsubscribing, explains or quotes it: the sentence does not count


class Alone(StrEnum):
    """How much may stand around a phrase, courtesy aside."""

    no = "no"  # anything
    sentence = "sentence"  # nothing in its sentence
    text = "text"  # nothing in the whole text


class Sign(StrEnum):
    """What is too little for a request alone; a wish and a why together are one, where either
    names mail and nothing speaks against it.
    """

    wish = "wish"  # wants something to end, and does not say what
    why = "why"  # has a reason to leave, and does not say so
    mail = "mail"  # names mail, a list, or sending to the writer: whatever "it" is, it is that
    against = "against"  # likes the mail, or writes about other things that may end
    elsewhere = "elsewhere"  # writes of something that has a list or an end of its own: an event, calls, paper
    stay = "stay"  # would have more of it, or be back: a request beside it contradicts it


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rule:
    """One rule: what it looks for, where, and what it stands for: `action`, `guard`, or nothing but a `sign`.

    A `sign` may stand beside the action review: alone a person looks at it, with a sign of the other kind it is a
    request. A wish beside the action unsubscribe is a request by itself, unless the text says other things.

    `where` holds subject, body or both. `mailboxes` empty means all. `within_words` is the widest gap. `max_words`,
    `max_sentence_words` and `first_lines` (of the body, blank ones not counted) are None for no limit. `level` set: the
    request is never narrowed to a list. `despite` are guards it counts in spite of. `hits` and `misses` are examples.
    `line` is where it stands in `file`.
    """

    id: str
    file: str
    line: int
    languages: tuple[str, ...]
    action: Action | None = None
    guard: Guard | None = None
    sign: Sign | None = None
    also: tuple[Also, ...] = ()
    despite: tuple[Guard, ...] = ()
    phrases: tuple[Phrase, ...] = ()
    patterns: tuple[Any, ...] = ()
    where: frozenset[str] = frozenset({"subject", "body"})
    alone: Alone = Alone.no
    max_words: int | None = None
    max_sentence_words: int | None = None
    first_lines: int | None = None
    within_words: int = _WITHIN_WORDS
    mailboxes: frozenset[MailboxRole] = frozenset()
    level: Level | None = None
    hits: tuple[str, ...] = ()
    misses: tuple[str, ...] = ()

    @property
    def does(self) -> str:
        """Its action, or which guard or sign it is, in words."""
        if self.guard is not None:
            return f"guard {self.guard.value}"
        if self.action is not None:
            return self.action.value
        return f"sign {self.sign.value}" if self.sign else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFile:
    """What one file holds: rules, and word lists that all rules share.

    `unsound` are the ids of rules with a mistake: they are there as far as they could be read, for others' examples.
    """

    rules: tuple[Rule, ...] = ()
    unsound: frozenset[str] = frozenset()
    courtesy: tuple[str, ...] = ()
    greetings: tuple[str, ...] = ()
    closings: tuple[str, ...] = ()
    first_person: tuple[str, ...] = ()
    totality: tuple[str, ...] = ()
    sayings: tuple[str, ...] = ()
    spellings: tuple[str, ...] = ()


class _Where(StrEnum):
    subject = "subject"
    body = "body"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedFile:
    """A file read as TOML, with the word classes that phrases of all files may name.

    `meanings` are pairs of meaning and word; `entries` the tables of its rules and where they stand.
    A file that is not enabled has neither rules nor words.
    """

    name: str
    language: str = ""
    classes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    meanings: tuple[tuple[str, str], ...] = ()
    likeness: LikenessTable = NO_LIKENESS
    entries: tuple[tuple[Mapping[str, Any], Stretch], ...] = ()
    mistakes: tuple[tuple[int, str], ...] = ()


def open_rule_file(name: str, text: str) -> OpenedFile:
    """Read what a file says above its rules; a mistake leaves out what it concerns, and is kept."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return OpenedFile(name=name, mistakes=((_line_in(error, text), f"is not TOML: {error}"),))
    above, stretches = stretches_of(text)
    reader = TableReader(values=table, stretch=above)
    reader.refuse_others(FILE_KEYS)
    language = reader.text("language") or ""
    lists = {key: reader.each_read(_saying, key) for key in _WORD_LISTS}
    classes = _classes(reader)
    meanings = read_meanings(reader, language)
    likeness = read_likeness(reader)
    entries = table.get("rule", [])
    if not reader.truth("enabled", True):
        return OpenedFile(name=name, mistakes=tuple(reader.mistakes))
    if not isinstance(entries, list) or len(entries) != len(stretches):
        reader.wrong("rules are tables of their own, each under a line [[rule]]")
        entries = []
    return OpenedFile(
        name=name,
        language=language,
        classes=classes,
        lists=lists,
        meanings=meanings,
        likeness=likeness,
        entries=tuple(zip(entries, stretches, strict=False)),
        mistakes=tuple(reader.mistakes),
    )


def _saying(text: str) -> str:
    if not fold_word(text).strip():
        raise Mistake(f"{text!r} has no word in it")
    return text


def _classes(reader: TableReader) -> dict[str, tuple[str, ...]]:
    table = reader.values.get("classes", {})
    if not isinstance(table, dict):
        reader.wrong("classes are a table of their own, under a line [classes]", "classes")
        return {}
    of_classes = TableReader(values=table, stretch=reader.stretch, name="class ", mistakes=reader.mistakes)
    for name in table:
        if not NAME.fullmatch(name):
            of_classes.wrong(f"{name!r} needs a name of small letters, digits and hyphens", name)
        elif table[name] == []:
            of_classes.wrong(f"{name} has no words", name)
    return {name: words for name in table if (words := of_classes.texts(name))}


def read_rule_file(opened: OpenedFile, phrases: Phrases) -> tuple[RuleFile, list[str]]:
    """Read the rules of a file; returns what could be read and a `file:line: sentence` for every mistake.

    `phrases` reads phrases with the word classes of all files.
    """
    rules, unsound, mistakes = [], set(), list(opened.mistakes)
    for entry, stretch in opened.entries:
        one = TableReader(values=entry, stretch=stretch)
        rule = _rule(opened, one, phrases)
        mistakes += one.mistakes
        if rule is not None:
            rules.append(rule)
            unsound |= {rule.id} if one.mistakes else set()
    problems = [f"{opened.name}:{line}: {sentence}" for line, sentence in sorted(mistakes)]
    return RuleFile(rules=tuple(rules), unsound=frozenset(unsound), **opened.lists), problems


def _rule(opened: OpenedFile, reader: TableReader, phrases: Phrases) -> Rule | None:
    """One rule as far as it can be read; None without a usable id."""
    rule_id = reader.values.get("id")
    if not isinstance(rule_id, str) or not _ID.fullmatch(rule_id):
        reader.refuse_others(RULE_KEYS)
        reader.wrong("a rule needs an id of small letters, digits and hyphens", "id")
        return None
    reader.name = f"rule {rule_id}: "
    reader.refuse_others(RULE_KEYS)
    rule = _filled(opened, rule_id, reader, phrases)
    _refuse_unfit(reader)
    if not reader.values.get("phrases") and not reader.values.get("patterns"):
        reader.wrong("needs phrases or patterns")
    if not reader.values.get("hits") or not reader.values.get("misses"):
        reader.wrong("needs an example in hits and one in misses")
    return rule


def _refuse_unfit(reader: TableReader) -> None:
    """Note what does not go together: action, guard and sign."""
    if "sign" in reader.values:
        if "guard" in reader.values or reader.values.get("action", Action.review) not in _beside(reader):
            reader.wrong("a sign stands alone, beside the action review, or a wish beside unsubscribe", "sign")
    elif ("action" in reader.values) == ("guard" in reader.values):
        reader.wrong("needs either an action or a guard")


def _beside(reader: TableReader) -> tuple[Action, ...]:
    """The actions that the sign of a rule may stand beside."""
    is_wish = reader.values.get("sign") == Sign.wish
    return (Action.review, Action.unsubscribe) if is_wish else (Action.review,)


def _filled(opened: OpenedFile, rule_id: str, reader: TableReader, phrases: Phrases) -> Rule:
    if reader.values.get("level") not in (None, "account"):
        reader.wrong(
            "level can only be account: no mail sets a global opt-out, and lists are named by the mail", "level"
        )
    return Rule(
        id=rule_id,
        file=opened.name,
        line=reader.stretch.line,
        languages=reader.texts("languages") or (opened.language,),
        action=reader.one_of(Action, "action"),
        guard=reader.one_of(Guard, "guard"),
        sign=reader.one_of(Sign, "sign"),
        also=reader.each_of(Also, "also"),
        despite=reader.each_of(Guard, "despite"),
        phrases=reader.each_read(partial(_phrase, phrases=phrases), "phrases"),
        patterns=reader.each_read(_pattern, "patterns"),
        where=frozenset(reader.each_of(_Where, "where")) or frozenset({"subject", "body"}),
        alone=reader.one_of(Alone, "alone") or Alone.no,
        max_words=reader.number("max_words"),
        max_sentence_words=reader.number("max_sentence_words"),
        first_lines=reader.number("first_lines"),
        within_words=reader.number("within_words", _MAX_WITHIN_WORDS) or _WITHIN_WORDS,
        mailboxes=frozenset(reader.each_of(MailboxRole, "mailboxes")),
        level=Level.account if reader.values.get("level") == "account" else None,
        hits=reader.texts("hits"),
        misses=reader.texts("misses"),
    )


def _phrase(text: str, phrases: Phrases) -> Phrase:
    try:
        return phrases.read(text)
    except PhraseError as error:
        raise Mistake(str(error)) from error


def _pattern(source: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20
    try:
        return re2.compile(source, options=options)
    except re2.error as error:
        raise Mistake(f"pattern {source!r} is not RE2: {error}") from error


def _line_in(error: tomllib.TOMLDecodeError, text: str) -> int:
    """The line that the TOML reader stumbled at."""
    found = re.search(r"line (\d+)", str(error))
    return int(found[1]) if found else text.count("\n") + 1
