"""What the pointer can do on the canvas, each an object with press, move, release and cancel."""
