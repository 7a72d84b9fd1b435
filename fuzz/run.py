"""`make fuzz`: every target for a minute, from the saved mails on; what is found is kept, with how to repeat it."""

import argparse
import subprocess
import sys
from pathlib import Path

from fuzz.targets import TARGETS

FOUND = Path("build") / "fuzz"
SECONDS_FOR_ONE = 10  # instrumented, and on a machine that does other things, too
MEMORY_MB = 2048


def main() -> None:
    """Fuzz; exit 1 when something was found, 2 for a target that does not exist."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"some of: {', '.join(TARGETS)}")
    parser.add_argument("--seconds", type=int, default=60, help="for each target (default 60)")
    parser.add_argument("--seed", type=int, default=1, help="where chance begins (default 1)")
    parser.add_argument("--repeat", type=Path, metavar="FILE", help="run one target on one input that was found")
    options = parser.parse_args()
    names = options.targets or list(TARGETS)
    if unknown := [name for name in names if name not in TARGETS]:
        parser.error(f"no target {', '.join(unknown)}; there are {', '.join(TARGETS)}")
    if options.repeat:
        TARGETS[names[0]].run(options.repeat.read_bytes())
        print("nothing happened")
        return
    failed = [name for name in names if not fuzzed(name, options.seconds, options.seed)]
    sys.exit(1 if failed else 0)


def fuzzed(name: str, seconds: int, seed: int) -> bool:
    """Fuzz one target; False when it found an input that raises, hangs or eats memory."""
    target = TARGETS[name]
    corpus, found = FOUND / name / "corpus", FOUND / name
    corpus.mkdir(parents=True, exist_ok=True)
    known = set(found.iterdir())
    log = found / "log.txt"
    limits = (
        f"-max_total_time={seconds}",
        f"-seed={seed}",
        f"-max_len={target.max_bytes}",
        f"-timeout={SECONDS_FOR_ONE}",
        f"-rss_limit_mb={MEMORY_MB}",
        f"-artifact_prefix={found}/",
    )
    print(f"{name}: {seconds} s …", flush=True)
    with log.open("wb") as output:
        command = [sys.executable, "-m", "fuzz.one", name, *limits, str(corpus), str(target.seeds)]
        code = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, check=False).returncode  # noqa: S603
    culprits = sorted(path for path in set(found.iterdir()) - known if path not in (log, corpus))
    if code == 0 and not culprits:
        print(f"{name}: {_runs(log)}, nothing found")
        return True
    print(f"{name}: FOUND something, see {log}")
    for path in culprits:
        print(f"  repeat it: {sys.executable} -m fuzz.run {name} --repeat {path}")
    return False


def _runs(log: Path) -> str:
    """How many inputs were tried, in libFuzzer's words."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return next((line for line in reversed(lines) if line.startswith("Done ")), "done")


if __name__ == "__main__":
    main()
