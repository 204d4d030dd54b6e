"""Paint: the colour and gloss of skin, brows, eyes, hair and cloth at any point of the rest pose."""

from __future__ import annotations

import numpy as np

from samples.render.fields import blend, smoothstep, to_linear, unit, wave_noise
from samples.render.shells import beard_mask, garment_depth


def paint_brows(rest, brows):
    """Opacity of the eyebrows: one solid stroke on each side that tapers outwards."""
    x, y, z = np.abs(rest[:, 0]), rest[:, 1], rest[:, 2]
    along = (x - 0.10) / 0.46
    arch = np.sin(np.clip(along * 0.62 + 0.12, 0, 1) * np.pi)
    line = (
        7.47
        + brows["lift"]
        + brows["arch"] * arch
        - 0.06 * smoothstep(0.7, 1.1, along)
        - brows.get("tilt", 0.0) * (along - 0.5)
    )
    width = (
        brows["thickness"] * (1 - 0.72 * smoothstep(0.45, 1.05, along)) * (0.65 + 0.35 * smoothstep(-0.02, 0.2, along))
    )
    solid = smoothstep(1.0, 0.62, np.abs(y - line) / np.maximum(width, 1e-3))
    return solid * smoothstep(1.05, 0.97, along) * smoothstep(-0.08, 0.10, along) * (z > 0.8)


def scar_distance(rest, scar):
    """Signed distance across, and position along (0..1), a straight scar in rest space (x, y)."""
    start, end = np.array(scar["from"]), np.array(scar["to"])
    direction = (end - start) / np.linalg.norm(end - start)
    relative = rest[:, :2] - start
    along = relative @ direction / np.linalg.norm(end - start)
    across = relative @ np.array([-direction[1], direction[0]]) + 0.012 * np.sin(along * 9)
    return across, along


def paint_skin(rest, paint, character):
    """(albedo, specular strength, roughness) of skin points."""
    x, y, z = np.abs(rest[:, 0]), rest[:, 1], rest[:, 2]
    lips, inside, scalp, beard = (paint[:, i] for i in (0, 2, 3, 4))
    tone = to_linear(character["skin"])
    grain = 0.5 * wave_noise(rest, 1, 8) + 0.3 * wave_noise(rest, 2, 25) + 0.25 * wave_noise(rest, 3, 60)
    colour = tone * (1 + 0.035 * grain[:, None])
    blush = (
        0.55 * np.exp(-((x - 0.44) ** 2 / 0.06 + (y - 6.98) ** 2 / 0.06))
        + 0.45 * np.exp(-(x**2 / 0.02 + (y - 6.95) ** 2 / 0.03))
        + 0.15 * np.clip(wave_noise(rest, 4, 5), 0, 1)
    )
    colour = colour * (1 + np.clip(blush, 0, 1)[:, None] * np.array([0.06, -0.16, -0.16]))
    if character.get("freckles"):
        spots = smoothstep(1.45, 1.75, wave_noise(rest, 11, 75)) * np.exp(
            -((x - 0.3) ** 2 / 0.1 + (y - 7.0) ** 2 / 0.08)
        )
        colour = colour * (1 - character["freckles"] * spots[:, None] * np.array([0.25, 0.42, 0.48]))
    under_eye = np.exp(-((x - 0.31) ** 2 / 0.03 + (y - 7.10) ** 2 / 0.006)) * (z > 0.9)
    colour = colour * (1 - under_eye[:, None] * np.array([0.08, 0.12, 0.08]))
    if character.get("stubble"):
        shadow = character["stubble"] * beard_mask(rest, lips)
        colour = colour * (1 - shadow[:, None] * np.array([0.42, 0.38, 0.33]))
    if beard.any():
        colour = blend(colour, to_linear(character["beard"]["colour"]) * 0.8, 0.8 * smoothstep(0.05, 0.5, beard))
    if character.get("scar"):
        across, along = scar_distance(rest, character["scar"])
        width = character["scar"]["width"] * smoothstep(-0.02, 0.2, along) * smoothstep(1.02, 0.8, along)
        where = smoothstep(0.72, 0.9, rest[:, 2]) * (along > -0.02) * (along < 1.02)
        core = np.exp(-((across / np.maximum(width, 1e-3)) ** 2)) * where * (width > 1e-3)
        rim = np.exp(-(((np.abs(across) - 1.6 * width) / np.maximum(0.6 * width, 1e-3)) ** 2)) * where * (width > 1e-3)
        colour = blend(colour, tone * np.array([0.42, 0.22, 0.22]), 0.75 * rim)
        colour = blend(colour, np.minimum(tone * np.array([1.20, 0.86, 0.84]), 0.9), 0.9 * core)
    lip = smoothstep(0.15, 0.6, lips)
    lip_grain = wave_noise(rest * [6, 1, 1], 6, 20)
    colour = blend(colour, to_linear(character["lips"]) * (1 + 0.05 * lip_grain[:, None]), lip)
    colour = blend(colour, np.array([0.10, 0.02, 0.02]), smoothstep(0.2, 0.6, inside))
    liner = smoothstep(0.35, 0.9, paint[:, 1]) * character.get("eyeliner", 0.0)
    colour = colour * (1 - 0.6 * liner[:, None])
    brow = paint_brows(rest, character["brows"])
    colour = blend(colour, to_linear(character["brows"]["colour"]), 0.9 * brow)
    colour = blend(colour, to_linear(character["hair"]["colour"]) * 0.7, 0.9 * smoothstep(-0.05, 0.02, scalp))
    specular = 0.35 + 0.45 * lip - 0.25 * brow
    roughness = 0.44 - 0.14 * lip
    return colour, specular, roughness


