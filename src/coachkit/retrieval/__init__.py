"""Retrieval: words and meaning together, in Chinese and English, and never outside what the viewer may read."""

from coachkit.retrieval.indexer import Indexer
from coachkit.retrieval.retriever import Answer, Hit, Query, Retriever

__all__ = ["Answer", "Hit", "Indexer", "Query", "Retriever"]
