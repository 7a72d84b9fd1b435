"""The demo is the whole road on every saved mail; it ends well, twice, and says so when something is wrong."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

MAILS = Path(__file__).resolve().parents[2] / "fixtures" / "emails"


def demo(folder: Path, mails: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mailproc", "demo", str(mails), "--work", str(folder / "work")],
        capture_output=True, text=True, cwd=folder,
    )  # fmt: skip


def test_the_demo_ends_well_and_works_twice(tmp_path: Path) -> None:
    for _ in range(2):
        run = demo(tmp_path, MAILS)
        assert run.returncode == 0, run.stderr
        assert "every decision, standing and event is as expected" in run.stdout
        assert "mailproc explain" in run.stdout


def test_the_demo_fails_when_a_decision_is_not_the_golden_one_or_a_standing_not_as_expected(tmp_path: Path) -> None:
    mails = tmp_path / "mails"
    for name in ("account.toml", "reply/de-abmelden.eml", "reply/de-abmelden.decision.json"):
        (mails / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(MAILS / name, mails / name)
    golden = json.loads((mails / "reply/de-abmelden.decision.json").read_text(encoding="utf-8"))
    (mails / "reply/de-abmelden.decision.json").write_text(
        json.dumps({**golden, "action": "forward"}), encoding="utf-8"
    )
    (mails / "standings.json").write_text('{"stranger@example.org": "unsubscribed"}', encoding="utf-8")
    run = demo(tmp_path, mails)
    assert run.returncode == 70
    assert "differs from its golden decision in action" in run.stderr
    assert "stranger@example.org: None, expected unsubscribed" in run.stderr
