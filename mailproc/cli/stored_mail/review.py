"""`review …`: what waits for a person, and their answers."""

import typer

from mailproc.cli.stored_mail import review_again, review_answer, review_look

app = typer.Typer(no_args_is_help=True, help="What waits for a person, and their answers.")
app.command("list")(review_look.show_list)
app.command("show")(review_look.show)
app.command("resolve")(review_answer.resolve)
app.command("redo")(review_again.redo)
app.command("release")(review_again.release)
app.command("example")(review_answer.example)
