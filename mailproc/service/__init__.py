"""The running service: from an accepted mail to its recorded decision, and the knots that tie all rooms together."""
