"""Where the files are that come with mailproc beside its code: rules, and the sources of feedback reports."""

import sys
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def shipped(name: str, *, package: Path = _PACKAGE, prefix: Path = Path(sys.prefix)) -> Path:
    """A file or folder: beside the package in a checkout, under `share/` when installed.

    What else stands beside an installed package is anybody's.
    """
    is_checkout = (package.parent / "pyproject.toml").is_file()
    return package.parent / name if is_checkout else prefix / "share" / "mailproc" / name
