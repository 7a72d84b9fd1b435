"""The shipped English rules alone: what is not about languages runs in half the time with them."""

import shutil
from pathlib import Path

from mailproc.rule_sets.files import rule_paths

_OF_NO_LANGUAGE = "90-likeness.toml"


def english_rules(folder: Path) -> Path:
    """Copy them into a folder, which is made where it is not there; gives the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in rule_paths(None):
        if "-en" in path.name or path.name == _OF_NO_LANGUAGE:
            shutil.copy(path, folder)
    return folder
