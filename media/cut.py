"""The cut: clips joined into the film, with only the frames of cross-fades encoded again.

A film of clips is *bodies*, whose packets are copied bit for bit, and *bridges*, the few frames of a
cross-fade that are decoded, blended and encoded by the same house encoder (``media/clips.py``)::

    clip 0  [ body .................. | tail ]
    bridge                            [ fade ]
    clip 1                            [ head | body ............. | tail ]
    film    [ copied ................ | enc. | copied ........... | enc. ...

Because all clips and bridges have the same parameter sets, one description serves the whole film. A clip
that has others (it came from elsewhere) is encoded by the house first, and only it.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple, Protocol

import av
import cv2
import numpy as np
from av.container import OutputContainer
from av.subtitles.stream import SubtitleStream

from events.errors import TakeFailed
from events.script import FPS
from media.assets import disk_errors
from media.clips import SIZE, TICK, normalise, open_house_encoder
from media.layout import FADE, Piece, overlaps

TIME_BASE = Fraction(1, FPS * TICK)
DELAY = 2
"""Frames by which the house encoder's B-frames make decoding run ahead of display."""
MILLISECOND = Fraction(1, 1000)


class Cue(Protocol):
    """A subtitle: ``text`` from ``start`` to ``end``, in seconds of the film."""

    @property
    def start(self) -> float: ...
    @property
    def end(self) -> float: ...
    @property
    def text(self) -> str: ...


def cut(
    pieces: Sequence[Piece],
    sound: Path,
    cues: Sequence[Cue],
    out: Path,
    title: str = "",
    language: str = "eng",
    threads: int = 2,
) -> int:
    """Write the film as MP4 and return its number of frames.

    ``sound`` is an AAC file, copied up to the film's end; ``cues`` become soft subtitles. Both are in
    ``language`` (ISO 639-2). ``out`` appears whole or not at all. Raises ``TakeFailed`` where a piece cannot
    be used and ``StorageError`` when the disk is full.
    """
    shared = overlaps(pieces)
    part = out.with_name(out.name + ".part")
    with disk_errors(out.parent), TemporaryDirectory(dir=out.parent, prefix=".cut-") as folder:
        try:
            spans = _spans(pieces, shared, Path(folder), threads)
            frames = sum(span.frames for span in spans) - sum(shared)
            with ThreadPoolExecutor(threads) as pool, av.open(str(sound)) as heard:
                bridges = [
                    pool.submit(_bridge, left, right) if frames_shared else None
                    for (left, right), frames_shared in zip(pairwise(spans), shared, strict=True)
                ]
                with av.open(str(part), "w", format="mp4", options={"movflags": "+faststart"}) as film:
                    film.metadata["title"] = title
                    _mux(film, spans, bridges, heard.streams.audio[0], frames, cues, language)
            part.replace(out)
        finally:
            part.unlink(missing_ok=True)
    return frames


# ---------------------------------------------------------------- planning


@dataclass(frozen=True)
class Span:
    """What is done with one clip: frames ``first`` up to ``end`` are copied, the rest goes into bridges."""

    path: Path
    frames: int
    first: int
    end: int


def _spans(pieces: Sequence[Piece], shared: Sequence[int], folder: Path, threads: int) -> list[Span]:
    """The span of each piece, after encoding those that are not of the house."""
    if not pieces:
        raise TakeFailed("There is no clip to cut a film from.")
    house = bytes(open_house_encoder().extradata or b"")

    def planned(number: int) -> Span:
        before, after = [0, *shared, 0][number : number + 2]
        piece = replace(pieces[number], fade_in=before > 0, fade_out=after > 0)
        span = _plan(piece, house)
        if span is None:
            path = folder / f"{number}.mp4"
            normalise(piece.path, path, piece.frames or None, piece.fade_in, piece.fade_out)
            span = _plan(replace(piece, path=path), house)
        if span is None or piece.frames not in (0, span.frames):
            raise TakeFailed(f"{piece.path.name} is damaged, or too short for its cross-fades. Make it again.")
        return span

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(planned, range(len(pieces))))


