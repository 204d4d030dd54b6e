"""The cut against the ``ffmpeg`` command that does the same job by encoding the whole film again.

Both get the same fifteen clips of 20 s, sound and subtitles, and make the same film of nearly five minutes
with fourteen cross-fades; ffmpeg with the settings of the house encoder. What is compared is CPU time.
"""

from __future__ import annotations

import resource
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from bench.figures import recorder
from events.script import FPS
from media.clips import SETTINGS, ClipWriter
from media.cut import cut
from media.frames import frame_count
from media.layout import FADE, Piece
from media.sound import encode_aac

SCENES = 15
FRAMES = 480
MOST = 0.15
WHAT = "CPU time of the cut / of ffmpeg encoding the whole film again"


@dataclass(frozen=True)
class Cue:
    start: float
    end: float
    text: str


def measure() -> None:
    """Record the ratio of the CPU times, and what lies behind it."""
    record = recorder("bench.cutting")
    if not shutil.which("ffmpeg"):
        record("main.9.cut", WHAT, "not measured: no ffmpeg", "ratio", f"<= {MOST}", False)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pieces, cues = _material(folder)
        first = _cut_seconds(pieces, cues, folder)
        whole = _ffmpeg_seconds(pieces, cues, folder)
        again = _cut_seconds(pieces, cues, folder)
        ours, theirs = frame_count(folder / "cut.mp4"), frame_count(folder / "ffmpeg.mp4")
    mean = (first + again) / 2
    record("main.9.cut", WHAT, mean / whole, "ratio", f"<= {MOST}", mean / whole <= MOST)
    record("main.9.cut", "frames of both films", f"{ours} and {theirs}", "frames", "equal", ours == theirs)
    record("main.9.cut", "CPU time of cutting a film of 293 s", mean, "s", "", True)
    record("main.9.cut", "CPU time of ffmpeg for the same film", whole, "s", "", True)


def _material(folder: Path) -> tuple[list[Piece], list[Cue]]:
    """Three clips in turns, sound, and subtitles every four seconds."""
    paths = [_clip(folder / f"{seed}.mp4", seed) for seed in range(3)]
    pieces = [Piece(paths[n % 3], n > 0, n < SCENES - 1, FRAMES) for n in range(SCENES)]
    seconds = SCENES * FRAMES // FPS
    noise = np.random.default_rng(0).normal(0, 0.05, (seconds * 48_000, 2)).astype(np.float32)
    encode_aac(noise, folder / "sound.m4a")
    return pieces, [Cue(at, at + 3, f"Line {at}.") for at in range(4, seconds - 12, 4)]


def _clip(path: Path, seed: int) -> Path:
    """A picture under a moving camera, with grain, on twos: what shots of the puppet engine ask of an encoder."""
    chance = np.random.default_rng(seed)
    paint = cv2.resize(chance.integers(0, 256, (40, 70, 3), np.uint8), (1600, 900), interpolation=cv2.INTER_CUBIC)
    grain = cv2.GaussianBlur(chance.normal(0, 3, (784, 1344)).astype(np.float32), (0, 0), 0.7)
    with ClipWriter(path, FRAMES, fade_in=True, fade_out=True) as clip:
        for number in range(0, FRAMES, 2):
            push = 1 + 0.15 * number / FRAMES
            matrix = np.array([[push, 0, -120 - number / 8], [0, push, -90 + 20 * np.sin(number / 40)]])
            picture = cv2.warpAffine(paint, matrix, (1280, 720)).astype(np.float32)
            left, top = chance.integers(0, 64, 2)
            picture += grain[top : top + 720, left : left + 1280, None]
            clip.write(np.clip(picture, 0, 255).astype(np.uint8), repeat=2)
    return path


def _cut_seconds(pieces: list[Piece], cues: list[Cue], folder: Path) -> float:
    before = time.process_time()
    cut(pieces, folder / "sound.m4a", cues, folder / "cut.mp4", title="Bench")
    return time.process_time() - before


def _ffmpeg_seconds(pieces: list[Piece], cues: list[Cue], folder: Path) -> float:
    (folder / "lines.srt").write_text(
        "".join(f"{n}\n{_clock(cue.start)} --> {_clock(cue.end)}\n{cue.text}\n\n" for n, cue in enumerate(cues, 1))
    )
    command = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-y"]
    for source in (*[piece.path for piece in pieces], folder / "sound.m4a", folder / "lines.srt"):
        command += ["-i", str(source)]
    command += ["-filter_complex", _fades(len(pieces)), "-map", "[film]", "-map", f"{len(pieces)}:a"]
    command += ["-map", f"{len(pieces) + 1}:s", "-c:v", "libx264", "-c:a", "copy", "-c:s", "mov_text"]
    command += ["-preset", SETTINGS["preset"], "-crf", SETTINGS["crf"], "-profile:v", SETTINGS["profile"]]
    command += ["-x264-params", SETTINGS["x264-params"].replace(":annexb=0", "")]
    command += ["-t", str((SCENES * FRAMES - (SCENES - 1) * FADE) / FPS)]
    before = _children()
    subprocess.run([*command, "-movflags", "+faststart", str(folder / "ffmpeg.mp4")], check=True)
    return _children() - before


def _fades(clips: int) -> str:
    """A chain of cross-fades, each beginning half a second before the film so far ends."""
    links, film = [], "0:v"
    for number in range(1, clips):
        out = "faded" if number == clips - 1 else f"fade{number}"
        offset = number * (FRAMES - FADE) / FPS
        links.append(f"[{film}][{number}:v]xfade=fade:duration={FADE / FPS}:offset={offset}[{out}]")
        film = out
    links.append("[faded]format=yuv420p[film]")
    return ";".join(links)


def _clock(seconds: float) -> str:
    whole = int(seconds)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d},000"


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
