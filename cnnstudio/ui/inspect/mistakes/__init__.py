"""The parts of the Mistakes page: images that are taken for another class, with their heat."""
