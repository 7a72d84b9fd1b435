"""Mails as tests write them: a text, its subtype and a few header fields, read by the real parser."""

from collections.abc import Mapping

from mailproc.mail.reading.message import Message, read_message

_USUAL = {
    "From": "Pat Smith <pat@example.org>",
    "To": "reply@news.example.net",
    "Subject": "Re: March news",
    "Message-ID": "<2@example.org>",
    "MIME-Version": "1.0",
}


def mail_of(body: str, content_type: str = "text/plain; charset=utf-8", **fields: str) -> Message:
    """A mail with this body; `fields` replace or add header fields (`_` for `-`)."""
    given = {name.replace("_", "-"): value for name, value in fields.items()}
    return _read({**_USUAL, "Content-Type": content_type, **given}, body)


def html_mail(body: str, **fields: str) -> Message:
    """A mail that is HTML alone."""
    return mail_of(body, "text/html; charset=utf-8", **fields)


def multipart_mail(kind: str, *parts: tuple[str, str], **fields: str) -> Message:
    """A multipart of (Content-Type and further part headers, content)."""
    bodies = "".join(f"--b0\nContent-Type: {head}\n\n{content}\n" for head, content in parts)
    return mail_of(bodies + "--b0--\n", f'multipart/{kind}; boundary="b0"', **fields)


def _read(fields: Mapping[str, str], body: str) -> Message:
    head = "".join(f"{name}: {value}\n" for name, value in fields.items())
    return read_message((head + "\n" + body).replace("\n", "\r\n").encode("utf-8", "replace"))
