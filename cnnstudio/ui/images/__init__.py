"""Images on screen: arrays as pictures, samples of a dataset as a list that loads as it is seen."""
