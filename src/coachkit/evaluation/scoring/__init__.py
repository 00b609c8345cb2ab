"""Scorers: each says one thing about one sample. A module a family; :mod:`~coachkit.evaluation.scoring.registry`
lists them all."""
