"""Reads records from JSON Lines files: the way in for any system without a connector."""
