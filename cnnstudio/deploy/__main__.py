"""`python -m cnnstudio.deploy`."""

from cnnstudio.deploy.worker import main

if __name__ == "__main__":
    raise SystemExit(main())
