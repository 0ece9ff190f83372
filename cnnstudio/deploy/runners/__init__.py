"""One runner a format: from a file to its outputs. Each is loaded by its path in a fresh process
that can't import this package, so it imports nothing of ours."""
