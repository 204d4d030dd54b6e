"""How an unknown word or name is probably said, from its letters.

The model is g2p_en's (Kyubyong Park and Jongseok Kim, Apache-2.0; a GRU encoder and decoder trained
on CMUdict), run here in plain numpy from the weights in its wheel. Sounds are ARPAbet, as in CMUdict.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from engines.wheels import wheel_file

LETTERS = ("<pad>", "<unk>", "</s>", *"abcdefghijklmnopqrstuvwxyz")
SOUNDS = (
    "<pad> <unk> <s> </s> AA0 AA1 AA2 AE0 AE1 AE2 AH0 AH1 AH2 AO0 AO1 AO2 AW0 AW1 AW2 AY0 AY1 AY2 B CH D DH "
    "EH0 EH1 EH2 ER0 ER1 ER2 EY0 EY1 EY2 F G HH IH0 IH1 IH2 IY0 IY1 IY2 JH K L M N NG OW0 OW1 OW2 OY0 OY1 OY2 "
    "P R S SH T TH UH0 UH1 UH2 UW UW0 UW1 UW2 V W Y Z ZH"
).split()
START, END = SOUNDS.index("<s>"), SOUNDS.index("</s>")
LONGEST = 24
"""Sounds after which a word ends whatever the model says."""


@cache
def _weights() -> dict[str, np.ndarray]:
    with np.load(wheel_file("g2p_en", "checkpoint20.npz")) as stored:
        return dict(stored)


@cache
def sounds(word: str) -> tuple[str, ...]:
    """ARPAbet sounds of a lower-case word of the letters a-z. Raises ``EngineMissing``."""
    weights = _weights()
    state = np.zeros(weights["enc_w_hh"].shape[1], np.float32)
    for letter in (*word, "</s>"):
        state = _step("enc", LETTERS.index(letter), state)
    said: list[str] = []
    last = START
    while len(said) < LONGEST:
        state = _step("dec", last, state)
        last = int(np.argmax(weights["fc_w"] @ state + weights["fc_b"]))
        if last == END:
            break
        said.append(SOUNDS[last])
    return tuple(sound for sound in said if not sound.startswith("<"))


def _step(side: str, symbol: int, state: np.ndarray) -> np.ndarray:
    """One step of a gated recurrent unit (Cho et al. 2014), gates in the order reset, update, new."""
    weights = _weights()
    given = weights[f"{side}_w_ih"] @ weights[f"{side}_emb"][symbol] + weights[f"{side}_b_ih"]
    kept = weights[f"{side}_w_hh"] @ state + weights[f"{side}_b_hh"]
    size = len(state)
    reset, update = np.split(1 / (1 + np.exp(-(given + kept)[: 2 * size])), 2)
    new = np.tanh(given[2 * size :] + reset * kept[2 * size :])
    return (1 - update) * new + update * state
