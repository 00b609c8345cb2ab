"""The contribution view: who advanced whose goals, by kind of help, and between which teams, as of that day.

Nobody is counted, shared out or ranked. Of each kind of help it is told who gave it, and where that can be seen.
"""
