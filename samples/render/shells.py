"""Hair, beard and garment: where they grow or lie on the head, and how thick."""

from __future__ import annotations

import numpy as np
import trimesh

from samples.render.fields import smoothstep, wave_noise
from samples.render.mesh import BODY_VERTEX_COUNT


def hair_depth(rest, hair):
    """Signed distance (along the scalp, roughly) from the hairline: positive where hair grows."""
    x, y, z = np.abs(rest[:, 0]), rest[:, 1], rest[:, 2]
    recede = hair.get("recede", 0.0) * np.exp(-(((x - 0.42) / 0.2) ** 2))
    uneven = 0.010 * np.sin(rest[:, 0] * 17 + 1) + 0.006 * np.sin(rest[:, 0] * 39)
    peak = hair.get("peak", 0.05) * np.exp(-((x / 0.12) ** 2))
    hairline = hair["hairline"] + recede + uneven - peak - 0.55 * smoothstep(0.45, 0.95, x)
    sides = np.minimum(0.38 - z, y - 6.68)
    depth = np.maximum(y - hairline, sides)
    ear = (x > 0.66) & (y < 7.42) & (y > 6.75) & (z > -0.15) & (z < 0.75)
    depth[ear] = -0.2
    return depth


def hair_thickness(rest, hair, depth):
    """Height of the hair above the scalp; negative (inside the skin) where no hair grows."""
    crown = smoothstep(7.55, 8.25, rest[:, 1])
    height = hair["side_thickness"] + (hair["top_thickness"] - hair["side_thickness"]) * crown
    if hair["texture"] == "curly":
        relief = 1 + 0.07 * wave_noise(rest, 31, 9) + 0.06 * wave_noise(rest, 32, 22)
    else:
        relief = 1 + 0.08 * wave_noise(rest * [1, 0.5, 0.6], 33, 4)
    ramp = 0.22 + 0.78 * np.sqrt(np.clip(depth / hair.get("ramp", 0.5), 0, 1))
    return height * relief * ramp * smoothstep(-0.03, 0.06, depth) - 0.03 * smoothstep(-0.01, -0.05, depth)


def beard_mask(rest, lips):
    """Where a full short beard with a moustache grows, 0..1."""
    x, y, z = np.abs(rest[:, 0]), rest[:, 1], rest[:, 2]
    cheek_line = (
        6.50
        + 0.19 * np.exp(-(((x - 0.36) / 0.13) ** 2))
        + 0.08 * smoothstep(0.3, 0.45, x)
        + 0.65 * smoothstep(0.5, 0.78, x)
    )
    front_of_ear = smoothstep(0.64, 0.78, z + 0.35 * np.clip(6.5 - y, 0, 1))
    jaw = (
        smoothstep(0.07, -0.10, y - cheek_line)
        * smoothstep(6.06, 6.2, y + 0.4 * (np.clip(z, 0, 1.2) - 1.0))
        * front_of_ear
    )
    moustache = np.exp(-((x / 0.31) ** 6) - ((y - 6.755 + 0.25 * x**2) / 0.062) ** 4) * (z > 0.9)
    return np.maximum(jaw, moustache) * (1 - smoothstep(0.02, 0.25, lips))


def garment_depth(rest, garment):
    """Distance below (outside) the garment's edge; positive where cloth covers the skin."""
    x, y, z = np.abs(rest[:, 0]), rest[:, 1], rest[:, 2]
    neck_limit = 5.98 - 0.10 * smoothstep(0.2, 0.9, z) - y
    if garment["neck"] == "turtleneck":
        return neck_limit
    edge = 5.70
    if garment["neck"] == "v":
        edge = edge - 0.62 * np.clip(1 - x / 0.46, 0, 1) * smoothstep(0.2, 0.4, z)
    from_neck_axis = np.hypot(x, z - 0.28) - 0.66
    return np.minimum(np.maximum(edge - y, from_neck_axis * (z < 0.75) - 9.0 * (z >= 0.75)), neck_limit)


def garment_thickness(rest, garment):
    """Cloth height above the skin with a raised collar roll along the edge."""
    depth = garment_depth(rest, garment)
    cloth = 0.055 * smoothstep(-0.02, 0.06, depth) - 0.03 * smoothstep(-0.01, -0.06, depth)
    return cloth + garment.get("collar_height", 0.05) * np.exp(-(((depth - 0.07) / 0.06) ** 2))


def hair_curtain(points, rest, hair, rows=48, columns=140):
    """Long hair falling around the sides and the back of the head: a closed C-shaped wall.

    Returns (vertices, triangles, rest-like coordinates used for strand direction and posing)."""
    band = (rest[:, 1] > 7.45) & (rest[:, 1] < 8.0) & (rest[:, 2] < 0.9)
    half_width, back = np.abs(points[band, 0]).max(), points[band, 2].min()
    lift = np.median(points[band, 1] - rest[band, 1])
    centre_z = back + half_width * 1.12
    around = np.linspace(0, 2 * np.pi, columns, endpoint=False)
    side = np.cos(around)  # +1 .. -1: one front edge to the other
    outer = np.sin(around)  # >0 outer wall, <0 inner wall
    wrap = np.radians(hair["wrap_degrees"])
    vertices = np.zeros((rows, columns, 3))
    for row, down in enumerate(np.linspace(0, 1, rows) ** 1.5):
        top, end = 8.43, hair["length_to"]
        ragged = 0.10 * np.sin(side * 9 + 1) + 0.05 * np.sin(side * 23)
        height = top + (end + ragged * down - top) * down
        dome = np.clip(1 - (np.clip(height - 7.40, 0, None) / (top - 7.40)) ** 2.3, 1e-5, 1) ** (1 / 2.3)
        angle = side * wrap * (0.96 + 0.06 * np.exp(-(((height - 7.3) / 0.5) ** 2)))
        thickness = 0.26 * np.sqrt(np.clip(1 - down**6, 0, 1)) * smoothstep(0, 0.12, down + 0.02)
        bulge = hair.get("fullness", 1.17) * dome + hair.get("flare", 0.1) * down
        wave = hair.get("wave", 0.02) * np.sin(down * 15 + side * 7) * smoothstep(0.1, 0.6, down)
        radius = half_width * (bulge + wave) - thickness * 0.5 * (1 - outer)
        strands = 0.012 * np.sin(side * 61 + 3 * np.sin(down * 4)) + 0.010 * np.sin(side * 113)
        radius = radius + strands * smoothstep(0.05, 0.2, down)
        vertices[row] = np.stack([radius * np.sin(angle), height + lift, centre_z - radius * 1.06 * np.cos(angle)], 1)
    index = np.arange(rows * columns).reshape(rows, columns)
    a, b = index[:-1], np.roll(index, -1, 1)[:-1]
    c, d = index[1:], np.roll(index, -1, 1)[1:]
    triangles = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([b, d, c], -1).reshape(-1, 3)])
    flat = vertices.reshape(-1, 3)
    return flat, triangles, flat - [0, lift, 0]


def hair_bun(offsets, rest):
    """A round bun on the crown, moved with the mean displacement of the top of the skull."""
    crown = np.flatnonzero(rest[:BODY_VERTEX_COUNT, 1] > 8.2)
    ball = trimesh.creation.icosphere(subdivisions=4, radius=1.0)
    bun_rest = ball.vertices * [0.44, 0.36, 0.44] + [0, 8.52, -0.22]
    return bun_rest + np.median(offsets[crown], axis=0), ball.faces, bun_rest
