from pathlib import Path

import pytest
from posted import account_with

from mailproc.mail.arrival.authentication import NOT_CHECKED, Authentication, MethodResult
from mailproc.policy.account import FeedbackTrust
from mailproc.policy.sources.sources import FeedbackSource, FeedbackSources
from mailproc.policy.who.trust import (
    MATRIX,
    Claim,
    Proof,
    cfbl_proof,
    report_proof,
    report_verdict,
    request_proof,
    request_verdict,
    why_it_waits,
)

YAHOO = FeedbackSources(
    (
        FeedbackSource(
            id="yahoo",
            name="Yahoo",
            senders=("feedback@arf.mail.yahoo.com",),
            auth_domains=("arf.mail.yahoo.com", "yahoo.com"),
        ),
    )
)
PASS = MethodResult(result="pass", domain="isp.example", aligned=True)
FAIL = MethodResult(result="fail", domain="isp.example", aligned=True)
NO_ANSWER = MethodResult(result="temperror", domain="isp.example", aligned=True)
FORGED = Authentication(source="header", dmarc=FAIL, dmarc_policy="reject", dkim=(PASS,))
STRANGER = MethodResult(result="pass", domain="other.example")
PAGE = Path(__file__).parents[2] / "docs" / "reference" / "trust.md"
ISP = account_with(trusted_sources=("isp.example",))


def told(source: str = "verified", **methods: object) -> Authentication:
    return Authentication(source=source, **methods)  # type: ignore[arg-type]


def cells() -> list[tuple[Proof, Claim, str]]:
    """The table of the page, cell by cell."""
    rows = [line.strip("| ").split(" | ") for line in PAGE.read_text(encoding="utf-8").splitlines() if "`" in line]
    table = [row for row in rows if len(row) == 5 and row[0] != "proof"]
    return [
        (Proof(row[0].strip("`")), claim, cell) for row in table for claim, cell in zip(Claim, row[1:], strict=True)
    ]


@pytest.mark.parametrize(("proof", "claim", "cell"), cells())
def test_the_page_says_what_the_table_does(proof: Proof, claim: Claim, cell: str):
    verdict = MATRIX[proof].get(claim)
    said = "–" if verdict is None else f"{'acts' if verdict.acts else 'waits'} ({verdict.trust.value})"
    assert cell == said


def test_the_page_has_every_proof_in_the_order_of_the_table():
    assert list(dict.fromkeys(proof for proof, _, _ in cells())) == list(MATRIX) == list(Proof)


@pytest.mark.parametrize("trust", FeedbackTrust)
@pytest.mark.parametrize("proof", [proof for proof in Proof if Claim.report_mailbox in MATRIX[proof]])
def test_a_report_is_judged_by_the_column_of_its_account(proof: Proof, trust: FeedbackTrust):
    verdict = report_verdict(proof, account_with(feedback_trust=trust))
    told_by_table = MATRIX[proof][Claim(f"report_{trust.value}")]
    assert (verdict.trust, verdict.acts) == (told_by_table.trust, told_by_table.acts)


@pytest.mark.parametrize("proof", [proof for proof in Proof if Claim.request in MATRIX[proof]])
def test_a_person_s_request_acts_unless_it_is_or_may_be_forged(proof: Proof):
    assert request_verdict(proof).acts is (proof not in (Proof.forged, Proof.unanswered))


@pytest.mark.parametrize(
    ("proof", "hinges"),
    [
        (Proof.token, False),
        (Proof.dkim, False),
        (Proof.spf, False),
        (Proof.answer, False),
        (Proof.nothing, False),
        (Proof.forged, False),
        (Proof.not_checked, True),
        (Proof.unanswered, True),
    ],
)
def test_a_request_hinges_on_its_sender_where_it_may_turn_out_forged(proof: Proof, hinges: bool):
    assert request_verdict(proof).hinges is hinges


@pytest.mark.parametrize(
    ("proof", "hinges"),
    [
        (Proof.token, (False, False, False)),
        (Proof.dkim, (False, False, False)),
        (Proof.nothing, (False, False, False)),
        (Proof.forged, (False, False, False)),
        (Proof.cfbl_unsigned, (False, False, False)),
        (Proof.not_checked, (True, True, False)),
        (Proof.unanswered, (True, True, False)),
        (Proof.cfbl, (True, True, True)),
        (Proof.cfbl_unanswered, (True, True, True)),
    ],
)
def test_a_report_hinges_on_its_sender_where_an_answer_could_turn_it(proof: Proof, hinges: tuple[bool, ...]):
    columns = (FeedbackTrust.enrolled, FeedbackTrust.mailbox, FeedbackTrust.token)
    assert tuple(report_verdict(proof, account_with(feedback_trust=one)).hinges for one in columns) == hinges


