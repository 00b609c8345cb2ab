"""Pilots: some teams try something, figures of the weeks before are kept, and the weeks since are held against them.

The figures are of the way of working; none is of a person.
"""
