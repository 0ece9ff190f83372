"""The helper process that answers the window's questions: torch at work, out of the window.

`client` starts it and asks; `server` is what runs inside (`python -m cnnstudio.kernel`).
"""
