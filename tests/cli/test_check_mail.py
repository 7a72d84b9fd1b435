"""`check-mail` as its user types it."""

import pytest
from command_line import Shell

LETTER = (
    b"From: Acme <hello@news.acme.example>\r\nTo: pat@example.org\r\nSubject: March\r\n"
    b"Date: Tue, 3 Mar 2026 09:00:00 +0000\r\nMessage-ID: <1@news.acme.example>\r\n\r\nHello.\r\n"
)


def test_a_letter_that_was_never_stamped_is_told_all_it_lacks_and_is_exit_1(shell: Shell) -> None:
    shell.write("letter.eml", LETTER)
    done = shell.run("check-mail", "letter.eml")
    assert done.returncode == 1
    assert "there is no List-Unsubscribe  (RFC 8058 §3.1, RFC 2369 §3.2)" in done.stdout
    assert "stamp it: `mailproc headers`" in done.stdout
    assert "4 missing that commercial mail must have, 5 that it should have" in done.stdout


def test_programs_read_findings_as_json(shell: Shell) -> None:
    shell.write("letter.eml", LETTER)
    done = shell.run("check-mail", "letter.eml", "--json")
    assert done.returncode == 1
    assert '"ok": false' in done.stdout
    assert '"id": "one-click"' in done.stdout


def test_what_an_account_wants_is_in_its_settings(shell: Shell) -> None:
    with (shell.folder / "mailproc.toml").open("a", encoding="utf-8") as settings:
        settings.write('[account.outgoing]\npostal_address = "1 Example Street"\n')
    settings_text = (shell.folder / "mailproc.toml").read_text(encoding="utf-8")
    head, _, hook = settings_text.partition("[[hook]]")
    hook, _, outgoing = hook.partition("[account.outgoing]")
    shell.write("mailproc.toml", f"{head}[account.outgoing]{outgoing}[[hook]]{hook}")
    shell.write("letter.eml", LETTER)
    assert "the postal address is not in the text" in shell.run("check-mail", "letter.eml").stdout


def test_a_receipt_that_is_signed_lacks_nothing(shell: Shell) -> None:
    signed = b"DKIM-Signature: v=1; d=news.acme.example; h=from:date; s=k; b=x; bh=y\r\n"
    done = shell.run("check-mail", "-", "--transactional", typed=signed + LETTER)
    assert (done.returncode, "nothing is missing in this transactional mail" in done.stdout) == (0, True), done.stdout


@pytest.mark.parametrize(("words", "code"), [(("none.eml",), 66), (("mailproc.toml",), 65), (("mails",), 65)])
def test_what_is_no_mail_is_told(shell: Shell, words: tuple[str, ...], code: int) -> None:
    assert shell.run("check-mail", *words).returncode == code
