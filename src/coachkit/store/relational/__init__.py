"""The relational store: the truth, on SQLite or PostgreSQL."""
