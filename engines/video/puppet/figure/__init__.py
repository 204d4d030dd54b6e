"""The people of the puppet engine: cut out of their references, dressed, hurt, lit and speaking."""

from __future__ import annotations

from engines.video.puppet.figure.figure import Figure
from engines.video.puppet.figure.speech import blinks, mouth_track
from engines.video.puppet.figure.sprite import Extent, Light, Pose, Sprite

__all__ = ["Extent", "Figure", "Light", "Pose", "Sprite", "blinks", "mouth_track"]
