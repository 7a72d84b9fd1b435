"""Commands as their user types them: what they print, what they change, and the exit code (sysexits)."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import Shell
from typer.testing import CliRunner

from mailproc.cli.main import app


def test_every_command_has_a_help_text_with_an_example() -> None:
    groups = {"outbox": ("list", "retry", "drop"), "sync": ("push",), "db": ("migrate", "check", "rebuild", "backup"),
              "config": ("check", "show"), "rules": ("check",), "lists": ("list", "add", "set", "remove"),
              "review": ("list", "show", "resolve", "redo", "release", "example"),
              "mail": ("list", "show")}  # fmt: skip
    single = ("serve", "demo", "deliver", "replay", "explain", "status", "unsubscribe", "resubscribe", "revert")
    for words in [(name,) for name in single] + [(group, name) for group, names in groups.items() for name in names]:
        run = CliRunner().invoke(app, [*words, "--help"])
        assert run.exit_code == 0, words
        assert "Example" in run.stdout, words


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("config", "check"), 0),
        (("replay", "--jsonl", "mails"), 0),
        (("explain", "mails/request.eml"), 0),
        (("rules", "check"), 0),
        (("db", "migrate"), 0),
        (("status", "pat@example.org"), 75),
        (("outbox", "list"), 75),
        (("sync", "push", "crm"), 75),
        (("deliver", "--to", "reply@reply.acme.example"), 0),
        (("no-such-command",), 64),
    ],
)
def test_each_group_of_commands_works_in_a_process_of_its_own_as_it_does_here(
    shell: Shell, words: tuple[str, ...], code: int
) -> None:
    run = shell.process(*words, typed=b"Subject: x\n\nHello\n")
    assert run.returncode == code, run.stderr
    assert "Traceback" not in run.stderr
    assert run.stdout or run.stderr


def test_a_wrong_option_is_exit_64(shell: Shell) -> None:
    assert shell.run("replay", "--no-such-option").returncode == 64


def test_wrong_settings_are_exit_78_with_a_sentence_and_no_traceback(shell: Shell) -> None:
    (shell.folder / "mailproc.toml").write_text('[smtp]\nlistne = "x"\n', encoding="utf-8")
    run = shell.run("config", "check")
    assert run.returncode == 78
    assert "mailproc.toml:2: smtp.listne" in run.stderr
    assert "Traceback" not in run.stderr


def test_config_check_tells_accounts_hooks_and_rules(shell: Shell) -> None:
    found = shell.json("config", "check")
    assert isinstance(found, dict)
    assert (found["accounts"], found["hooks"]) == (["acme"], ["crm"])
    assert found["ruleset"].startswith("sha256:")


def test_config_show_hides_secrets(shell: Shell) -> None:
    with (shell.folder / "mailproc.toml").open("a", encoding="utf-8") as file:
        file.write('[[hook]]\nname="web"\ntype="webhook"\nurl="https://crm.example/"\nsecret="whsec_hunter2"\n')
    assert "hunter2" not in shell.run("config", "show").stdout


def test_replay_prints_one_json_decision_per_file_and_changes_nothing(shell: Shell) -> None:
    run = shell.run("replay", "--jsonl", "mails")
    rows = {Path(row["file"]).stem: row for row in map(json.loads, run.stdout.splitlines())}
    assert {name: row["action"] for name, row in rows.items()} == {"praise": "forward", "request": "unsubscribe"}
    assert not (shell.folder / "m.db").exists()


def test_replay_shows_a_table_and_sums_up(shell: Shell) -> None:
    run = shell.run("replay", "mails")
    assert "pat@example.org" in run.stdout
    assert "1  reply                unsubscribe" in run.stdout


def test_replay_gives_the_same_answers_in_several_processes(shell: Shell) -> None:
    def answers(*words: str) -> list[dict[str, object]]:
        rows = [json.loads(row) for row in shell.run("replay", "--jsonl", "mails", *words).stdout.splitlines()]
        return [{key: value for key, value in row.items() if key != "elapsed_ms"} for row in rows]

    assert answers("--jobs", "2") == answers("--jobs", "1")


def test_rules_and_libraries_are_nothing_that_the_garbage_collector_walks_between_two_mails(shell: Shell) -> None:
    program = (
        "import gc; from mailproc.cli.saved_mail.deciding import World, decide_file;"
        "from mailproc.files.mail_files import MailFile;"
        "decide_file(MailFile('mails/request.eml'), World(accounts=(), rules=None, to=None));"
        "print(gc.get_freeze_count(), len(gc.get_objects()))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=shell.folder, capture_output=True, text=True, check=True)
    kept, walked = map(int, done.stdout.split())
    assert kept > 10 * walked


def test_replay_of_nothing_is_exit_66(shell: Shell) -> None:
    (shell.folder / "empty").mkdir()
    assert shell.run("replay", "empty").returncode == 66
    for words in (("nowhere",), ("nowhere", "neither.eml"), ("nowhere", "--jsonl"), ("nowhere", "--jobs", "2")):
        run = shell.run("replay", *words)
        assert (run.returncode, "nowhere: No such file" in run.stderr) == (66, True)


def test_replay_apply_of_nothing_is_exit_66(database: Shell) -> None:
    for path in ("none", "nowhere"):
        assert database.run("replay", "--apply", path).returncode == 66
    assert database.run("replay", "--apply", "nowhere", "mails").returncode == 65


def test_replay_goes_on_after_a_file_that_cannot_be_read_and_says_so(shell: Shell) -> None:
    run = shell.run("replay", "--jsonl", "mails/none.eml", "mails/request.eml")
    assert run.returncode == 65
    assert "none.eml" in run.stderr
    assert json.loads(run.stdout)["action"] == "unsubscribe"


def test_replay_apply_changes_the_standing_at_the_files_own_time(database: Shell) -> None:
    assert database.run("replay", "--apply", "mails").returncode == 0
    (person,) = database.json("status", "pat@example.org")  # type: ignore[misc]
    assert person["status"] == "unsubscribed"
    assert person["blocks"][0]["since"].startswith("2026-03-03T10:00:00")


def test_replay_apply_twice_has_one_effect(database: Shell) -> None:
    database.run("replay", "--apply", "mails")
    assert "2 already there" in database.run("replay", "--apply", "mails").stdout
    (person,) = database.json("status", "pat@example.org")  # type: ignore[misc]
    assert len(person["facts"]) == 1


def test_unsubscribe_and_resubscribe_change_the_standing_and_tell_the_hook(database: Shell) -> None:
    run = database.run("unsubscribe", "pat@example.org", "--channel", "phone", "--by", "kim", "--reason", "called")
    assert "unsubscribed" in run.stdout
    assert "UNSUBSCRIBED" in database.run("status", "PAT@Example.ORG").stdout
    assert "active" in database.run("resubscribe", "pat@example.org", "--channel", "chat").stdout
    entries = database.json("outbox", "list")
    assert [entry["event"]["type"] for entry in entries] == ["subscriber.active", "subscriber.unsubscribed"]  # type: ignore[index, attr-defined]
    assert [entry["state"] for entry in entries] == ["pending", "superseded"]  # type: ignore[attr-defined]


def test_an_opt_out_entered_for_an_earlier_day_keeps_that_day(database: Shell) -> None:
    database.run("unsubscribe", "pat@example.org", "--received-at", "2026-03-01")
    (person,) = database.json("status", "pat@example.org")  # type: ignore[misc]
    assert person["blocks"][0]["since"].startswith("2026-03-01T00:00:00")


def test_a_request_from_the_future_is_refused(database: Shell) -> None:
    assert database.run("unsubscribe", "pat@example.org", "--received-at", "2199-01-01").returncode == 65


def test_a_list_needs_the_list_level_and_the_level_a_list(database: Shell) -> None:
    assert database.run("unsubscribe", "pat@example.org", "--list", "news").returncode == 64
    assert database.run("unsubscribe", "pat@example.org", "--level", "list").returncode == 64


@pytest.mark.parametrize("person", ["", "  ", "foo bar@@x", "a b", "x@"])
def test_what_is_neither_address_nor_key_is_refused(database: Shell, person: str) -> None:
    for command in ("status", "unsubscribe"):
        run = database.run(command, person)
        assert run.returncode == 65
        assert "no address and no subscriber key" in run.stderr


def test_an_unknown_account_or_list_is_refused(database: Shell) -> None:
    assert database.run("status", "pat@example.org", "--account", "nope").returncode == 78
    run = database.run("unsubscribe", "pat@example.org", "--level", "list", "--list", "nope")
    assert run.returncode == 65
    assert "has no list nope" in run.stderr


def test_an_address_is_taken_without_the_spaces_around_it(database: Shell) -> None:
    database.run("unsubscribe", " PAT@Example.ORG ")
    (person,) = database.json("status", "pat@example.org")  # type: ignore[misc]
    assert person["address"] == "PAT@Example.ORG"


def test_nothing_known_of_a_person_is_said(database: Shell) -> None:
    assert "nothing is known" in database.run("status", "nobody@example.org").stdout


def test_without_a_database_the_command_says_what_to_do(shell: Shell) -> None:
    run = shell.run("status", "pat@example.org")
    assert run.returncode == 75
    assert "mailproc db migrate" in run.stderr


def test_sync_push_queues_the_present_standings(database: Shell) -> None:
    database.run("unsubscribe", "pat@example.org")
    database.run("unsubscribe", "sam@example.org")
    assert "2 standings queued" in database.run("sync", "push", "crm").stdout


def test_sync_push_to_an_unknown_hook_is_exit_78(database: Shell) -> None:
    assert database.run("sync", "push", "nowhere").returncode == 78


def test_an_outbox_entry_can_be_dropped_and_brought_back(database: Shell) -> None:
    database.run("unsubscribe", "pat@example.org")
    assert "dropped" in database.run("outbox", "drop", "1").stdout
    assert "is dropped; nothing was changed" not in database.run("outbox", "retry", "1").stdout
    assert [entry["state"] for entry in database.json("outbox", "list")] == ["pending"]  # type: ignore[attr-defined]


def test_the_outbox_shows_whole_numbers_on_a_narrow_terminal(database: Shell) -> None:
    for number in range(12):
        database.run("unsubscribe", f"p{number}@example.org")
    lines = database.run("outbox", "list", COLUMNS="80").stdout.splitlines()
    assert [line.split()[0] for line in lines[1:]] == [str(number) for number in range(12, 0, -1)]
    assert all(len(line) <= 80 for line in lines)


def test_an_unknown_outbox_entry_is_exit_66(database: Shell) -> None:
    assert database.run("outbox", "retry", "99").returncode == 66


def test_db_check_and_backup_of_a_sound_database(database: Shell) -> None:
    database.run("replay", "--apply", "mails")
    assert "all well" in database.run("db", "check").stdout
    assert database.run("db", "backup", "copy.db").returncode == 0
    assert (database.folder / "copy.db").stat().st_size > 0


def test_db_migrate_twice_is_safe(database: Shell) -> None:
    assert "nothing to do" in database.run("db", "migrate").stdout


def test_rules_check_counts_and_says_all_well(shell: Shell) -> None:
    found = shell.json("rules", "check")
    assert isinstance(found, dict)
    assert {"en", "de"} <= set(found["languages"])


def test_rules_check_names_file_and_line_of_a_mistake(shell: Shell) -> None:
    (shell.folder / "bad").mkdir()
    (shell.folder / "bad" / "10-x.toml").write_text('[[rule]]\nid = "x"\nacton = "unsubscribe"\n', encoding="utf-8")
    run = shell.run("rules", "check", "bad")
    assert run.returncode == 78
    assert "10-x.toml:" in run.stderr


def test_explain_shows_the_deciding_words_and_the_person(shell: Shell) -> None:
    run = shell.run("explain", "mails/request.eml")
    assert run.returncode == 0, run.stderr
    assert "unsubscribe" in run.stdout
    assert "pat@example.org" in run.stdout


def test_explain_as_json_has_the_decision(shell: Shell) -> None:
    found = shell.json("explain", "mails/request.eml")
    assert isinstance(found, dict)
    assert found["decision"]["action"] == "unsubscribe"


def test_no_color_is_respected(shell: Shell) -> None:
    assert "\x1b[31m" in shell.process("replay", "mails", FORCE_COLOR="1").stdout
    assert "\x1b[31m" not in shell.process("replay", "mails", NO_COLOR="1", FORCE_COLOR="1").stdout


def test_config_check_tells_mistakes_of_settings_files_sources_and_rules_at_once(shell: Shell) -> None:
    shell.write("bad/10-x.toml", '[[rule]]\nid = "en-x"\nacton = "unsubscribe"\n')
    shell.write("sources.toml", "[[source]]\nidd = 'x'\n")
    smtp = '[smtp]\nmax_errors = 1\ntls_cert = "c.pem"\ntls_key = "k.pem"\n'
    shell.write("mailproc.toml", f'rules = "bad"\nfeedback_sources = "sources.toml"\n{smtp}')
    run = shell.run("config", "check")
    assert run.returncode == 78
    for said in ("sources.toml:2", "4: smtp.max_errors", "5: smtp.tls_cert", "6: smtp.tls_key", "10-x.toml:3"):
        assert said in run.stderr, run.stderr


def test_serve_names_the_address_that_is_in_use(shell: Shell) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        run = shell.run("serve", MAILPROC_SMTP__LISTEN=address, MAILPROC_WEB__LISTEN="")
        said = run.stderr.splitlines()[-1]
        assert (run.returncode, said) == (78, f"mailproc: smtp.listen: {address}: is in use already")
        run = shell.run("serve", MAILPROC_SMTP__LISTEN="", MAILPROC_WEB__LISTEN=address)
        said = run.stderr.splitlines()[-1]
        assert (run.returncode, said) == (78, f"mailproc: web.listen: {address}: is in use already")


def test_serve_does_not_begin_with_what_config_check_would_tell(shell: Shell) -> None:
    shell.write("mailproc.toml", '[smtp]\ntls_cert = "c.pem"\ntls_key = "k.pem"\n')
    run = shell.run("serve")
    assert run.returncode == 78
    assert "mailproc.toml:2: smtp.tls_cert" in run.stderr
