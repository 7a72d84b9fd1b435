"""Where each setting is written: a line of the file or a variable of the environment, so that a mistake can name it."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mailproc.errors import SettingsError, why_not_read
from mailproc.settings.types import Loc, Mistake

ENVIRONMENT_PREFIX = "MAILPROC_"
_NOT_SETTINGS = {"MAILPROC_CONFIG", "MAILPROC_REWRITE_GOLDEN"}
_ROWS = ("account", "hook")  # tables of which there may be several
_AT = re.compile(r" \(at line (\d+), column (\d+)\)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The file as text (no file: empty), all settings as a tree, and which of them a variable gave."""

    path: Path | None
    text: str
    tree: dict[str, Any]
    variables: dict[Loc, str]

    def sentence(self, mistake: Mistake) -> str:
        """One mistake as `file:line: key: what is wrong`, or with the name of the variable instead of file and line."""
        variable, line = self._variable_of(mistake.loc), line_of(self.text, mistake.loc)
        where = f"{self.path}:{line}" if line else str(self.path or "settings")
        if variable is not None:
            return f"environment {variable}: {mistake.sentence}"
        key = ".".join(map(str, self._named(mistake.loc)))
        return f"{where}: {key}: {mistake.sentence}" if key else f"{where}: {mistake.sentence}"

    def sentences(self, mistakes: Iterable[Mistake]) -> list[str]:
        """All of them in the order of the file, each once; those of variables last."""
        last = self.text.count("\n") + 2

        def place(mistake: Mistake) -> int:
            return last if self._variable_of(mistake.loc) else line_of(self.text, mistake.loc) or 0

        return list(dict.fromkeys(self.sentence(one) for one in sorted(mistakes, key=place)))

    def _variable_of(self, loc: Loc) -> str | None:
        """The variable that gave this value, or, where the file says nothing of it, something in this table."""
        for length in range(len(loc), 0, -1):
            if name := self.variables.get(loc[:length]):
                return name
        if not loc or line_of(self.text, loc):
            return None
        return next((name for given, name in self.variables.items() if given[: len(loc)] == loc), None)

    def _named(self, loc: Loc) -> Loc:
        """With the id of an account and the name of a hook instead of their number, where they have a usable one."""
        if len(loc) < 2 or loc[0] not in _ROWS:
            return loc
        name = _name_of(self.tree[str(loc[0])][loc[1]])
        return (loc[0], name, *loc[2:]) if re.fullmatch(r"[a-z0-9_-]+", name) else loc


def read_source(path: Path | None, environment: Mapping[str, str]) -> tuple[Source, list[str]]:
    """The file (None: none) with the environment laid over it, and a sentence for each variable that fits nowhere.

    Raises SettingsError for a file that cannot be read or is no TOML.
    """
    text = _text_of(path) if path is not None else ""
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _AT.search(str(error))
        where = f"{path}:{found[1]}: column {found[2]}" if found else f"{path}"
        what = _AT.sub("", str(error))
        raise SettingsError([f"{where}: this is no TOML: {what[:1].lower()}{what[1:]}"]) from None
    variables, problems = _overlay(tree, environment)
    return Source(path=path, text=text, tree=tree, variables=variables), problems


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError([f"{path}: {why_not_read(error)}"]) from None


def _overlay(tree: dict[str, Any], environment: Mapping[str, str]) -> tuple[dict[Loc, str], list[str]]:
    """Lay `MAILPROC_SMTP__LISTEN` and `MAILPROC_HOOK__CRM__URL` over the tree."""
    variables: dict[Loc, str] = {}
    problems = []
    for name, value in sorted(environment.items()):
        if not name.startswith(ENVIRONMENT_PREFIX) or name in _NOT_SETTINGS:
            continue
        steps = name[len(ENVIRONMENT_PREFIX) :].lower().split("__")
        placed = _place(tree, steps)
        if isinstance(placed, str):
            problems.append(f"environment {name}: {placed}")
            continue
        node, loc = placed
        node[steps[-1]] = value
        variables[loc] = name
    return variables, problems


def _place(tree: dict[str, Any], steps: list[str]) -> tuple[dict[str, Any], Loc] | str:
    """The table that a variable's value belongs into and where that is, or why there is none."""
    node: Any = tree
    loc: list[str | int] = []
    for step in steps[:-1]:
        if isinstance(node, list) and loc[0] in _ROWS:
            rows = [number for number, row in enumerate(node) if _name_of(row).lower() == step]
            if not rows:
                there = ", ".join(filter(None, map(_name_of, node)))
                return f"there is no {loc[-1]} {step} in the settings file; there: {there or 'none'}"
            loc.append(rows[0])
            node = node[rows[0]]
        else:
            if not loc and step in _ROWS and step not in node:
                return f"there is no {step} in the settings file that it could be about"
            loc.append(step)
            node = node.setdefault(step, {})
        if not isinstance(node, dict) and loc[-1] not in _ROWS:
            return f"`{'.'.join(map(str, loc))}` is no table"
    if isinstance(node, list):
        return f"say which {loc[-1]} it is about: {ENVIRONMENT_PREFIX}{str(loc[-1]).upper()}__ID__{steps[-1].upper()}"
    return node, (*loc, steps[-1])


def _name_of(row: object) -> str:
    return str(row.get("id", row.get("name", ""))) if isinstance(row, dict) else ""


def line_of(text: str, loc: Loc) -> int | None:
    """Line of the key in the file, else of the nearest table above it; None when it is not written there."""
    wanted = tuple(step for step in loc if isinstance(step, str))
    table: tuple[str, ...] = ()
    row, best, best_depth = -1, None, 0
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.split("#", 1)[0].strip()
        if stripped.startswith("["):
            table = tuple(part.strip(" \"'") for part in stripped.strip("[] ").split("."))
            row += stripped.startswith("[[") and table == wanted[:1]
            path = table
        elif "=" in stripped:
            path = (*table, *(part.strip(" \"'") for part in stripped.partition("=")[0].split(".")))
        else:
            continue
        is_its_row = not any(isinstance(step, int) for step in loc[:2]) or row == loc[1]
        if is_its_row and path == wanted[: len(path)] and len(path) > best_depth:
            best, best_depth = number, len(path)
    return best
