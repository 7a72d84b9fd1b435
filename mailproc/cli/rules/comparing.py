"""Saved mail decided twice, by two rule sets or against a golden decision, and the differences shown."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.text import Text

from mailproc.cli.saved_mail.deciding import World, examine_saved, opened, read_saved
from mailproc.cli.shell.terminal import harmless, out
from mailproc.errors import BadFile
from mailproc.files.mail_files import MailFile
from mailproc.policy.explaining.comparison import Comparison, compare_examinations, compare_with_decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What became of one mail. `found` is None where there was nothing to compare with, or `error` says why."""

    file: str
    found: Comparison | None = None
    error: str | None = None

    @property
    def differs(self) -> bool:
        """Whether its decision is another one."""
        return self.found is not None and bool(self.found.changes)

    def as_json(self) -> dict[str, Any]:
        """The same as plain values; only of one that was compared."""
        return {"file": self.file, **(self.found.as_json() if self.found else {})}


def compare(mail: MailFile, *, old: World | None, new: World, goldens: bool) -> Compared:
    """Decide a mail by new rules and by old ones; with `goldens` against the reviewed decision beside it."""
    try:
        saved = read_saved(mail, new)
        golden = _golden_of(mail) if goldens else None
    except BadFile as error:
        return failed_comparison(mail, str(error))
    except OSError as error:
        return failed_comparison(mail, error.strerror or str(error))
    if golden is None and old is None:
        return Compared(file=mail.name)
    seen = examine_saved(saved, opened(new)[1])
    if golden is not None:
        return Compared(file=mail.name, found=compare_with_decision(golden, seen))
    assert old is not None
    return Compared(file=mail.name, found=compare_examinations(examine_saved(saved, opened(old)[1]), seen))


def failed_comparison(mail: MailFile, why: str) -> Compared:
    """The answer for a mail that could not be decided."""
    return Compared(file=mail.name, error=why)


def print_comparison(name: str, found: Comparison, sides: tuple[str, str] = ("old", "new")) -> None:
    """A mail whose decision differs: what, and by which words."""
    _print((name, "bold"))
    for key, (before, after) in found.changes.items():
        _print(f"  {key:12} ", (_said(before), "red"), " → ", (_said(after), "green"))
    if found.reasons[0] != found.reasons[1]:
        _print((f"  {'reason':12} {found.reasons[0]} → {found.reasons[1]}", "dim"))
    for side, sign, colour, words in (
        (sides[0], "−", "red", found.only_old),
        (sides[1], "+", "green", found.only_new),
    ):
        for rule, phrase, where, does in sorted(words):
            told = f"  {sign} “{' '.join(phrase.split())}”"
            _print((told, colour), f"  {rule}{f' ({does})' if does else ''}, {where}, only {side}")


def _print(*pieces: str | tuple[str, str]) -> None:
    line = Text.assemble(*pieces)
    line.plain = harmless(line.plain)
    out.print(line)


def _golden_of(mail: MailFile) -> dict[str, Any] | None:
    """The reviewed decision beside a mail; None where there is none, or no JSON. Raises OSError."""
    path = Path(mail.path).with_suffix(".decision.json")
    if mail.number or not path.is_file():
        return None
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _said(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "–"
    return "–" if value is None else str(value)
