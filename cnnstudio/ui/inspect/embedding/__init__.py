"""The parts of the Embedding page: the samples as points in a plane, and what can be done there."""
