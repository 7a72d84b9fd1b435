"""From an answer to an example of a rule: the words go into the rule file, where they are tried from then on."""

import json
import os
import re
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mailproc.errors import RulesError
from mailproc.policy.storable import short_text
from mailproc.rule_sets.files import rules_of_texts

_MAX_WORDS = 300  # characters: an example shows a wording, it does not keep a mail
_HEADER = re.compile(r"^[ \t]*\[\[?[^\]\n]*\]\]?[ \t]*(?:#[^\n]*)?$", re.MULTILINE)
_TOKEN = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""'
    r"|'''(?:[^']|'(?!''))*'''"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'|#[^\n]*|[\[\]]|[^\s]",
    re.DOTALL,
)


def words_of(decision: Mapping[str, Any], rule_id: str) -> str:
    """The words of a mail that make an example: the sentence in which something was found, else how it begins.

    Empty when the mail has no text.
    """
    text = decision.get("new_text") or ""
    seen = [one for one in decision.get("evidence", ()) if one.get("span") and one.get("where") == "body"]
    chosen = next((one for one in seen if one.get("rule") == rule_id), next(iter(seen), None))
    if chosen is None:
        return short_text(text, _MAX_WORDS)
    start, end = chosen["span"]
    before = max(text.rfind(mark, 0, start) for mark in ".!?\n") + 1
    after = min((at for at in (text.find(mark, end) for mark in ".!?\n") if at >= 0), default=len(text) - 1) + 1
    return short_text(text[before:after], _MAX_WORDS)


def with_example(text: str, rule_id: str, key: str, words: str) -> str:
    """A rule file with one more example; everything else in it stays as it is written.

    `key` is `hits` or `misses`. Raises RulesError when the file has no such rule.
    """
    start, end = _block_of(text, rule_id)
    block = text[start:end]
    found = re.search(rf"^[ \t]*{key}[ \t]*=[ \t]*\[", block, re.MULTILINE)
    example = json.dumps(words, ensure_ascii=False)
    if found is None:
        changed = f"{block.rstrip()}\n{key} = [{example}]\n{block[len(block.rstrip()) + 1 :]}"
    else:
        changed = _appended(block, found.end(), example)
    whole = text[:start] + changed + text[end:]
    if _examples(whole, rule_id, key) != [*_examples(text, rule_id, key), words]:
        raise RulesError([f"rule {rule_id}: its {key} are written in a way that cannot be added to"])
    return whole


def add_example(path: Path, rule_id: str, key: str, words: str, *, write: bool = True) -> None:
    """Write an example into a rule file, once all the rules of its folder still load and all examples hold.

    Without `write` it is only tried. Raises RulesError, and leaves the file as it was; also when the words do not do
    what the example says.
    """
    try:
        sources = {one.name: one.read_text(encoding="utf-8") for one in sorted(path.parent.glob("*.toml"))}
        text = sources[path.name]
    except (OSError, UnicodeDecodeError, KeyError):
        raise RulesError([f"{path}: cannot be read"]) from None
    changed = with_example(text, rule_id, key, words)
    rules_of_texts({**sources, path.name: changed})
    if write:
        _replace(path, changed)


def _replace(path: Path, text: str) -> None:
    """Whole or not at all: a service may be reading it."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(path.stat().st_mode)
        Path(name).replace(path)
    except OSError as error:
        raise RulesError([f"{path}: cannot be written: {error.strerror}"]) from None


def _block_of(text: str, rule_id: str) -> tuple[int, int]:
    """Where the table of a rule begins and ends."""
    headers = [(found.start(), found.end()) for found in _HEADER.finditer(text)]
    wanted = re.compile(rf"^[ \t]*id[ \t]*=[ \t]*[\"']{re.escape(rule_id)}[\"'][ \t]*(?:#[^\n]*)?$", re.MULTILINE)
    for number, (_, begin) in enumerate(headers):
        end = headers[number + 1][0] if number + 1 < len(headers) else len(text)
        if wanted.search(text, begin, end):
            return begin, end
    raise RulesError([f"there is no rule {rule_id} in this file"])


def _appended(block: str, begin: int, example: str) -> str:
    """The block with one more text at the end of the array that begins there."""
    last, last_token = begin, "["
    for found in _TOKEN.finditer(block, begin):
        token = found[0]
        if token == "]":  # noqa: S105 - a bracket, no secret
            break
        if not token.startswith("#"):
            last, last_token = found.end(), token
    comma = "" if last_token in ("[", ",") else ","
    many_lines = "\n" in block[begin:last]
    gap = "\n  " if many_lines else "" if last_token == "[" else " "  # noqa: S105 - a bracket, no secret
    return f"{block[:last]}{comma}{gap}{example}{',' if many_lines else ''}{block[last:]}"


def _examples(text: str, rule_id: str, key: str) -> list[str]:
    try:
        rules = tomllib.loads(text).get("rule", [])
    except tomllib.TOMLDecodeError as error:
        raise RulesError([f"is not TOML: {error}"]) from None
    return list(next((rule.get(key, []) for rule in rules if rule.get("id") == rule_id), []))
