"""How one value of a layer came about: the input, the numbers of the layer, and what is done with
them.

A `Working` holds what is needed for all places of one unit of one layer, as numpy arrays. It is
read from the network once (`reading`, with torch); `Working.at(position)` then tells one place
without torch, so that the window follows the pointer by itself.
"""
