"""Mailproc beside what else there is, on the replies that were written blind (`fixtures/replies`).

    python -m benchmarks.peers

Reply parsers that are installed beside mailproc (talon, quotequail, email-reply-parser, mail-parser-reply) cut the new
text out of the same readable text that mailproc reads, so that decoding and HTML cost them nothing. Keyword lists are
the classic five words, once on the whole text and once on the new text of each parser. Nothing is asserted here:
tests/test_replies.py does that.
"""

import tomllib
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from mailproc.files.replay import saved_mail
from mailproc.mail.arrival.authentication import NOT_CHECKED
from mailproc.mail.reading.message import read_message
from mailproc.mail.text.new_text import find_new_text
from mailproc.pipeline import decide_mail
from mailproc.policy.account import Accounts
from mailproc.policy.decision import Action
from mailproc.policy.rules.rules import RuleSet
from mailproc.rule_sets.files import load_rules
from mailproc.settings.file import load_settings

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
KEYWORDS = ("unsub", "remove", "opt-out", "opt out", "leave")
Cut = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply: its language, subject and readable text, the reader's answer, what mailproc cut out and did."""

    language: str
    subject: str
    body: str
    answer: dict[str, Any]
    new_text: str
    taken_off: bool


def main() -> None:
    """Print both tables."""
    replies = all_replies()
    console = Console()
    text = Table(title=f"The new text of {len(replies)} replies", title_justify="left")
    asked = Table(title="Who is taken off", title_justify="left")
    for column in ("", "something of the newsletter left in", "something of the person lost"):
        text.add_column(column, justify="left" if not column else "right")
    for column in ("", "requests found", "of those taken off, who asked", "English: found", "English: asked"):
        asked.add_column(column, justify="left" if not column else "right")
    text.add_row("mailproc", *cut_faults(replies, [reply.new_text for reply in replies]))
    asked.add_row("mailproc", *shares(replies, [reply.taken_off for reply in replies]))
    asked.add_row(
        "keywords, whole text", *shares(replies, [has_keyword(one.subject + " " + one.body) for one in replies])
    )
    for name, cut in peers().items():
        texts = [cut(reply.body) for reply in replies]
        text.add_row(name, *cut_faults(replies, texts))
        found = [has_keyword(reply.subject + " " + new) for reply, new in zip(replies, texts, strict=True)]
        asked.add_row(f"keywords, text by {name}", *shares(replies, found))
    console.print(text)
    console.print(asked)


def all_replies() -> list[Reply]:
    """Every mail of `fixtures/replies`, in the order of names."""
    answers = tomllib.loads((FIXTURES / "replies" / "EXPECT.toml").read_text(encoding="utf-8"))
    accounts = Accounts([load_settings(FIXTURES / "emails" / "account.toml", {}).account[0].policy()])
    rules = load_rules(None)
    return [_reply(FIXTURES / "replies" / name, answer, accounts, rules) for name, answer in sorted(answers.items())]


def _reply(path: Path, answer: dict[str, Any], accounts: Accounts, rules: RuleSet) -> Reply:
    content = path.read_bytes()
    saved = saved_mail(content, accounts)
    message = read_message(content)
    found = find_new_text(message)
    decision = decide_mail(saved.mail, NOT_CHECKED, saved.account, rules)
    return Reply(
        path.parent.name, message.subject, found.body, answer, found.text, decision.action == Action.unsubscribe
    )


def peers() -> dict[str, Cut]:
    """The reply parsers that are installed here, by name."""
    found: dict[str, Cut] = {}
    for name, make in (
        ("talon", _talon),
        ("quotequail", _quotequail),
        ("email-reply-parser", _email_reply_parser),
        ("mail-parser-reply", _mail_parser_reply),
    ):
        try:
            found[name] = make()
        except ImportError:
            print(f"{name} is not installed: left out")
    return found


def _talon() -> Cut:
    quotations = import_module("talon.quotations")
    return lambda body: str(quotations.extract_from_plain(body))


def _quotequail() -> Cut:
    quotequail = import_module("quotequail")

    def cut(body: str) -> str:
        found = quotequail.unwrap(body)
        return body if found is None else "\n".join(found[key] for key in ("text_top", "text_bottom") if key in found)

    return cut


def _email_reply_parser() -> Cut:
    parser = import_module("email_reply_parser").EmailReplyParser
    return lambda body: str(parser.parse_reply(body))


def _mail_parser_reply() -> Cut:
    known = ["cs", "da", "de", "en", "es", "fr", "he", "it", "ja", "ko", "nl", "pl", "sv", "zh"]
    parser = import_module("mailparser_reply").EmailReplyParser(languages=known)
    return lambda body: str(parser.parse_reply(text=body) or "")


def has_keyword(text: str) -> bool:
    """Whether one of the classic words stands anywhere."""
    return any(word in text.lower() for word in KEYWORDS)


def cut_faults(replies: list[Reply], texts: list[str]) -> tuple[str, str]:
    """How many texts hold more than the person's words, signature and sign-off aside, and how many hold less."""
    left = lost = 0
    for reply, text in zip(replies, texts, strict=True):
        rest = squeezed(text)
        for line in sorted(reply.answer["new_text"].splitlines(), key=len, reverse=True):
            lost_here = squeezed(line) not in rest
            rest = rest.replace(squeezed(line), "", 1)
            if lost_here:
                lost += 1
                break
        may_stay = [*reply.answer.get("sign_off", "").splitlines(), *reply.answer.get("boilerplate", [])]
        for line in sorted(may_stay, key=len, reverse=True):
            rest = rest.replace(squeezed(line), "", 1).replace(squeezed(line.partition("<")[0]), "", 1)
        left += any(letter.isalnum() for letter in rest) and squeezed(reply.answer["new_text"]) in squeezed(text)
    return percent(left, len(replies)), percent(lost, len(replies))


def shares(replies: list[Reply], taken_off: list[bool]) -> tuple[str, ...]:
    """Of those who ask, how many are found; of those found, how many asked; both again for English alone."""
    cells: list[str] = []
    for languages in ({reply.language for reply in replies}, {"en"}):
        some = [(one, off) for one, off in zip(replies, taken_off, strict=True) if one.language in languages]
        asks = sum(one.answer["asks"] is True for one, _ in some)
        right = sum(one.answer["asks"] is True and off for one, off in some)
        cells += [percent(right, asks), percent(right, sum(off for _, off in some))]
    return tuple(cells)


def percent(part: int, whole: int) -> str:
    """`12.3 %`."""
    return f"{100 * part / whole:.1f} %" if whole else "-"


def squeezed(text: str) -> str:
    """Letters alone: line breaks, spaces and invisible characters make no difference."""
    normal = unicodedata.normalize("NFKC", text)
    return "".join(c for c in normal if not c.isspace() and unicodedata.category(c) != "Cf")


if __name__ == "__main__":
    main()
