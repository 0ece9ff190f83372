"""Searches over settings: many runs of one project, on this machine or on several.

`space` says what varies, `directory` is the folder that tells how a sweep stands; both are read by
the window. `study` talks to Optuna, `worker` trains trial after trial, `conducting` starts workers.
"""
