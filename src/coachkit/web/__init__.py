"""Pages for people: rendered on the server, working without a script, in English and Chinese."""

from coachkit.web.app import create_app

__all__ = ["create_app"]
