"""Evaluation, wired: organisations synced into stores, documents prepared by the product's own path."""
