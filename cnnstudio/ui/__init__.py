"""The window: a view of the document. Holds no truth of its own and never imports torch."""
