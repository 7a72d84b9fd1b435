"""Keyword rules: the set that all files make together, checked against its own examples before it is used."""

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Set
from dataclasses import dataclass, replace

from mailproc.errors import RulesError
from mailproc.policy.account import MailboxRole
from mailproc.policy.decision import Action
from mailproc.policy.rules.folding import fold, fold_line
from mailproc.policy.rules.likeness import Likeness, Weighed
from mailproc.policy.rules.likeness_table import joined_likeness
from mailproc.policy.rules.manners import Manners
from mailproc.policy.rules.match import Match, Matcher, TextMatches
from mailproc.policy.rules.phrase import Phrase, Phrases
from mailproc.policy.rules.rule_file import Guard, Rule, open_rule_file, read_rule_file
from mailproc.policy.rules.spelling import Spellings
from mailproc.policy.rules.word_class import joined_classes, texts_of_words

LIKENESS = "likeness"  # the id under which it is told among rules
_WORD = re.compile(r"[^\W\d_]+\*?")
_LONG_BEGINNING = 6
_TAKING_OUT = frozenset({Guard.false_friend, Guard.talk})


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleHit:
    """A rule that matched: which phrase, and where it stands in the text it was looked for in (offsets)."""

    rule_id: str
    phrase: str
    where: str
    span: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True, weakref_slot=True)
class RuleSet:
    """All rules in load order. `digest` (`sha256:…`) changes with every change of a file.

    `totality` are pairs of language and folded word, `sayings` of language and folded words in which such a word
    says nothing; `first_person` folded words; `files` the names of all files, also of those that are off; `likeness` is
    None where no file has points.
    """

    rules: tuple[Rule, ...]
    digest: str
    matcher: Matcher
    totality: tuple[tuple[str, str], ...] = ()
    sayings: tuple[tuple[str, str], ...] = ()
    first_person: frozenset[str] = frozenset()
    files: tuple[str, ...] = ()
    likeness: Likeness | None = None

    def totality_in(self, languages: Collection[str]) -> list[str]:
        """The words of totality in these languages, in any without one, and those of files that name none; in order."""
        return _in_languages(self.totality, languages)

    def sayings_in(self, languages: Collection[str]) -> list[str]:
        """The sayings of the same languages."""
        return _in_languages(self.sayings, languages)

    def without(self, rule_ids: Set[str]) -> "RuleSet":
        """The same as if some rules were never found; under the same digest."""
        likeness = None if LIKENESS in rule_ids else self.likeness
        return replace(self, matcher=self.matcher.without(rule_ids), likeness=likeness)

    def make_ready(self) -> None:
        """Build now what most texts need, so that no mail waits for it."""
        self.matcher.make_ready()
        if self.likeness is not None:
            self.likeness.make_ready()

    def weighed(self, found: TextMatches) -> Weighed | None:
        """The points of a text without what guards take out; None where it cannot be weighed."""
        return self.likeness.weigh(found.normal, sentences_about_other_things(found)) if self.likeness else None

    @property
    def likeness_rule(self) -> Rule | None:
        """What stands for likeness among the rules that are found; None where no file has points."""
        if self.likeness is None:
            return None
        return Rule(id=LIKENESS, file=self.likeness.file, line=1, languages=("",), action=Action.review)


def read_rules(sources: Mapping[str, str], *, proven: Mapping[str, Phrase] | None = None) -> RuleSet:
    """Read rule files (name to TOML text), in the order of their names.

    `proven`: the same program has seen the examples of the very same files hold, and read these phrases in them, by
    their text; neither is done again. None: it has not.
    Raises RulesError with a `file:line: sentence` for every mistake: of form, of double ids, of examples.
    """
    problems: list[str] = []
    files = []
    opened = [open_rule_file(name, sources[name]) for name in sorted(sources)]
    classes = joined_classes(one.classes for one in opened)
    phrases = Phrases(classes, proven or {})
    for one in opened:
        read, mistakes = read_rule_file(one, phrases)
        files.append(read)
        problems += mistakes
    rules = tuple(rule for read in files for rule in read.rules)
    problems += _double_ids(rules)
    likeness, mistakes = joined_likeness((one.name, one.language, one.meanings, one.likeness) for one in opened)
    problems += mistakes
    manners = Manners(
        courtesy=[one for read in files for one in read.courtesy],
        greetings=[one for read in files for one in read.greetings],
        closings=[one for read in files for one in read.closings],
    )
    spellings = _spellings([one for read in files for one in read.spellings], rules, classes)
    matcher = Matcher(rules, manners, spellings)
    unsound = frozenset[str]().union(*(read.unsound for read in files))
    if proven is None:
        problems += [one for rule in rules if rule.id not in unsound for one in failing_examples(rule, matcher)]
    if problems:
        raise RulesError(problems)
    return RuleSet(
        rules=rules,
        digest=_digest(sources),
        matcher=matcher,
        totality=tuple(
            (one.language, fold(word)) for one, read in zip(opened, files, strict=True) for word in read.totality
        ),
        sayings=tuple(
            (one.language, fold(said)) for one, read in zip(opened, files, strict=True) for said in read.sayings
        ),
        first_person=frozenset(fold(one) for read in files for one in read.first_person),
        files=tuple(sorted(sources)),
        likeness=likeness,
    )


