"""The demo is the whole road on every saved mail; it ends well, twice, and says so when something is wrong."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

MAILS = Path(__file__).resolve().parents[2] / "fixtures" / "emails"


def demo(folder: Path, mails: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mailproc", "demo", str(mails), "--work", str(folder / "work")],
        capture_output=True, text=True, cwd=folder,
    )  # fmt: skip


def few_mails(folder: Path) -> Path:
    """One mail of all, with its account and its golden decision."""
    for name in ("account.toml", "reply/de-abmelden.eml", "reply/de-abmelden.decision.json"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(MAILS / name, folder / name)
    (folder / "standings.json").write_text('{"karin@example.org": "unsubscribed"}', encoding="utf-8")
    return folder


def test_the_demo_ends_well_and_works_twice(tmp_path: Path) -> None:
    for mails in (MAILS, few_mails(tmp_path / "mails")):  # what the first left is in the way of the second
        run = demo(tmp_path, mails)
        assert run.returncode == 0, run.stderr
        assert "every decision, standing and event is as expected" in run.stdout
        assert "mailproc explain" in run.stdout


def test_the_demo_fails_when_a_decision_is_not_the_golden_one_or_a_standing_not_as_expected(tmp_path: Path) -> None:
    mails = few_mails(tmp_path / "mails")
    golden = json.loads((mails / "reply/de-abmelden.decision.json").read_text(encoding="utf-8"))
    (mails / "reply/de-abmelden.decision.json").write_text(
        json.dumps({**golden, "action": "forward"}), encoding="utf-8"
    )
    (mails / "standings.json").write_text('{"stranger@example.org": "unsubscribed"}', encoding="utf-8")
    run = demo(tmp_path, mails)
    assert run.returncode == 70
    assert "differs from its golden decision in action" in run.stderr
    assert "stranger@example.org: None, expected unsubscribed" in run.stderr


@pytest.mark.parametrize("missing", ["account.toml", "standings.json", "reply/de-abmelden.decision.json"])
def test_the_demo_says_what_its_folder_lacks(tmp_path: Path, missing: str) -> None:
    mails = few_mails(tmp_path / "mails")
    (mails / missing).unlink()
    run = demo(tmp_path, mails)
    assert run.returncode == 66
    assert missing in run.stderr
    assert "Traceback" not in run.stderr
    assert not (tmp_path / "work").exists()
