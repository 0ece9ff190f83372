"""Feature maps in an order and in colours, and one unit by itself."""
