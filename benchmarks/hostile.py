"""Mails that were made to be slow: each shape in any size, from a few kilobytes to 25 MB."""

import base64
from collections.abc import Callable
from itertools import cycle, islice

Shape = Callable[[int], bytes]  # makes a mail of about so many bytes

_HEAD = "From: Pat <pat@example.org>\r\nTo: reply@reply.acme.example\r\nSubject: Re: March news\r\n"
_TEXT = _HEAD + "Content-Type: text/plain; charset=utf-8\r\n\r\n"
_HTML = _HEAD + "Content-Type: text/html; charset=utf-8\r\n\r\n"
_ATTRIBUTION = "On Tue, 3 Mar 2026 at 09:12, Acme News <news@news.acme.example> wrote:\r\n"


def _filled(head: str, piece: str, size: int, tail: str = "") -> bytes:
    """`head`, then `piece` as often as the size allows."""
    start, one, end = head.encode(), piece.encode(), tail.encode()
    return start + one * max(1, (size - len(start) - len(end)) // len(one)) + end


def _numbered(head: str, piece: str, size: int, tail: str = "") -> bytes:
    """The same with `%d` in each piece counting up."""
    lines, length = [head], len(head)
    number = 0
    while length < size:
        number += 1
        lines.append(piece % number)
        length += len(lines[-1])
    return ("".join(lines) + tail).encode()


def _nested(size: int) -> bytes:
    """Multiparts in multiparts: each opens the next."""
    lines = ['Content-Type: multipart/mixed; boundary="b0"\r\n\r\n']
    length = 0
    for depth in range(1, size // 60):
        lines.append(f'--b{depth - 1}\r\nContent-Type: multipart/mixed; boundary="b{depth}"\r\n\r\n')
        length += len(lines[-1])
        if length > size:
            break
    return (_HEAD + "".join(lines) + "please unsubscribe me\r\n").encode()


def _enclosed(size: int) -> bytes:
    return _filled(_HEAD, "Content-Type: message/rfc822\r\n\r\n", size, "please unsubscribe me\r\n")


def _parts(kind: str, head: str, body: str) -> Shape:
    def made(size: int) -> bytes:
        top = f'{_HEAD}Content-Type: multipart/{kind}; boundary="b"\r\n\r\n'
        return _filled(top, f"--b\r\n{head}\r\n\r\n{body}\r\n", size, "--b--\r\n")

    return made


def _report(kind: str, machine_type: str, first: str, piece: str) -> Shape:
    def made(size: int) -> bytes:
        top = (
            f'{_HEAD}Content-Type: multipart/report; report-type={kind}; boundary="b"\r\n\r\n--b\r\n'
            f"Content-Type: text/plain\r\n\r\nA report.\r\n--b\r\nContent-Type: {machine_type}\r\n\r\n{first}"
        )
        return _numbered(top, piece, size, "\r\n--b--\r\n")

    return made


def _base64_bomb(size: int) -> bytes:
    head = _HEAD + "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return head.encode() + base64.encodebytes(b"stop mailing me\n" * (size * 3 // 4 // 17))


def _base64_reports(size: int) -> bytes:
    """Mails in base64, each in the one before: every layer is decoded anew."""
    content = (_TEXT + "please unsubscribe me\r\n").encode() * 2
    while len(content) < size:
        head = _HEAD + "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        content = head.encode() + base64.encodebytes(content)
    return content


def _keywords(size: int) -> bytes:
    words = "please stop sending me do not take me off your list remove my address unsubscribe not interested"
    text = " ".join(islice(cycle(words.split()), size // 6))
    return (_TEXT + text).encode()


def _text(piece: str, tail: str = "") -> Shape:
    return lambda size: _filled(_TEXT, piece, size, tail)


def _encoded(encoding: str, piece: str, charset: str = "utf-8") -> Shape:
    head = f"{_HEAD}Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return lambda size: _filled(head, piece, size)


def _bounce(piece: str) -> Shape:
    head = "From: MAILER-DAEMON@mx.example.org\r\nSubject: Undeliverable mail\r\n\r\na@example.net\r\n"
    return lambda size: _numbered(head, piece, size)


def _divided(piece: str) -> Shape:
    head = _HEAD + 'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
    return lambda size: _filled(head, piece, size, "--b--\r\n")


def _html(piece: str, tail: str = "") -> Shape:
    return lambda size: _filled(_HTML, piece, size, tail)


def _header(piece: str) -> Shape:
    return lambda size: _filled(_HEAD, piece, size, "\r\nplease unsubscribe me\r\n")


def _value(name: str, piece: str, end: str = "") -> Shape:
    return lambda size: _filled(f"From: pat@example.org\r\n{name}: ", piece, size, f"{end}\r\n\r\nunsubscribe me\r\n")


SHAPES: dict[str, Shape] = {
    "short lines": _text("a\r\n"),
    "one line": _text("a"),
    "one line of words": _text("stop "),
    "one line of blanks": _text(" ", "."),
    "blank lines": _text("\r\n"),
    "lines of blanks": _text(" " * 60 + "\r\n"),
    "quote marks": _text(">"),
    "quoted lines": _text("> stop\r\n"),
    "quotes and words in turn": _text("> please take me off this list\r\nplease take me off this list\r\n"),
    "attributions": _text(_ATTRIBUTION),
    "attributions without end": _text("On Tue, 3 Mar 2026 Acme News <news@news.acme.example\r\n"),
    "attributions and quotes": _text(_ATTRIBUTION + "> a\r\n"),
    "header blocks": _text("From: a@example.org\r\nSent: today\r\nTo: b@example.org\r\nSubject: c\r\n\r\n"),
    "labels": _text("From:\r\n"),
    "labels on lines of their own": _text("To\r\n"),
    "dividers": _text("-----Original Message-----\r\n"),
    "drawn lines": _text("________________\r\n"),
    "delimiters": _text("-- \r\n"),
    "mobile signatures": _text("Sent from my iPhone\r\n"),
    "disclaimers": _text("This e-mail and any attachments are confidential.\r\n\r\n"),
    "armour": _text("-----BEGIN PGP SIGNATURE-----\r\n"),
    "flowed": lambda size: _filled(_HEAD + "Content-Type: text/plain; format=flowed\r\n\r\n", "a \r\n", size),
    "keywords": _keywords,
    "requests": _text("please unsubscribe me. "),
    "almost a phrase": _text("do not "),
    "gaps without end": _text("stop the very last of the "),
    "misspelt": lambda size: _numbered(_TEXT, "unsubsc%drib ", size),
    "sentences": _text("a. "),
    "addresses in the text": _text("pat@example.org "),
    "at signs": _text("@"),
    "ideographs": _text("请不要退订这个邮件"),
    "accents": _text("é́"),
    "ligatures": _text("\ufdfa"),
    "rare letters": lambda size: (_TEXT + "".join(map(chr, range(0x20000, 0x20000 + min(size // 4, 60_000))))).encode(),
    "deep HTML": _html("<div>"),
    "deep HTML tables": _html("<table><tr><td>"),
    "deep HTML quotes": _html("<blockquote>"),
    "flat HTML": _html("<p>a</p>"),
    "HTML quotes": _html("<blockquote>a</blockquote>"),
    "HTML line breaks": _html("<br>"),
    "HTML comments": _html("<!--"),
    "HTML attributes": _html("<p a=b "),
    "HTML hidden": _html("<p style='display:none'>a"),
    "HTML preformatted": _html("<pre>\r\na"),
    "HTML less-than signs": _html("<"),
    "HTML ampersands": _html("&"),
    "HTML quote containers": _html("<div class=gmail_quote>"),
    "HTML Outlook marks": _html("<i id=appendonsend>x</i>"),
    "HTML formatting": _html("<b><i><a href=x>"),
    "headers": _header("X-A: b\r\n"),
    "headers of many names": lambda size: _numbered(_HEAD, "X-%d: b\r\n", size, "\r\nunsubscribe me\r\n"),
    "folded header": _value("X-A", "b\r\n "),
    "long header": _value("X-A", "b"),
    "colons": _header(":\r\n"),
    "many From": _header("From: pat@example.org\r\n"),
    "Received": _header("Received: from a by b for <pat@example.org>; Tue, 3 Mar 2026 10:00:00 +0000\r\n"),
    "encoded words": _value("Subject", "=?utf-8?q?=41?= "),
    "encoded words without end": _value("Subject", "=?utf-8?q?"),
    "encoded words in From": _value("From", "=?utf-8?b?QQ==?= "),
    "addresses": lambda size: _numbered("From: pat@example.org\r\nTo: ", "a%d@example.org, ", size, "\r\n\r\nstop\r\n"),
    "addresses in From": lambda size: _numbered("From: ", "a%d@example.org, ", size, "\r\n\r\nstop\r\n"),
    "open brackets in From": _value("From", "<"),
    "open comments in From": _value("From", "("),
    "open quotes in From": _value("From", '"\\'),
    "references": _value("References", "<1@news.acme.example> "),
    "parameters": _value("Content-Type", "text/plain; a=b; "),
    "parameters in sections": lambda size: _numbered(
        "From: pat@example.org\r\nContent-Type: text/plain", "; a*%d*=utf-8''b", size, "\r\n\r\nstop\r\n"
    ),
    "boundaries": _divided("--b\r\n"),
    "false boundaries": _divided("--c\r\n"),
    "nested multiparts": _nested,
    "enclosed mails": _enclosed,
    "text parts": _parts("mixed", "Content-Type: text/plain", "please unsubscribe me"),
    "HTML parts": _parts("mixed", "Content-Type: text/html", "<p>please unsubscribe me</p>"),
    "alternatives": _parts("alternative", "Content-Type: text/plain", "please unsubscribe me"),
    "mail parts": _parts("mixed", "Content-Type: message/rfc822", _TEXT + "please unsubscribe me"),
    "parts without header": _parts("mixed", "", "please"),
    "base64": _base64_bomb,
    "base64 in base64": _base64_reports,
    "quoted-printable": _encoded("quoted-printable", "=41=\r\n"),
    "uuencode": _encoded("x-uuencode", "begin 644 a\r\n#86)C\r\n"),
    "utf-7": _encoded("7bit", "+AGE-", "utf-7"),
    "iso-2022-jp": _encoded("7bit", "\x1b$B\x1b(B", "iso-2022-jp"),
    "NUL": _text("\0"),
    "bounce of many": _report(
        "delivery-status", "message/delivery-status", "Reporting-MTA: dns; mx.example.org\r\n",
        "\r\nFinal-Recipient: rfc822; a%d@example.net\r\nAction: failed\r\nStatus: 5.1.1\r\n",
    ),
    "bounce of one, told of at length": _report(
        "delivery-status", "message/delivery-status",
        "Reporting-MTA: dns; mx.example.org\r\n\r\nFinal-Recipient: rfc822; a@example.net\r\nAction: failed\r\n"
        "Diagnostic-Code: smtp; 550 ", "no such user %d ",
    ),
    "plain bounce": _bounce("a%d@example.net: user unknown\r\n"),
    "plain bounce of one": _bounce("550 no such user %d "),
    "feedback report of many": _report(
        "feedback-report", "message/feedback-report", "Feedback-Type: abuse\r\nUser-Agent: a\r\nVersion: 1\r\n",
        "Original-Rcpt-To: <a%d@example.net>\r\n",
    ),
    "feedback report of many fields": _report(
        "feedback-report", "message/feedback-report", "Feedback-Type: abuse\r\nUser-Agent: a\r\nVersion: 1\r\n",
        "X-%d: b\r\n",
    ),
    "XARF": lambda size: _filled(
        _HEAD + 'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: application/json\r\n\r\n',
        "[", size, "\r\n--b--\r\n",
    ),
    "automatic": _text("I am out of the office. "),
    "vacation": lambda size: _filled(_HEAD.replace("Re:", "Automatic reply:") + "\r\n", "I am away. ", size),
}  # fmt: skip


def every_keyword(examples: list[str]) -> Shape:
    """The examples of all rules, over and over: every phrase may stand everywhere."""
    text = ". ".join(examples)
    return _text(text.replace("\n", " ").replace("\r", " ") + ". ")
