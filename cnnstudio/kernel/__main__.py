"""`python -m cnnstudio.kernel`: answers questions on stdin and stdout until stdin ends."""

from cnnstudio.kernel.server import main

if __name__ == "__main__":
    main()
