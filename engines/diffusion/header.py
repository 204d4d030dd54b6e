"""The header of a safetensors file: what tensors it says it holds, read before anything else touches the file.

The format is a length (8 bytes, little endian), that much JSON, and the tensors' bytes. The library that loads it
refuses malformed files, but takes a header of 64 MB with a million empty tensors (safetensors 0.8: 4 s, 363 MB). Here
the limits come first, and the JSON is parsed in a child process with little memory and time.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

from events.base import Value
from events.errors import BadSetting

MOST_HEADER_BYTES = 2**20
MOST_TENSORS = 5_000
MOST_BYTES = 8 * 2**30
"""Of a whole file: an adapter of rank 128 for all of the largest model here has about 2 GiB."""
MOST_DIMENSIONS = 8
BITS = {
    "BOOL": 8, "U8": 8, "I8": 8, "F8_E4M3": 8, "F8_E5M2": 8, "I16": 16, "U16": 16, "F16": 16, "BF16": 16, "I32": 32,
    "U32": 32, "F32": 32, "F64": 64, "I64": 64, "U64": 64,
}  # fmt: skip
CHILD = Path(__file__).with_name("header_child.py")
CHILD_SECONDS, CHILD_BYTES = 20, 2**29


class Header(Value):
    """``shapes`` by the tensors' names; ``metadata`` as whoever saved the file wrote it."""

    shapes: dict[str, tuple[int, ...]]
    metadata: dict[str, str] = {}


def read_header(file: Path) -> Header:
    """Raises ``BadSetting`` for what is no safetensors file, or beyond the limits."""
    try:
        with file.open("rb") as opened:
            length = int.from_bytes(opened.read(8), "little")
            _must_be_small(file, length)
            text = opened.read(length)
    except OSError as error:
        raise BadSetting(f"{file} cannot be read: {error.strerror or error}.") from error
    if len(text) < length:
        raise BadSetting(f"{file} is not a whole safetensors file: its header ends early.")
    return _checked(file, _parsed_in_child(file, text), data=file.stat().st_size - 8 - length)


def _must_be_small(file: Path, length: int) -> None:
    if file.stat().st_size > MOST_BYTES:
        raise BadSetting(f"{file} has more than {MOST_BYTES // 2**30} GiB, which is too much for an adapter.")
    if length > MOST_HEADER_BYTES:
        raise BadSetting(
            f"The header of {file} says that it has {length:,} bytes, and {MOST_HEADER_BYTES:,} is the limit. "
            "Use an adapter in a plain safetensors file."
        )


def _parsed_in_child(file: Path, text: bytes) -> Any:
    """The JSON as the child has understood it; it writes plain JSON of no more than it read."""
    command = [sys.executable, "-I", "-S", str(CHILD), str(CHILD_SECONDS), str(CHILD_BYTES)]
    try:
        done = subprocess.run(command, input=text, capture_output=True, timeout=2 * CHILD_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise BadSetting(f"The header of {file} takes too long to read.") from error
    if done.returncode or not done.stdout:
        raise BadSetting(f"The header of {file} is not that of a safetensors file.")
    return json.loads(done.stdout)


def _checked(file: Path, told: Any, data: int) -> Header:
    """``data`` bytes follow the header, and the tensors have to fill them, one after the other."""
    metadata = told.pop("__metadata__", None) or {}
    if len(told) > MOST_TENSORS:
        raise BadSetting(f"{file} holds {len(told):,} tensors, and {MOST_TENSORS:,} is the limit.")
    try:
        spans = sorted(_span(each) for each in told.values())
        shapes = {name: tuple(each["shape"]) for name, each in told.items()}
    except (KeyError, TypeError, ValueError) as error:
        raise BadSetting(f"The header of {file} describes a tensor that cannot be.") from error
    ends = [0, *(end for _, end in spans)]
    if [start for start, _ in spans] != ends[:-1] or ends[-1] != data:
        raise BadSetting(f"{file} is damaged or cut off: its tensors do not fill it.")
    return Header(shapes=shapes, metadata={str(name): str(value) for name, value in metadata.items()})


def _span(told: Any) -> tuple[int, int]:
    """Where a tensor begins and ends. Raises ``ValueError`` where that is not what its shape needs."""
    start, end = told["data_offsets"]
    shape = told["shape"]
    if len(shape) > MOST_DIMENSIONS or any(type(number) is not int or number < 0 for number in [*shape, start, end]):
        raise ValueError(shape)
    if math.prod(shape) * BITS[told["dtype"]] != 8 * (end - start):
        raise ValueError(shape)
    return start, end
