"""Files that somebody gives us: saved mail, and tables of people."""