def hair_strands(rest, hair):
    """Strand pattern around the crown: -1..1, constant along each strand."""
    if hair["texture"] == "curly":
        return 0.6 * wave_noise(rest, 21, 34) + 0.5 * wave_noise(rest, 22, 60)
    if hair["texture"] == "bristly":
        return 0.7 * wave_noise(rest * [1, 0.25, 0.6], 23, 55) + 0.4 * wave_noise(rest, 26, 80)
    from_crown = rest - np.array([hair.get("part", 0.0), 0, 0.05])
    angle = np.arctan2(from_crown[:, 0], from_crown[:, 2])
    drift = 0.25 * np.sin(rest[:, 1] * 3.0 + angle * 2)
    pattern = sum(
        weight * np.sin(angle * count + phase + drift * count * 0.06)
        for weight, count, phase in ((0.5, 23, 0.3), (0.5, 41, 1.7), (0.45, 67, 4.0), (0.4, 109, 2.2), (0.3, 173, 5.1))
    )
    return pattern


def paint_eyes(points, scene, character):
    """Albedo of eye points: sclera, iris with a dark rim, pupil."""
    colour = np.tile(to_linear([0.90, 0.88, 0.86]), (len(points), 1))
    left = np.linalg.norm(points - scene.eye_centres[0], axis=1) < np.linalg.norm(points - scene.eye_centres[1], axis=1)
    for is_this, centre, key in (
        (left, scene.eye_centres[0], "iris_left"),
        (~left, scene.eye_centres[1], "iris_right"),
    ):
        if not is_this.any():
            continue
        direction = unit(points[is_this] - centre)
        angle = np.degrees(np.arccos(np.clip(direction @ scene.gaze, -1, 1)))
        right_axis = np.cross(scene.up, scene.gaze)
        spoke = np.arctan2(direction @ scene.up, direction @ right_axis)
        fibres = 1 + 0.18 * np.sin(spoke * 31 + 3 * np.sin(spoke * 7)) + 0.12 * np.sin(spoke * 53)
        iris = to_linear(character[key]) * (fibres * (0.75 + 0.55 * np.clip(angle / 27, 0, 1)))[:, None]
        iris = iris * (1 - 0.75 * smoothstep(23, 28, angle))[:, None]
        eye = blend(
            colour[is_this] * (1 - 0.25 * smoothstep(40, 70, angle))[:, None], iris, smoothstep(29.5, 27.5, angle)
        )
        colour[is_this] = blend(eye, np.array([0.004, 0.004, 0.004]), smoothstep(12.5, 11.0, angle))
    return colour


def paint_garment(rest, garment):
    """Albedo of the cloth: main colour, a collar line and a fine weave."""
    depth = garment_depth(rest, garment)
    weave = 1 + 0.04 * wave_noise(rest, 12, 45) + 0.03 * wave_noise(rest * [1, 0.2, 1], 13, 80)
    colour = to_linear(garment["colour"]) * weave[:, None]
    collar = smoothstep(0.17, 0.155, depth)
    colour = blend(colour, to_linear(garment["collar_colour"]), collar)
    seam = np.exp(-(((depth - 0.165) / 0.014) ** 2))
    colour = colour * (1 - 0.55 * seam[:, None])
    return colour
