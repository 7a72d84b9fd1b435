"""The command `mailproc`: its groups, and what an error becomes for the shell."""

import sys
from collections.abc import Mapping, Sequence
from typing import ClassVar

import typer

import mailproc
from mailproc.cli.shell.garbage import seldom
from mailproc.cli.shell.lazy import MARKUP, LazyGroup
from mailproc.cli.shell.terminal import EX_USAGE, err, exit_code_of
from mailproc.errors import MailprocError


class _Commands(LazyGroup):
    known: ClassVar[Mapping[str, Sequence[tuple[str, str, str]]]] = {
        "Mail": (
            ("serve", "service.serve:serve", "Run the service: listener, decider, sync workers, HTTP endpoints."),
            (
                "deliver",
                "service.serve:deliver",
                "Take one mail on standard input, durably; a running service decides it.",
            ),
            (
                "demo",
                "service.demo:demo",
                "Start the real service, send it every saved mail by SMTP, and show what became of each.",
            ),
            ("replay", "saved_mail.replay:replay", "Decide saved mail, by the same function as the live listener."),
            ("explain", "saved_mail.explain:explain_mail", "Show why a mail is decided as it is."),
            ("mail", "stored_mail.mail:app", "Mail that was decided, and mail that waits for it."),
        ),
        "People": (
            (
                "status",
                "people.people:status",
                "Show whether somebody may be mailed, since when not, and by what evidence.",
            ),
            ("why", "people.why:why", "Tell why somebody gets no mail."),
            ("unsubscribe", "people.people:unsubscribe", "Take somebody off, by hand; the hooks are told."),
            ("resubscribe", "people.people:resubscribe", "Enter that somebody asked to get mail again."),
            ("revert", "people.revert:revert", "Take back the opt-outs and complaints that one rule made."),
            (
                "forget",
                "people.forget:forget",
                "Erase a person but for a keyed hash, which keeps the address suppressed.",
            ),
            (
                "import",
                "people.importing:import_people",
                "Make people known, with lists and attributes; who is out stays out.",
            ),
            (
                "export",
                "people.export:export",
                "Write the subscribers of an account with standing, lists and attributes.",
            ),
            ("lists", "people.lists:app", "Lists and publications of an account."),
        ),
        "Sends": (
            (
                "check-send",
                "sending.check_send:check_send",
                "Divide a file of people into those whom a send may reach and those whom it may not.",
            ),
            (
                "check-mail",
                "sending.check_mail:check_mail",
                "Show what an outgoing commercial mail lacks, who says so, and what to do about it.",
            ),
            (
                "headers",
                "sending.headers:headers",
                "Print what to stamp on outgoing mail, so that replies, bounces and reports tell who was mailed.",
            ),
            ("token", "sending.tokens:app", "Signed address tokens: keys for them, and what one says."),
            ("sends", "sending.sends:app", "Sends, and the lists that each went to."),
        ),
        "What waits, and what is wrong": (
            ("review", "stored_mail.review:app", "What waits for a person, and their answers."),
            (
                "overdue",
                "service.overdue:overdue",
                "Show requests that no hook was told of for a day, the most urgent first.",
            ),
            ("alarms", "service.alarms:alarms", "Show what is wrong at present."),
            ("breaker", "stored_mail.breaker:app", "Floods of mail that nothing proves, held for a person."),
            ("feedback", "stored_mail.feedback:app", "Feedback loops: who reports, and whose word acts."),
            (
                "selftest",
                "service.selftest:selftest",
                "Send a synthetic opt-out through the running service, and see that it is honoured.",
            ),
        ),
        "Rules, hooks, settings": (
            ("rules", "rules.rules:app", "Keyword rules: check, try, compare, count, run in the shadow."),
            ("outbox", "service.outbox:app", "Events on their way to hooks."),
            ("sync", "service.sync:app", "What hooks are told."),
            ("api-token", "service.api_token:app", "Tokens by which programs use the API."),
            ("config", "service.config:app", "Look at the settings."),
            ("db", "service.database:app", "Make, check and copy the database."),
        ),
    }


app = typer.Typer(
    name="mailproc",
    cls=_Commands,
    no_args_is_help=True,
    rich_markup_mode=MARKUP,
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


def main() -> None:
    """Entry point: errors of ours become a sentence and a sysexits code, never a traceback."""
    seldom()
    try:
        app()
    except MailprocError as error:
        for line in str(error).splitlines():
            err.print(f"mailproc: {line}", markup=False)
        sys.exit(exit_code_of(error))
    except SystemExit as stop:
        sys.exit(EX_USAGE if stop.code == 2 else stop.code)
