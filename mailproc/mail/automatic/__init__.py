"""Mail that no person wrote: automatic answers, receipts, lists and bulk, and unsubscribe mail that clients make."""
