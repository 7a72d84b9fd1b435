"""The text of a bounce for people: where the returned mail begins, and what is said about whom."""

import re
from collections.abc import Iterable, Sequence

from mailproc.mail.reading.media_types import REPORT_FILE
from mailproc.mail.reading.message import Message
from mailproc.mail.text.html_text import text_of_html

_TEXT_CHARS_MAX = 64 * 1024
_LINES_MAX = 400
_LINE_CHARS_MAX = 500
_STRETCH_LINES_MAX = 12
_FILES = frozenset({"text/plain", "text/html", "application/octet-stream"})

# What generators write above the copy of the mail they return; between dashes, stars or alone on a line.
_RETURNED = re.compile(
    r"(?:this|here|below|enclosed|included|following|attached)?.{0,30}"
    r"\b(?:copy|headers?|part|text|contents?) of (?:the|your) (?:first part of the )?"
    r"(?:original |undelivered |returned )?(?:e-?mail|message|mail)\b"
    r"|(?:the )?original (?:message|mail)(?: headers?| info| follows?| below| attached| adjunto)?(?: \(max.{0,20})?"
    r"[.:]?$"
    r"|original (?:message|mail) as received"
    r"|(?:unsent|returned|undelivered|rejected) (?:message|mail)(?: follows| header)?"
    r"|message (?:headers?|text) follows?|message header|start of returned message|your message reads|old message"
    r"|mensaje original|message d.origine|urspr[uü]ngliche nachricht|(?:a )?copy of the original message"
    r"|contents of the undelivered mail|the following is a copy|body of the original|元のメッセージ"
    r"|原(?:始)?邮件(?:内容|如下|头)?[：:]?$|en-?t[eê]tes? (?:de |du )|kopfzeilen|encabezados|cabe[cç]alhos"
    r"|intestazioni",
    re.IGNORECASE,
)
# Fields that only a mail under way has: a block with one of them is the returned mail.
_TRANSPORT = re.compile(
    r"(?:received|return-path|delivered-to|dkim-signature|domainkey-signature|mime-version|message-id"
    r"|x-[a-z-]{2,40})\s?:",
    re.IGNORECASE,
)
_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9-]{1,60}\s?:")
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63}){0,8}")


def report_text(message: Message) -> str:
    """What a bounce says to people, without the mail it returns, empty if nothing, at most 128 k characters.

    Below it what stands in a file: some servers send their report as one.
    """
    told = without_returned(text_for_people(message)[:_TEXT_CHARS_MAX])
    filed = without_returned(_text_of_file(message)[:_TEXT_CHARS_MAX])
    return f"{told}\n{filed}" if filed else told


def text_for_people(message: Message) -> str:
    """The whole first text of a bounce, HTML as text; empty if there is none."""
    html = ""
    for part in message.root.walk():
        if part.text is None or part.disposition == "attachment":
            continue
        if part.content_type == "text/plain" and part.text.strip():
            return part.text
        if part.content_type == "text/html" and not html:
            html = part.text
    return text_of_html(html[: 4 * _TEXT_CHARS_MAX]).text if html.strip() else ""


def _text_of_file(message: Message) -> str:
    """The first file that is called like a report, HTML as text; empty without one."""
    for part in message.root.walk():
        name = (part.filename or "")[-100:].lower()
        is_file = part.disposition == "attachment" and part.content_type in _FILES
        if is_file and part.text and REPORT_FILE.search(name):
            return text_of_html(part.text).text if name.endswith(("htm", "html")) else part.text
    return ""


def without_returned(text: str) -> str:
    """The text up to the copy of the returned mail, quoted lines left out."""
    lines = [line[:_LINE_CHARS_MAX] for line in text.split("\n")[:_LINES_MAX]]
    kept: list[str] = []
    for number, line in enumerate(lines):
        bare = line.strip(" \t-=*_|#~.:>")
        if number > 0 and bare and len(bare) < 120 and _RETURNED.match(bare) and any(map(str.strip, kept)):
            break
        if _TRANSPORT.match(line) and _is_header_block(lines[number : number + 12]):
            while kept and _FIELD.match(kept[-1]) and not _is_report_field(kept[-1]):
                kept.pop()
            break
        if not line.startswith(">") or line.startswith((">>>", "> >")):
            kept.append(line)
    return "\n".join(kept)


def returned_text(text: str) -> str:
    """The copy of the returned mail at the end of a text, from its header block on; empty when there is none.

    Some servers mark it as a quote.
    """
    lines = text[: 4 * _TEXT_CHARS_MAX].split("\n")
    quoted = [line[2:] for line in lines if line.startswith("> ")]
    return _from_header(lines) or _from_header(quoted)


def _from_header(lines: Sequence[str]) -> str:
    for number, line in enumerate(lines[: 2 * _LINES_MAX]):
        if _FIELD.match(line) and _is_header_block(lines[number : number + 12]):
            return "\n".join(lines[number : number + 500])
    return ""


def _is_report_field(line: str) -> bool:
    return line.lower().startswith(
        ("reporting-mta", "final-recipient", "action", "status", "diagnostic-code", "remote-mta")
    )


def _is_header_block(lines: Sequence[str]) -> bool:
    """Whether these lines begin a mail's header: fields and folded lines only, one of them of transport."""
    fields = transport = 0
    for line in lines:
        if not line.strip():
            break
        if _FIELD.match(line):
            fields += 1
            transport += bool(_TRANSPORT.match(line))
        elif line[:1] not in (" ", "\t"):
            return False
    return fields >= 2 and transport >= 1


def stretch_about(text: str, names: Iterable[str], *, alone: bool) -> str:
    """The lines that speak of one of these addresses, each with what follows up to the next address or empty line.

    With `alone`, when no other recipient failed, the whole text is about it.
    """
    if alone or not text:
        return text
    wanted = [name.lower() for name in names]
    lines = text.split("\n")
    found: list[str] = []
    for number, line in enumerate(lines):
        if any(name in line.lower() for name in wanted):
            found.append(line)
            found.extend(_following(lines[number + 1 : number + 1 + _STRETCH_LINES_MAX], wanted))
    return "\n".join(found)


def _following(lines: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """The lines up to an empty one (not the first) or one about somebody else."""
    kept: list[str] = []
    for number, line in enumerate(lines):
        others = [address for address in addresses_on(line) if address.lower() not in wanted]
        if others or (not line.strip() and number > 0):
            break
        kept.append(line)
    return kept


def addresses_on(line: str) -> list[str]:
    """The addresses on a line, as written, in their order."""
    return [address.strip(".'`") for address in _ADDRESS.findall(line[:_LINE_CHARS_MAX])] if "@" in line else []
