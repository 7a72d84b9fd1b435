"""The hook jsonl: whole lines, on disk before they count, through rotation, torn lines and full disks."""

import asyncio
import json
import os
from pathlib import Path

import pytest
from memory_outbox import an_event
from receiver import VALIDATOR

from mailproc.errors import SettingsError
from mailproc.policy.hooks.event import Delivered, TransientFailure, event_from_json
from mailproc.settings.settings import HookSettings
from mailproc.sync import jsonl
from mailproc.sync.hook import build_hook
from mailproc.sync.jsonl import JsonlHook, append_durably


def lines_of(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


async def deliver(path: Path, *event_ids: str) -> list[object]:
    hook = JsonlHook("file", path)
    outcomes = await asyncio.gather(*(hook.deliver(an_event(event_id)) for event_id in event_ids))
    await hook.close()
    return list(outcomes)


async def test_each_event_is_one_line_that_the_schema_knows(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    assert await deliver(path, "evt_1", "evt_2") == [Delivered(), Delivered()]
    first, second = lines_of(path)
    assert list(first) == ["id", "type", "timestamp", "data"]
    assert (first["id"], second["id"]) == ("evt_1", "evt_2")
    VALIDATOR.validate(first)
    assert event_from_json("evt_1", first) == an_event("evt_1")


async def test_events_are_on_disk_before_they_count_as_delivered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "events.jsonl"
    synced: list[int] = []

    def fsync(handle: int) -> None:
        synced.append(path.read_bytes().count(b"\n"))

    monkeypatch.setattr(os, "fsync", fsync)
    await deliver(path, "evt_1")
    assert synced[0] == 1


async def test_events_that_wait_together_share_one_fsync(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "events.jsonl"
    batches: list[int] = []
    real = append_durably

    def counted(path: Path, lines: bytes) -> None:
        batches.append(lines.count(b"\n"))
        real(path, lines)

    monkeypatch.setattr(jsonl, "append_durably", counted)
    await deliver(path, *(f"evt_{number}" for number in range(200)))
    assert sum(batches) == len(lines_of(path)) == 200
    assert len(batches) <= 2


async def test_order_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    ids = [f"evt_{number}" for number in range(50)]
    await deliver(path, *ids)
    assert [line["id"] for line in lines_of(path)] == ids


async def test_a_rotated_file_is_left_alone_and_a_new_one_begun(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    hook = JsonlHook("file", path)
    await hook.deliver(an_event("evt_1"))
    path.rename(tmp_path / "events.jsonl.1")
    await hook.deliver(an_event("evt_2"))
    await hook.close()
    assert [line["id"] for line in lines_of(tmp_path / "events.jsonl.1")] == ["evt_1"]
    assert [line["id"] for line in lines_of(path)] == ["evt_2"]


async def test_a_file_truncated_in_place_is_continued_from_its_start(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    hook = JsonlHook("file", path)
    await hook.deliver(an_event("evt_1"))
    os.truncate(path, 0)
    await hook.deliver(an_event("evt_2"))
    await hook.close()
    assert [line["id"] for line in lines_of(path)] == ["evt_2"]


async def test_a_torn_line_spoils_no_other(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(b'{"id":"evt_0","ty')
    await deliver(path, "evt_1")
    torn, whole = path.read_bytes().splitlines()
    assert torn == b'{"id":"evt_0","ty'
    assert json.loads(whole)["id"] == "evt_1"


async def test_a_new_file_is_not_for_everyone_to_read(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    await deliver(path, "evt_1")
    assert path.stat().st_mode & 0o007 == 0


async def test_a_missing_folder_is_transient_and_heals(tmp_path: Path) -> None:
    path = tmp_path / "later" / "events.jsonl"
    hook = JsonlHook("file", path)
    outcome = await hook.deliver(an_event("evt_1"))
    assert isinstance(outcome, TransientFailure)
    assert "No such file or directory" in outcome.detail
    path.parent.mkdir()
    assert await hook.deliver(an_event("evt_1")) == Delivered()
    await hook.close()


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir], ids=["pipe", "folder"])
async def test_what_is_no_file_is_transient_and_does_not_block(tmp_path: Path, make: object) -> None:
    make(tmp_path / "events.jsonl")  # type: ignore[operator]
    (outcome,) = await deliver(tmp_path / "events.jsonl", "evt_1")
    assert isinstance(outcome, TransientFailure)


async def test_a_full_disk_is_transient() -> None:
    (outcome,) = await deliver(Path("/dev/full"), "evt_1")
    assert isinstance(outcome, TransientFailure)


async def test_a_delivery_that_was_given_up_disturbs_no_other(tmp_path: Path) -> None:
    hook = JsonlHook("file", tmp_path / "events.jsonl")
    given_up = asyncio.create_task(hook.deliver(an_event("evt_1")))
    other = asyncio.create_task(hook.deliver(an_event("evt_2")))
    await asyncio.sleep(0)
    given_up.cancel()
    assert await other == Delivered()
    await hook.close()


def test_the_settings_must_name_a_path() -> None:
    nameless = HookSettings.model_construct(name="file", type="jsonl", path=None)
    with pytest.raises(SettingsError, match="needs `path`"):
        build_hook(nameless)
