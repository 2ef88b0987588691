"""`python -m listener`: the listening half on its own."""

from listener.cli import main

if __name__ == "__main__":
    main()
