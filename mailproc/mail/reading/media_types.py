"""Media types of parts that programs read, with the names that generators give them by mistake."""

# Report fields and JSON: read as text.
MACHINE_TYPES = frozenset(
    {
        "message/feedback-report",
        "message/delivery-status",
        "message/global-delivery-status",
        "message/disposition-notification",
        "message/global-disposition-notification",
        "message/delivery-report",
        "application/json",
        "application/xarf+json",
    }
)
# The header of a mail without its body.
HEADER_TYPES = frozenset(
    {
        "text/rfc822-headers",
        "text/rfc822-header",
        "message/rfc822-headers",
        "message/rfc822-header",
        "message/global-headers",
    }
)
# A whole mail.
ENCLOSING_TYPES = frozenset({"message/rfc822", "message/global", "message/news", "text/rfc822"})
