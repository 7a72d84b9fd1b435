import pytest
from posted import account_with, report_mail, token_text

from mailproc.mail.arrival.authentication import NOT_CHECKED, Authentication, MethodResult
from mailproc.mail.reading.message import read_message
from mailproc.mail.reports.feedback import parse_feedback_report
from mailproc.policy.sources.arming import Sample, Step, entry_text, read_sample
from mailproc.policy.sources.source_file import read_source_file
from mailproc.policy.sources.sources import RecipientHint
from mailproc.policy.tokens.token import Purpose
from mailproc.settings.account_policies import load_sources


def passed(domain: str, *, aligned: bool = False) -> MethodResult:
    return MethodResult(result="pass", domain=domain, aligned=aligned)


def verified(**methods: object) -> Authentication:
    return Authentication(source="verified", **methods)  # type: ignore[arg-type]


def armed(content: str, told: Authentication = NOT_CHECKED, **account: object) -> Sample:
    message = read_message(content.replace("\n", "\r\n").encode())
    report = parse_feedback_report(message)
    assert report is not None
    sources = account.pop("sources", load_sources(None))
    policy = account_with(sources=sources, **account)
    return read_sample(report, message.headers, next(iter(message.from_addresses), None), told, policy)


def test_the_proposed_entry_can_be_read_back_and_proves_the_same_report():
    told = Authentication(source="verified", dkim=(passed("isp.example", aligned=True),))
    found = armed(report_mail(), told)
    assert (found.step, found.ours) == (Step.add, "From: news.acme.example")
    assert found.proposed is not None
    sources, problems = read_source_file("x", entry_text(found.proposed))
    assert problems == []
    again = armed(report_mail(), told, sources=sources, trusted_sources=("isp-example",))
    assert again.step == Step.nothing


@pytest.mark.parametrize(
    ("told", "domains", "is_verified"),
    [
        (
            Authentication(source="verified", dkim=(passed("isp.example"), passed("esp.example"))),
            ("isp.example",),
            True,
        ),
        (Authentication(source="verified", dkim=(passed("esp.example"),)), ("esp.example",), True),
        (Authentication(source="verified", spf=passed("bounce.isp.example")), ("bounce.isp.example",), True),
        (Authentication(source="verified", dkim=(MethodResult(result="fail", domain="isp.example"),)), (), False),
        (NOT_CHECKED, (), False),
    ],
)
def test_only_what_passes_may_vouch(told: Authentication, domains: tuple[str, ...], is_verified: bool):
    proposed = armed(report_mail(), told).proposed
    assert proposed is not None
    assert (proposed.auth_domains, proposed.verified) == (domains, is_verified)


def test_what_a_signature_only_claims_is_proposed_as_unverified():
    found = armed("DKIM-Signature: v=1; d=isp.example; b=x\nDKIM-Signature: v=1; d=evil.example; b=x\n" + report_mail())
    assert [one.domain for one in found.signed_by] == ["isp.example", "evil.example"]
    assert found.proposed is not None
    assert (found.proposed.auth_domains, found.proposed.verified) == (("isp.example",), False)


@pytest.mark.parametrize(
    ("fields", "recipient"),
    [
        ("Original-Rcpt-To: <pat@example.org>\n", RecipientHint.plain),
        ("Original-Rcpt-To: <4f2d1c9a0b7e6d5c4b3a29181706f5e4@isp.example>\n", RecipientHint.hashed),
        ("Original-Rcpt-To: <redacted@isp.example>\n", RecipientHint.redacted),
        ("", RecipientHint.redacted),
    ],
)
def test_how_it_names_people_is_told(fields: str, recipient: RecipientHint):
    proposed = armed(report_mail(fields=fields)).proposed
    assert proposed is not None
    assert proposed.recipient == recipient


def test_a_token_of_ours_is_found():
    original = f"From: x@elsewhere.example\nMessage-ID: <{token_text(Purpose.reply)}@news.acme.example>\n"
    found = armed(report_mail(original=original))
    assert (found.token, found.ours) == (True, "token")


def test_foreign_mail_is_told():
    assert armed(report_mail(original="From: x@elsewhere.example\n")).ours is None


def test_a_report_without_a_sender_proposes_nothing():
    found = armed(report_mail(sender="nobody"))
    assert (found.step, found.proposed) == (Step.add, None)
