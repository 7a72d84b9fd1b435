"""Commands of who sends: checks before a send, headers and tokens to stamp, recorded sends."""
