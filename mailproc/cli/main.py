"""The command `mailproc`: its groups, and what an error becomes for the shell."""

import sys

import typer

import mailproc
from mailproc.cli import (
    alarms,
    breaker,
    config,
    database,
    demo,
    explain,
    feedback,
    headers,
    lists,
    mails,
    outbox,
    people,
    replay,
    revert,
    review,
    review_again,
    rules,
    serve,
    sync,
    tokens,
)
from mailproc.cli.context import EX_USAGE, err, exit_code_of
from mailproc.errors import MailprocError

app = typer.Typer(
    name="mailproc",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Reply mail and feedback loops: mail in, decision with reasons, standing changed, CRM told.",
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"mailproc {mailproc.__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Show the version."),
) -> None:
    """Options before the command."""


for module in (serve, demo, replay, explain, people, revert, headers, alarms):
    module.register(app)
for name, group in (
    ("outbox", outbox.app),
    ("sync", sync.app),
    ("db", database.app),
    ("config", config.app),
    ("rules", rules.app),
    ("token", tokens.app),
    ("review", review.app),
    ("lists", lists.app),
    ("mail", mails.app),
    ("feedback", feedback.app),
    ("breaker", breaker.app),
):
    app.add_typer(group, name=name)
review_again.register(review.app)


def main() -> None:
    """Entry point: errors of ours become a sentence and a sysexits code, never a traceback."""
    try:
        app()
    except MailprocError as error:
        for line in str(error).splitlines():
            err.print(f"mailproc: {line}", markup=False)
        sys.exit(exit_code_of(error))
    except SystemExit as stop:
        sys.exit(EX_USAGE if stop.code == 2 else stop.code)
