"""The probe of the self-test is nobody, and is known as such."""

import pytest

from mailproc.policy.hooks.probe import is_probe, probe_address, probe_mail


def test_a_probes_address_is_one_in_any_case_and_nobody_elses_is() -> None:
    assert is_probe(probe_address("probe-1"))
    assert is_probe(probe_address("probe-1").upper())


@pytest.mark.parametrize(
    "address", [None, "", "pat@example.org", "selftest.mailproc.invalid", "a@xselftest.mailproc.invalid", "a@b.invalid"]
)
def test_nobody_elses_address_is_one(address: str | None) -> None:
    assert not is_probe(address)


def test_its_mail_is_a_request_and_each_is_another() -> None:
    first, second = (probe_mail(probe_address(name), "unsubscribe@reply.acme.example", "now") for name in "ab")
    assert first != second
    assert b"Please unsubscribe me." in first
