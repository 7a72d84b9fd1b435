"""What commands, pages and programs want alike: requests by hand, terms of a send, and why something is as it is."""
