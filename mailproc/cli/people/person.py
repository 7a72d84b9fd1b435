"""One person on the terminal and as JSON: the standing, what stands against mailing, and what has happened."""

from mailproc.cli.shell.terminal import harmless, out
from mailproc.policy.standing.scope import EVERYWHERE
from mailproc.policy.standing.standing import Block, own_standing
from mailproc.settings.settings import Settings
from mailproc.shapes.person import forgotten_since, verdicts_on
from mailproc.store.results import PersonStatus

STANDING_COLOURS = {"unsubscribed": "bold red", "bounced": "yellow", "held": "magenta", "active": "green"}


def print_status(settings: Settings, one: PersonStatus, list_id: str | None) -> None:
    """Print a person of one account, some lines."""
    word = one.standing.status.value
    name = one.address or f"key {one.key}"
    where = "everywhere" if one.account_id == EVERYWHERE else f"account {one.account_id}"
    out.print(f"[{STANDING_COLOURS[word]}]{word.upper() if word != 'active' else word}[/]  {name}  ({where})")
    for block in one.standing.blocks:
        out.print(f"  {_told(block, one.account_id)}", markup=False)
    if (gone := forgotten_since(one)) is not None:
        out.print(f"  forgotten on {gone:%Y-%m-%d}; the address stays suppressed", markup=False)
    own = own_standing(one.standing, one.account_id).status.value
    if own != word:
        out.print(f"  the account's own record: {own}", markup=False)
    told = []
    for classification, found in verdicts_on(settings, one, list_id).items():
        told.append(f"{classification} mail {'may be sent' if found.may_send else 'may not be sent'}")
    out.print(f"  {' · '.join(told)}{f' (list {list_id})' if list_id else ''}", markup=False)
    if one.lists:
        out.print(f"  on the lists {', '.join(one.lists)}", markup=False)
    for name, value in one.attributes.items():
        out.print(f"  {name}: {harmless(value)}", markup=False)
    for fact in one.facts:
        of_list = [f"list {fact.list_id}"] if fact.list_id else []
        said = of_list + [f"{name} {value}" for name, value in fact.evidence.items() if name != "mail"]
        line = f"  {fact.occurred_at:%Y-%m-%d %H:%M}  {fact.kind.value:10} {fact.channel.value:16} {', '.join(said)}"
        out.print(line, markup=False)


def _told(block: Block, account_id: str) -> str:
    where = f"list {block.list_id}" if block.list_id else block.level.value
    told = f"blocked at {where} level since {block.since:%Y-%m-%d %H:%M} UTC: {block.kind.value} by {block.channel}"
    if block.account_id in (account_id, EVERYWHERE):
        return told
    return f"{told}, recorded in account {block.account_id}"
