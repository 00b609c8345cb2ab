"""Retrieval: words and meaning together, in Chinese and English, and never outside what the viewer may read."""
