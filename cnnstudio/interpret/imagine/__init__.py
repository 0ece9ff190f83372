"""Images that a network is asked to imagine: what drives a unit, a channel or a class."""
