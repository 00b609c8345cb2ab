"""Writing cases from what is known about an organisation before anything was drafted about it."""