@pytest.mark.parametrize(
    ("authentication", "proof"),
    [
        (NOT_CHECKED, Proof.not_checked),
        (told(dkim=(PASS,)), Proof.dkim),
        (told(dkim=(FAIL, PASS)), Proof.dkim),
        (told(dkim=(MethodResult(result="pass", domain="isp.example"),)), Proof.nothing),
        (told(spf=PASS), Proof.spf),
        (told(spf=MethodResult(result="pass", domain="mx.isp.example")), Proof.spf),
        (told(spf=FAIL), Proof.nothing),
        (told(dkim=(STRANGER,)), Proof.nothing),
        (told(dkim=(NO_ANSWER,)), Proof.unanswered),
        (told(dkim=(NO_ANSWER, PASS)), Proof.dkim),
        (told(spf=PASS, dmarc=NO_ANSWER), Proof.unanswered),
        (told(spf=MethodResult(result="temperror", domain="other.example")), Proof.nothing),
        (told("header", dkim=(NO_ANSWER,)), Proof.nothing),
        (FORGED, Proof.forged),
    ],
)
def test_what_speaks_for_a_report(authentication: Authentication, proof: Proof):
    assert report_proof(authentication, ISP, "fbl@isp.example") == proof


def test_a_source_that_is_not_enabled_proves_nothing():
    assert report_proof(told(dkim=(PASS,)), account_with(), "fbl@isp.example") == Proof.nothing


def test_a_known_source_is_enabled_by_its_name():
    signed = told(dkim=(MethodResult(result="pass", domain="arf.mail.yahoo.com", aligned=True),))
    account = account_with(trusted_sources=("yahoo",), sources=YAHOO)
    assert report_proof(signed, account, "feedback@arf.mail.yahoo.com") == Proof.dkim


@pytest.mark.parametrize(
    ("authentication", "proof"),
    [
        (NOT_CHECKED, Proof.cfbl),
        (told("header", spf=PASS), Proof.cfbl),
        (told("header", dkim=(FAIL,)), Proof.cfbl_unsigned),
        (told(dkim=(PASS,)), Proof.token),
        (told(dkim=(STRANGER,)), Proof.cfbl_unsigned),
        (told(dkim=(STRANGER, NO_ANSWER)), Proof.cfbl_unanswered),
        (told(dkim=(FAIL,)), Proof.cfbl_unsigned),
        (told(), Proof.cfbl_unsigned),
        (told(spf=PASS), Proof.cfbl_unsigned),
    ],
)
def test_what_speaks_for_a_report_that_we_asked_for(authentication: Authentication, proof: Proof):
    assert cfbl_proof(authentication, account_with(), "fbl@isp.example") == proof


def test_an_enabled_source_need_not_sign_what_we_asked_for():
    assert cfbl_proof(told(spf=PASS), ISP, "fbl@isp.example") == Proof.token


def test_the_signature_of_a_known_source_proves_nothing_for_its_users():
    signed = told(dkim=(MethodResult(result="pass", domain="yahoo.com", aligned=True),))
    account = account_with(trusted_sources=("yahoo",), sources=YAHOO)
    assert report_proof(signed, account, "mallory@yahoo.com") == Proof.nothing


@pytest.mark.parametrize(
    ("authentication", "proof"),
    [
        (NOT_CHECKED, Proof.not_checked),
        (told(dmarc=PASS), Proof.dkim),
        (told(dkim=(PASS,)), Proof.dkim),
        (told(dkim=(STRANGER,)), Proof.nothing),
        (told(spf=PASS), Proof.spf),
        (told(spf=STRANGER), Proof.nothing),
        (told(dmarc=FAIL, dmarc_policy="none"), Proof.nothing),
        (told(dmarc=NO_ANSWER), Proof.unanswered),
        (told(dmarc=NO_ANSWER, dmarc_policy="reject"), Proof.unanswered),
        (told(dmarc=NO_ANSWER, dmarc_policy="none"), Proof.nothing),
        (told(dmarc=NO_ANSWER, spf=PASS), Proof.spf),
        (told(spf=NO_ANSWER, dmarc=MethodResult(result="none")), Proof.nothing),
        (told("header", dmarc=NO_ANSWER), Proof.nothing),
        (FORGED, Proof.forged),
    ],
)
def test_what_speaks_for_the_sender_of_a_request(authentication: Authentication, proof: Proof):
    assert request_proof(authentication) == proof


@pytest.mark.parametrize(
    ("authentication", "proof"),
    [
        (NOT_CHECKED, Proof.answer),
        (FORGED, Proof.answer),
        (told(dmarc=NO_ANSWER), Proof.answer),
        (told(), Proof.answer),
        (told(dmarc=PASS), Proof.dkim),
        (told(spf=PASS), Proof.spf),
    ],
)
def test_an_answer_to_our_mail_needs_no_other_proof(authentication: Authentication, proof: Proof):
    assert request_proof(authentication, is_answer=True) == proof


def test_the_reason_says_what_a_mail_waits_for():
    assert why_it_waits(Proof.forged) == "but the sender is forged"
    assert why_it_waits(Proof.unanswered) == "but DNS gave no answer about the sender"
    assert why_it_waits(Proof.cfbl_unsigned) == "but the reporter did not sign it (RFC 9477)"
    assert why_it_waits(Proof.nothing) == "whose word does not act by itself"
