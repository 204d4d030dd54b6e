"""Sets: the painted places. One file per place; ``build`` chooses by place and by the location's words.

The same location words give the same set in every scene; another corridor is another corridor.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engines.video.puppet.palette import palette
from engines.video.puppet.sets import anywhere, corridor, forest, lab, rooftop, room, street, vehicle
from engines.video.puppet.sets.design import Design, Stage, seed_of, words_of
from events.script import Place, TimeOfDay, Weather

PAINTERS: dict[Place, Callable[[Design], Stage]] = {
    Place.LAB: lab.paint,
    Place.CORRIDOR: corridor.paint,
    Place.STREET: street.paint,
    Place.ROOFTOP: rooftop.paint,
    Place.FOREST: forest.paint,
    Place.ROOM: room.paint,
    Place.VEHICLE: vehicle.paint,
    Place.ANYWHERE: anywhere.paint,
}


def build(place: Place, location: str, time: TimeOfDay, weather: Weather) -> Stage:
    """Paint the set of a location. Takes one to two CPU seconds; the caller keeps it."""
    seed = seed_of(place, location)
    random = np.random.default_rng(seed)
    colours = palette(time, weather, random)
    return PAINTERS[place](Design(words_of(location), time, weather, colours, seed, random))
