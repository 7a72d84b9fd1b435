"""`rules diff`: every saved mail that two rule sets decide differently, with the words that make the difference."""

from collections import Counter
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from mailproc.cli.rules.comparing import Compared, compare, failed_comparison, print_comparison
from mailproc.cli.saved_mail.deciding import code_of_unread, each_decided, opened, world_of
from mailproc.cli.shell.context import ConfigOption, JsonOption, settings_of
from mailproc.cli.shell.terminal import EX_NOINPUT, err, out, print_json

EXIT_DIFFERENT = 1


def diff(
    old: Annotated[Path, typer.Argument(help="Folder of rule files.")],
    new: Annotated[Path, typer.Argument(help="The other folder.")],
    paths: Annotated[list[Path], typer.Argument(help="Mail (.eml), mbox files, Maildirs, or folders that hold some.")],
    to: Annotated[str | None, typer.Option("--to", help="Envelope recipient, instead of what the headers say.")] = None,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=0, help="Processes; 0: one per core for many mails.")] = 0,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Decide saved mail by two rule sets, and show each mail whose decision differs, and why.

    Exit 0 when all decisions are the same, 1 when some differ, 65 when a mail cannot be read, 78 when a set does not
    load.

    Example: `mailproc rules diff rules/ my-rules/ saved-mail/`
    """
    settings = settings_of(config)
    worlds = [world_of(settings, folder, to) for folder in (old, new)]
    for world in worlds:
        opened(world)
    work = partial(compare, old=worlds[0], new=worlds[1], goldens=False)
    differing: list[Compared] = []
    count: Counter[str] = Counter()
    for one in each_decided(work, paths, jobs, failed_comparison, what="comparing"):
        count["failed" if one.error else "mails"] += 1
        if one.error:
            err.print(f"mailproc: {one.file}: {one.error}", markup=False)
        elif one.found and one.differs:
            differing.append(one)
            if not as_json:
                print_comparison(one.file, one.found)
    if not count:
        err.print("mailproc: no mail there: give .eml files, mbox files, Maildirs, or folders that hold some")
        raise typer.Exit(EX_NOINPUT)
    if as_json:
        print_json({**count, "different": [one.as_json() for one in differing]})
    else:
        out.print(f"{len(differing)} of {count['mails']} mails are decided differently")
    if differing:
        raise typer.Exit(EXIT_DIFFERENT)
    if count["failed"]:
        raise typer.Exit(code_of_unread(paths))
