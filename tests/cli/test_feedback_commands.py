"""Feedback loops from the command line: who reports, trusting a source, releasing or discarding what waited."""

import re
from pathlib import Path
from typing import Any

import pytest
from command_line import REQUEST, Shell

ENROLLED = {"MAILPROC_ACCOUNT__ACME__FEEDBACK_TRUST": "enrolled"}
BORDER = {**ENROLLED, "MAILPROC_ACCOUNT__ACME__BORDER_SERVERS": "mx.acme.example"}
TRUSTED = {**BORDER, "MAILPROC_ACCOUNT__ACME__TRUSTED_SOURCES": "isp.example"}


def report(
    person: str = "pat",
    *,
    sender: str = "fbl@isp.example",
    proof: str = "dkim=pass header.d=isp.example",
    original: str = "From: news@news.acme.example",
    fields: str = "",
) -> bytes:
    results = f"Authentication-Results: mx.acme.example; {proof}\n" if proof else ""
    return (
        f"Delivered-To: fbl@reply.acme.example\n{results}From: {sender}\nSubject: FW: March news\n"
        f"Date: Tue, 3 Mar 2026 10:00:00 +0000\nMessage-ID: <{person}@isp.example>\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=feedback-report; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nA complaint.\n"
        "--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: Test/1\nVersion: 1\n"
        f"Original-Rcpt-To: <{person}@example.org>\n{fields}\n--b\nContent-Type: message/rfc822\n\n"
        f"{original}\nTo: {person}@example.org\nSubject: March news\n\nHello\n--b--\n"
    ).replace("\n", "\r\n").encode()  # fmt: skip


@pytest.fixture
def waiting(database: Shell) -> Shell:
    """Two reports of a source that nobody trusts yet, one of another, and one about somebody else's mail."""
    for person in ("pat", "kim"):
        database.write(f"reports/{person}.eml", report(person))
    database.write(
        "reports/other.eml", report("lee", sender="fbl@other.example", proof="dkim=pass header.d=other.example")
    )
    database.write("reports/foreign.eml", report("max", original="From: shop@elsewhere.example"))
    assert database.run("replay", "--apply", "reports", **BORDER).returncode == 0
    return database


def status_of(shell: Shell, person: str) -> str:
    people: Any = shell.json("status", f"{person}@example.org")
    return str(people[0]["status"]) if people else "unknown"


def row_of(shell: Shell, source: str) -> dict[str, Any]:
    rows: Any = shell.json("feedback", "sources")
    return next(row for row in rows if row["source"] == source)


def test_sources_show_who_reported_and_what_became_of_it(waiting: Shell) -> None:
    row = row_of(waiting, "isp.example")
    assert {key: row[key] for key in ("reports", "acted", "waiting", "foreign", "trusted")} == {
        "reports": 3, "acted": 0, "waiting": 2, "foreign": 1, "trusted": False,
    }  # fmt: skip
    assert row["last_seen"].startswith("2026-03-03T10:00")
    assert row["silent_since"] is None


@pytest.mark.parametrize("columns", ["80", "150"])
def test_the_table_fits_its_terminal(waiting: Shell, columns: str) -> None:
    shown = waiting.run("feedback", "sources", COLUMNS=columns)
    assert shown.returncode == 0
    assert "isp.example" in shown.stdout
    assert max(len(line) for line in shown.stdout.splitlines()) <= max(int(columns), 100)
    assert "feedback arm" in shown.stdout


def test_known_sources_that_never_reported_are_shown_on_demand(waiting: Shell) -> None:
    assert "validity" not in waiting.run("feedback", "sources").stdout
    assert "validity" in waiting.run("feedback", "sources", "--all").stdout


def test_without_any_report_the_command_says_so(database: Shell) -> None:
    assert "no feedback report yet" in database.run("feedback", "sources").stdout


def test_what_waits_is_released_together_once_its_source_is_trusted(waiting: Shell) -> None:
    shown = waiting.run("feedback", "release", "--source", "isp.example", **TRUSTED)
    assert "2 waiting, 2 would be released" in shown.stdout
    assert status_of(waiting, "pat") == "unknown"
    done = waiting.run("feedback", "release", "--source", "isp.example", "--apply", **TRUSTED)
    assert "2 waiting, 2 released" in done.stdout
    assert [status_of(waiting, one) for one in ("pat", "kim", "lee", "max")] == [
        "unsubscribed", "unsubscribed", "unknown", "unknown",
    ]  # fmt: skip
    row = row_of(waiting, "isp.example")
    assert (row["acted"], row["waiting"]) == (2, 0)


