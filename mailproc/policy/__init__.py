"""What we do about a mail: everything that an operator may want otherwise; pure."""
