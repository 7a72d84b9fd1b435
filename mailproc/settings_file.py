"""Reading the settings: one TOML file, every key overridable by environment, all mistakes told at once (exit 78)."""

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from mailproc.errors import SettingsError
from mailproc.settings import Settings
from mailproc.smarthost_settings import SmarthostSettings

ENVIRONMENT_PREFIX = "MAILPROC_"
_NOT_SETTINGS = {"MAILPROC_CONFIG", "MAILPROC_REWRITE_GOLDEN"}


def load_settings(path: Path | None, environment: Mapping[str, str] = os.environ) -> Settings:
    """Read a settings file (None: defaults only) and lay the environment over it.

    Relative paths in it are relative to the file. Raises SettingsError with every mistake found.
    """
    text = ""
    if path is not None:
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError([f"{path}: cannot be read: {error}"]) from None
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError([f"{path}: {error}"]) from None
    problems = _overlay(tree, environment)
    try:
        settings = Settings.model_validate(tree)
    except ValidationError as error:
        raise SettingsError(problems + [_sentence(path, text, one) for one in error.errors()]) from None
    if problems:
        raise SettingsError(problems)
    return _anchored(settings, path.resolve().parent if path else Path.cwd())


def _overlay(tree: dict[str, Any], environment: Mapping[str, str]) -> list[str]:
    """Lay `MAILPROC_SMTP__LISTEN` and `MAILPROC_HOOK__CRM__URL` over the tree; returns what could not be placed."""
    problems = []
    for name, value in sorted(environment.items()):
        if not name.startswith(ENVIRONMENT_PREFIX) or name in _NOT_SETTINGS:
            continue
        first, *rest = name[len(ENVIRONMENT_PREFIX) :].lower().split("__")
        if first not in Settings.model_fields:
            problems.append(f"environment {name}: there is no setting `{first}`")
            continue
        node: Any = tree
        for step, after in zip([first, *rest], rest, strict=False):
            node = _descend(node, step, after)
            if node is None:
                break
        if not isinstance(node, dict):
            problems.append(f"environment {name}: nothing of that name is in the settings file")
            continue
        node[([first, *rest])[-1]] = value
    return problems


def _descend(node: Any, step: str, after: str) -> Any:
    if isinstance(node, list):
        return next((row for row in node if str(row.get("id", row.get("name", ""))).lower() == step), None)
    below = node.get(step)
    if below is None and step not in ("account", "hook"):
        below = node.setdefault(step, {})
    return below


def _sentence(path: Path | None, text: str, error: Any) -> str:
    """One mistake as `file:line: key: what is wrong`."""
    keys = [str(step) for step in error["loc"]]
    line = _line_of(text, error["loc"])
    where = f"{path}:{line}" if line else str(path or "settings")
    message = error["msg"].removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        message = "there is no such key"
    return f"{where}: {'.'.join(keys)}: {message}" if keys else f"{where}: {message}"


def _line_of(text: str, loc: tuple[int | str, ...]) -> int | None:
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
        account.model_copy(update={"smarthost": _smarthost_in(account.smarthost, folder)})
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
