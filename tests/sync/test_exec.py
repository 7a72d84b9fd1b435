"""The hook exec, with real programs: what they get, what their exit means, and that none outlives its time."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
import uvloop
from memory_outbox import an_event
from receiver import VALIDATOR

from mailproc.errors import SettingsError
from mailproc.policy.hooks.event import Delivered, Delivery, PermanentFailure, TransientFailure
from mailproc.settings.settings import HookSettings
from mailproc.sync.exec import ExecHook
from mailproc.sync.hook import build_hook


def script(folder: Path, text: str) -> str:
    path = folder / "hook.sh"
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(0o755)
    return str(path)


async def deliver(*command: str, timeout_seconds: float = 20) -> Delivery:
    return await ExecHook("crm", command, timeout_seconds).deliver(an_event())


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


async def test_the_program_gets_the_whole_event_on_standard_input(tmp_path: Path) -> None:
    target = tmp_path / "seen.json"
    assert await deliver(script(tmp_path, f"cat > {target}")) == Delivered()
    seen = json.loads(target.read_text())
    assert (seen["id"], seen["data"]["person"]["address"]) == ("evt_1", "pat@example.org")
    VALIDATOR.validate(seen)


@pytest.mark.parametrize(
    ("code", "kind"),
    [(0, Delivered), (75, TransientFailure), (1, PermanentFailure), (64, PermanentFailure), (127, PermanentFailure)],
)
async def test_the_exit_code_is_the_answer(tmp_path: Path, code: int, kind: type) -> None:
    assert type(await deliver(script(tmp_path, f"exit {code}"))) is kind


async def test_death_by_a_signal_is_no_answer_of_the_program(tmp_path: Path) -> None:
    assert await deliver(script(tmp_path, "kill -9 $$")) == TransientFailure(detail="killed by signal 9")


async def test_what_the_program_complains_about_is_kept(tmp_path: Path) -> None:
    outcome = await deliver(script(tmp_path, "echo 'no such contact' >&2; echo again > /dev/stderr; exit 1"))
    assert outcome == PermanentFailure(detail="exit 1: no such contact again")


async def test_complaints_without_end_neither_block_the_program_nor_fill_memory(tmp_path: Path) -> None:
    outcome = await deliver(script(tmp_path, "head -c 5000000 /dev/zero | tr '\\0' x >&2; exit 1"))
    assert isinstance(outcome, PermanentFailure)
    assert len(outcome.detail) < 400


async def test_the_time_limit_kills_the_program_and_all_that_it_started(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    outcome = await deliver(
        script(tmp_path, f"trap '' TERM\nsleep 600 &\necho $! $$ > {pids}\nwait"), timeout_seconds=0.5
    )
    assert outcome == TransientFailure(detail="no exit within 0.5 s")
    for pid in map(int, pids.read_text().split()):
        while is_alive(pid):  # the kernel needs its moment; the test's own time limit watches
            await asyncio.sleep(0.01)


async def test_a_program_that_leaves_a_child_behind_is_done_when_it_exits(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    try:
        assert await deliver(script(tmp_path, f"sleep 600 & echo $! > {pid}; exit 0")) == Delivered()
    finally:
        os.kill(int(pid.read_text()), 9)


async def test_a_cancelled_delivery_kills_the_program(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    task = asyncio.create_task(deliver(script(tmp_path, f"echo $$ > {pid}.new; mv {pid}.new {pid}; sleep 600")))
    while not pid.exists():
        await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
    assert not is_alive(int(pid.read_text()))


async def test_a_program_that_does_not_read_its_input_is_judged_by_its_exit(tmp_path: Path) -> None:
    assert await deliver(script(tmp_path, "exec 0<&-; exit 0")) == Delivered()


@pytest.mark.parametrize("mode", [None, 0o644], ids=["missing", "not executable"])
async def test_a_program_that_cannot_be_started_is_tried_again(tmp_path: Path, mode: int | None) -> None:
    command = tmp_path / "hook"
    if mode is not None:
        command.write_text("#!/bin/sh\nexit 0\n")
        command.chmod(mode)
    outcome = await deliver(str(command))
    assert isinstance(outcome, TransientFailure)
    assert f"cannot start {command}" in outcome.detail


async def test_no_shell_reads_the_command(tmp_path: Path) -> None:
    code = "import sys; sys.exit(0 if sys.argv[1] == '$(exit 1); *' else 1)"
    assert await deliver(sys.executable, "-c", code, "$(exit 1); *") == Delivered()


async def test_the_environment_is_minimal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILPROC_HOOK__SECRET", "whsec_hunter2")
    target = tmp_path / "env"
    await deliver(script(tmp_path, f"env > {target}"))
    names = {line.partition("=")[0] for line in target.read_text().splitlines()}
    ours = {"PATH", "LANG", "MAILPROC_HOOK", "MAILPROC_EVENT_ID", "MAILPROC_EVENT_TYPE"}
    assert names - {"PWD", "SHLVL", "_", "OLDPWD"} == ours


async def test_a_hundred_events_leave_no_file_open(tmp_path: Path) -> None:
    hook = ExecHook("crm", (script(tmp_path, "exit 0"),), 20)
    await hook.deliver(an_event())
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(25):
        await asyncio.gather(*(hook.deliver(an_event()) for _ in range(4)))
    assert len(os.listdir("/proc/self/fd")) <= before


@pytest.mark.parametrize("loop_factory", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def test_programs_that_exit_at_once_are_judged_by_their_exit_on_both_loops(loop_factory: Any) -> None:
    async def fifty() -> list[Delivery]:
        hook = ExecHook("crm", ("/bin/sh", "-c", "exit 75"), 20)
        return list(await asyncio.gather(*(hook.deliver(an_event()) for _ in range(50))))

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        assert runner.run(fifty()) == [TransientFailure(detail="exit 75")] * 50


def test_the_settings_must_name_a_command() -> None:
    with pytest.raises(SettingsError, match="needs `command`"):
        build_hook(HookSettings.model_construct(name="crm", type="exec", command=(), timeout_seconds=1, workers=1))
