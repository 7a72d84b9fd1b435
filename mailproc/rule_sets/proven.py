"""Rule files whose examples were seen to hold, remembered from process to process: trying them all takes a second.

What is remembered is one empty file for each proof, in the user's cache (`$XDG_CACHE_HOME`, else `~/.cache`). Where
there is none, or it cannot be written, nothing is remembered, and every process tries the examples itself.
"""

import contextlib
import hashlib
import os
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

_MOST = 20  # proofs; the oldest goes
_PROGRAM = (
    Path(__file__).parents[1] / "policy"
)  # all that reads rules and finds them: it imports nothing that matters else


def proof_of(sources: Mapping[str, str]) -> str:
    """The name of a proof: another one when a rule file, the code that reads and matches, or what that runs on changes.

    Raises OSError where the program's own text is not at hand.
    """
    digest = hashlib.sha256(f"{sys.version}\0{_installed_at('re2')}\0{_installed_at('ahocorasick_rs')}\0".encode())
    for path in sorted(_PROGRAM.rglob("*.py")):
        text = path.read_bytes()
        digest.update(f"{path.name}\0{len(text)}\0".encode() + text)
    for name, source in sorted(sources.items()):
        text = source.encode("utf-8", "replace")
        digest.update(f"{name}\0{len(text)}\0".encode() + text)
    return digest.hexdigest()


def is_proven(proof: str) -> bool:
    """Whether the examples were seen to hold; False where nothing can be read."""
    folder = _folder()
    with contextlib.suppress(OSError):  # somebody else's home folder
        return folder is not None and (folder / proof).is_file()
    return False


def remember(proof: str) -> None:
    """Keep it that the examples hold, where there is a place for it. Raises nothing."""
    folder = _folder()
    if folder is None:
        return
    with contextlib.suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / proof).touch(mode=0o600)
        for old in sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime_ns)[:-_MOST]:
            old.unlink(missing_ok=True)


def _installed_at(library: str) -> int:
    """When a library was put where it is: another time after every upgrade."""
    found = find_spec(library)
    return os.stat(found.origin).st_mtime_ns if found and found.origin else 0


def _folder() -> Path | None:
    cache = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if not cache.is_absolute():  # as the specification of XDG has it
        with contextlib.suppress(RuntimeError):
            cache = Path.home() / ".cache"
    return cache / "mailproc" / "proven-rules" if cache.is_absolute() else None
