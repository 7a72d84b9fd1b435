"""Why a mail was decided as it was, and how two decisions differ."""
