"""Media types of parts that programs read, with the names that generators give them by mistake."""

import re

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
# Files in which some servers send what else stands in the text or in a machine part of their report.
REPORT_FILE = re.compile(
    r"(?:report|status|deliver|failure|bounce|dsn|ndr|error|details?|returned|reason|zustell|bericht)[^/]{0,60}"
    r"\.(?:txt|log|html?|dat)$"
)
# A whole mail.
ENCLOSING_TYPES = frozenset({"message/rfc822", "message/global", "message/news", "text/rfc822"})
