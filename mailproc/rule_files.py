"""Rule files on disk: which folder, in which order."""

import sys
from pathlib import Path

from mailproc.errors import RulesError
from mailproc.policy.rules import RuleSet, read_rules


def shipped_rules_folder() -> Path:
    """The rules that come with mailproc: beside the package in a checkout, under `share/` when installed."""
    beside = Path(__file__).resolve().parent.parent / "rules"
    return beside if beside.is_dir() else Path(sys.prefix) / "share" / "mailproc" / "rules"


def load_rules(folder: Path | None) -> RuleSet:
    """Read every `*.toml` of a folder in the order of names; None: the shipped ones. Raises RulesError."""
    folder = folder or shipped_rules_folder()
    try:
        sources = {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.toml"))}
    except (OSError, UnicodeDecodeError) as error:
        raise RulesError([f"{folder}: cannot be read: {error}"]) from None
    if not sources:
        raise RulesError([f"{folder}: no rule files (*.toml) there"])
    return read_rules(sources)
