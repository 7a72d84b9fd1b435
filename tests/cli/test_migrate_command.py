"""`mailproc db migrate` on a disk, and what it says of the work that it leaves."""

import contextlib
import sqlite3

from command_line import Shell


def test_what_was_said_under_the_other_name_is_told_by_the_command_that_migrating_names(shell: Shell) -> None:
    shell.run("db", "migrate")
    assert shell.run("replay", "--apply", "mails").returncode == 0
    with contextlib.closing(sqlite3.connect(shell.folder / "m.db")) as connection:
        dotted = ("acme", "7", *["pat@example.org."] * 3, 1)
        connection.execute("INSERT INTO subscriber VALUES (?, ?, ?, ?, ?, ?)", dotted)
        connection.execute("ALTER TABLE api_request DROP COLUMN taken_at")
        for statement in (
            "ALTER TABLE review DROP COLUMN request",
            "DROP INDEX fact_loose_idx",
            "ALTER TABLE fact DROP COLUMN loose_key",
            "DROP INDEX fact_place_idx",
            "ALTER TABLE fact DROP COLUMN place",
            "DROP TABLE fact_place",
        ):
            connection.execute(statement)
        connection.execute("UPDATE alembic_version SET version_num = '0016'")
        connection.commit()
    migrated = shell.run("db", "migrate")
    assert (migrated.returncode, migrated.stdout.split()) == (0, [f"00{number}" for number in range(17, 25)])
    assert "(subscribers: 1, facts: 0)" in migrated.stderr
    assert "`mailproc db rebuild`" in migrated.stderr
    assert shell.run("db", "check").returncode == 65
    assert "1 changed" in shell.run("db", "rebuild").stdout
    assert shell.run("db", "check").returncode == 0
    assert "k:7" in str(shell.json("outbox", "list"))


def test_a_new_database_is_its_owners_alone_and_writes_ahead(shell: Shell) -> None:
    migrated = shell.run("db", "migrate")
    assert (migrated.returncode, migrated.stdout.split()[0], migrated.stderr) == (0, "0001", "")
    assert oct((shell.folder / "m.db").stat().st_mode & 0o777) == "0o600"
    with contextlib.closing(sqlite3.connect(shell.folder / "m.db")) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert "all well" in shell.run("db", "check").stdout
