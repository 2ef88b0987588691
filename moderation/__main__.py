"""`python -m moderation`: the same as `klankbord`."""

from moderation.cli import main

if __name__ == "__main__":
    main()
