"""The story of docs/how-to/tune-rules.md, played through with the commands and rules that it shows."""

import json
import re
import shutil
from pathlib import Path

import pytest
from command_line import Shell

from mailproc.rule_sets.files import RULES
from mailproc.settings.shipped import shipped

STORY = Path(__file__).resolve().parent.parent.parent / "docs" / "how-to" / "tune-rules.md"
HEAD = "From: {who}\r\nTo: reply@reply.acme.example\r\nSubject: Re: Spring catalogue\r\n\r\n{text}\r\n"
PAT = HEAD.format(who="pat@example.org", text="Hi,\r\n\r\nkindly discharge me from your circular.\r\n\r\nPat")
KIM = HEAD.format(who="kim@example.net", text="The hospital will discharge me on Friday, then I read it at last.")


@pytest.fixture
def story(shell: Shell) -> Shell:
    """The folder as the story begins: saved mail, the rules in force, and the copy with the first try."""
    shell.write("saved/pat.eml", PAT)
    shell.write("saved/kim.eml", KIM)
    for name in ("rules", "rules-next"):
        shutil.copytree(shipped(RULES), shell.folder / name)
    text = STORY.read_text(encoding="utf-8")
    found = re.search(r"cat > rules-next/99-acme.toml <<'END'\n(.*?)END\n```", text, re.DOTALL)
    assert found
    shell.write("rules-next/99-acme.toml", found[1])
    settings = (shell.folder / "mailproc.toml").read_text(encoding="utf-8")
    shell.write("mailproc.toml", f'rules = "rules"\n{settings}')
    return shell


def narrowed(story: Shell) -> None:
    """The rule as the story mends it."""
    found = re.search(r"what is left:\n\n```\n(.*?)```", STORY.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    head = (story.folder / "rules-next" / "99-acme.toml").read_text(encoding="utf-8").partition("phrases")[0]
    story.write("rules-next/99-acme.toml", head + found[1])


def test_the_mail_is_explained(story: Shell) -> None:
    shown = story.run("explain", "saved/pat.eml").stdout
    assert shown.startswith("REVIEW – nothing changes until a person decides")
    assert "none was found in subject or new text" in shown
    assert "like a request: " in shown


def test_the_first_try_is_found_to_be_too_wide(story: Shell) -> None:
    run = story.run("rules", "check", "rules-next", "--against", "saved")
    assert run.returncode == 1
    assert "2 of 2 saved mails would be decided differently" in run.stdout
    assert "+ “discharge me”  acme-discharge (unsubscribe), body, only new" in run.stdout


def test_the_second_try_changes_one_mail_and_becomes_a_test_for_ever(story: Shell) -> None:
    narrowed(story)
    assert story.run("rules", "try", "saved/pat.eml", "--rules", "rules-next").stdout.startswith("UNSUBSCRIBE")
    run = story.run("rules", "diff", "rules", "rules-next", "saved")
    assert run.returncode == 1
    assert "1 of 2 mails are decided differently" in run.stdout
    golden = story.run("replay", "--jsonl", "saved/pat.eml", "--rules", "rules-next").stdout
    story.write("saved/pat.decision.json", golden)
    assert story.run("rules", "check", "rules-next", "--against", "saved/pat.eml").returncode == 0
    (story.folder / "rules-next" / "99-acme.toml").unlink()
    found = json.loads(story.run("rules", "check", "rules-next", "--against", "saved", "--json").stdout)
    assert [one["changes"]["action"] for one in found["changed"]] == [["unsubscribe", "review"]]
