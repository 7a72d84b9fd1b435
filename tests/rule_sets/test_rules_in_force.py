"""Which rules decide: what happens to them when their files change while the service runs."""

import asyncio
import gc
import json
import os
import signal
import time
import weakref
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import aiohttp
import pytest

from benchmarks.load import Session
from mailproc.log import configure_logging
from mailproc.metrics import Metrics
from mailproc.rule_sets.files import load_rules
from mailproc.rule_sets.in_force import RulesInForce
from mailproc.service.service import Service
from mailproc.settings.settings import AccountSettings, Settings, SmtpSettings, WebSettings
from mailproc.store.store import Store

RULE = '[[rule]]\nid = "x-{word}"\naction = "unsubscribe"\nphrases = ["{word}"]\nhits = ["{word}"]\nmisses = ["good"]\n'
PATIENCE_SECONDS = 20


def write(folder: Path, word: str) -> None:
    (folder / "10-x.toml").write_text(RULE.format(word=word), encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "rules"
    path.mkdir()
    write(path, "basta")
    return path


@pytest.fixture
def in_force(folder: Path) -> RulesInForce:
    return RulesInForce(load_rules(folder), folder, Metrics())


def ids(in_force: RulesInForce) -> list[str]:
    return [rule.id for rule in in_force.current.rules]


def metric(metrics: Metrics, name: str) -> str:
    lines = metrics.exposition().decode().splitlines()
    return next(line for line in lines if line.startswith(f"mailproc_{name}")).rpartition(" ")[2]


async def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


async def test_new_files_are_in_force_after_a_reload(in_force: RulesInForce, folder: Path) -> None:
    before = in_force.current.digest
    write(folder, "enough")
    await in_force.reload()
    assert ids(in_force) == ["x-enough"]
    assert in_force.current.digest != before


async def test_a_replaced_set_leaves_nothing_behind_that_the_garbage_collector_would_have_to_find(
    in_force: RulesInForce, folder: Path
) -> None:
    in_force.current.matcher.match("basta")
    replaced = weakref.ref(in_force.current.matcher)
    gc.disable()
    try:
        write(folder, "enough")
        await in_force.reload()
        assert replaced() is None
    finally:
        gc.enable()


def test_the_same_texts_are_read_once_while_somebody_holds_what_they_make(folder: Path) -> None:
    held = load_rules(folder)
    assert load_rules(folder) is held
    write(folder, "enough")
    assert load_rules(folder) is not held


async def test_a_bad_file_leaves_the_old_set_in_force_and_says_every_mistake(
    in_force: RulesInForce, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging("info", "json", mask_addresses=False)
    (folder / "20-y.toml").write_text('language = 3\n[[rule]]\nid = "y"\n', encoding="utf-8")
    await in_force.reload()
    assert ids(in_force) == ["x-basta"]
    assert [problem.partition(": ")[0] for problem in in_force.problems][:2] == ["20-y.toml:1", "20-y.toml:3"]
    assert in_force.as_json()["problems"] == list(in_force.problems)
    assert "rules_refused" in capsys.readouterr().err


async def test_a_folder_that_is_gone_leaves_the_old_set_in_force(in_force: RulesInForce, folder: Path) -> None:
    folder.rename(folder.with_name("elsewhere"))
    await in_force.reload()
    assert ids(in_force) == ["x-basta"]
    assert in_force.problems


async def test_mistakes_are_gone_once_they_are_mended(in_force: RulesInForce, folder: Path) -> None:
    (folder / "20-y.toml").write_text("= x", encoding="utf-8")
    await in_force.reload()
    (folder / "20-y.toml").unlink()
    await in_force.reload()
    assert in_force.problems == ()


async def test_metrics_tell_the_set_in_force_and_the_mistakes_on_disk(folder: Path) -> None:
    metrics = Metrics()
    in_force = RulesInForce(load_rules(folder), folder, metrics)
    assert f'mailproc_rules_info{{digest="{in_force.current.digest}",set="live"}} 1.0' in metrics.exposition().decode()
    assert metric(metrics, "rules_files") == "1.0"
    assert float(metric(metrics, "rules_loaded_timestamp_seconds")) == in_force.loaded_at.timestamp()
    (folder / "20-y.toml").write_text("= x", encoding="utf-8")
    await in_force.reload()
    assert metric(metrics, "rules_mistakes") == "1.0"
    (folder / "20-y.toml").write_text("", encoding="utf-8")
    await in_force.reload()
    assert metric(metrics, "rules_mistakes") == "0.0"
    assert metrics.exposition().decode().count("mailproc_rules_info{") == 1


@pytest.fixture
async def watched(in_force: RulesInForce) -> AsyncIterator[RulesInForce]:
    task = asyncio.create_task(in_force.watch(0.05))
    yield in_force
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize("how", ["written", "added", "taken away"])
async def test_a_change_on_disk_is_seen_without_being_told(watched: RulesInForce, folder: Path, how: str) -> None:
    before = watched.current.digest
    if how == "written":
        write(folder, "enough")
    elif how == "added":
        (folder / "20-y.toml").write_text(RULE.format(word="stop"), encoding="utf-8")
    else:
        (folder / "20-y.toml").write_text("", encoding="utf-8")
        await until(lambda: len(watched.current.files) == 2)
        before = watched.current.digest
        (folder / "20-y.toml").unlink()
    await until(lambda: watched.current.digest != before)
    assert watched.problems == ()


async def test_files_that_nobody_changes_are_not_read_again(watched: RulesInForce) -> None:
    since = watched.loaded_at
    await asyncio.sleep(0.3)
    assert watched.loaded_at == since


async def test_the_running_service_decides_by_the_new_rules_and_tells_which(folder: Path, database_url: str) -> None:
    settings = Settings(
        database=database_url,
        rules=folder,
        smtp=SmtpSettings(listen=("127.0.0.1:0",), min_free_disk_bytes=0),
        web=WebSettings(listen=("127.0.0.1:0",)),
        account=(AccountSettings(id="acme", domains=("reply.acme.example",)),),
    )
    service = Service(settings, load_rules(folder))
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, service.reload)
    await service.start()
    try:
        write(folder, "enough")
        os.kill(os.getpid(), signal.SIGHUP)
        await until(lambda: ids(service.rules) == ["x-enough"])
        (folder / "20-y.toml").write_text("= x", encoding="utf-8")
        os.kill(os.getpid(), signal.SIGHUP)
        await until(lambda: bool(service.rules.problems))
        host, port = service.web.addresses[0]  # type: ignore[union-attr]
        async with aiohttp.ClientSession() as client, client.get(f"http://{host}:{port}/readyz") as answer:
            said = json.loads(await answer.text())
            assert answer.status == 200  # mail is still decided, by the old set
        assert said["rules"]["digest"] == service.rules.current.digest
        assert said["rules"]["problems"][0].startswith("20-y.toml:1:")
        assert await rule_of_a_mail("enough", service) == "x-enough"
    finally:
        asyncio.get_running_loop().remove_signal_handler(signal.SIGHUP)
        await service.stop()


async def rule_of_a_mail(text: str, service: Service) -> str | None:
    (host, port) = service.addresses()["smtp"][0].split(":")
    session = await Session.open(host, int(port))
    await session.send(
        "pat@example.org", "reply@reply.acme.example", f"From: pat@example.org\r\n\r\n{text}\r\n".encode()
    )
    await session.close()
    store: Store = service.store
    found = await store.decisions()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not found and time.monotonic() < deadline:
        await asyncio.sleep(0.05)
        found = await store.decisions()
    rule: str | None = found[0].decision["rule"]
    return rule
