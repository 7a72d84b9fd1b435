import pytest

from mailproc.policy.sources.sources import FeedbackSource, FeedbackSources

YAHOO = FeedbackSource(
    id="yahoo", name="Yahoo", senders=("feedback@arf.mail.yahoo.com",), auth_domains=("arf.mail.yahoo.com", "yahoo.com")
)
VALIDITY = FeedbackSource(
    id="validity",
    name="Validity",
    senders=("*@senderscore.net", "*@*.senderscore.net"),
    auth_domains=("senderscore.net",),
)
SOURCES = FeedbackSources((YAHOO, VALIDITY))


@pytest.mark.parametrize(
    ("address", "name", "source"),
    [
        ("feedback@arf.mail.yahoo.com", "Yahoo", "yahoo"),
        ("Feedback@ARF.mail.yahoo.com", "Yahoo", "yahoo"),
        ("feedbackloop@comcastfbl.senderscore.net", "Validity", "validity"),
        ("fbl@senderscore.net", "Validity", "validity"),
        ("pat@yahoo.com", "yahoo.com", "yahoo.com"),
        ("x@arf.mail.yahoo.com", "arf.mail.yahoo.com", "arf.mail.yahoo.com"),
        ("fbl@notsenderscore.net", "notsenderscore.net", "notsenderscore.net"),
        ("fbl", "unknown sender", "unknown"),
        ("", "unknown sender", "unknown"),
        (None, "unknown sender", "unknown"),
    ],
)
def test_a_source_is_told_by_its_from_address(address: str | None, name: str, source: str):
    assert (SOURCES.name_of(address), SOURCES.source_of(address)) == (name, source)


def test_enabled_sources_are_named_by_id_or_domain():
    trusted = ("Yahoo", "ISP.example")
    assert SOURCES.auth_domains_of(trusted, "feedback@arf.mail.yahoo.com") == (
        "arf.mail.yahoo.com",
        "yahoo.com",
        "isp.example",
    )
    assert SOURCES.auth_domains_of((), "feedback@arf.mail.yahoo.com") == ()


def test_what_signs_for_a_source_proves_nothing_for_other_mail_of_that_domain():
    assert SOURCES.auth_domains_of(("yahoo",), "mallory@yahoo.com") == ()
    assert SOURCES.auth_domains_of(("yahoo",), None) == ()


@pytest.mark.parametrize(
    ("source", "enabled"),
    [
        ("yahoo", True),
        ("isp.example", True),
        ("fbl.isp.example", True),
        ("validity", False),
        ("notisp.example", False),
        ("unknown", False),
    ],
)
def test_a_source_is_enabled_by_its_id_or_by_a_domain_that_it_is_in(source: str, enabled: bool):
    assert SOURCES.is_enabled(source, ("YAHOO", "Isp.Example")) is enabled


def test_reports_from_before_a_source_had_its_entry_are_found_by_its_domains():
    assert SOURCES.names_of("validity") == ("validity", "senderscore.net")
    assert SOURCES.names_of("isp.example") == ("isp.example",)
