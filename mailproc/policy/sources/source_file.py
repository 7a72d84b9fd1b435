"""The file of feedback sources: TOML that operators write; every mistake is told with its line.

The format is documented in docs/reference/feedback-sources.md.
"""

import re
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from mailproc.policy.address import ascii_domain
from mailproc.policy.sources.sources import FeedbackSource, FeedbackSources, RecipientHint, ReportFormat

_KEYS = ("id", "name", "from", "auth_domains", "format", "recipient", "verified", "about")
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_DOMAIN = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)+")
_LOCAL_PART = re.compile(r"\*|[^\s@<>*]{1,64}")
_TABLE = re.compile(r"^\s*\[\[\s*source\s*\]\]", re.MULTILINE)
_Word = TypeVar("_Word", bound=StrEnum)


class _Mistake(ValueError):
    """One mistake at one key; its text is a sentence."""

    def __init__(self, key: str, sentence: str) -> None:
        super().__init__(sentence)
        self.key = key


def read_source_file(name: str, text: str) -> tuple[FeedbackSources, list[str]]:
    """Read the file; returns what could be read and a `file:line: sentence` for each mistake."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        return FeedbackSources(), [f"{name}:{found[1] if found else 1}: is not TOML: {error}"]
    problems = [f"{name}:{_line_of(text, 0, key)}: unknown key {key!r}" for key in table if key != "source"]
    entries = table.get("source", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        return FeedbackSources(), [*problems, f"{name}:{_line_of(text, 0, 'source')}: write each source as [[source]]"]
    starts = [found.end() for found in _TABLE.finditer(text)]
    read: dict[str, FeedbackSource] = {}
    for entry, start in zip(entries, starts, strict=False):
        try:
            source = _source(entry)
            if source.id in read:
                raise _Mistake("id", f"source {source.id} is there twice")
            read[source.id] = source
        except _Mistake as mistake:
            problems.append(f"{name}:{_line_of(text, start, mistake.key)}: {mistake}")
    return FeedbackSources(tuple(read.values())), problems


def _source(entry: Mapping[str, Any]) -> FeedbackSource:
    unknown = sorted(set(entry) - set(_KEYS))
    if unknown:
        raise _Mistake(unknown[0], f"unknown key {unknown[0]!r}; there are {', '.join(_KEYS)}")
    source_id = entry.get("id")
    if not isinstance(source_id, str) or not _ID.fullmatch(source_id):
        raise _Mistake("id", "a source needs an id of small letters, digits, _ and -")
    senders = _texts(entry, "from")
    if not senders:
        raise _Mistake("id", f"source {source_id} needs `from`: the addresses that it writes by")
    verified = entry.get("verified", False)
    if not isinstance(verified, bool):
        raise _Mistake("verified", "verified is true or false")
    return FeedbackSource(
        id=source_id,
        name=_text(entry, "name") or source_id,
        senders=tuple(_sender(one) for one in senders),
        auth_domains=tuple(_domain("auth_domains", one) for one in _texts(entry, "auth_domains")),
        format=_one_of(ReportFormat, entry, "format", ReportFormat.arf),
        recipient=_one_of(RecipientHint, entry, "recipient", RecipientHint.plain),
        verified=verified,
        about=_text(entry, "about"),
    )


def _text(entry: Mapping[str, Any], key: str) -> str:
    value = entry.get(key, "")
    if not isinstance(value, str) or not value.isprintable():
        raise _Mistake(key, f"{key} is one line of text")
    return value.strip()


def _texts(entry: Mapping[str, Any], key: str) -> list[str]:
    value = entry.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise _Mistake(key, f"{key} is a list of texts")
    return value


def _sender(pattern: str) -> str:
    local, at, domain = pattern.strip().lower().rpartition("@")
    if not at or not _LOCAL_PART.fullmatch(local):
        raise _Mistake("from", f"{pattern!r} in from is neither an address nor *@domain")
    below = "*." if domain.startswith("*.") else ""
    return f"{local}@{below}{_domain('from', domain.removeprefix('*.'))}"


def _domain(key: str, text: str) -> str:
    domain = ascii_domain(text)
    if not _DOMAIN.fullmatch(domain):
        raise _Mistake(key, f"{text!r} in {key} is no domain")
    return domain


def _one_of(kind: type[_Word], entry: Mapping[str, Any], key: str, default: _Word) -> _Word:
    value = entry.get(key, default)
    try:
        return kind(str(value))
    except ValueError:
        raise _Mistake(key, f"{key} is one of {', '.join(kind)}, not {value!r}") from None


def _line_of(text: str, start: int, key: str) -> int:
    """Line of a key in the table that begins at `start`; the table's own line when the key is not there."""
    following = _TABLE.search(text, start)
    end = following.start() if following else len(text)
    found = re.compile(rf"^\s*\"?{re.escape(key)}\"?\s*=", re.MULTILINE).search(text, start, end)
    return text.count("\n", 0, found.end() if found else start) + 1
