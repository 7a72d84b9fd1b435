import pytest

from mailproc.mail.arrival.authentication import NOT_CHECKED, MethodResult, read_authentication
from mailproc.mail.reading.message import Headers

MX = ("mx.example.net",)


def headers(*values: str) -> Headers:
    return Headers(tuple(("Authentication-Results", value) for value in values))


def test_every_method_is_read_with_its_domain() -> None:
    found = read_authentication(
        headers(
            "mx.example.net; spf=pass smtp.mailfrom=pat@mail.example.org;"
            " dkim=pass (good) header.d=example.org header.s=s1; dkim=fail header.i=@other.example;"
            " dmarc=pass (p=REJECT) header.from=example.org policy.published-domain-policy=reject"
        ),
        MX,
    )
    assert found.source == "header"
    assert found.spf == MethodResult(result="pass", domain="mail.example.org")
    assert found.dkim == (
        MethodResult(result="pass", domain="example.org"),
        MethodResult(result="fail", domain="other.example"),
    )
    assert found.dmarc == MethodResult(result="pass", domain="example.org")
    assert found.dmarc_policy == "reject"


def test_only_the_topmost_header_of_a_named_server_counts() -> None:
    found = read_authentication(
        headers(
            "mx.example.net; dmarc=fail header.from=example.org", "mx.example.net; dmarc=pass header.from=example.org"
        ),
        MX,
    )
    assert found.dmarc == MethodResult(result="fail", domain="example.org")


def test_headers_of_other_servers_above_are_passed_over() -> None:
    found = read_authentication(
        headers("elsewhere.example; spf=pass", "mx.example.net; spf=fail smtp.mailfrom=a@example.org"), MX
    )
    assert found.spf == MethodResult(result="fail", domain="example.org")


@pytest.mark.parametrize("servers", [(), ("other.example",)])
def test_without_a_named_server_nothing_is_believed(servers: tuple[str, ...]) -> None:
    assert read_authentication(headers("mx.example.net; dkim=pass header.d=example.org"), servers) is NOT_CHECKED


def test_a_mail_without_the_header_is_not_checked() -> None:
    assert read_authentication(Headers(), MX) is NOT_CHECKED


@pytest.mark.parametrize("value", ["MX.Example.NET 1; none", "(c) mx.example.net. ; none", '"mx.example.net"; none'])
def test_none_says_that_the_server_looked_and_found_nothing(value: str) -> None:
    found = read_authentication(headers(value), MX)
    assert found.source == "header"
    assert (found.spf, found.dkim, found.dmarc) == (None, (), None)


@pytest.mark.parametrize(
    "value",
    [
        'mx.example.net; spf=fail reason="; dmarc=pass header.from=example.org" smtp.mailfrom=a@example.org',
        "mx.example.net; spf=fail (a (nested; dmarc=pass) comment) smtp.mailfrom=a@example.org",
    ],
)
def test_results_inside_quotes_and_comments_are_none(value: str) -> None:
    found = read_authentication(headers(value), MX)
    assert found.dmarc is None
    assert found.spf == MethodResult(result="fail", domain="example.org")


def test_spaces_and_versions_are_understood() -> None:
    found = read_authentication(
        headers("mx.example.net; dkim/1 = pass header.d = Example.ORG; spf=hardfail smtp.helo=x.example"), MX
    )
    assert found.dkim == (MethodResult(result="pass", domain="example.org"),)
    assert found.spf == MethodResult(result="fail", domain="x.example")


@pytest.mark.parametrize(
    ("action", "policy"),
    [("oreject", "reject"), ("quarantine", "quarantine"), ("none", "none"), ("pct.quarantine", None)],
)
def test_exchange_tells_the_policy_by_what_it_did(action: str, policy: str | None) -> None:
    found = read_authentication(headers(f"mx.example.net; dmarc=fail action={action} header.from=example.org"), MX)
    assert found.dmarc_policy == policy


@pytest.mark.parametrize(
    "value",
    [
        "",
        ";",
        "mx.example.net",
        "mx.example.net; dkim",
        "mx.example.net; dkim=maybe",
        "mx.example.net; =pass",
        "(" * 5000,
    ],
)
def test_broken_values_yield_no_verdict(value: str) -> None:
    found = read_authentication(headers(value), MX)
    assert (found.spf, found.dkim, found.dmarc) == (None, (), None)


@pytest.mark.parametrize("comment", ["(p=reject dis=none)", "(p=REJECT sp=NONE dis=NONE)", "(p=reject)"])
def test_the_policy_is_read_from_the_comment_in_which_the_usual_writers_say_it(comment: str) -> None:
    said = f"mx.acme.example; dmarc=fail {comment} header.from=bank.example"
    found = read_authentication(headers(said), ("mx.acme.example",))
    assert found.dmarc == MethodResult(result="fail", domain="bank.example")
    assert found.dmarc_policy == "reject"
