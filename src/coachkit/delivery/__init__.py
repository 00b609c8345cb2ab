"""Delivery: a draft as people get it. The plain structure for pages and the API, Markdown, and text for a terminal."""
