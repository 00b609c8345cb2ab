"""From items of work to the goals they advance: proposals with their reasons, learned from what people confirm.

Nothing here knows a store or a tokenizer: rows come in as frames (:mod:`coachkit.insight.organisation.tables`), the
tokenizer and the vectors are handed in by whoever wires them.
"""
