"""The colours of a place at a time of day, in a weather: one warm and one cool side per place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engines.video.puppet.paint import Colour, mix, rgb
from events.script import TimeOfDay, Weather

SKY = {
    TimeOfDay.DAWN: ("#33406f", "#8d6c9c", "#e8a08c", "#ffdba8"),
    TimeOfDay.DAY: ("#24598f", "#4f8dbd", "#8dbcd2", "#d8d2b8"),
    TimeOfDay.DUSK: ("#2a2450", "#7d3a62", "#d9693f", "#f6ae58"),
    TimeOfDay.NIGHT: ("#0a0f2c", "#182254", "#333f80", "#6c5c9c"),
}
"""Four stops from the zenith to the horizon."""

DAYLIGHT = {
    TimeOfDay.DAWN: ("#ffb892", "#c2adc4"),
    TimeOfDay.DAY: ("#ffe9bd", "#f2f4f4"),
    TimeOfDay.DUSK: ("#ff9a58", "#b58a94"),
    TimeOfDay.NIGHT: ("#8fb0ff", "#6c7cba"),
}
"""The colour of the sun (or moon), and what the open sky does to a white wall."""

OVERCAST = {
    Weather.CLEAR: ("#8fa0b0", 0.0, 1.0),
    Weather.CLOUDY: ("#8e9cab", 0.45, 0.9),
    Weather.RAIN: ("#5f7286", 0.55, 0.74),
    Weather.FOG: ("#96a2aa", 0.7, 0.86),
    Weather.SNOW: ("#9fb0c4", 0.6, 0.9),
    Weather.STORM: ("#48566e", 0.66, 0.6),
}
"""The colour that clouds pull the sky to, how far, and how much light they leave."""

ACCENTS = (
    ("#35d6cc", "#ff9a50"),
    ("#38c8ff", "#ff4f92"),
    ("#4f8dff", "#ffb347"),
    ("#5fdc9a", "#ff7a5a"),
    ("#8f7bff", "#f4c65e"),
    ("#5fd0e0", "#e0567a"),
)
"""Pairs of lamp, screen and sign colours: a cool one and a warm one."""


@dataclass(frozen=True)
class Palette:
    """``sky`` from zenith to horizon; ``sun`` the light from outside; ``shade`` what it does to white;
    ``haze`` the air far away; ``accent`` and ``second`` lamps and signs; ``dark`` the deepest tone."""

    sky: tuple[Colour, Colour, Colour, Colour]
    sun: Colour
    shade: Colour
    haze: Colour
    accent: Colour
    second: Colour
    lamp: Colour
    dark: Colour
    night: bool
    bright: float

    def outdoors(self, code: str) -> Colour:
        """A surface colour under this sky."""
        return rgb(code) * self.shade / 255 * (0.76 if self.night else 0.9 + 0.22 * self.bright)

    def indoors(self, code: str) -> Colour:
        """A surface colour in a room: the windows tint it, the lamps keep it from going black."""
        tint = mix(self.shade, rgb("#c9c4c6"), 0.55)
        return rgb(code) * tint / 255 * (0.72 if self.night else 0.86)

    def far(self, colour: Colour, share: float) -> Colour:
        """Air perspective."""
        return mix(colour, self.haze, share)


def palette(time: TimeOfDay, weather: Weather, random: np.random.Generator) -> Palette:
    """The palette of one place; ``random`` is the place's own and picks the accents."""
    cloud, cover, light = OVERCAST[weather]
    night = time is TimeOfDay.NIGHT
    share = {TimeOfDay.NIGHT: 0.5, TimeOfDay.DUSK: 0.62, TimeOfDay.DAWN: 0.82}.get(time, 1.0)
    grey = mix(rgb(cloud) * share, rgb(SKY[time][1]), 0.35 if night else 0.0)
    light = max(light, 0.88) if night else light
    stops = [mix(rgb(code), grey, cover * (1 - 0.12 * k)) * light for k, code in enumerate(SKY[time])]
    sun, shade = (rgb(code) for code in DAYLIGHT[time])
    first, second = ACCENTS[int(random.integers(len(ACCENTS)))]
    if random.random() < 0.4 and night:
        first, second = second, first
    return Palette(
        sky=(stops[0], stops[1], stops[2], stops[3]),
        sun=mix(sun, grey * 1.2, cover * 0.6) * (0.5 + 0.5 * light),
        shade=mix(shade, grey, cover * 0.5) * light,
        haze=mix(stops[2], stops[3], 0.5),
        accent=rgb(first),
        second=rgb(second),
        lamp=rgb("#ffbe70"),
        dark=mix(rgb("#070b10"), stops[0], 0.12),
        night=night,
        bright=light * (0.45 if night else 0.75 if time in (TimeOfDay.DUSK, TimeOfDay.DAWN) else 1.0),
    )