def test_released_twice_it_is_released_once(waiting: Shell) -> None:
    waiting.run("feedback", "release", "--source", "isp.example", "--apply", **TRUSTED)
    again = waiting.run("feedback", "release", "--source", "isp.example", "--apply", **TRUSTED)
    assert "0 waiting, 0 released" in again.stdout


def test_without_trust_nothing_is_released_and_the_command_says_why(waiting: Shell) -> None:
    done = waiting.run("feedback", "release", "--source", "isp.example", "--apply", **BORDER)
    assert "2 waiting, 0 released" in done.stdout
    assert "still waits: abuse report by isp.example, whose word does not act by itself" in done.stdout
    assert status_of(waiting, "pat") == "unknown"


def test_a_dry_run_wins_over_apply(waiting: Shell) -> None:
    waiting.run("feedback", "release", "--source", "isp.example", "--apply", "--dry-run", **TRUSTED)
    assert status_of(waiting, "pat") == "unknown"


def test_what_waits_is_discarded_together(waiting: Shell) -> None:
    assert "1 would be discarded" in waiting.run("feedback", "discard", "--source", "other.example").stdout
    done = waiting.run("feedback", "discard", "--source", "other.example", "--apply", "--by", "kim")
    assert "1 waiting, 1 discarded" in done.stdout
    assert row_of(waiting, "other.example")["waiting"] == 0
    assert row_of(waiting, "isp.example")["waiting"] == 2
    [item] = waiting.json("review", "list", "--resolved")  # type: ignore[misc]
    assert (item["resolution"], item["resolved_by"]) == ("not-a-request", "kim")
    assert status_of(waiting, "lee") == "unknown"


def test_a_report_that_turns_out_to_be_ours_is_no_longer_counted_as_foreign(waiting: Shell) -> None:
    more = {**BORDER, "MAILPROC_ACCOUNT__ACME__SENDS_FROM": "news.acme.example, elsewhere.example"}
    assert waiting.run("review", "redo", *ids_of(waiting, "max"), "--apply", **more).returncode == 0
    row = row_of(waiting, "isp.example")
    assert (row["foreign"], row["waiting"]) == (0, 3)


def ids_of(shell: Shell, person: str) -> list[str]:
    """The mails whose report names this person."""
    mails: Any = shell.json("mail", "list")
    return [one["id"] for one in mails if f"{person}@example.org" in str(one)]


def test_a_source_is_named_whole(waiting: Shell) -> None:
    shown = waiting.run("feedback", "release", "--source", "sp.example", **TRUSTED)
    assert "0 waiting" in shown.stdout


def test_arming_an_unknown_source_proposes_its_entry(waiting: Shell) -> None:
    shown = waiting.run("feedback", "arm", "reports/pat.eml", **BORDER)
    assert shown.returncode == 0
    assert "isp.example: pass, aligned with From" in shown.stdout
    assert "your mail (From: news.acme.example)" in shown.stdout
    assert 'from = ["fbl@isp.example"]\nauth_domains = ["isp.example"]' in shown.stdout
    assert 'trusted_sources = ["isp-example"]' in shown.stdout
    assert "verified = true" in shown.stdout


def test_the_proposed_lines_make_the_reports_act(waiting: Shell) -> None:
    told: Any = waiting.json_with("feedback", "arm", "reports/pat.eml", **BORDER)
    waiting.write("sources.toml", told["entry"])
    settings = (waiting.folder / "mailproc.toml").read_text()
    waiting.write("mailproc.toml", f'feedback_sources = "sources.toml"\n{settings}')
    more = {**BORDER, "MAILPROC_ACCOUNT__ACME__TRUSTED_SOURCES": "isp-example"}
    assert waiting.run("config", "check", **more).returncode == 0
    done = waiting.run("feedback", "release", "--source", "isp-example", "--apply", **more)
    assert "2 released" in done.stdout  # although they came while the source had no entry
    assert waiting.json_with("feedback", "arm", "reports/pat.eml", **more)["step"] == "nothing"


