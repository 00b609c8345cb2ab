"""The nouns of coachkit: frozen values without I/O, shared by every room and by every plugin."""
