"""What became of many mails, as `replay` and `demo` show it: the mail, kind, action, level, who, and why."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from mailproc.cli.saved_mail.explain_page import COLOURS
from mailproc.cli.shell.terminal import harmless, in_pipe, is_wide, out, print_table

_ACTION_WIDTH = 11  # of the longest, so that what is beside it stands in a column
_KIND_WIDTH = 19


def print_decisions(first: str, rows: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
    """Each mail by its name with its decision as JSON values; `first` is what the names are names of.

    On a terminal the name has a line of its own, so that nothing of it is cut off; in a pipe all is one line.
    """
    if in_pipe():
        print_table(_table(first, rows))
        return
    for name, row in rows:
        out.print(Text(harmless(name), style="bold"), soft_wrap=False, overflow="fold")
        out.print(Padding(_line(row), (0, 0, 0, 2)), soft_wrap=False)


def _table(first: str, rows: Iterable[tuple[str, Mapping[str, Any]]]) -> Table:
    table = Table(first, "kind", "action", "level", "who", "why", box=None, pad_edge=False)
    for name, row in rows:
        cells = (Text(harmless(name)), row["kind"], _action(row), row["level"] or "", _who(row), _why(row))
        table.add_row(*cells)
    return table


def _line(row: Mapping[str, Any]) -> Text:
    line = Text.assemble((f"{row['kind']:{_KIND_WIDTH}}  " if is_wide() else "", "dim"))
    action = _action(row)
    action.pad_right(max(0, _ACTION_WIDTH - len(action)))
    line.append_text(action)
    if row["level"] not in (None, "account"):
        line.append(f" ({row['level']})")
    return Text("  ").join([line, *filter(None, (_who(row), _why(row)))])


def _action(row: Mapping[str, Any]) -> Text:
    also = "".join(f" +{one}" for one in row["also"])
    return Text.assemble((row["action"], COLOURS[row["action"]]), also)


def _who(row: Mapping[str, Any]) -> Text:
    return Text(harmless(", ".join(one["address"] or f"key {one['key']}" for one in row["subscribers"])))


def _why(row: Mapping[str, Any]) -> Text:
    return Text.assemble(harmless(row["reason"]), (f" ({row['rule']})" if row["rule"] else "", "dim"))
