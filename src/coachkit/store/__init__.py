"""Adapters of the ports: relational (SQLAlchemy) and vector (Chroma)."""
