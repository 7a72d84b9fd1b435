import pytest
from posted import account_with

from mailproc.mail.authentication import NOT_CHECKED, Authentication, MethodResult
from mailproc.policy.account import FeedbackTrust
from mailproc.policy.sources import FeedbackSource, FeedbackSources
from mailproc.policy.subscriber import Trust
from mailproc.policy.trust import Proof, report_proof, report_verdict, request_proof, request_verdict

PASS = MethodResult(result="pass", domain="isp.example")
FAIL = MethodResult(result="fail", domain="isp.example")
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
FORGED = Authentication(source="header", dmarc=FAIL, dmarc_policy="reject", dkim=(PASS,))


def told(**methods: object) -> Authentication:
    return Authentication(source="header", **methods)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("proof", "trust", "acts"),
    [
        (Proof.token, (Trust.token,) * 3, (True, True, True)),
        (Proof.dkim, (Trust.authenticated,) * 3, (True, True, False)),
        (Proof.spf, (Trust.authenticated,) * 3, (True, True, False)),
        (Proof.not_checked, (Trust.untrusted, Trust.mailbox, Trust.untrusted), (False, True, False)),
        (Proof.nothing, (Trust.untrusted, Trust.mailbox, Trust.untrusted), (False, True, False)),
        (Proof.forged, (Trust.untrusted,) * 3, (False, False, False)),
    ],
)
def test_the_table_of_reports(proof: Proof, trust: tuple[Trust, ...], acts: tuple[bool, ...]):
    columns = (FeedbackTrust.enrolled, FeedbackTrust.mailbox, FeedbackTrust.token)
    verdicts = [report_verdict(proof, account_with(feedback_trust=column)) for column in columns]
    assert tuple(verdict.trust for verdict in verdicts) == trust
    assert tuple(verdict.acts for verdict in verdicts) == acts


@pytest.mark.parametrize("proof", Proof)
def test_a_person_s_request_acts_unless_it_is_forged(proof: Proof):
    assert request_verdict(proof).acts is (proof != Proof.forged)


@pytest.mark.parametrize(
    ("authentication", "proof"),
    [
        (NOT_CHECKED, Proof.not_checked),
        (told(dkim=(PASS,)), Proof.dkim),
        (told(dkim=(FAIL, PASS)), Proof.dkim),
        (told(spf=PASS), Proof.spf),
        (told(spf=FAIL), Proof.nothing),
        (told(dkim=(MethodResult(result="pass", domain="other.example"),)), Proof.nothing),
        (FORGED, Proof.forged),
    ],
)
def test_what_speaks_for_a_report(authentication: Authentication, proof: Proof):
    account = account_with(trusted_sources=("isp.example",))
    assert report_proof(authentication, account, "fbl@isp.example") == proof


def test_a_source_that_is_not_enabled_proves_nothing():
    assert report_proof(told(dkim=(PASS,)), account_with(), "fbl@isp.example") == Proof.nothing


def test_a_known_source_is_enabled_by_its_name():
    signed = told(dkim=(MethodResult(result="pass", domain="arf.mail.yahoo.com"),))
    account = account_with(trusted_sources=("yahoo",), sources=YAHOO)
    assert report_proof(signed, account, "feedback@arf.mail.yahoo.com") == Proof.dkim


def test_the_signature_of_a_known_source_proves_nothing_for_its_users():
    signed = told(dkim=(MethodResult(result="pass", domain="yahoo.com"),))
    account = account_with(trusted_sources=("yahoo",), sources=YAHOO)
    assert report_proof(signed, account, "mallory@yahoo.com") == Proof.nothing


@pytest.mark.parametrize(
    ("authentication", "proof"),
    [
        (NOT_CHECKED, Proof.not_checked),
        (told(dmarc=PASS), Proof.dkim),
        (told(dkim=(PASS,)), Proof.dkim),
        (told(dkim=(MethodResult(result="pass", domain="example"),)), Proof.nothing),
        (told(spf=MethodResult(result="pass", domain="mail.isp.example")), Proof.spf),
        (told(spf=MethodResult(result="pass", domain="other.example")), Proof.nothing),
        (told(dmarc=FAIL, dmarc_policy="none"), Proof.nothing),
        (FORGED, Proof.forged),
    ],
)
def test_what_speaks_for_the_sender_of_a_request(authentication: Authentication, proof: Proof):
    assert request_proof(authentication, "pat@isp.example") == proof
