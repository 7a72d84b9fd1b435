"""The road in: SMTP and LMTP listeners, their replies and limits."""
