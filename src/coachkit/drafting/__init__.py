"""Drafting: facts are planned and packed, a model may word them, every sentence is verified, and a document is made."""
