"""What vouched for a mail, and what that was worth, as `explain` tells it."""

import pytest
from posted import account_with, bounce_mail, examined, reply_mail, report_mail, token_text

from mailproc.mail.arrival.authentication import NOT_CHECKED, Authentication, MethodResult
from mailproc.policy.explaining.explain import verdict_text
from mailproc.policy.explaining.vouching import vouching_of
from mailproc.policy.tokens.token import Purpose
from mailproc.policy.who.trust import MEANING, Proof

FBL = "fbl@reply.acme.example"
TOKEN = token_text(Purpose.unsubscribe_all)
SIGNED = Authentication(source="verified", dkim=(MethodResult(result="pass", domain="isp.example", aligned=True),))
FORGED = Authentication(
    source="verified", dmarc=MethodResult(result="fail", domain="example.org"), dmarc_policy="reject"
)


@pytest.mark.parametrize(
    ("content", "to", "authentication", "proof", "acts"),
    [
        (reply_mail("unsubscribe"), "reply@reply.acme.example", NOT_CHECKED, Proof.not_checked, True),
        (reply_mail("unsubscribe"), "reply@reply.acme.example", FORGED, Proof.forged, False),
        (reply_mail("unsubscribe", headers="In-Reply-To: <1@news.acme.example>\n"), "reply@reply.acme.example", FORGED,
         Proof.answer, True),
        (reply_mail("unsubscribe"), f"{TOKEN}@reply.acme.example", FORGED, Proof.token, True),
        (report_mail(), FBL, NOT_CHECKED, Proof.not_checked, True),
        (report_mail(), FBL, SIGNED, Proof.dkim, True),
        (report_mail("abuse", "", f"List-Unsubscribe: <mailto:{TOKEN}@reply.acme.example>\n"), FBL, SIGNED, Proof.token,
         True),
        (report_mail("abuse", "", f"CFBL-Feedback-ID: {TOKEN}\n"), FBL, Authentication(source="verified"),
         Proof.cfbl_unsigned, False),
    ],
)  # fmt: skip
def test_the_cell_of_the_matrix_is_the_one_that_decided(
    content: str, to: str, authentication: Authentication, proof: Proof, acts: bool
):
    account = account_with(trusted_sources=("isp.example",))
    seen = examined(content, to=to, account=account, authentication=authentication)
    found = vouching_of(seen)
    assert found is not None
    assert (found.proof, found.verdict.acts) == (proof, acts)
    assert (seen.decision.action.value == "unsubscribe") is acts


@pytest.mark.parametrize(
    ("content", "to"),
    [
        (bounce_mail(), "bounce@reply.acme.example"),
        (report_mail("abuse", "Original-Rcpt-To: a@b.example\n", "From: shop@elsewhere.example\n"), FBL),
    ],
)
def test_where_nobody_has_to_be_believed_nothing_vouches(content: str, to: str):
    assert vouching_of(examined(content, to=to)) is None


def test_every_proof_has_words_for_people():
    assert set(MEANING) == set(Proof)


@pytest.mark.parametrize(
    ("result", "text"),
    [
        (MethodResult(result="pass", domain="a.example", aligned=True), "pass a.example, aligned with From"),
        (MethodResult(result="pass", domain="a.example"), "pass a.example"),
        (MethodResult(result="fail", domain="a.example", aligned=True, reason="it has expired"),
         "fail a.example: it has expired"),
        (MethodResult(result="none"), "none"),
    ],
)  # fmt: skip
def test_a_verdict_in_words(result: MethodResult, text: str):
    assert verdict_text(result) == text
