"""Whose keys a link is tried with, in which order: those of its host first, and every account once."""

from typing import Any

import pytest

from mailproc.settings.settings import Settings
from mailproc.web.pages.senders import Senders, senders_of

HOSTS = {"acme": "links.acme.example", "blue": "links.blue.example", "shop": "links.acme.example/shop", "none": None}


@pytest.fixture(scope="module")
def senders() -> Senders:
    accounts: list[dict[str, Any]] = [
        {"id": name, "domains": [f"{name}.example"], "token_keys": {1: bytes([number] * 32).hex()}}
        | ({"pages": {"url": f"https://{host}"}} if host else {})
        for number, (name, host) in enumerate(HOSTS.items(), 1)
    ]
    return senders_of(Settings.model_validate({"account": accounts}), [])


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("links.blue.example", ["blue", "acme", "shop", "none"]),
        ("links.acme.example", ["acme", "shop", "blue", "none"]),
        ("elsewhere.example", ["acme", "blue", "shop", "none"]),
        ("", ["none", "acme", "blue", "shop"]),
    ],
)
def test_accounts_of_the_host_come_first_and_each_once(senders: Senders, host: str, expected: list[str]) -> None:
    assert [account_id for account_id, _ in senders.keys_at(host)] == expected
