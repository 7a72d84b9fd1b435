"""Commands that are known by name and one line; a command's module is imported when it is called or asked for help."""

from collections.abc import Sequence
from importlib import import_module
from typing import Any, ClassVar, Literal

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

MARKUP: Literal["markdown"] = "markdown"


class LazyCommand(TyperCommand):
    """Stands for a command or a group of commands until it is needed; `place` is `module:name` below `mailproc.cli`.

    `line` is what the list of commands says, and the first paragraph of the help text that the place has.
    """

    def __init__(self, name: str, place: str, line: str) -> None:
        super().__init__(name, help=line, rich_markup_mode=MARKUP)
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
        return get_group(parent).commands[self.named]

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Here everything begins that is asked of a command: running, its help, completing its words in a shell."""
        return self.load().make_context(info_name, args, parent, **extra)


class LazyGroup(TyperGroup):
    """A group of such commands: give Typer a subclass that says which."""

    known: ClassVar[Sequence[tuple[str, str, str]]] = ()  # name, place, line

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for name, place, line in self.known:
            self.add_command(LazyCommand(name, place, line))
