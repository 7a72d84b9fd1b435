import pytest

from mailproc.policy.sources import SOURCES, auth_domains_of, source_name


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("feedback@arf.mail.yahoo.com", "Yahoo"),
        ("staff@hotmail.com", "Microsoft"),
        ("fbl@isp.example", "isp.example"),
        ("fbl", "unknown sender"),
        (None, "unknown sender"),
    ],
)
def test_a_source_is_called_by_its_name(address: str | None, name: str):
    assert source_name(address) == name


def test_enabled_sources_are_named_by_id_or_domain():
    assert auth_domains_of(("yahoo", "ISP.example")) == ("arf.mail.yahoo.com", "yahoo.com", "isp.example")
    assert auth_domains_of(()) == ()


def test_ids_are_unique():
    assert len({source.id for source in SOURCES}) == len(SOURCES)
