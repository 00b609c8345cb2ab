"""Reads the tables of a published organisation data set."""
