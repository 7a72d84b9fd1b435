"""Who is meant by a mail, whether it is about mail of ours, and whose word acts."""
