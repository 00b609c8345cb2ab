"""Where work waits: steps, hand-offs between teams, and areas of the code, never people.

Every finding names its window, its rule, an interval, whether it held over quarters and how likely chance alone makes
one as large. See ``docs/design/network-and-flow.md`` for the formulas.
"""
