"""One rule file: the TOML that operators write, read into rules; every mistake is told with its line.

The format is documented in docs/reference/rules.md.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

import re2

from mailproc.policy.account import MailboxRole
from mailproc.policy.decision import Action, Also
from mailproc.policy.facts import Level
from mailproc.policy.phrase import Phrase, PhraseError, read_phrase

_MAX_WITHIN_WORDS = 20
_WORD_LISTS = ("courtesy", "greetings", "closings", "first_person", "totality", "spellings")
_FILE_KEYS = frozenset({"language", "enabled", "rule", *_WORD_LISTS})
_RULE_KEYS = frozenset(
    {"id", "languages", "action", "guard", "also", "despite", "phrases", "patterns", "where", "alone", "mailboxes"}
    | {"max_words", "max_sentence_words", "within_words", "level", "hits", "misses"}
)
_Word = TypeVar("_Word", bound=StrEnum)
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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rule:
    """One rule: what it looks for, where, and what it stands for; either `action` or `guard` is set.

    `where` holds subject, body or both. `mailboxes` empty means all. `within_words` is the widest gap. `max_words` and
    `max_sentence_words` are None for no limit. `level` set means that the request is never narrowed to a list.
    `despite` are guards it counts in spite of. `hits` and `misses` are examples. `line` is where it stands in `file`.
    """

    id: str
    file: str
    line: int
    languages: tuple[str, ...]
    action: Action | None = None
    guard: Guard | None = None
    also: tuple[Also, ...] = ()
    despite: tuple[Guard, ...] = ()
    phrases: tuple[Phrase, ...] = ()
    patterns: tuple[Any, ...] = ()
    where: frozenset[str] = frozenset({"subject", "body"})
    alone: Alone = Alone.no
    max_words: int | None = None
    max_sentence_words: int | None = None
    within_words: int = 4
    mailboxes: frozenset[MailboxRole] = frozenset()
    level: Level | None = None
    hits: tuple[str, ...] = ()
    misses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFile:
    """What one file holds: rules, and word lists that all rules share."""

    rules: tuple[Rule, ...] = ()
    courtesy: tuple[str, ...] = ()
    greetings: tuple[str, ...] = ()
    closings: tuple[str, ...] = ()
    first_person: tuple[str, ...] = ()
    totality: tuple[str, ...] = ()
    spellings: tuple[str, ...] = ()


class _Mistake(ValueError):
    """One mistake in one rule; its text is a sentence."""


def read_rule_file(name: str, text: str) -> tuple[RuleFile, list[str]]:
    """Read one file; returns what could be read and a `file:line: sentence` for each mistake."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        return RuleFile(), [f"{name}:{found[1] if found else 1}: is not TOML: {error}"]
    problems = [f"{name}:{_line_of(text, key)}: unknown key {key!r}" for key in table if key not in _FILE_KEYS]
    if table.get("enabled", True) is False:
        return RuleFile(), problems
    lists = {}
    for key in _WORD_LISTS:
        try:
            lists[key] = _texts(table, key)
        except _Mistake as mistake:
            problems.append(f"{name}:{_line_of(text, key)}: {mistake}")
    rules = []
    for number, entry in enumerate(table.get("rule", [])):
        line = _line_of_rule(text, number)
        try:
            rules.append(_rule(name, line, str(table.get("language", "")), entry))
        except _Mistake as mistake:
            problems.append(f"{name}:{line}: {mistake}")
    return RuleFile(rules=tuple(rules), **lists), problems


def _rule(file: str, line: int, language: str, entry: Mapping[str, Any]) -> Rule:
    unknown = sorted(set(entry) - _RULE_KEYS)
    if unknown:
        raise _Mistake(f"unknown key {unknown[0]!r}")
    rule_id = entry.get("id")
    if not isinstance(rule_id, str) or not _ID.fullmatch(rule_id):
        raise _Mistake("a rule needs an id of small letters, digits and hyphens")
    try:
        rule = _filled(file, line, rule_id, language, entry)
    except (_Mistake, PhraseError) as mistake:
        raise _Mistake(f"rule {rule_id}: {mistake}") from mistake
    if (rule.action is None) == (rule.guard is None):
        raise _Mistake(f"rule {rule_id}: needs either an action or a guard")
    if not rule.phrases and not rule.patterns:
        raise _Mistake(f"rule {rule_id}: needs phrases or patterns")
    if not rule.hits or not rule.misses:
        raise _Mistake(f"rule {rule_id}: needs an example in hits and one in misses")
    return rule


def _filled(file: str, line: int, rule_id: str, language: str, entry: Mapping[str, Any]) -> Rule:
    within = _number(entry, "within_words") or 4
    if within > _MAX_WITHIN_WORDS:
        raise _Mistake(f"within_words is at most {_MAX_WITHIN_WORDS}")
    if entry.get("level") not in (None, "account"):
        raise _Mistake("level can only be account: no mail sets a global opt-out, and lists are named by the mail")
    return Rule(
        id=rule_id,
        file=file,
        line=line,
        languages=_texts(entry, "languages") or (language,),
        action=_one_of(Action, entry.get("action"), "action"),
        guard=_one_of(Guard, entry.get("guard"), "guard"),
        also=tuple(sorted(_each_of(Also, entry, "also"))),
        despite=tuple(sorted(_each_of(Guard, entry, "despite"))),
        phrases=tuple(read_phrase(phrase) for phrase in _texts(entry, "phrases")),
        patterns=tuple(_pattern(pattern) for pattern in _texts(entry, "patterns")),
        where=frozenset(_each_of(_Where, entry, "where")) or frozenset({"subject", "body"}),
        alone=_one_of(Alone, entry.get("alone"), "alone") or Alone.no,
        max_words=_number(entry, "max_words"),
        max_sentence_words=_number(entry, "max_sentence_words"),
        within_words=within,
        mailboxes=frozenset(_each_of(MailboxRole, entry, "mailboxes")),
        level=_one_of(Level, entry.get("level"), "level"),
        hits=_texts(entry, "hits"),
        misses=_texts(entry, "misses"),
    )


class _Where(StrEnum):
    subject = "subject"
    body = "body"


def _texts(entry: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = entry.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, str) and one.strip() for one in value):
        raise _Mistake(f"{key} is a list of texts")
    return tuple(value)


def _number(entry: Mapping[str, Any], key: str) -> int | None:
    value = entry.get(key)
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value > 0):
        return value
    raise _Mistake(f"{key} is a number above 0")


def _one_of(kind: type[_Word], value: object, key: str) -> _Word | None:
    if value is None:
        return None
    try:
        return kind(str(value))
    except ValueError:
        raise _Mistake(f"{key} is one of {', '.join(kind)}, not {value!r}") from None


def _each_of(kind: type[_Word], entry: Mapping[str, Any], key: str) -> list[_Word]:
    return [one for value in _texts(entry, key) if (one := _one_of(kind, value, key)) is not None]


def _pattern(source: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20
    try:
        return re2.compile(source, options=options)
    except re2.error as error:
        raise _Mistake(f"pattern {source!r} is not RE2: {error}") from error


def _line_of(text: str, key: str) -> int:
    found = re.search(rf"^\s*{re.escape(key)}\s*=", text, re.MULTILINE)
    return text.count("\n", 0, found.start()) + 1 if found else 1


def _line_of_rule(text: str, number: int) -> int:
    """Line of the nth `[[rule]]`, counted from 0."""
    for seen, found in enumerate(re.finditer(r"^\s*\[\[\s*rule\s*\]\]", text, re.MULTILINE)):
        if seen == number:
            return text.count("\n", 0, found.end()) + 1
    return 1
