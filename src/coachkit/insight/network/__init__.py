"""Who works with whom across teams, what hangs on one person, and how the teams of the chart fit how people work.

Ties are read from records alone, count distinct items and days, and are capped; nothing here ranks people.
"""
