"""Smooth fields, colours and rotations: the arithmetic that painting and shaping share."""

from __future__ import annotations

import numpy as np


def smoothstep(low, high, value):
    """0 below `low`, 1 above `high` (or the reverse when low > high), smooth between."""
    t = np.clip((value - low) / (high - low), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def unit(vectors):
    """Vectors scaled to length 1 along the last axis."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)


def wave_noise(points, seed, frequency, terms=10):
    """Smooth pseudo-random field of unit variance: a sum of sines with random directions."""
    random = np.random.RandomState(seed)
    total = np.zeros(len(points))
    for _ in range(terms):
        total += np.sin(points @ (random.normal(size=3) * frequency) + random.uniform(0, 2 * np.pi))
    return total * np.sqrt(2.0 / terms)


def blend(base, layer, amount):
    """Mix `layer` over `base`, `amount` being one weight per row."""
    weight = np.asarray(amount)[:, None]
    return base * (1.0 - weight) + weight * layer


def to_linear(colour):
    """sRGB 0..1 -> linear light."""
    return np.asarray(colour, float) ** 2.2


def rotation(yaw_degrees, pitch_degrees):
    """Rotation matrix: pitch about x (positive nods down), then yaw about y (positive turns to +x)."""
    yaw, pitch = np.radians([yaw_degrees, pitch_degrees])
    cy, sy, cp, sp = np.cos(yaw), np.sin(yaw), np.cos(pitch), np.sin(pitch)
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_x = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    return about_y @ about_x
