"""Lips: a mouth that is seen moves with the lines that are heard, where the video engine did not see to it.

An optional stage for clips from elsewhere, called by ``media/ingest.py`` before anything else is done to a clip. No
such engine is embedded, as the puppet's mouth moves anyway and the models that do it for filmed faces are for whoever
has a GPU. One is plugged in by a package of its own, with an entry point ``loraframe.engines.lips``::

    [project.entry-points."loraframe.engines.lips"]
    talker = "my_package.talker:Talker"

Its class takes the asset store first (``media/assets.py``: ``assets.read(line.audio)`` is a line as a WAV file), then
its options by keyword, with good defaults: these are what ``engines: {lips: {talker: …}}`` in engines.yaml sets.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from engines.video import ShotOrder


class LipsEngine(Protocol):
    def speak(self, clip: Path, order: ShotOrder, folder: Path) -> Path:
        """The clip with moving mouths, as any video in ``folder``; as long as it was. ``clip`` stays as it is.

        ``order.lines`` says who speaks (``speaker``), what is heard (``audio``, mono WAV) and when (``start``, a film
        frame of the shot, negative where the line began before); ``order.shot.visible`` who is seen, left to right,
        and ``order.actors`` how they look. Raises ``TakeFailed`` where there is no face to move, and ``Unsupported``
        for what it cannot do, such as two who speak in one picture.
        """
        ...
