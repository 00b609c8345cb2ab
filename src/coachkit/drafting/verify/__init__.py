"""Verifying: what a model wrote is shown only if the typed record and our own words for it support it.

Each check is a small function of a claim and its ground, and says what it found. The default is refusal: a word, a
number, a name that cannot be traced is a reason not to show a sentence. What that costs is style; the composed
sentence stands in its place.
"""

from __future__ import annotations

from coachkit.drafting.verify.checking import COMPOSED_CHECKS, Finds, accept, verify
from coachkit.drafting.verify.claim import Claim, Ground

__all__ = ["COMPOSED_CHECKS", "Claim", "Finds", "Ground", "accept", "verify"]
