"""Prompts are files, ``prompts/<agent>/<version>.prompt.md``: front matter and a Jinja2 body, fixed once released.

A team lays prompts of its own over the packaged ones with a folder of the same shape (``COACHKIT_PROMPTS``).
"""

from coachkit.drafting.prompts.file import FrontMatter, Prompt, Rendered, Turns
from coachkit.drafting.prompts.library import PromptLibrary, prompt_folder

__all__ = ["FrontMatter", "Prompt", "PromptLibrary", "Rendered", "Turns", "prompt_folder"]
