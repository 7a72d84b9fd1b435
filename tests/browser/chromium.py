"""Where the system's Chromium is; as a program (`make browser`) it installs the browser where that can be done."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium", "fonts-dejavu-core")  # without any font every text is as wide as nothing
HOW = (
    "tests/browser need Chromium, and there is none on PATH.\n"
    "  Debian, Ubuntu: apt-get install chromium     Fedora: dnf install chromium     macOS: brew install chromium\n"
    "  elsewhere: CHROMIUM=/path/to/chromium make test\n"
    "All other tests: make setup && .venv/bin/python -m pytest --ignore tests/browser"
)


def find_chromium() -> str | None:
    """The program to start, or None. CHROMIUM goes first."""
    named = os.environ.get("CHROMIUM")
    return shutil.which(named) if named else next(filter(None, map(shutil.which, NAMES)), None)


def _apt_get(*words: str) -> bool:
    quietly = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(["apt-get", "-qq", *words], env=quietly, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.stderr.write(done.stderr)
    return done.returncode == 0


def main() -> int:
    """Nothing to do where there is one; else Debian's, when we are root; else say what to do."""
    if find_chromium():
        return 0
    if os.geteuid() == 0 and shutil.which("apt-get"):
        sys.stderr.write("installing Chromium for tests/browser …\n")
        _apt_get("update")  # a new machine knows no packages; what it knew may do where nothing answers
        if _apt_get("install", "-y", "--no-install-recommends", *PACKAGES) and find_chromium():
            return 0
    sys.stderr.write(HOW + "\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