def _plan(piece: Piece, house: bytes) -> Span | None:
    """Choose the key frames between which the packets are copied; None for a clip that cannot be copied.

    Reads only the file's index: in closed groups of pictures a key frame's place in it is its number.
    """
    try:
        with av.open(str(piece.path)) as file:
            video = file.streams.video[0]
            context = video.codec_context
            index = list(video.index_entries)
            same = (context.width, context.height) == SIZE and video.average_rate == FPS and video.start_time == 0
            if not same or parameter_sets(bytes(context.extradata or b"")) != parameter_sets(house):
                return None
    except (av.error.InvalidDataError, IndexError) as error:
        raise TakeFailed(f"{piece.path.name} is not a video that can be read.") from error

    frames = len(index)
    keys = [number for number, entry in enumerate(index) if entry.is_keyframe]
    first = min((k for k in keys if k >= FADE), default=frames) if piece.fade_in else 0
    end = max((k for k in keys if k <= frames - FADE), default=0) if piece.fade_out else frames
    return Span(piece.path, frames, first, end) if first < end else None


def parameter_sets(avcc: bytes) -> list[bytes]:
    """The parameter sets in an ``avcC`` record (ISO/IEC 14496-15, 5.3.3.1); empty when it is none."""
    if len(avcc) < 7 or avcc[0] != 1 or avcc[4] & 3 != 3:
        return []
    units: list[bytes] = []
    at = 5
    for mask in (0x1F, 0xFF):
        count = avcc[at] & mask
        at += 1
        for _ in range(count):
            size = int.from_bytes(avcc[at : at + 2], "big")
            units.append(avcc[at + 2 : at + 2 + size])
            at += 2 + size
    return units


# ---------------------------------------------------------------- bodies and bridges


class Coded(NamedTuple):
    """One coded frame and its number in display order."""

    number: int
    packet: av.Packet


def _packets(path: Path, first: int, end: int) -> Iterator[Coded]:
    """The coded frames ``first`` up to ``end``, both key frames, in decoding order."""
    with av.open(str(path)) as file:
        video = file.streams.video[0]
        if first:
            file.seek(int(first / FPS / video.time_base), stream=video)
        for packet in file.demux(video):
            if not packet.size:
                return
            number = packet.pts * video.time_base * FPS
            if number.denominator != 1 or packet.is_discard:
                raise TakeFailed(f"{path.name} has a frame that is not on the {FPS} fps grid. Make it again.")
            if number >= end and packet.is_keyframe:
                return
            if number >= first:
                yield Coded(int(number), packet)


def _pictures(span: Span, first: int, end: int, avcc: bytes) -> list[np.ndarray]:
    """Decoded frames ``first`` up to ``end`` as I420; ``first`` is a key frame."""
    decoder = av.CodecContext.create("h264", "r")
    decoder.extradata = avcc
    decoder.thread_count = 1
    packets = [coded.packet for coded in _packets(span.path, first, end)]
    pictures = [frame.to_ndarray() for packet in [*packets, None] for frame in decoder.decode(packet)]
    if len(pictures) != end - first:
        raise TakeFailed(f"{span.path.name} is damaged: {end - first} frames were to come, {len(pictures)} did.")
    return pictures


def _bridge(left: Span, right: Span) -> list[Coded]:
    """Encode what lies between two bodies: the rest of the left, the fade, the start of the right."""
    encoder = open_house_encoder()
    avcc = bytes(encoder.extradata or b"")
    tail = _pictures(left, left.end, left.frames, avcc)
    head = _pictures(right, 0, right.first, avcc)
    rest = len(tail) - FADE
    faded = [_blend(tail[rest + i], head[i], (i + 1) / (FADE + 1)) for i in range(FADE)]

    packets: list[av.Packet] = []
    for number, picture in enumerate([*tail[:rest], *faded, *head[FADE:]]):
        frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
        frame.pts, frame.time_base = number, encoder.time_base
        packets += encoder.encode(frame)
    packets += encoder.encode(None)
    return [Coded(packet.pts, packet) for packet in packets]


def _blend(one: np.ndarray, other: np.ndarray, share: float) -> np.ndarray:
    """``one`` with a share 0..1 of ``other``."""
    return cv2.addWeighted(one, 1 - share, other, share, 0)


# ---------------------------------------------------------------- the film's tracks


Bridges = Sequence[Future[list[Coded]] | None]
"""What lies between each clip and the next, in the making; None for a hard cut."""


