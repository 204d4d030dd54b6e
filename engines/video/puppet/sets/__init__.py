"""Sets: the painted places. One file per place; ``build`` chooses by place and by the location's words.

The same location words give the same set in every scene; another corridor is another corridor.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from engines.video.puppet.palette import palette
from engines.video.puppet.sets import anywhere, corridor, forest, lab, rooftop, room, street, vehicle
from engines.video.puppet.sets.design import Design, Stage, seed_of, words_of
from events.script import Place, TimeOfDay, Weather

AIR = {
    Weather.CLEAR: 0.0,
    Weather.CLOUDY: 0.06,
    Weather.RAIN: 0.16,
    Weather.FOG: 0.62,
    Weather.SNOW: 0.24,
    Weather.STORM: 0.14,
}
"""How much of the far distance each weather hides."""

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
    stage = PAINTERS[place](Design(words_of(location), time, weather, colours, seed, random))
    return stage if stage.indoors else _in_the_air(stage, AIR[weather] * (0.6 if colours.night else 1))


def _in_the_air(stage: Stage, thickness: float) -> Stage:
    """The weather's haze between the layers: the further, the paler."""
    layers = []
    for layer in stage.layers:
        share = thickness * float(np.clip((layer.depth - 2.0) / 4.0, 0, 1))
        layers.append(layer.tinted(stage.haze, share) if share > 0.02 else layer)
    return replace(stage, layers=tuple(layers))
