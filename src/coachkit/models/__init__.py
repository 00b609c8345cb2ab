"""Language models and embedders: adapters for what drafting and retrieval ask for. Slow imports happen inside calls."""
