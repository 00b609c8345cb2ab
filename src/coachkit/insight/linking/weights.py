"""What each sign of a link is worth at first: few numbers, each with its reason; answers move them.

The score of a goal for an item is a sum of weights times signs, and the scores of all goals make probabilities by the
softmax (a conditional logit: McFadden 1974, "Conditional logit analysis of qualitative choice behavior"). So a weight
is the logarithm of how many times likelier a goal becomes with one unit of a sign. The first values are rounded means
of fits on six kinds of item of five organisations, cold and after confirmations; fitted without an organisation and
used on it, they cost at most 0.02 of the mean reciprocal rank. Whether there is a goal at all is a logistic regression.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["SIGNS", "WHETHER"]

SIGNS: Mapping[str, float] = {
    # an item that writes down a goal's key says so itself: beyond all else together
    "named": 12.0,
    # the epic it belongs to, or the issue it fixes, has this goal: people linked that one
    "belongs": 6.0,
    # shared words, by BM25 (Robertson and Zaragoza 2009), in tens; once more for those of the item's first line, where
    # people say what it is about; and as a share of the item's words, because a long text shares some with every goal
    "words": 0.9,
    "subject": 1.7,
    "covered": 0.9,
    # share of the goal's title, by weight, that the item has: a goal is called by its title
    "title": 4.3,
    # meaning across languages, where vectors are at hand: cosine above the usual between any two texts, in tenths
    "meaning": 0.5,
    # its author owns the goal; more where that goal has no confirmed work yet, since owners begin with their own
    "owner": 0.75,
    "fresh_owner": 1.8,
    # its author owns other goals of the goal's team: people work where they are responsible
    "owner_team": 2.3,
    "team": 1.4,
    # its release is one that the goal aims at
    "release": 2.3,
    # the goal had been over for a month: late work exists, so it is not forbidden
    "over": -1.8,
    # log of the months since the goal was written down or its state last changed: work comes soon after, or never
    "old": -1.3,
    # the goal was written down only after the item
    "early": -1.9,
    # what the author did lately, and what anybody did for the goal lately: log of the pieces of work, confirmed or
    # supposed, each fading with time
    "author_lately": 0.4,
    "goal_lately": 0.9,
    # what the same author's items were confirmed for: the last one; ever (at most two count)
    "author_last": 1.0,
    "author_ever": 0.7,
    # the share of the author's confirmed items that went to goals of the goal's team
    "author_team": 1.8,
    # the nearest confirmed item of the goal: shared words in tens, the best one and not their sum
    "near": 0.75,
}
"""By the name of the sign. A goal that did not exist a quarter after the item is left out altogether."""

WHETHER: Mapping[str, float] = {
    "base": -3.8,
    # it says so itself, or what it belongs to has one
    "stated": 6.0,
    # score of the best goal: how much speaks for it at all
    "best": 0.1,
    # share of the best goal among all: one that stands out
    "stands_out": 1.0,
    # share of the item's words, by weight, that the best goal has
    "covered": 1.5,
    "owner": 0.45,
    # words and labels of repair and upkeep, or of new abilities: upkeep seldom advances a goal
    "upkeep": -0.5,
    "building": 0.9,
    # log odds that the author's items were confirmed for a goal rather than for none
    "author": 0.6,
    # nearer to items with a goal than to items without
    "company": 1.4,
    # log odds by its labels, added up
    "labels": 0.25,
}
"""Signs of having a goal at all."""
