"""The end of a clip: an engine that goes on from a clip sends that clip along before what it has added."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av

OVER = 0.5
"""Seconds by which a clip may be longer than what was ordered."""
CRF = "12"
"""Hardly a loss: the clip is encoded once more when it is taken in."""


def keep_ending(path: Path, seconds: float) -> None:
    """Cut a clip down to its last ``seconds``, picture and sound; a clip that is no longer than that stays."""
    with av.open(str(path)) as file:
        start = _length(file) - seconds
    if start <= OVER:
        return
    part = path.with_name(f"{path.stem}-ending.mp4")
    with av.open(str(path)) as file, av.open(str(part), "w") as out:
        _copy_from(file, out, start)
    part.replace(path)


def _length(file: av.container.InputContainer) -> float:
    video = file.streams.video[0]
    if video.duration is not None and video.time_base is not None:
        return float(video.duration * video.time_base)
    return float(file.duration or 0) / av.time_base


def _copy_from(file: av.container.InputContainer, out: av.container.OutputContainer, start: float) -> None:
    seen = file.streams.video[0]
    video = out.add_stream(
        "libx264", rate=seen.average_rate or Fraction(24), options={"preset": "veryfast", "crf": CRF}
    )
    video.width, video.height, video.pix_fmt = seen.width, seen.height, "yuv420p"
    heard = file.streams.audio[0] if file.streams.audio else None
    audio = out.add_stream("aac", rate=heard.rate, layout=heard.layout.name) if heard else None
    for frame in file.decode(*([seen, heard] if heard else [seen])):
        if frame.time is None or frame.time < start or frame.time_base is None:
            continue
        frame.pts = round((frame.time - start) / frame.time_base)
        if isinstance(frame, av.VideoFrame):
            frame.pict_type = av.video.frame.PictureType.NONE
            out.mux(video.encode(frame))
        elif audio is not None:
            out.mux(audio.encode(frame))
    out.mux(video.encode(None))
    if audio is not None:
        out.mux(audio.encode(None))
