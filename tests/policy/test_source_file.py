import pytest

from mailproc.policy.sources.source_file import read_source_file
from mailproc.policy.sources.sources import RecipientHint, ReportFormat

GOOD = """
[[source]]
id = "isp"
name = "ISP Example"
from = ["fbl@Isp.example", "*@*.isp.example"]
auth_domains = ["isp.example"]
format = "xarf"
recipient = "hashed"
verified = true
about = "seen in March"
"""


def test_an_entry_is_read_whole():
    sources, problems = read_source_file("sources.toml", GOOD)
    assert problems == []
    [source] = sources.known
    assert (source.id, source.name, source.auth_domains, source.verified) == (
        "isp",
        "ISP Example",
        ("isp.example",),
        True,
    )
    assert source.senders == ("fbl@isp.example", "*@*.isp.example")
    assert (source.format, source.recipient, source.about) == (
        ReportFormat.xarf,
        RecipientHint.hashed,
        "seen in March",
    )


def test_an_empty_file_knows_nobody():
    sources, problems = read_source_file("sources.toml", "")
    assert (sources.known, problems) == ((), [])


@pytest.mark.parametrize(
    ("change", "mistake"),
    [
        (('id = "isp"', 'id = "I S P"'), "sources.toml:3: a source needs an id"),
        (('from = ["fbl@Isp.example", "*@*.isp.example"]', "from = []"), "sources.toml:3: source isp needs `from`"),
        (('"fbl@Isp.example"', '"isp.example"'), "sources.toml:5: 'isp.example' in from is neither"),
        (('"fbl@Isp.example"', '"f*l@isp.example"'), "sources.toml:5: 'f*l@isp.example' in from is neither"),
        (('"fbl@Isp.example"', '"fbl@isp"'), "sources.toml:5: 'isp' in from is no domain"),
        (('"*@*.isp.example"', '"*@*"'), "sources.toml:5: '*' in from is no domain"),
        (('["isp.example"]', '["isp example"]'), "sources.toml:6: 'isp example' in auth_domains is no domain"),
        (('["isp.example"]', '"isp.example"'), "sources.toml:6: auth_domains is a list of texts"),
        (('"xarf"', '"fax"'), "sources.toml:7: format is one of arf, xarf, jmrp, not 'fax'"),
        (('"hashed"', "1"), "sources.toml:8: recipient is one of plain, header, hashed, redacted, not 1"),
        (("verified = true", 'verified = "yes"'), "sources.toml:9: verified is true or false"),
        (("about", "abuot"), "sources.toml:10: unknown key 'abuot'"),
        (('id = "isp"', 'id = "isp'), "sources.toml:3: is not TOML"),
        (("[[source]]", "[source]"), "sources.toml:1: write each source as [[source]]"),
        (("[[source]]", "spring = 1\n[[source]]"), "sources.toml:2: unknown key 'spring'"),
    ],
)
def test_a_mistake_is_told_with_file_and_line(change: tuple[str, str], mistake: str):
    _, problems = read_source_file("sources.toml", GOOD.replace(*change))
    assert [problem for problem in problems if problem.startswith(mistake)], problems


def test_every_mistake_is_told_and_an_id_counts_once():
    text = GOOD + GOOD + GOOD.replace("isp", "second").replace('"xarf"', '"fax"')
    sources, problems = read_source_file("sources.toml", text)
    assert [source.id for source in sources.known] == ["isp"]
    assert [problem.split(": ", 1)[0] for problem in problems] == ["sources.toml:13", "sources.toml:27"]
