"""The mails that are measured with: a person's reply, a feedback report, a large multipart; all made here."""

import random
from collections.abc import Iterator

from benchmarks.load import Mail

REPLY_BOX = "reply@reply.acme.example"
FEEDBACK_BOX = "fbl@reply.acme.example"
_LOREM = "The new season is here, with everything that you liked and a few things that nobody has seen before."
_FOOTER = "You get this mail because you signed up at acme.example. To unsubscribe click here."


def _quoted(lines: int) -> str:
    return "".join(f"> {_LOREM}\r\n" for _ in range(lines)) + f"> {_FOOTER}\r\n"


_ASKS = "please unsubscribe me from this list."
_COMMON_WORDS = """
the of and to in is it you that was for on are with as his they at be this from have or by one had not but what all
were when we there can an your which their said if do will each about how up out them then she many some so these
would other into has more her two like him see time could no make than first been its who now people my made over did
down only way find use may water long little very after words called just where most know get through back much before
go good new write our used me man too any day same right look think also around another came come work three word must
because does part even place well such here take why things help put years different away again off went old number
great tell men say small every found still between name should home big give air line set own under read last never us
left end along while might next sound below saw something thought both few those always looked show large often
together asked house world going want school important until form food keep children feet land side without boy once
animals life enough took four head above kind began almost live page got earth need far hand high year mother light
parts country father let night following picture being study second eyes soon times story boys since white days ever
paper hard near sentence better best across during today however sure means knew try told young miles sun ways thing
whole hear example heard several change answer room sea against top turned learn point city play toward five using
himself usually
"""


def unseen_reply_mail(number: int) -> bytes:
    """Some eighty words that no other number has, over a quoted newsletter: 2 kB, and it asks for nothing."""
    chosen, words = random.Random(number), _COMMON_WORDS.split()
    sentences = (" ".join(chosen.choices(words, k=chosen.randint(6, 14))) for _ in range(8))
    said = "\r\n".join(f"{sentence.capitalize()}." for sentence in sentences)
    return reply_mail(number, size_bytes=1600).replace(_ASKS.encode(), said.encode())


def reply_mail(number: int, size_bytes: int = 2048) -> bytes:
    """A short request over a quoted newsletter, 2 kB as most replies are; every number is another person."""
    head = (
        f"Return-Path: <pat-{number}@example.org>\r\nDelivered-To: {REPLY_BOX}\r\n"
        "Received: from mail-yb1.mx.example.org (mail-yb1.mx.example.org [198.51.100.7])\r\n"
        f"\tby mx.acme.example with ESMTPS id {number:016x}; Tue, 3 Mar 2026 10:00:01 +0000\r\n"
        f"Received: by mail-yb1.mx.example.org with SMTP id {number:016x}; Tue, 3 Mar 2026 02:00:00 -0800\r\n"
        "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=s2026; t=1772532000;\r\n"
        "\th=to:subject:message-id:date:from:in-reply-to:references:mime-version;\r\n"
        "\tbh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=dGhpcyBpcyBubyByZWFsIHNpZ25hdHVyZQ==\r\n"
        "X-Received: by 2002:a05:6902:100c with SMTP id w12; Tue, 3 Mar 2026 02:00:00 -0800 (PST)\r\n"
        "MIME-Version: 1.0\r\nReferences: <news-1@news.acme.example>\r\nIn-Reply-To: <news-1@news.acme.example>\r\n"
        f"From: Pat Doe <pat-{number}@example.org>\r\nDate: Tue, 3 Mar 2026 10:00:00 +0000\r\n"
        f"Message-ID: <{number}@mail.example.org>\r\nSubject: Re: March news\r\nTo: Acme News <{REPLY_BOX}>\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        f"Hello,\r\n\r\n{_ASKS}\r\n\r\nThank you\r\nPat\r\n\r\n"
        "On Tue, 3 Mar 2026 at 09:12, Acme News <news@news.acme.example> wrote:\r\n"
    )
    lines = max(1, (size_bytes - len(head)) // (len(_LOREM) + 4) - 1)
    return (head + _quoted(lines)).encode()


def feedback_mail(number: int, size_bytes: int = 9 * 1024) -> bytes:
    """An ARF report about a newsletter of ours."""
    original = (
        "Return-Path: <b@reply.acme.example>\r\nFrom: Acme News <news@news.acme.example>\r\n"
        f"To: pat-{number}@isp.example\r\nSubject: March news\r\nMessage-ID: <news-{number}@news.acme.example>\r\n"
        "Date: Tue, 3 Mar 2026 09:12:00 +0000\r\nContent-Type: text/plain\r\n\r\n"
    )
    return (
        "From: Feedback <fbl@isp.example>\r\nTo: " + FEEDBACK_BOX + "\r\nSubject: FW: March news\r\n"
        f"Date: Tue, 3 Mar 2026 10:00:00 +0000\r\nMessage-ID: <r{number}@isp.example>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=feedback-report; boundary="b1"\r\n\r\n'
        "--b1\r\nContent-Type: text/plain\r\n\r\nA user marked this as junk.\r\n\r\n"
        "--b1\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nUser-Agent: IspLoop/3.2\r\n"
        f"Version: 1\r\nOriginal-Rcpt-To: <pat-{number}@isp.example>\r\nSource-IP: 192.0.2.5\r\n\r\n"
        "--b1\r\nContent-Type: message/rfc822\r\n\r\n" + original
        + (_LOREM + "\r\n") * max(1, (size_bytes - 1400) // (len(_LOREM) + 2)) + "\r\n--b1--\r\n"
    ).encode()  # fmt: skip


def multipart_mail(number: int, size_bytes: int = 27 * 1024) -> bytes:
    """A reply as text and as HTML, the newsletter quoted in both."""
    rows = (size_bytes - 1500) // 3 // (len(_LOREM) + 4)
    text = (
        "please take me off your list\r\n\r\nOn Tue, 3 Mar 2026, Acme News <news@news.acme.example> wrote:\r\n\r\n"
        + _quoted(rows)
    )
    cells = "".join(f'<tr><td style="padding:4px;font-size:12px">{_LOREM}</td></tr>\r\n' for _ in range(rows))
    html = (
        '<html><body><div dir="ltr">please take me off your list</div><br><div class="gmail_quote">'
        '<div class="gmail_attr">On Tue, 3 Mar 2026, Acme News wrote:<br></div><blockquote class="gmail_quote">'
        f"<table>{cells}</table><p>{_FOOTER}</p></blockquote></div></body></html>\r\n"
    )
    return (
        f"From: Pat <pat-{number}@example.org>\r\nTo: {REPLY_BOX}\r\nSubject: Re: March news\r\n"
        f"Date: Tue, 3 Mar 2026 10:00:00 +0000\r\nMessage-ID: <m{number}@mail.example.org>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/alternative; boundary="b2"\r\n\r\n'
        f"--b2\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
        f"--b2\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}\r\n--b2--\r\n"
    ).encode()


def replies(count: int, *, first: int = 0) -> Iterator[Mail]:
    """So many opt-outs, each of another person."""
    for number in range(first, first + count):
        yield f"pat-{number}@example.org", REPLY_BOX, reply_mail(number)
