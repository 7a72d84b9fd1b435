"""What one line of a body can be."""

from enum import StrEnum


class LineType(StrEnum):
    """What one line of a body is."""

    blank = "blank"
    text = "text"
    quote = "quote"  # marked with `>`, or inside a quote container of the HTML
    attribution = "attribution"  # `On … wrote:`, every line of it
    header = "header"  # a line of a header block above a quoted mail
    divider = "divider"  # `-----Original Message-----`
    forwarded = "forwarded"  # `---------- Forwarded message`
    delimiter = "delimiter"  # `-- `
    rule = "rule"  # `________`
    unread = "unread"  # so long that it is not looked at
    signature = "signature"  # inside a signature container of the HTML


INTRODUCES = frozenset({LineType.attribution, LineType.header, LineType.divider, LineType.forwarded})
