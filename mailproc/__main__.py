"""`python -m mailproc` is the command `mailproc`."""

from mailproc.cli.main import main

if __name__ == "__main__":
    main()
