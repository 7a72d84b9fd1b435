import pytest

from mailproc.policy.who.redaction import is_redacted


@pytest.mark.parametrize(
    "value",
    [
        "redacted@example.org",
        "Redacted-x7@example.org",
        "<undisclosed>",
        "hashed.abc@example.org",
        "d41d8cd98f00b204e9800998ecf8427e@example.org",
        "da39a3ee5e6b4b0d3255bfef95601890afd80709@example.org",
        "2jmj7l5rSw0yVb/vlWAYkK/YBwk=@example.org",
        "xxxx@example.org",
        "p***t@example.org",
        "pat@redacted",
        "pat@hidden.invalid",
        "user@redacted.example",
        "user-redacted@example.org",
        "unknown",
        "",
        "@",
        "a" * 400 + "@example.org",
    ],
)
def test_a_blacked_out_value_is_no_address(value: str):
    assert is_redacted(value)


@pytest.mark.parametrize(
    "value",
    [
        "pat@example.org",
        "<pat@example.org>",
        "max@xx.example",
        "deadbeef@example.org",
        "removals@example.org",
        "x1@y.example",
    ],
)
def test_an_ordinary_address_is_kept(value: str):
    assert not is_redacted(value)
