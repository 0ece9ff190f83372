"""`python -m cnnstudio` is the `cnnstudio` command."""

from cnnstudio.cli import main

if __name__ == "__main__":
    main()