def test_apply_adds_the_entry_to_the_operator_s_own_file_once(waiting: Shell) -> None:
    settings = (waiting.folder / "mailproc.toml").read_text()
    waiting.write("mailproc.toml", f'feedback_sources = "sources.toml"\n{settings}')
    waiting.write("sources.toml", "# ours\n")
    assert waiting.run("feedback", "arm", "reports/pat.eml", "--apply", **BORDER).returncode == 0
    text = (waiting.folder / "sources.toml").read_text()
    assert text.startswith("# ours\n")
    assert text.count("[[source]]") == 1
    assert waiting.json_with("feedback", "arm", "reports/pat.eml", **BORDER)["step"] == "trust"
    waiting.run("feedback", "arm", "reports/pat.eml", "--apply", **BORDER)
    assert (waiting.folder / "sources.toml").read_text() == text


def test_apply_without_a_file_of_one_s_own_changes_nothing(waiting: Shell) -> None:
    done = waiting.run("feedback", "arm", "reports/pat.eml", "--apply", **BORDER)
    assert done.returncode == 78
    assert "feedback_sources" in done.stderr


def test_a_known_source_with_a_fitting_entry_is_only_to_be_trusted(shell: Shell) -> None:
    sender = "feedback@arf.mail.yahoo.com"
    shell.write("y.eml", report(sender=sender, proof="dkim=pass header.d=arf.mail.yahoo.com"))
    told = shell.json_with("feedback", "arm", "y.eml", **BORDER)
    assert (told["known"], told["step"], told["entry"]) == ("yahoo", "trust", None)
    assert 'trusted_sources = ["yahoo"]' in shell.run("feedback", "arm", "y.eml", **BORDER).stdout


def test_a_known_source_that_another_domain_signs_gets_its_entry_changed(shell: Shell) -> None:
    shell.write("z.eml", report(sender="feedbackloop@fbl.zoho.com", proof="dkim=pass header.d=senderscore.net"))
    told = shell.json_with("feedback", "arm", "z.eml", **BORDER)
    assert told["step"] == "amend"
    assert 'id = "validity_older"' in told["entry"]
    assert 'auth_domains = ["senderscore.net"]' in told["entry"]


def test_a_signature_that_nobody_verified_is_said_to_be_none(shell: Shell) -> None:
    content = b"DKIM-Signature: v=1; a=rsa-sha256; d=isp.example; s=x; b=xx\r\n" + report(proof="")
    shell.write("u.eml", content)
    shown = shell.run("feedback", "arm", "u.eml")
    assert "isp.example: unchecked" in shown.stdout
    assert "was not verified" in shown.stdout
    assert "verified = false" in shown.stdout


def test_a_report_that_nothing_signs_can_never_be_armed(shell: Shell) -> None:
    shell.write("n.eml", report(proof="dkim=none"))
    shown = shell.run("feedback", "arm", "n.eml", **BORDER)
    assert "Nothing proves who sent it" in shown.stdout
    assert "auth_domains = []" in shown.stdout


def test_a_redacted_recipient_and_foreign_mail_are_told(shell: Shell) -> None:
    hashed = report(person="4f2d1c9a0b7e6d5c4b3a29181706f5e4", original="From: shop@elsewhere.example")
    shell.write("h.eml", hashed)
    shown = shell.run("feedback", "arm", "h.eml", **BORDER)
    assert "mail that is not yours" in shown.stdout
    assert "(redacted)" in shown.stdout
    assert 'recipient = "hashed"' in shown.stdout


@pytest.mark.parametrize(("content", "code"), [(REQUEST, 65), (b"", 65)])
def test_what_is_no_report_cannot_be_armed(shell: Shell, content: bytes, code: int) -> None:
    shell.write("x.eml", content)
    done = shell.run("feedback", "arm", "x.eml")
    assert done.returncode == code
    assert "is no feedback report" in done.stderr


def test_a_sample_that_is_not_there_exits_66(shell: Shell) -> None:
    assert shell.run("feedback", "arm", "nowhere.eml").returncode == 66


def test_a_bad_file_of_sources_is_told_with_its_line(shell: Shell) -> None:
    settings = (shell.folder / "mailproc.toml").read_text()
    shell.write("mailproc.toml", f'feedback_sources = "sources.toml"\n{settings}')
    shell.write("sources.toml", '[[source]]\nid = "isp"\nfrom = ["nobody"]\n')
    done = shell.run("config", "check")
    assert done.returncode == 78
    assert re.search(r"sources\.toml:3: 'nobody' in from", done.stderr)


def test_the_help_of_every_command_has_an_example(shell: Shell) -> None:
    for command in ("sources", "arm", "release", "discard"):
        assert "Example" in shell.run("feedback", command, "--help").stdout


def test_the_shipped_sources_are_an_example_of_the_format() -> None:
    assert "[[source]]" in (Path(__file__).parents[2] / "feedback-sources.toml").read_text()
