"""Judges: what people said of statements, how far they agree, and how far a model that judges can be believed."""
