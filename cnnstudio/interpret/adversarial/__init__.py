"""The smallest change of an image that changes what a network says of it."""
