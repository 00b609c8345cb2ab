"""Reads any local git repository."""
