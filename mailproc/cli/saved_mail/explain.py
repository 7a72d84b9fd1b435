"""`explain`: what the program saw in one mail, and why it decided as it did, so that a person can act on it."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from mailproc.cli.saved_mail.deciding import examine_saved, opened, world_of
from mailproc.cli.saved_mail.explain_page import print_page
from mailproc.cli.sending.send_lines import print_sends
from mailproc.cli.shell.context import ConfigOption, JsonOption, settings_with_lists
from mailproc.cli.shell.one_mail import MailArgument, read_one_mail
from mailproc.cli.shell.terminal import print_json
from mailproc.errands.explained import Page, page_as_json, page_of
from mailproc.files.replay import saved_mail
from mailproc.policy.standing.send import Send
from mailproc.settings.settings import Settings
from mailproc.shapes.records import send_as_json


def explain_mail(
    file: MailArgument,
    to: Annotated[str | None, typer.Option("--to", help="Envelope recipient, instead of what the headers say.")] = None,
    rules: Annotated[Path | None, typer.Option("--rules", help="Another folder of rules.")] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Look up DKIM and DMARC in DNS, where no border server told.")
    ] = False,
    everything: Annotated[bool, typer.Option("--all", help="All of what was cut off, and every rule.")] = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Show why a mail is decided as it is: the telling words, the rules, who is meant, and what would change it.

    Settings and database are not needed; what had to be assumed is said. Exit 65 when it is no mail, 66 when it is not
    there.

    Examples: `mailproc explain mail.eml` · `mailproc explain - < mail.eml` · `mailproc explain mail.eml --json`
    """
    settings = settings_with_lists(config)
    world = world_of(settings, rules, to, verify=verify)
    content, written_at = read_one_mail(file)
    accounts, rule_set = opened(world)
    saved = saved_mail(content, accounts, to, received_at=written_at)
    seen = examine_saved(saved, rule_set, world.verification)
    if seen.decision.authentication.source == "verified":
        saved = replace(saved, assumed=(*saved.assumed, "SPF not looked up (a saved mail does not tell its client)"))
    page = page_of(saved, seen, rule_set)
    sends = _sends_behind(settings, page)
    if as_json:
        print_json({**page_as_json(page), "sends": [send_as_json(one) for one in sends]})
    else:
        print_page(page, everything=everything)
        print_sends(sends)


def _sends_behind(settings: Settings, page: Page) -> list[Send]:
    """The recorded sends that the mail came of, where settings and a database are at hand."""
    if not settings.account:
        return []
    from mailproc.cli.sending.sends import stored_sends  # here: without settings nothing of SQL is needed

    return stored_sends(settings, page.seen.decision.facts)
