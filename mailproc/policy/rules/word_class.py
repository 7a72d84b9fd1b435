"""Word classes: one name for words that do the same work, so that a phrase says a family of sentences."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
NO_CLASSES: Final[Mapping[str, tuple[str, ...]]] = {}
_NAMED = re.compile(r"\{([^{}]*)\}")
_MOST_CHARS = 60_000


class WordClassError(ValueError):
    """A class that cannot be put in; its text is what is wrong, to follow "phrase … "."""


def joined_classes(files: Iterable[Mapping[str, tuple[str, ...]]]) -> Mapping[str, tuple[str, ...]]:
    """The classes of all files by name; what several files call alike is one class with the words of all."""
    joined: dict[str, tuple[str, ...]] = {}
    for classes in files:
        for name, words in classes.items():
            joined[name] = tuple(dict.fromkeys((*joined.get(name, ()), *words)))
    return joined


def texts_of_words(phrases: Iterable[str], classes: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """Texts with all the words of these phrases, and once with those of each class that they name."""
    waiting, named = [*phrases], set[str]()
    while waiting:
        text = waiting.pop()
        yield _NAMED.sub(" ", text)
        new = set(_NAMED.findall(text)) - named
        named |= new
        waiting += [words for name in new for words in classes[name]]


def with_words(text: str, classes: Mapping[str, tuple[str, ...]]) -> str:
    """A phrase with its classes' words in place of their names, as alternatives: `{me}` becomes `(me|us)`.

    Words of a class may name other classes. Raises WordClassError for a name that no file has, and for classes that
    name each other in a circle or make more text than a phrase can be.
    """
    within: tuple[str, ...] = ()

    def words_of(found: re.Match[str]) -> str:
        nonlocal within
        name = found[1]
        if name not in classes:
            raise WordClassError(f"names the word class {{{name}}}, which no file has")
        if name in within:
            raise WordClassError(f"names the word class {{{name}}}, which contains itself")
        outside, within = within, (*within, name)
        words = _NAMED.sub(words_of, "|".join(classes[name]))
        if len(words) > _MOST_CHARS:
            raise WordClassError("is too long with the words of its classes")
        within = outside
        return f"({words})"

    return _NAMED.sub(words_of, text)
