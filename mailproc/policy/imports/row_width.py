"""Rows with more or fewer cells than the first line names: said the same way wherever rows are read."""


def why_other_width(cells: int, width: int) -> str | None:
    """What is wrong with a row of so many cells, and from which column on; None where nothing is.

    The column is that of the first cell that nobody named, or that of the first one that is missing.
    """
    if cells == width:
        return None
    return f"column {min(cells, width) + 1}: {cells} cells, but the first line names {width} columns"
