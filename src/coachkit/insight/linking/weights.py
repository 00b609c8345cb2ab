"""What each sign of a link is worth at first: few numbers, each with its reason; answers move them.

The score of a goal for an item is a sum of weights times signs, and the scores of all goals make probabilities by the
softmax (a conditional logit: McFadden 1974, "Conditional logit analysis of qualitative choice behavior"). So a weight
is the logarithm of how many times likelier a goal becomes with one unit of a sign. The first values are rounded means
of fits on two kinds of item of one organisation (release notes; changes of proposals); those of either kind alone, used
on the other, cost at most 0.02 of the mean reciprocal rank. Whether there is a goal at all is a logistic regression.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["SIGNS", "WHETHER"]

SIGNS: Mapping[str, float] = {
    # an item that writes down a goal's key says so itself: beyond all else together
    "named": 12.0,
    # the epic it belongs to, or the issue it fixes, has this goal: people linked that one
    "belongs": 6.0,
    # shared words, by BM25 (Robertson and Zaragoza 2009), in tens
    "words": 3.0,
    # meaning across languages, where vectors are at hand: cosine above the usual between any two texts, in tenths
    "meaning": 0.5,
    # its author owns the goal; more where that goal has no confirmed work yet, since owners begin with their own
    "owner": 1.4,
    "fresh_owner": 2.3,
    # its author owns other goals of the goal's team: people work where they are responsible
    "owner_team": 1.5,
    "team": 1.0,
    # its release is one that the goal aims at
    "release": 1.0,
    # the goal had been over for a month: late work exists, so it is not forbidden
    "over": -1.0,
    # what the same author's items were confirmed for: the last one, the last few, ever (at most two count)
    "author_last": 1.0,
    "author_recent": 0.3,
    "author_ever": 0.8,
    # the share of the author's confirmed items that went to goals of the goal's team
    "author_team": 1.7,
    # the goal has had confirmed work lately, from anybody: log of the count, fading over a hundred items
    "goal_recent": 0.7,
    # the nearest confirmed item of the goal: shared words in tens, the best one and not their sum
    "near": 0.9,
}
"""By the name of the sign. A goal that did not exist a month after the item is left out altogether."""

WHETHER: Mapping[str, float] = {
    "base": -4.0,
    # it says so itself, or what it belongs to has one
    "stated": 6.0,
    # score of the best goal: how much speaks for it at all
    "best": 0.1,
    # share of the best goal among all: one that stands out
    "stands_out": 0.5,
    # share of the item's words, by weight, that the best goal has
    "covered": 0.9,
    "release": 0.9,
    "owner": 0.45,
    # words and labels of repair and upkeep, or of new abilities: upkeep seldom advances a goal
    "upkeep": -0.6,
    "building": 1.1,
    # log odds that the author's items were confirmed for a goal rather than for none
    "author": 0.6,
    # nearer to items with a goal than to items without
    "company": 1.4,
    # log odds by its labels, added up
    "labels": 0.25,
}
"""Signs of having a goal at all."""
