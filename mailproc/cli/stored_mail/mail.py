"""`mail …`: mail that was decided, and mail that waits for it."""

import typer

from mailproc.cli.stored_mail import mails, mails_waiting

app = typer.Typer(no_args_is_help=True, help="Mail that was decided, and mail that waits for it.")
app.command("list")(mails.show_list)
app.command("show")(mails.show)
app.command("waiting")(mails_waiting.waiting)
