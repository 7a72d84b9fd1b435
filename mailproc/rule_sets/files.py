"""Rule files on disk: which folder, in which order."""

import contextlib
from collections.abc import Mapping
from pathlib import Path
from weakref import WeakValueDictionary

from mailproc.errors import RulesError
from mailproc.policy.rules.rules import RuleSet, read_rules
from mailproc.rule_sets.proven import proof_of, proven_phrases, remember
from mailproc.settings.shipped import shipped

RULES = "rules"  # the folder


def rule_paths(folder: Path | None) -> list[Path]:
    """The rule files of a folder, in the order in which they are read; None: the shipped ones. Empty for no folder."""
    return sorted((folder or shipped(RULES)).glob("*.toml"))


def fingerprint_of(folder: Path | None) -> tuple[tuple[str, int, int], ...]:
    """Name, time of change and size of each rule file: another one when a file was written, added or taken away."""
    found = []
    for path in rule_paths(folder):
        with contextlib.suppress(OSError):  # gone since it was listed
            stat = path.stat()
            found.append((path.name, stat.st_mtime_ns, stat.st_size))
    return tuple(found)


def load_rules(folder: Path | None) -> RuleSet:
    """Read every `*.toml` of a folder in the order of names; None: the shipped ones. Raises RulesError."""
    sources: dict[str, str] = {}
    for path in rule_paths(folder):
        try:
            sources[path.name] = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise RulesError([f"{path}: cannot be read: {error}"]) from None
    if not sources:
        raise RulesError([f"{folder or shipped(RULES)}: no rule files (*.toml) there"])
    return rules_of_texts(sources)


def rules_of_texts(sources: Mapping[str, str]) -> RuleSet:
    """The rules of rule files (name to TOML text), wherever these are. Raises RulesError."""
    texts = tuple(sources.items())
    rules = _in_use.get(texts)
    if rules is None:
        rules = _in_use[texts] = _read(sources)
    return rules


def _read(sources: Mapping[str, str]) -> RuleSet:
    """The rules of these texts; their examples are tried unless a process before has seen them hold."""
    try:
        proof = proof_of(sources)
    except OSError:  # the program has no text of its own: a zip file, or nothing but compiled modules
        return read_rules(sources)
    proven = proven_phrases(proof)
    rules = read_rules(sources, proven=proven)
    if proven is None:
        remember(proof, (phrase for rule in rules.rules for phrase in rule.phrases))
    return rules


# The same texts make the same rules: whatever still holds a set spares the next who asks the second that it takes.
_in_use: WeakValueDictionary[tuple[tuple[str, str], ...], RuleSet] = WeakValueDictionary()
