"""Every saved mail is decided as a human reader would, and its whole decision stays as it was last reviewed.

EXPECT.toml is the human's answer. NAME.decision.json beside NAME.eml is the program's; `MAILPROC_REWRITE_GOLDEN=1`
writes it anew, but only where the program agrees with the human, and the change is then reviewed as a diff.
"""

import functools
import json
import os
import tomllib
from pathlib import Path
from typing import Any

import pytest

from mailproc.authenticity.border import Border
from mailproc.files.replay import saved_mail
from mailproc.pipeline import decide_mail
from mailproc.policy.account import AccountPolicy, Accounts
from mailproc.policy.decision import Decision, decision_as_json, facts_as_json
from mailproc.policy.rules.rules import RuleSet
from mailproc.rule_sets.files import load_rules
from mailproc.settings.account_policies import policies_of
from mailproc.settings.file import load_settings

MAILS = Path(__file__).resolve().parent.parent / "fixtures" / "emails"
EXPECTED: dict[str, dict[str, Any]] = tomllib.loads((MAILS / "EXPECT.toml").read_text(encoding="utf-8"))
REWRITE = os.environ.get("MAILPROC_REWRITE_GOLDEN") == "1"


@functools.cache
def acme() -> AccountPolicy:
    return policies_of(load_settings(MAILS / "account.toml", {}))[0]


@functools.cache
def rules() -> RuleSet:
    return load_rules(None)


@functools.cache
def decided(name: str) -> Decision:
    content = (MAILS / f"{name}.eml").read_bytes()
    saved = saved_mail(content, Accounts([acme()]))
    authentication = Border().authenticate(saved.mail, saved.account)
    return decide_mail(saved.mail, authentication, saved.account, rules())


def differences(name: str) -> list[str]:
    """What the decision has otherwise than the human; empty: they agree."""
    decision, human = decided(name), EXPECTED[name]
    seen: dict[str, object] = {"kind": decision.kind.value, "action": decision.action.value}
    wrong = [f"{key}: {got}, human: {human[key]}" for key, got in seen.items() if got not in _either(human[key])]
    also = {one.value for one in decision.also}
    wanted = set(human.get("also", also))
    if not wanted <= also | {decision.action.value} or (also and not wanted):
        wrong.append(f"also: {sorted(also)}, human: {sorted(wanted)}")
    level = decision.level.value if decision.level else None
    if "level" in human and level != human["level"]:
        wrong.append(f"level: {level}, human: {human['level']}")
    if "subscribers" in human:
        wrong += _wrong_people(decision, human["subscribers"])
    if decision.action.value == "unsubscribe" and not decision.subscribers:
        wrong.append("unsubscribes nobody")
    return [f"{line} ({decision.reason})" for line in wrong]


def _either(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]


def _wrong_people(decision: Decision, wanted: list[str]) -> list[str]:
    """Every name, address or key, must be a wanted one, and each wanted must be named."""
    named = [{name for name in (ref.address, ref.key) if name} for ref in decision.subscribers]
    strangers = [sorted(names) for names in named if not names <= set(wanted)]
    missing = [name for name in wanted if not any(name in names for names in named)]
    return [f"subscribers: not meant {strangers}, missing {missing}"] if strangers or missing else []


def golden(decision: Decision) -> str:
    """The whole decision and its facts; without the digest of the rules, or each edit of one would touch every file."""
    seen = decision_as_json(decision) | {"facts": facts_as_json(decision)}
    del seen["ruleset"]
    return json.dumps(seen, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_saved_mail_is_decided_as_a_human_would(name: str) -> None:
    assert differences(name) == [], EXPECTED[name]["why"]


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_whole_decision_is_the_reviewed_one(name: str) -> None:
    file = MAILS / f"{name}.decision.json"
    if REWRITE and not differences(name):
        file.write_text(golden(decided(name)), encoding="utf-8")
    assert file.is_file(), "not reviewed yet: run with MAILPROC_REWRITE_GOLDEN=1"
    assert golden(decided(name)) == file.read_text(encoding="utf-8")


def test_every_saved_mail_has_a_human_answer_and_every_answer_a_mail() -> None:
    saved = {path.relative_to(MAILS).with_suffix("").as_posix() for path in MAILS.glob("*/*.eml")}
    reviewed = {path.relative_to(MAILS).as_posix().removesuffix(".decision.json") for path in MAILS.glob("*/*.json")}
    assert saved == set(EXPECTED)
    assert reviewed <= saved


def test_there_are_many_mails_and_at_least_as_many_that_must_not_unsubscribe_as_that_must() -> None:
    must = [name for name, human in EXPECTED.items() if human["action"] == "unsubscribe"]
    assert len(EXPECTED) >= 60
    assert len(EXPECTED) - len(must) >= len(must)


def test_saved_mails_have_the_line_ends_of_the_wire() -> None:
    bare = [path.name for path in MAILS.glob("*/*.eml") if path.read_bytes().replace(b"\r\n", b"").count(b"\n")]
    assert bare == []
