"""Proves that documents are as good as they were: cases, runs, scores, comparisons, gates, reports.

A *case* says what a good document about somebody on some day would contain. A *run* prepares the documents of many
cases by the product's own path, in every cell of a matrix, and keeps what came of it in one *record*. *Scorers* read a
record and say how good each sample is; nothing has to be run again for that.
"""
