"""What the settings name must be there: files, programs, folders; asked before serving, and by `config check`."""

import os
import shutil
from pathlib import Path

from mailproc.settings import HookSettings, Settings


def problems_around(settings: Settings) -> list[str]:
    """A sentence for each file, program or folder that is named and cannot be used; empty: all well."""
    smtp = settings.smtp
    problems = [
        f"smtp.{key}: {path}: {why}"
        for key, path in (("tls_cert", smtp.tls_cert), ("tls_key", smtp.tls_key))
        if path and (why := _unreadable(path))
    ]
    for hook in settings.hook:
        problems += [f"hook {hook.name}: {problem}" for problem in _problems_of_hook(hook)]
    return problems


def _problems_of_hook(hook: HookSettings) -> list[str]:
    problems = []
    if hook.secret_file and (why := _unreadable(hook.secret_file)):
        problems.append(f"secret_file: {hook.secret_file}: {why}")
    if hook.path and not hook.path.parent.is_dir() and not hook.path.parent.parent.is_dir():
        problems.append(f"path: there is no folder {hook.path.parent}")
    if hook.command and shutil.which(hook.command[0]) is None:
        problems.append(f"command: there is no program {hook.command[0]}")
    return problems


def _unreadable(path: Path) -> str | None:
    if not path.is_file():
        return "there is no such file"
    return None if os.access(path, os.R_OK) else "may not be read"
