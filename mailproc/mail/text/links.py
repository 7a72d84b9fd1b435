"""Links in the texts of a mail: where each leads, and the words that it stands on."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from mailproc.mail.reading.message import Message, Part
from mailproc.mail.text.html_text import text_of_html

_MAX_LINKS = 5000
_MAX_TEXT = 524_288
_ANCHOR = re.compile(r"<a\b([^<>]{1,5000})>", re.IGNORECASE)
_END = re.compile(r"</a\s*>", re.IGNORECASE)
_HREF = re.compile(r"""\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", re.IGNORECASE)
_URL = re.compile(r"(?:https?://|mailto:)[^\s<>\"']{1,2000}", re.IGNORECASE)
_MAX_WORDS = 2000


@dataclass(frozen=True, slots=True)
class Link:
    """A link; `words` are those that a reader sees, the address itself in plain text."""

    url: str
    words: str


def links_in(message: Message) -> tuple[Link, ...]:
    """The links of all texts that are shown, in order, at most 5000; empty for none.

    Attachments and enclosed mails are not looked at. Raises nothing.
    """
    found: list[Link] = []
    for part in shown_texts(message):
        text = (part.text or "")[:_MAX_TEXT]
        for link in _of_html(text) if part.content_type == "text/html" else _of_plain(text):
            if len(found) == _MAX_LINKS:
                return tuple(found)
            found.append(link)
    return tuple(found)


def shown_texts(message: Message) -> Iterator[Part]:
    """The text parts that a client shows, in order."""
    for part in message.root.walk():
        if part.content_type in ("text/plain", "text/html") and part.text and part.disposition != "attachment":
            yield part


def _of_plain(text: str) -> Iterator[Link]:
    for match in _URL.finditer(text):
        url = match[0].rstrip(".,;:!?)]}")
        yield Link(url, url)


def _of_html(text: str) -> Iterator[Link]:
    for match in _ANCHOR.finditer(text):
        href = _HREF.search(match[1])
        if href is None:
            continue
        end = _END.search(text, match.end(), match.end() + _MAX_WORDS)
        words = text_of_html(text[match.end() : end.start()]).text if end else ""
        yield Link(html.unescape(href[1] or href[2] or href[3] or "").strip(), " ".join(words.split()))
