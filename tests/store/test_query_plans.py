"""No statement reads a whole table of mails or people to find one: on an empty SQLite file as in a grown one."""

import importlib
import pkgutil
import sqlite3
from collections.abc import Iterator

import pytest
from sqlalchemy import make_url

import mailproc.store
from mailproc.store.engine.statement import Statement

# Tables with a row per living process, per big mail on its way in, per list, and one that never holds many rows.
SMALL = {"process", "upload", "pepper", "shadow_decision", "fact_place", "list"}
OF_THE_ACCOUNT = {"diagnosis.ANY_MEMBER"}  # whether an account keeps members at all tells its first row


def all_statements() -> Iterator[tuple[str, Statement]]:
    for module in pkgutil.walk_packages(mailproc.store.__path__, "mailproc.store."):
        if not module.ispkg and ".migrations." not in module.name:
            for name, value in vars(importlib.import_module(module.name)).items():
                if isinstance(value, Statement):
                    yield f"{module.name.rpartition('.')[2]}.{name.lstrip('_')}", value


STATEMENTS = dict(all_statements())


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_statement_searches_by_more_than_the_account(name: str, sqlite_url: str) -> None:
    compiled = STATEMENTS[name].compiled("sqlite")
    if compiled is None:
        return  # one that only PostgreSQL needs
    connection = sqlite3.connect(str(make_url(sqlite_url).database))
    nothing = [None] * compiled.sql.count("?")
    plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {compiled.sql}", nothing)]
    connection.close()
    found_before = {step.split()[1] for step in plan if step.startswith(("CO-ROUTINE ", "MATERIALIZE "))}
    for step in plan:
        if step.startswith("SCAN ") and "VIRTUAL TABLE" not in step:
            assert step.split()[1] in SMALL | found_before or "undecided_idx" in step, plan
        is_of_all = step.endswith("(account_id=?)") and step.split()[1] not in SMALL
        assert not is_of_all or name in OF_THE_ACCOUNT, plan


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_statement_compiles_for_postgresql(name: str) -> None:
    compiled = STATEMENTS[name].compiled("postgresql")
    if compiled is None:
        assert STATEMENTS[name].compiled("sqlite") is not None  # one that only SQLite needs
        return
    assert "?" not in compiled.sql
