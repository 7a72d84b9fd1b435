"""The house keeps its shape: floors, pure rooms, one room per library, no monsters, four named blanket excepts."""

import ast
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "mailproc"
MODULES = sorted(PACKAGE.rglob("*.py"))

# Higher floors may import lower ones, and their own room; never a neighbour on the same floor. A name stands for all
# below it without a floor of its own: `policy.sources` is a room, `policy.sources.arming` stands higher than it.
FLOORS = {
    "errors": 0, "identity": 0, "pipeline": 3, "log": 5, "metrics": 5, "client": 5,
    "mail.mail_kind": 1, "mail.reading": 1, "mail.arrival": 1.1, "mail.text": 1.1, "mail.reports": 1.2,
    "mail.automatic": 1.3, "mail.kind": 1.4,
    "policy": 2, "policy.address": 2, "policy.storable": 2, "policy.address_key": 2.1, "policy.tokens": 2.1,
    "policy.sources": 2.1, "policy.account": 2.2, "policy.standing": 2.2, "policy.who": 2.3, "policy.decision": 2.4,
    "policy.hooks": 2.5, "policy.imports": 2.5, "policy.pages": 2.5, "policy.rules": 2.5, "policy.outgoing": 2.5,
    "policy.sources.arming": 2.5, "policy.stamp": 2.5, "policy.deciding": 2.6, "policy.explaining": 2.7,
    "settings.shipped": 3, "settings.types": 3, "settings.smarthost": 4, "settings.outgoing": 4, "settings.pages": 4,
    "settings.settings": 5,
    "settings.source": 5.5, "settings.words": 5.5, "settings.check": 5.5, "settings.file": 6,
    "settings.account_policies": 6, "settings.holiday_calendar": 6,
    "files.csv_rules": 4, "files.replay": 4, "files.mail_files": 5, "files.people_file": 5, "files.sorted_rows": 5,
    "files.no_mail": 6,
    "rule_sets.proven": 4, "rule_sets.files": 5, "rule_sets.in_force": 9, "rule_sets.shadow": 9,
    "errands.what_if": 4, "errands.explained": 5, "errands.given": 6, "errands.by_hand": 7.5, "errands.sending": 7.5,
    "errands.diagnosis": 7.5, "errands.waiting": 7.5,
    "store": 7, "authenticity": 7, "review": 7.5, "shapes": 7.8, "smtp": 8, "web": 8, "sync": 8,
    "watch.alarm_bell": 8, "watch.looking": 8, "watch.due_watch": 9, "watch.feedback_watch": 9, "watch.gauges": 9,
    "watch.retention": 9,
    "service.precedence": 5, "service.intake": 5, "service.endless": 8, "service.inquiry": 8, "service.decider": 9,
    "service.accounts_in_force": 9, "service.opened_store": 9, "service.service": 10,
    "cli.shell": 11, "cli.sending": 11.1, "cli.people": 11.2, "cli.saved_mail": 11.2, "cli.stored_mail": 11.3,
    "cli.rules": 11.4, "cli.service": 11.4, "cli.main": 11.5, "__main__": 12,
}  # fmt: skip
PURE = ("mail", "policy", "pipeline", "errands.what_if")
IMPURE = {
    "os", "time", "random", "secrets", "socket", "logging", "pathlib", "subprocess", "asyncio", "threading",
    "structlog", "tempfile", "urllib.request", "http", "ssl", "shutil", "sqlite3", "aiohttp", "aiosqlite",
}  # fmt: skip
ROOM_OF_LIBRARY = {
    "flanker": {"mail"},
    "aiosmtpd": {"smtp"},
    "sqlalchemy": {"store"},
    "alembic": {"store"},
    "aiosqlite": {"store"},
    "asyncpg": {"store"},
    "sqlite3": {"store"},
    "numpy": {"store"},
    "aiohttp": {"sync", "client"},
    "aiosmtplib": {"sync"},
    "standardwebhooks": {"sync", "cli"},  # the demo's receiver verifies what it is told
    "selectolax": {"mail"},
    "re2": {"mail", "policy"},
    "ahocorasick_rs": {"policy"},
    "starlette": {"web", "cli"},
    "fastapi": {"web"},
    "jinja2": {"web"},
    "babel": {"web"},
    "uvicorn": {"web", "cli"},
    "typer": {"cli"},
    "rich": {"cli"},
    "dns": {"authenticity"},
    "holidays": {"settings.holiday_calendar"},
    "dkim": {"authenticity"},
    "nacl": {"authenticity"},
    "publicsuffixlist": {"authenticity"},
}
# Around deciding, around the MIME library, the listener's last belt, around a hook.
BLANKET_EXCEPTS = ["mail/reading/message.py", "service/decider.py", "smtp/session.py", "sync/worker.py"]


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")


