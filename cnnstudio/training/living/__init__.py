"""The living canvas: what a network makes of a few images while it is trained.

Whoever watches says in `snapshots/watch.json` which samples it would like to see (`wish`); the
trainer looks at them between steps (`trainer`, `thumbnails`) and puts what it found into
`snapshots/live.safetensors` (`look`). `wish` and `look` import no torch: the window uses them.
"""
