"""What whoever watches a terminal is told, and a pipe is not."""

import io

import pytest
from rich.console import Console

from mailproc.cli.shell.terminal import while_rules_are_read


@pytest.mark.parametrize("watched", [True, False])
def test_who_watches_a_terminal_is_told_that_rules_are_read_and_a_pipe_is_not(
    watched: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    console = Console(file=(said := io.StringIO()), force_terminal=watched)
    monkeypatch.setattr("mailproc.cli.shell.terminal.err", console)
    with while_rules_are_read():
        pass
    assert ("reading the rules" in said.getvalue()) == watched
