"""What the mail is: facts, no opinions; pure."""
