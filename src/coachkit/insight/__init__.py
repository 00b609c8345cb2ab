"""What the records show: deterministic, explainable computations. Pure functions over rows, findings with evidence.

Nothing here reads a store, asks the clock or writes a sentence. A finding names the records it rests on, so that who
words it can cite them; it states what happened and when, and never what somebody is like.
"""
