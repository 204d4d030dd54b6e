"""Reading a clip picture by picture, and writing a clip that loses nothing anybody would see.

It is encoded once more when it is taken in, so here it is nearly lossless and quick, and its colours stay as they are
tagged: a change of the matrix would cost a step of brightness.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.filter import Graph
from av.video.frame import PictureType
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc

from events.errors import TakeFailed
from media.clips import i420

TICKS = Fraction(1, 90_000)
SETTINGS = {"preset": "superfast", "crf": "8"}
COLOURS = ("color_range", "colorspace", "color_primaries", "color_trc")
Step = tuple[str, str]
"""A filter of FFmpeg and its arguments."""


def filtered(source: Path, steps: Iterable[Step]) -> Iterator[av.VideoFrame]:
    """The pictures of a clip behind a chain of FFmpeg's filters, as YUV 4:2:0 of 8 bits."""
    with opened(source) as file:
        video = file.streams.video[0]
        video.thread_count = 1
        graph = Graph()
        graph.link_nodes(
            graph.add_buffer(template=video, time_base=video.time_base),
            graph.add("scale", "trunc(iw/2)*2:trunc(ih/2)*2"),
            graph.add("format", "yuv420p"),
            *(graph.add(name, told) for name, told in steps),
            graph.add("buffersink"),
        ).configure()
        for frame in file.decode(video):
            graph.push(frame)
            yield from _pulled(graph)
        graph.push(None)
        yield from _pulled(graph)


def _pulled(graph: Graph) -> Iterator[av.VideoFrame]:
    while True:
        try:
            yield graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return


def write(frames: Iterable[av.VideoFrame], path: Path, fps: Fraction | int) -> Path:
    """Write pictures, each at its own time, the last one for 1/fps s. Raises ``TakeFailed`` where there are none."""
    stream = None
    with av.open(str(path), "w", format="mp4") as out:
        for frame in frames:
            stream = stream or _stream(out, frame, fps)
            frame.pict_type = PictureType.NONE
            _mux(out, stream.encode(frame), fps)
        if stream is None:
            raise TakeFailed(f"{path.name} would be a clip without pictures.")
        _mux(out, stream.encode(None), fps)
    return path


def _stream(out: av.container.OutputContainer, like: av.VideoFrame, fps: Fraction | int) -> av.VideoStream:
    stream = out.add_stream("libx264", rate=fps, width=like.width, height=like.height, options=SETTINGS)
    encoder = stream.codec_context
    encoder.pix_fmt, encoder.time_base, encoder.thread_count = "yuv420p", TICKS, 1
    for name in COLOURS:
        setattr(encoder, name, getattr(like, name))
    return stream


def _mux(out: av.container.OutputContainer, packets: Iterable[av.Packet], fps: Fraction | int) -> None:
    for packet in packets:
        packet.duration = round(1 / (fps * TICKS))
        out.mux(packet)


def rate(source: Path) -> Fraction:
    """Pictures a second. Raises ``TakeFailed`` for a single picture."""
    with opened(source) as file:
        if found := file.streams.video[0].average_rate:
            return Fraction(found)
    raise TakeFailed(f"{source.name} does not move.")


def size_within(source: Path, size: tuple[int, int]) -> tuple[int, int]:
    """Width and height of a clip that is enlarged until it fits into ``size``, even; its own where it is larger."""
    with opened(source) as file:
        video = file.streams.video[0]
        scale = min(size[0] / video.width, size[1] / video.height)
        if scale <= 1:
            return video.width, video.height
        return _even(video.width * scale), _even(video.height * scale)


def _even(length: float) -> int:
    return round(length / 2) * 2


def is_as_large(source: Path, size: tuple[int, int]) -> bool:
    with opened(source) as file:
        video = file.streams.video[0]
        return size == (video.width, video.height)


def painted(picture: np.ndarray, pts: int, time_base: Fraction) -> av.VideoFrame:
    """An ``(h, w, 3)`` RGB uint8 picture for ``write``, in BT.709 and studio range."""
    frame = av.VideoFrame.from_ndarray(i420(picture), format="yuv420p")
    frame.pts, frame.time_base = pts, time_base
    frame.colorspace, frame.color_range = Colorspace.ITU709, ColorRange.MPEG
    frame.color_primaries, frame.color_trc = ColorPrimaries.BT709, ColorTrc.BT709
    return frame


@contextmanager
def opened(source: Path) -> Iterator[av.container.InputContainer]:
    """Raises ``TakeFailed`` for what is no video."""
    try:
        with av.open(str(source), options={"protocol_whitelist": "file"}) as file:
            if not file.streams.video:
                raise TakeFailed(f"{source.name} has no pictures.")
            yield file
    except av.error.FFmpegError as error:
        raise TakeFailed(f"{source.name} is not a video that can be read: {error}.") from error
