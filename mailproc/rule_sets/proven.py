"""Rule files whose examples were seen to hold, remembered from process to process with their phrases as they were read.

Trying all examples takes seconds, reading all phrases more than one. What is remembered is one file for each proof, in
the user's cache (`$XDG_CACHE_HOME`, else `~/.cache`), and believed only where nobody else can have written it. Where
there is none, or it cannot be read, every process reads and tries for itself.
"""

import contextlib
import hashlib
import json
import os
import stat
import sys
import zlib
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path

from mailproc.policy.rules.phrase import Phrase, Segment

_MOST = 20  # proofs; the one goes that nobody has needed for longest
_MOST_BYTES = 64 << 20  # of one, unpacked
_PROGRAM = (
    Path(__file__).parents[1] / "policy"
)  # all that reads rules and finds them: it imports nothing that matters else


def proof_of(sources: Mapping[str, str]) -> str:
    """The name of a proof: another one when a rule file, the code that reads and matches, or what that runs on changes.

    Raises OSError where the program's own text is not at hand.
    """
    digest = hashlib.sha256(f"{sys.version}\0{_installed_at('re2')}\0{_installed_at('ahocorasick_rs')}\0".encode())
    for path in (Path(__file__), *sorted(_PROGRAM.rglob("*.py"))):
        text = path.read_bytes()
        digest.update(f"{path.name}\0{len(text)}\0".encode() + text)
    for name, source in sorted(sources.items()):
        text = source.encode("utf-8", "replace")
        digest.update(f"{name}\0{len(text)}\0".encode() + text)
    return digest.hexdigest()


def proven_phrases(proof: str) -> Mapping[str, Phrase] | None:
    """The phrases of files whose examples were seen to hold, as they were read, by their text; None: nobody knows."""
    folder = _folder()
    with contextlib.suppress(OSError, ValueError, TypeError, LookupError, zlib.error):
        if folder is not None:
            phrases = _unpacked(_own_content(folder / proof))
            _note_use(folder / proof)
            return phrases
    return None


def _note_use(path: Path) -> None:
    """Let it be the last to go: the rules that a service starts with outlive those that somebody tries."""
    with contextlib.suppress(OSError):
        os.utime(path)


def remember(proof: str, phrases: Iterable[Phrase]) -> None:
    """Keep it that the examples hold, and the phrases, where there is a place for it. Raises nothing."""
    folder = _folder()
    if folder is None:
        return
    with contextlib.suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _refuse_others(folder, folder.stat())
        unfinished = folder / f"{proof}.{os.getpid()}"
        unfinished.touch(mode=0o600)
        unfinished.write_bytes(_packed(phrases))
        unfinished.replace(folder / proof)
        for old in sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime_ns)[:-_MOST]:
            old.unlink(missing_ok=True)


def _packed(phrases: Iterable[Phrase]) -> bytes:
    """Phrases as compressed JSON: groups of literals and segments once each, and what names them by their numbers."""
    groups: dict[frozenset[str], int] = {}
    segments: dict[Segment, int] = {}
    said = []
    for one in phrases:
        numbers = [segments.setdefault(segment, len(segments)) for segment in one.segments]
        said.append((one.text, numbers, one.begins, one.ends))
    made_of = [
        (one.source, one.gapless, [groups.setdefault(group, len(groups)) for group in one.literals]) for one in segments
    ]
    values = {"groups": [sorted(group) for group in groups], "segments": made_of, "phrases": said}
    return zlib.compress(json.dumps(values, ensure_ascii=False).encode("utf-8", "surrogatepass"), level=1)


def _unpacked(content: bytes) -> dict[str, Phrase]:
    unpacker = zlib.decompressobj()
    values = json.loads(unpacker.decompress(content, _MOST_BYTES).decode("utf-8", "surrogatepass"))
    groups = [frozenset(group) for group in values["groups"]]
    segments = [
        Segment(source, gapless, tuple([groups[number] for number in numbers]))
        for source, gapless, numbers in values["segments"]
    ]
    return {
        text: Phrase(text, tuple([segments[number] for number in numbers]), begins, ends)
        for text, numbers, begins, ends in values["phrases"]
    }


def _own_content(path: Path) -> bytes:
    """The content of a file that only this user can have written or put there. Raises OSError."""
    _refuse_others(path.parent, path.parent.stat())
    with path.open("rb") as file:
        _refuse_others(path, os.fstat(file.fileno()))
        return file.read()


def _refuse_others(path: Path, about: os.stat_result) -> None:
    if about.st_uid != os.geteuid() or about.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise PermissionError(f"{path}: somebody else may write there")


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
