"""Every saved report that acts has forged variants that do not: from an unenrolled source, and about others' mail."""

import functools
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from mailproc.files.replay import saved_mail
from mailproc.mail.arrival.authentication import NOT_CHECKED, Authentication, MethodResult
from mailproc.pipeline import decide_mail
from mailproc.policy.account import AccountPolicy, Accounts, FeedbackTrust
from mailproc.policy.decision import Action, Decision
from mailproc.policy.who.subscriber import Trust
from mailproc.rule_sets.files import load_rules
from mailproc.settings.account_policies import policies_of
from mailproc.settings.file import load_settings

MAILS = Path(__file__).resolve().parent.parent / "fixtures" / "emails"
EXPECTED = tomllib.loads((MAILS / "EXPECT.toml").read_text(encoding="utf-8"))
ACTING = sorted(
    name for name, human in EXPECTED.items() if human["kind"] == "feedback_report" and human["action"] == "unsubscribe"
)
RULES = load_rules(None)
SIGNED_BY_A_STRANGER = Authentication(
    source="verified", dkim=(MethodResult(result="pass", domain="stranger.example", aligned=True),)
)


@functools.cache
def acme() -> AccountPolicy:
    return policies_of(load_settings(MAILS / "account.toml", {}))[0]


def decided(name: str, authentication: Authentication = NOT_CHECKED, **account: object) -> Decision:
    policy = replace(acme(), **account)  # type: ignore[arg-type]
    saved = saved_mail((MAILS / f"{name}.eml").read_bytes(), Accounts([policy]))
    return decide_mail(saved.mail, authentication, saved.account, RULES)


def by_token(name: str) -> bool:
    return any(ref.trust is Trust.token for ref in decided(name).subscribers)


WITHOUT_TOKEN = [name for name in ACTING if not by_token(name)]
WITH_TOKEN = [name for name in ACTING if by_token(name)]


def test_there_are_many_of_both() -> None:
    assert len(WITHOUT_TOKEN) >= 20
    assert len(WITH_TOKEN) >= 3


@pytest.mark.parametrize("authentication", [NOT_CHECKED, SIGNED_BY_A_STRANGER], ids=["not checked", "a stranger's"])
@pytest.mark.parametrize("name", WITHOUT_TOKEN)
def test_from_an_unenrolled_source_it_waits(name: str, authentication: Authentication) -> None:
    decision = decided(name, authentication, feedback_trust=FeedbackTrust.enrolled)
    assert (decision.action, decision.facts) == (Action.review, ())


@pytest.mark.parametrize("name", ACTING)
def test_about_the_mail_of_somebody_else_it_is_foreign(name: str) -> None:
    decision = decided(
        name, domains=("reply.other.example",), sends_from=("news.other.example",), token_keys={1: bytes(32)}
    )
    assert (decision.foreign, decision.facts) == (True, ())
    assert decision.action is Action.record


@pytest.mark.parametrize("name", WITH_TOKEN)
def test_a_token_of_another_key_proves_nobody(name: str) -> None:
    decision = decided(name, feedback_trust=FeedbackTrust.enrolled, token_keys={1: bytes(32)})
    assert decision.facts == ()


@pytest.mark.parametrize("name", WITHOUT_TOKEN)
def test_where_only_tokens_count_it_waits(name: str) -> None:
    decision = decided(name, feedback_trust=FeedbackTrust.token)
    assert (decision.action, decision.facts) == (Action.review, ())