def is_within(name: str, rooms: Iterable[str]) -> bool:
    return any(name == room or name.startswith(f"{room}.") for room in rooms)


def room_of(name: str) -> str | None:
    """The longest name with a floor that `name` is or lies in; None where it has none."""
    rooms = [room for room in FLOORS if is_within(name, [room])]
    return max(rooms, key=len, default=None)


def imports_of(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_its_own_room_and_lower_floors(path: Path) -> None:
    room = room_of(name_of(path))
    for name in imports_of(path):
        if (other := room_of(name.removeprefix("mailproc."))) and name.startswith("mailproc.") and other != room:
            assert room is not None, f"{name_of(path)} has no floor"
            assert FLOORS[other] < FLOORS[room], f"{room} imports {name}"


def test_every_module_that_holds_anything_has_a_floor() -> None:
    assert [path for path in MODULES if path.name != "__init__.py" and not room_of(name_of(path))] == []


@pytest.mark.parametrize("path", [p for p in MODULES if is_within(name_of(p), PURE)], ids=lambda p: name_of(p))
def test_pure_rooms_know_no_clock_disk_network_randomness_or_log(path: Path) -> None:
    assert not {name for name in imports_of(path) if name in IMPURE or name.split(".")[0] in IMPURE}
    text = path.read_text(encoding="utf-8")
    assert "datetime.now(" not in text
    assert "open(" not in text.replace("Popen(", "")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_each_library_is_known_in_its_room_only(path: Path) -> None:
    for name in imports_of(path):
        rooms = ROOM_OF_LIBRARY.get(name.split(".")[0])
        assert rooms is None or is_within(name_of(path), rooms), f"{path.name} imports {name}"


def test_flanker_is_called_in_one_module() -> None:
    users = {path for path in MODULES if any(name.split(".")[0] == "flanker" for name in imports_of(path))}
    assert len(users) <= 2, users


def functions_of(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def lines_of_code(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (function.end_lineno or 0) - body[0].lineno + 1 if body else 0


def is_migration(path: Path) -> bool:
    """A migration is a list of tables, written once."""
    return "versions" in path.parts


def test_every_module_says_in_its_first_line_why_it_exists() -> None:
    assert [path for path in MODULES if not is_migration(path) and not ast.get_docstring(tree_of(path))] == []


def test_no_function_is_longer_than_fifty_lines_of_code() -> None:
    functions = ((path, one) for path in MODULES if not is_migration(path) for one in functions_of(path))
    assert [f"{path.name}:{one.name}" for path, one in functions if lines_of_code(one) > 50] == []


def test_no_file_holds_two_rooms() -> None:
    lengths = {path: path.read_text(encoding="utf-8").count("\n") for path in MODULES}
    assert [f"{path.name} {lines}" for path, lines in lengths.items() if lines > 340] == []


def test_nothing_is_named_for_what_has_no_place() -> None:
    banned = {"utils", "helpers", "manager", "common", "misc"}
    assert [path for path in MODULES if banned & set(path.with_suffix("").parts)] == []


def is_blanket(handler: ast.ExceptHandler) -> bool:
    caught = handler.type
    return caught is None or (isinstance(caught, ast.Name) and caught.id in ("Exception", "BaseException"))


def test_blanket_excepts_stand_in_the_four_named_places_only() -> None:
    found = [
        str(path.relative_to(PACKAGE))
        for path in MODULES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ExceptHandler) and is_blanket(node)
    ]
    assert sorted(found) == BLANKET_EXCEPTS


def test_no_two_modules_of_tests_have_one_name() -> None:
    names = Counter(path.name for path in Path(__file__).parent.rglob("*.py") if path.name != "conftest.py")
    assert [name for name, count in names.items() if count > 1] == []  # pytest would not begin
