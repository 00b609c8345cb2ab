"""Freezing: a draft of production as a case that anybody may run, with the names in its evidence replaced."""
