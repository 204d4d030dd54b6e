"""Clips of the house: every picture of a film is encoded once, here, and copied ever after.

All clips come from one encoder whose sequence and picture parameter sets are the same bytes every
time, so that the cut (``media/cut.py``) can join them by copying packets. What the settings are for:

- ``open-gop=0``, ``scenecut=0``, ``forced-idr``: key frames only where they are asked for, and a copied
  stretch may begin at any of them;
- ``stitchable``, and a fixed profile, level, colour, pixel aspect and time base: they are all bits of the
  parameter sets;
- ``annexb=0``: packets with length prefixes, as an MP4 holds them;
- ``superfast`` with a short macroblock tree and CRF 20: measured on puppet shots with grain, animated on twos,
  0.19 CPU seconds per film second and about 85 MB per five minutes. CRF 22 halves the size by losing the
  grain; ``veryfast`` doubles the time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from types import TracebackType

import av
import cv2
import numpy as np
from av.codec.context import Flags
from av.filter import Graph
from av.filter.context import FilterContext
from av.video.frame import PictureType

from events.errors import BadPicture, TakeFailed
from events.script import FPS
from media.assets import disk_errors
from media.layout import FADE

SIZE = (1280, 720)
"""Width and height of every film in pixels."""
KEY_INTERVAL = 48
TICK = 512
"""MP4 time units per frame."""
ENCODER = "libx264"
SETTINGS = {
    "preset": "superfast",
    "crf": "20",
    "profile": "high",
    "level": "4.0",
    "forced-idr": "1",
    "color_range": "tv",
    "colorspace": "bt709",
    "color_primaries": "bt709",
    "color_trc": "bt709",
    "x264-params": (
        f"keyint={KEY_INTERVAL}:min-keyint=1:scenecut=0:open-gop=0:bframes=3:b-adapt=0:weightp=0:mbtree=1:rc-lookahead=8:stitchable=1:annexb=0"
    ),
}

# ---------------------------------------------------------------- colour


def _to_yuv() -> np.ndarray:
    """RGB 0..255 to studio-range Y'CbCr with the primaries' weights of ITU-R BT.709, as a 3 by 4 matrix."""
    red, green, blue = 0.2126, 0.7152, 0.0722
    luma = np.array([red, green, blue])
    cb = (np.array([0, 0, 1]) - luma) / (2 * (1 - blue))
    cr = (np.array([1, 0, 0]) - luma) / (2 * (1 - red))
    rows = np.stack([luma * 219, cb * 224, cr * 224]) / 255
    return np.hstack([rows, [[16], [128], [128]]])


TO_YUV = _to_yuv()


def i420(rgb: np.ndarray) -> np.ndarray:
    """An ``(h, w, 3)`` RGB uint8 picture as planar YUV 4:2:0, ``(h * 3 / 2, w)``; sides must be even.

    A matrix in OpenCV takes 1.0 ms for 720p; swscale needs 1.5-2.2 ms and OpenCV's own conversion is BT.601.
    """
    height, width = rgb.shape[:2]
    planes = np.empty((height * 3 // 2, width), np.uint8)
    yuv = cv2.transform(rgb, TO_YUV)
    chroma = cv2.resize(yuv, (width // 2, height // 2), interpolation=cv2.INTER_AREA)

    quarter = height // 4
    planes[:height] = yuv[..., 0]
    planes[height : height + quarter] = chroma[..., 1].reshape(quarter, width)
    planes[height + quarter :] = chroma[..., 2].reshape(quarter, width)
    return planes


# ---------------------------------------------------------------- the house encoder


def open_house_encoder(size: tuple[int, int] = SIZE) -> av.VideoCodecContext:
    """The encoder of clips and of cross-fades, open, on one thread: the same frames give the same bytes."""
    encoder = av.CodecContext.create(ENCODER, "w")
    _furnish(encoder, size)
    encoder.open()
    return encoder


def _furnish(encoder: av.VideoCodecContext, size: tuple[int, int]) -> None:
    encoder.width, encoder.height = size
    encoder.pix_fmt = "yuv420p"
    encoder.time_base = Fraction(1, FPS)
    encoder.framerate = Fraction(FPS)
    encoder.sample_aspect_ratio = Fraction(1)
    encoder.thread_count = 1
    encoder.flags |= Flags.global_header
    encoder.options = dict(SETTINGS)


class ClipWriter:
    """Writes one clip; the file appears at ``path`` whole, when the block ends well, or not at all.

    ``frames`` is the promised length: another number of frames raises ``TakeFailed`` at the end. Key frames
    are put ``FADE`` frames from the ends that the cut will cross-fade, so that only those are encoded again.
    """

    def __init__(
        self,
        path: Path,
        frames: int,
        fade_in: bool = False,
        fade_out: bool = False,
        size: tuple[int, int] = SIZE,
    ) -> None:
        self.path = path
        self.frames = frames
        self.size = size
        self.written = 0
        self._part = path.with_name(path.name + ".part")
        self._keys = {0} | ({FADE} if fade_in else set()) | ({frames - FADE} if fade_out else set())

    def __enter__(self) -> ClipWriter:
        with disk_errors(self.path):
            self._file = av.open(str(self._part), "w", format="mp4")
        self._stream = self._file.add_stream(ENCODER, rate=FPS)
        self._stream.time_base = Fraction(1, FPS * TICK)
        _furnish(self._stream.codec_context, self.size)
        return self

    def write(self, rgb: np.ndarray, repeat: int = 1) -> None:
        """Add one ``(height, width, 3)`` RGB uint8 picture, shown for ``repeat`` frames.

        Raises ``BadPicture`` for another shape or type.
        """
        width, height = self.size
        if rgb.shape != (height, width, 3) or rgb.dtype != np.uint8:
            raise BadPicture(f"A frame of this clip is {width}x{height} RGB uint8, not {rgb.shape} {rgb.dtype}.")
        self.write_i420(i420(rgb), repeat)

    def write_i420(self, planes: np.ndarray, repeat: int = 1) -> None:
        """Add one picture that is in planar YUV 4:2:0 already (BT.709, studio range)."""
        frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        frame.time_base = Fraction(1, FPS)
        for _ in range(repeat):
            frame.pts = self.written
            frame.pict_type = PictureType.I if self.written in self._keys else PictureType.NONE
            with disk_errors(self.path):
                self._file.mux(self._stream.encode(frame))
            self.written += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._finish()
        finally:
            self._part.unlink(missing_ok=True)

    def _finish(self) -> None:
        with disk_errors(self.path):
            self._file.mux(self._stream.encode(None))
            self._file.close()
        if self.written != self.frames:
            raise TakeFailed(f"{self.path.name} was to have {self.frames} frames and got {self.written}.")
        self._part.replace(self.path)


# ---------------------------------------------------------------- clips from elsewhere


def normalise(
    source: Path,
    path: Path,
    frames: int | None = None,
    fade_in: bool = False,
    fade_out: bool = False,
    size: tuple[int, int] = SIZE,
    gains: Sequence[float] | None = None,
) -> int:
    """Encode any video as a house clip: on the 24 fps grid, scaled and padded to ``size``, BT.709.

    ``frames`` cuts it, or holds its last picture, to that length; ``gains`` multiply red, green and blue. Returns the
    number of frames. Raises ``TakeFailed`` when it is no readable video.
    """
    try:
        length = frames or sum(1 for _ in _regular_frames(source, size))
        with ClipWriter(path, length, fade_in, fade_out, size) as clip:
            planes = None
            for planes in _regular_frames(source, size, gains):
                if clip.written < length:
                    clip.write_i420(planes)
            if planes is not None and clip.written < length:
                clip.write_i420(planes, repeat=length - clip.written)
    except (av.error.InvalidDataError, av.error.DecoderNotFoundError, IndexError) as error:
        raise TakeFailed(f"{source.name} is not a video that can be read.") from error
    return length


def _regular_frames(source: Path, size: tuple[int, int], gains: Sequence[float] | None = None) -> Iterator[np.ndarray]:
    """The video's pictures as I420, one for each 1/24 s."""
    width, height = size
    fitted = "force_original_aspect_ratio=decrease:force_divisible_by=2:out_color_matrix=bt709:out_range=tv"
    with av.open(str(source)) as file:
        video = file.streams.video[0]
        video.thread_count = 1
        graph = Graph()
        graph.link_nodes(
            graph.add_buffer(template=video, time_base=video.time_base),
            graph.add("fps", f"{FPS}"),
            graph.add("scale", f"{width}:{height}:{fitted}"),
            graph.add("setsar", "1"),
            graph.add("pad", f"{width}:{height}:-1:-1"),
            *(_graded(graph, gains) if gains is not None else ()),
            graph.add("format", "yuv420p"),
            graph.add("buffersink"),
        ).configure()
        for frame in file.decode(video):
            graph.push(frame)
            yield from _pulled(graph)
        graph.push(None)
        yield from _pulled(graph)


def _graded(graph: Graph, gains: Sequence[float]) -> Iterator[FilterContext]:
    red, green, blue = (f"{gain:.4f}" for gain in gains)
    yield graph.add("format", "gbrp")
    yield graph.add("colorchannelmixer", f"rr={red}:gg={green}:bb={blue}")
    yield graph.add("scale", "out_color_matrix=bt709:out_range=tv")


def _pulled(graph: Graph) -> Iterator[np.ndarray]:
    while True:
        try:
            yield graph.pull().to_ndarray()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
