"""Reading the settings: one TOML file, every key overridable by environment, all mistakes told at once (exit 78)."""

import copy
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from mailproc.errors import SettingsError
from mailproc.settings.check import mistakes_between
from mailproc.settings.pages import PagesSettings
from mailproc.settings.settings import Settings
from mailproc.settings.smarthost import SmarthostSettings
from mailproc.settings.source import Source, read_source
from mailproc.settings.types import Loc, Mistake
from mailproc.settings.words import mistake_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """Settings as they were read: all that is usable, where it came from, and what is wrong.

    `mistakes` are where they stand in the file; `astray` has a sentence for each variable that is about nothing.
    """

    settings: Settings
    source: Source
    kept: "Kept"
    mistakes: list[Mistake]
    astray: list[str]

    def problems(self, more: Iterable[Mistake] = ()) -> list[str]:
        """A sentence for each mistake, also those that others have found in `settings`; empty: all well."""
        later = [replace(one, loc=self.kept.written_at(one.loc)) for one in more]
        return self.source.sentences([*self.mistakes, *later]) + self.astray


def load_settings(path: Path | None, environment: Mapping[str, str] = os.environ) -> Settings:
    """Read a settings file (None: defaults only) and lay the environment over it.

    Relative paths in it are relative to the file. Raises SettingsError with every mistake found.
    """
    read = read_settings(path, environment)
    problems = read.problems(mistakes_between(read.settings, read.kept.accounts_are_whole))
    if problems:
        raise SettingsError(problems)
    return read.settings


def read_settings(path: Path | None, environment: Mapping[str, str] = os.environ) -> Read:
    """The same for who wants to judge more than the settings by themselves.

    Raises SettingsError only for a file that cannot be read or is no TOML.
    """
    source, astray = read_source(path, environment)
    kept = Kept(copy.deepcopy(source.tree))
    folder = path.resolve().parent if path else Path.cwd()
    settings, mistakes = usable(kept, folder)
    settings = _anchored(settings, folder)
    return Read(settings=settings, source=source, kept=kept, mistakes=mistakes, astray=astray)


def usable(kept: "Kept", folder: Path) -> tuple[Settings, list[Mistake]]:
    """The settings without what is wrong in them, and the mistakes.

    What is wrong is taken out and the rest is tried again, so that what must fit together can be judged, too.
    """
    mistakes: list[Mistake] = []
    while True:
        try:
            return Settings.model_validate(kept.tree, context={"folder": folder}), mistakes
        except ValidationError as error:
            wrong = error.errors()
        for one in wrong:
            loc = kept.written_at(one["loc"])
            if one["type"] != "missing" or loc not in kept.taken_out:
                mistakes.append(mistake_of(one, loc))
        kept.take_out([one["loc"] for one in wrong])


class Kept:
    """The tree of settings, less and less of it; what is left of several tables remembers its number in the file."""

    def __init__(self, tree: dict[str, Any]) -> None:
        self.tree = tree
        self.taken_out: set[Loc] = set()
        self.accounts_are_whole = True
        self._numbers = {key: list(range(len(rows))) for key, rows in tree.items() if isinstance(rows, list)}

    def written_at(self, loc: Loc) -> Loc:
        """Where something stands in the file that is here in what is left."""
        if len(loc) > 1 and loc[0] in self._numbers and isinstance(loc[1], int):
            return (loc[0], self._numbers[str(loc[0])][loc[1]], *loc[2:])
        return loc

    def take_out(self, locs: Iterable[Loc]) -> None:
        """Let go what is wrong: a key, or the whole table when it lacks one."""
        places = {self._place_of(loc) for loc in locs}
        places = {place for place in places if not any(place[:length] in places for length in range(1, len(place)))}
        self.taken_out |= {self.written_at(place) for place in places}
        rows = {place for place in places if len(place) == 2 and isinstance(place[1], int)}
        for place in places - rows:
            node: Any = self.tree
            for step in place[:-1]:
                node = node[step]
            del node[place[-1]]
        for table, number in sorted(rows, reverse=True):  # from the last, so that the others keep their numbers
            del self.tree[str(table)][number], self._numbers[str(table)][int(number)]
        self.accounts_are_whole &= not any(place[0] == "account" and place in rows | {("account",)} for place in places)

    def _place_of(self, loc: Loc) -> Loc:
        """The nearest that can be taken out: not one of a list of words, but the whole list."""
        node: Any = self.tree
        for depth, step in enumerate(loc):
            is_there = step in node if isinstance(node, dict) else depth == 1 and isinstance(node[step], dict)
            if not is_there:
                return loc[:depth]
            node = node[step]
            if not isinstance(node, dict | list):
                return loc[: depth + 1]
        return loc


def _anchored(settings: Settings, folder: Path) -> Settings:
    """Relative paths made absolute: they are meant relative to the settings file, not to where a command is run."""
    database = re.sub(
        r"^(sqlite\+aiosqlite:///)(?!/|:memory:)(.+)$", lambda m: f"{m[1]}{folder / m[2]}", settings.database
    )
    hooks = tuple(hook.model_copy(update={"path": folder / hook.path}) if hook.path else hook for hook in settings.hook)
    smtp = settings.smtp.model_copy(
        update={key: folder / value for key in ("tls_cert", "tls_key") if (value := getattr(settings.smtp, key))}
    )
    accounts = tuple(
        account.model_copy(
            update={
                "smarthost": _smarthost_in(account.smarthost, folder),
                "pages": _pages_in(account.pages, folder),
            }
        )
        for account in settings.account
    )
    beside = {"account": accounts, "smarthost": _smarthost_in(settings.smarthost, folder)}
    keys = ("rules", "shadow_rules", "feedback_sources")
    named = {key: folder / path for key in keys if (path := getattr(settings, key))}
    return settings.model_copy(update={"database": database, "hook": hooks, "smtp": smtp, **beside, **named})


def _smarthost_in(smarthost: SmarthostSettings | None, folder: Path) -> SmarthostSettings | None:
    if smarthost is None or smarthost.ca_file is None:
        return smarthost
    return smarthost.model_copy(update={"ca_file": folder / smarthost.ca_file})


def _pages_in(pages: PagesSettings, folder: Path) -> PagesSettings:
    return pages.model_copy(update={"logo": folder / pages.logo}) if pages.logo else pages
