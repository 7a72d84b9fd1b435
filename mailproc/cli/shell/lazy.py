"""Commands that are known by name and one line; a command's module is imported when it is called or asked for help."""

import re
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, ClassVar, Literal

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

_EXAMPLES = re.compile(r"^(?P<head>Examples?:) (?P<examples>`.*?)(?:\n\n|\Z)", re.MULTILINE | re.DOTALL)
MARKUP: Literal["markdown"] = "markdown"


def examples_apart(text: str) -> str:
    """A help text with each of its examples on a line of its own, where it is found, and can be copied."""
    found = _EXAMPLES.search(text)
    if found is None:
        return text
    examples = "\n".join(f"- {one}" for one in re.split(r"\s+·\s+(?=`)", found["examples"]))
    return f"{text[: found.start()]}{found['head']}\n\n{examples}\n\n{text[found.end() :]}".rstrip()


class LazyCommand(TyperCommand):
    """Stands for a command or a group of commands until it is needed; `place` is `module:name` below `mailproc.cli`.

    `line` is what the list of commands says, and the first paragraph of the help text that the place has.
    """

    def __init__(self, name: str, place: str, line: str, panel: str | None = None) -> None:
        super().__init__(name, help=line, rich_markup_mode=MARKUP, rich_help_panel=panel)
        self.named, self.place = name, place

    def load(self) -> Any:
        """The real command, as Typer makes it of a function, or the group that a Typer is."""
        module, _, attribute = self.place.partition(":")
        found = getattr(import_module(f"mailproc.cli.{module}"), attribute)
        parent = typer.Typer(rich_markup_mode=MARKUP)
        if isinstance(found, typer.Typer):
            parent.add_typer(found, name=self.named)
        else:
            parent.command(self.named)(found)
        command = get_group(parent).commands[self.named]
        for one in getattr(command, "commands", {self.named: command}).values():
            one.help = examples_apart(one.help or "")
        return command

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Here everything begins that is asked of a command: running, its help, completing its words in a shell."""
        return self.load().make_context(info_name, args, parent, **extra)


class LazyGroup(TyperGroup):
    """A group of such commands: give Typer a subclass that says which, panel by panel of the list."""

    known: ClassVar[Mapping[str, Sequence[tuple[str, str, str]]]] = {}  # name, place, line

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for panel, commands in self.known.items():
            for name, place, line in commands:
                self.add_command(LazyCommand(name, place, line, panel))
