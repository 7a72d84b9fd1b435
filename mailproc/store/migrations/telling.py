"""What a revision says to the operator who runs `mailproc db migrate`."""

from alembic import op


def tell(line: str) -> None:
    """Say one line; nobody hears it where a revision is run by something else."""
    config = op.get_context().config
    if config is not None and "tell" in config.attributes:
        config.attributes["tell"](line)