def _mux(
    film: OutputContainer,
    spans: Sequence[Span],
    bridges: Bridges,
    heard: av.AudioStream,
    frames: int,
    cues: Sequence[Cue],
    language: str,
) -> None:
    with av.open(str(spans[0].path)) as template:
        picture = film.add_stream_from_template(template.streams.video[0])
    picture.time_base = TIME_BASE
    audio = film.add_stream_from_template(heard)
    audio.metadata["language"] = language
    tracks = [
        _stamped(_film_packets(spans, bridges), picture),
        _sound_packets(heard, audio, Fraction(frames, FPS)),
    ]
    if cues:
        tracks.append(_text_packets(cues, _text_stream(film, language)))
    for packet in heapq.merge(*tracks, key=lambda packet: packet.dts * packet.time_base):
        film.mux(packet)


def _film_packets(spans: Sequence[Span], bridges: Bridges) -> Iterator[Coded]:
    """All coded frames in decoding order, numbered in the film: bodies and bridges in turn."""
    start = 0
    for span, bridge in zip(spans, [*bridges, None], strict=True):
        for number, packet in _packets(span.path, span.first, span.end):
            yield Coded(start + number - span.first, packet)
        start += span.end - span.first
        between = bridge.result() if bridge else []
        for number, packet in between:
            yield Coded(start + number, packet)
        start += len(between)


def _stamped(coded: Iterable[Coded], stream: av.VideoStream) -> Iterator[av.Packet]:
    """Give each frame its time. Decoding times are counted, never carried over from the clips."""
    for place, (number, packet) in enumerate(coded):
        if number < place - DELAY:
            raise TakeFailed(f"Frame {number} of the film would be decoded after it is shown.")
        packet.stream = stream
        packet.time_base = TIME_BASE
        packet.pts = number * TICK
        packet.dts = (place - DELAY) * TICK
        packet.duration = TICK
        yield packet


def _sound_packets(source: av.AudioStream, stream: av.AudioStream, seconds: Fraction) -> Iterator[av.Packet]:
    """Copy AAC up to the film's end; the first packet, which primes the decoder, keeps its negative time."""
    end = int(seconds / source.time_base)
    for packet in source.container.demux(source):
        if not packet.size or packet.pts >= end:
            return
        packet.stream = stream
        packet.duration = min(packet.duration, end - packet.pts)
        yield packet


def _text_packets(cues: Sequence[Cue], stream: SubtitleStream) -> Iterator[av.Packet]:
    """Samples of 3GPP timed text (a length and UTF-8); one cue gives way to the next."""
    ends = [min(cue.end, after.start) for cue, after in pairwise(cues)] + [cue.end for cue in cues[-1:]]
    for cue, end in zip(cues, ends, strict=True):
        text = cue.text.encode()
        packet = av.Packet(len(text).to_bytes(2, "big") + text)
        packet.stream = stream
        packet.time_base = MILLISECOND
        packet.pts = packet.dts = round(cue.start * 1000)
        packet.duration = max(1, round((end - cue.start) * 1000))
        packet.is_keyframe = True
        yield packet


def _text_stream(film: OutputContainer, language: str) -> SubtitleStream:
    """A subtitle track; its encoder is opened only for the sample description."""
    stream = film.add_stream("mov_text")
    stream.codec_context.time_base = MILLISECOND
    stream.codec_context.subtitle_header = STYLE.encode()
    stream.time_base = MILLISECOND
    stream.metadata["language"] = language
    return stream


STYLE_FIELDS = {
    "Name": "Default", "Fontname": "Sans", "Fontsize": "16",
    "PrimaryColour": "&Hffffff", "SecondaryColour": "&Hffffff", "OutlineColour": "&H0", "BackColour": "&H0",
    "Bold": "0", "Italic": "0", "Underline": "0", "StrikeOut": "0",
    "ScaleX": "100", "ScaleY": "100", "Spacing": "0", "Angle": "0",
    "BorderStyle": "1", "Outline": "1", "Shadow": "0", "Alignment": "2",
    "MarginL": "10", "MarginR": "10", "MarginV": "10", "Encoding": "1",
}  # fmt: skip
STYLE = "\r\n".join(
    [
        "[Script Info]",
        "ScriptType: v4.00+",
        "PlayResX: 384",
        "PlayResY: 288",
        "",
        "[V4+ Styles]",
        f"Format: {', '.join(STYLE_FIELDS)}",
        f"Style: {','.join(STYLE_FIELDS.values())}",
        "",
        "[Events]",
        "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text",
        "",
    ]
)
"""What the sample description is made from, in Advanced SubStation's notation."""
