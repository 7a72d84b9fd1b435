"""Files that hold people's mail are for the service's own user alone."""

import os
from pathlib import Path


def make_private_file(path: Path) -> None:
    """Make an empty file of mode 0600. Raises FileExistsError, of a link, too; OSError when it cannot be made."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
