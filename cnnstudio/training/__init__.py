"""A run: its directory, the loop that trains, and the process that it happens in.

`optimizers`, `losses`, `schedules`, `metrics`, `chosen`, `counts`, `verdicts`, `rundir`, `status`
and `launch` import no torch, so the window may use them.
"""
