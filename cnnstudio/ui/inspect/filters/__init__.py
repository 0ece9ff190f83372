"""The weights of a layer: as pictures, in numbers, and how they are spread over the run."""
