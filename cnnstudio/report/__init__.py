"""Runs told on one HTML page that holds everything in itself and loads nothing."""
