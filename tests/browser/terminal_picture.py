"""A terminal as a page: what a command really prints, in its colours, to be photographed."""

import os
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

COLUMNS = 104
THEME = TerminalTheme(
    (22, 25, 34),
    (214, 219, 230),
    [(22, 25, 34), (255, 122, 122), (126, 211, 140), (240, 200, 110), (120, 170, 255), (205, 150, 255), (110, 210, 220),
     (214, 219, 230)],
)  # fmt: skip
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>COMMAND</title><style>
  body {{ margin: 0; width: max-content; background: #fff }}
  main {{ margin: 24px; border-radius: 12px; overflow: hidden; background: {background}; color: {foreground} }}
  header {{ display: flex; gap: 8px; padding: 14px 18px; background: #20242f }}
  i {{ width: 12px; height: 12px; border-radius: 50%; background: #454b5c }}
  pre {{ margin: 0; padding: 18px 22px 22px; font: 15px/1.5 "DejaVu Sans Mono", monospace }}
  b {{ color: #7ed38c }}
</style><main><header><i></i><i></i><i></i></header><pre><b>$</b> COMMAND
{code}</pre></main>"""


def terminal_page(*command: str) -> str:
    """Run a command of mailproc and give the page. Raises CalledProcessError when it fails."""
    width = {"COLUMNS": str(COLUMNS), "FORCE_COLOR": "1", "TERM": "xterm-256color"}
    program = Path(sys.executable).parent / "mailproc"
    done = subprocess.run([program, *command], env={**os.environ, **width}, capture_output=True, text=True, check=True)
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        console = Console(record=True, width=COLUMNS, file=nowhere, force_terminal=True)
        console.print(Text.from_ansi("\n".join(line.rstrip() for line in done.stdout.splitlines())))
        page = _PAGE.replace("COMMAND", " ".join(("mailproc", *command)))
        return console.export_html(theme=THEME, code_format=page, inline_styles=True)
