"""Geometry of charts, computed here: templates only write the numbers down, and no browser has to reckon."""
