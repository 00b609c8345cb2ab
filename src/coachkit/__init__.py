"""coachkit: facts for the people who talk to each other about work, with a source on every line."""

__version__ = "0.1.0"