def _in_languages(pairs: Iterable[tuple[str, str]], languages: Collection[str]) -> list[str]:
    return sorted({said for language, said in pairs if not languages or language in ("", *languages)})


def counted_matches(found: TextMatches) -> tuple[Match, ...]:
    """Matches that count: not those in a sentence that a false friend or talk about the matter takes out."""
    return _not_guarded(found, _TAKING_OUT)


def sentences_about_other_things(found: TextMatches) -> frozenset[int]:
    """Those that a false friend takes out, or talk about the matter where they hold no request."""
    requests = {match.sentence for match in found.matches if match.rule.action == Action.unsubscribe}
    guards = [match for match in found.matches if match.rule.guard in _TAKING_OUT]
    return frozenset(
        match.sentence for match in guards if match.rule.guard == Guard.false_friend or match.sentence not in requests
    )


def _not_guarded(found: TextMatches, guards: frozenset[Guard]) -> tuple[Match, ...]:
    """Matches whose sentence has none of these guards, or only such as their rule stands up to."""
    guarded: dict[int, set[Guard]] = {}
    for match in found.matches:
        if match.rule.guard in guards:
            guarded.setdefault(match.sentence, set()).add(match.rule.guard)
    if not guarded:
        return found.matches
    return tuple(match for match in found.matches if guarded.get(match.sentence, set()) <= set(match.rule.despite))


def failing_examples(rule: Rule, matcher: Matcher) -> list[str]:
    """A `file:line: sentence` for every example of a rule that does not hold beside all other rules."""
    where = "subject" if rule.where == {"subject"} else "body"
    mailbox = min(rule.mailboxes, default=MailboxRole.reply)

    def found(example: str) -> bool:
        everything = matcher.match(example, where=where, mailbox=mailbox)
        counted = everything.matches if rule.guard else _not_guarded(everything, frozenset(Guard))
        return any(match.rule is rule for match in counted)

    start = f"{rule.file}:{rule.line}: rule {rule.id}: "
    return [f"{start}does not hit its example {one!r}" for one in rule.hits if not found(one)] + [
        f"{start}hits its counter-example {one!r}" for one in rule.misses if found(one)
    ]


def _spellings(words: list[str], rules: tuple[Rule, ...], classes: Mapping[str, tuple[str, ...]]) -> Spellings:
    """Words to be put right; whatever word a rule of any language looks for is right already."""
    known: set[str] = set()
    beginnings: set[str] = set()
    texts = texts_of_words((phrase.text for rule in rules for phrase in rule.phrases), classes)
    sought = list({word for text in texts for word in _WORD.findall(text)})
    lines = "".join([f"{word.rstrip('*')}\n" for word in sought])
    for word, folded in zip(sought, fold_line(lines).split("\n")[:-1], strict=True):
        (beginnings if word.endswith("*") and len(folded) >= _LONG_BEGINNING else known).add(folded)
    return Spellings(tuple(map(fold, words)), frozenset(known), tuple(sorted(beginnings)))


def _double_ids(rules: tuple[Rule, ...]) -> list[str]:
    seen: dict[str, Rule] = {}
    problems = []
    for rule in rules:
        first = seen.setdefault(rule.id, rule)
        if first is not rule:
            problems.append(f"{rule.file}:{rule.line}: rule {rule.id} is already in {first.file}:{first.line}")
    return problems


def _digest(sources: Mapping[str, str]) -> str:
    digest = hashlib.sha256()
    for name in sorted(sources):
        digest.update(f"{name}\0{sources[name]}\0".encode("utf-8", "replace"))
    return "sha256:" + digest.hexdigest()
