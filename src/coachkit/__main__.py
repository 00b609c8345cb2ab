"""``python -m coachkit`` is ``coachkit``."""

from coachkit.cli import main

if __name__ == "__main__":
    main()
