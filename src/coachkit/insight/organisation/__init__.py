"""Insight into a whole organisation: pure functions over its tables.

What they find serves to say where work waits, on whom much depends and which goals stand still. Nothing here is a
judgement of a person, and no door shows a figure of one beside that of another.
"""
