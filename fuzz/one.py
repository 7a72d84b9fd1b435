"""One target under atheris, in a process of its own: `python -m fuzz.one TARGET [libFuzzer's options]`."""

import sys

import atheris

with atheris.instrument_imports(include=["mailproc"]):
    from fuzz.targets import TARGETS
    from mailproc.mail.reading.message import load_readers


def main() -> None:
    """Fuzz until the time is up or something is found."""
    name = sys.argv.pop(1)
    load_readers()
    TARGETS[name].run(b"")  # what is loaded once is on no input's account
    atheris.Setup(sys.argv, TARGETS[name].run)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
