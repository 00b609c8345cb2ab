"""The sample organisation otherwise: with little evidence, with evidence that disagrees, with hostile texts, with other
names. Each variant is a pure function of an organisation; its planted truth is told again for what is left of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from coachkit.errors import BadInput
from coachkit.sample.model import Organisation
from coachkit.sample.variants.contradicted import contradicted
from coachkit.sample.variants.hostile import polluted
from coachkit.sample.variants.swapped import swapped
from coachkit.sample.variants.thinned import thinned

__all__ = ["VARIANTS", "vary"]


def _as_it_is(organisation: Organisation) -> Organisation:
    return organisation


VARIANTS: Mapping[str, Callable[[Organisation], Organisation]] = {
    "plain": _as_it_is,
    "thin": thinned,
    "contradictory": contradicted,
    "hostile": polluted,
    "swapped": swapped,
}
"""By name: what is done with an organisation."""


def vary(organisation: Organisation, variant: str) -> Organisation:
    """The organisation in one of its variants.

    :raises BadInput: if there is no such variant.
    """
    if variant not in VARIANTS:
        raise BadInput(f"there is no variant {variant!r}.", hint=f"There are: {', '.join(VARIANTS)}.")
    return VARIANTS[variant](organisation)
