"""Retrieval: words, in Chinese and English, and never outside what the viewer may read."""

from coachkit.retrieval.retriever import Hit, Query, Retriever

__all__ = ["Hit", "Query", "Retriever"]
