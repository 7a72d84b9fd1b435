"""Conversations as text files: reads them, and plays the client's part against a real server.

# why it exists, in a sentence
# settings: {"max_errors": 3}              as JSON, for SmtpSettings
# stock: not compared, because …           else aiosmtpd has to give the same codes

C: EHLO client.example.org                 said by the client, CRLF added
R: NOOP\\nNOOP\\r\\n                          raw bytes, escapes as in Python
S: 250 2.0.0 OK                            said by our server, whole line
A: 500 it sees two commands                aiosmtpd answers this instead, and why
M: pat@example.org | reply@… | Subject: …  a mail that was taken, escapes as in Python; all of them, in order
S: (closed)                                the server has closed the connection
"""

import asyncio
import json
from dataclasses import dataclass, field
from pathlib import Path

from smtp_world import Client

FOLDER = Path(__file__).parent / "conversations"


@dataclass
class Step:
    """What the client sends, and what each server answers: our lines, and the codes of aiosmtpd where they differ."""

    sends: bytes = b""
    ours: list[str] = field(default_factory=list)
    stock: list[str] = field(default_factory=list)


@dataclass
class Conversation:
    name: str
    why: str = ""
    settings: dict[str, object] = field(default_factory=dict)
    compared_with_stock: bool = True
    steps: list[Step] = field(default_factory=list)
    mails: list[str] = field(default_factory=list)


def read_conversation(path: Path) -> Conversation:
    found = Conversation(path.stem, steps=[Step()])
    for line in path.read_text().splitlines():
        key, text = line[:2], line[3:]
        if line.startswith("# settings:"):
            found.settings = json.loads(line.partition(":")[2])
        elif line.startswith("# stock: not compared, because"):
            found.compared_with_stock = False
        elif line.startswith("# "):
            found.why += line[2:] + " "
        elif key in ("C:", "R:"):
            if found.steps[-1].ours:
                found.steps.append(Step())
            found.steps[-1].sends += text.encode() + b"\r\n" if key == "C:" else unescaped(text)
        elif key == "S:":
            found.steps[-1].ours.append(text)
        elif key == "A:":
            found.steps[-1].stock.append(text[:3])
        elif key == "M:":
            found.mails.append(text)
        else:
            assert not line, f"{path.name}: {line!r}"
    return found


def unescaped(text: str) -> bytes:
    return text.encode("latin-1").decode("unicode_escape").encode("latin-1")


def escaped(content: bytes) -> str:
    return content.decode("latin-1").encode("unicode_escape").decode()


def codes_of(lines: list[str]) -> list[str]:
    """The codes of replies, one each however many lines they have."""
    return [line if line == "(closed)" else line[:3] for line in lines if line[3:4] != "-"]


async def play(conversation: Conversation, client: Client, *, stock: bool) -> list[tuple[list[str], list[str]]]:
    """Say the client's part; returns for each step what was expected and what came."""
    played = []
    for step in conversation.steps:
        client.send(step.sends)
        expected = (step.stock or codes_of(step.ours)) if stock else step.ours
        heard: list[str] = []
        for _ in codes_of(step.ours) if not stock else expected:
            async with asyncio.timeout(10):
                reply = await client.reply()
            heard += reply.split("\n") if reply else ["(closed)"]
        played.append((expected, codes_of(heard) if stock else heard))
    return played
