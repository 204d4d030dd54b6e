"""Light: what each point sees of sky and lamps, and the colour that follows from it."""

from __future__ import annotations

from functools import partial

import numpy as np

from samples.render.fields import smoothstep, to_linear, unit, wave_noise
from samples.render.paint import hair_strands, paint_eyes, paint_garment, paint_skin

# In camera space, so that a turned character stays lit as the frontal one is.
KEY_LIGHT = np.array([-0.42, 0.52, 0.86])
FILL_LIGHT = np.array([0.80, 0.10, 0.60])
RIM_LIGHT = np.array([0.55, 0.55, -0.70])


def edge_aware_blur(values, positions, normals, mask, rounds=2):
    """A-trous smoothing of `values` (H, W, C) that stops at depth and normal edges: removes ray grain."""
    kernel = np.array([1, 4, 6, 4, 1], np.float32) / 16
    result = values.astype(np.float32)
    positions, normals = positions.astype(np.float32), normals.astype(np.float32)
    weight_mask = mask.astype(np.float32)
    for level in range(rounds):
        step = 2**level
        total, weights = np.zeros_like(result), np.full(mask.shape, 1e-6, np.float32)
        for dy in range(-2, 3):
            for dx in range(-2, 3):
                shift = partial(np.roll, shift=(dy * step, dx * step), axis=(0, 1))
                apart = positions - shift(positions)
                off_plane = np.abs((apart * normals).sum(-1))
                same = np.clip((normals * shift(normals)).sum(-1), 0, 1)
                weight = kernel[dy + 2] * kernel[dx + 2] * shift(weight_mask) * same**8 * np.exp(-off_plane / 0.02)
                total += shift(result) * weight[..., None]
                weights += weight
        result = total / weights[..., None]
    return result


def sample_visibility(tracer, origins, normals, key, random, ambient_rays, shadow_rays):
    """Fractions of the sky and of the (soft) key light that each point sees."""

    def unblocked(directions):
        return tracer.run(origins, directions.astype(np.float32), query="OCCLUDED") < 0

    sky, light = np.zeros(len(origins)), np.zeros(len(origins))
    for _ in range(ambient_rays):
        sky += unblocked(unit(normals + 0.98 * unit(random.normal(size=normals.shape))))
    for _ in range(shadow_rays):
        light += unblocked(unit(key + 0.16 * random.normal(size=normals.shape)))
    return sky / ambient_rays, light / shadow_rays


def specular_lobe(normals, view, light, roughness, strength):
    """GGX-like highlight of one light."""
    half = unit(light + view)
    cos_half = np.clip((normals * half).sum(1), 0, 1)
    alpha = roughness**4
    lobe = alpha / (np.pi * (cos_half**2 * (alpha - 1) + 1) ** 2)
    fresnel = 0.04 + 0.96 * (1 - np.clip((view * half).sum(1), 0, 1)) ** 5
    return strength * lobe * fresnel * 0.25 / np.maximum((normals * view).sum(1), 0.25)


def paint_hits(scene, character, on, points, normals, rest, paint, view):
    """Surface look at every hit: (albedo, specular, roughness, bumped normals, hair sheen)."""
    count = len(points)
    albedo, specular, roughness = np.zeros((count, 3)), np.full(count, 0.3), np.full(count, 0.45)
    shading_normals = normals.copy()

    albedo[on["skin"]], specular[on["skin"]], roughness[on["skin"]] = paint_skin(
        rest[on["skin"]], paint[on["skin"]], character
    )
    hair = character["hair"]
    tangent_light = np.zeros(count)
    for name, style in (("hair", hair), ("beard", {**(character.get("beard") or {}), "texture": "bristly"})):
        where = on[name]
        if not where.any():
            continue
        strands = hair_strands(rest[where], style)
        shade = np.clip(1 + {"curly": 0.30, "bristly": 0.13}.get(style["texture"], 0.20) * strands, 0.35, 1.8)
        albedo[where] = to_linear(style["colour"]) * shade[:, None]
        bump = wave_noise(rest[where], 24, 45)
        relief = (
            np.stack([strands * 0.10, bump * 0.05, strands * 0.04], 1)
            if style["texture"] != "curly"
            else 0.22 * np.stack([wave_noise(rest[where], 25 + i, 42) for i in range(3)], 1)
        )
        shading_normals[where] = unit(normals[where] + relief)
        specular[where] = 0.05
        if style["texture"] == "straight":
            tangent = unit(-scene.up + (normals[where] @ scene.up)[:, None] * normals[where])
            tangent = unit(tangent + normals[where] * (0.10 * strands)[:, None])
            half = unit(unit(KEY_LIGHT) + view[where])
            sine = np.sqrt(np.clip(1 - (tangent * half).sum(1) ** 2, 0, 1))
            tangent_light[where] = 0.10 * sine**60 + 0.06 * sine**12
    if on["eye"].any():
        albedo[on["eye"]] = paint_eyes(points[on["eye"]], scene, character)
    specular[on["eye"]], roughness[on["eye"]] = 0.5, 0.2
    albedo[on["lash"]], specular[on["lash"]] = 0.012, 0
    albedo[on["teeth"]] = to_linear([0.90, 0.87, 0.80])
    albedo[on["tongue"]] = to_linear([0.66, 0.32, 0.31])
    if on["cloth"].any():
        albedo[on["cloth"]] = paint_garment(rest[on["cloth"]], character["garment"])
    specular[on["cloth"]] = 0.04
    return albedo, specular, roughness, shading_normals, tangent_light


def light_hits(scene, character, on, look, normals, view, sky, light):
    """Linear colour of every hit: wrapped key light, fill, rim, ambient, highlights and catch-lights."""
    albedo, specular, roughness, shading_normals, tangent_light = look
    key, fill, rim, hair = unit(KEY_LIGHT), unit(FILL_LIGHT), unit(RIM_LIGHT), character["hair"]
    sky = np.where(on["eye"], 0.45 + 0.55 * sky, sky)
    light = np.where(on["eye"], 0.35 + 0.65 * light, light)
    soft = np.where(on["skin"], 0.30, np.where(on["hair"] | on["beard"], 0.25, 0.05))[:, None]
    red_bleed = np.where(on["skin"][:, None], np.array([1.0, 0.55, 0.42]), 1.0)
    facing = (shading_normals @ key)[:, None]
    diffuse = np.clip((facing + soft * red_bleed) / (1 + soft * red_bleed), 0, None)
    diffuse = diffuse * light[:, None] ** np.where(on["skin"][:, None], np.array([0.8, 1.0, 1.06]), 1.0)
    ambient = (0.34 + 0.14 * shading_normals[:, 1]) * sky
    side = 0.34 * np.clip(shading_normals @ fill * 0.8 + 0.2, 0, None) * sky
    back = 0.9 * np.clip(shading_normals @ rim, 0, None) ** 2 * sky
    colour = albedo * (
        1.62 * diffuse + ambient[:, None] * np.array([0.95, 1.0, 1.08]) * 1.15 + side[:, None] + back[:, None] * 0.5
    )
    colour += (
        specular_lobe(shading_normals, view, key, roughness, specular) * light * np.clip(facing[:, 0], 0, 1) * 1.6
    )[:, None]
    colour += (tangent_light * (0.35 + 0.65 * light) * np.clip(facing[:, 0] + 0.35, 0, 1))[:, None] * (
        0.35 + to_linear(hair["colour"]) * 1.2
    )
    colour += (0.05 * sky * specular * (1 - np.clip((normals * view).sum(1), 0, 1)) ** 4)[:, None]
    if on["eye"].any():  # catch-lights: window of the key light, faint one of the fill
        eye_normals = normals[on["eye"]]
        for lamp, degrees, strength in ((key, 7.0, 1.5), (fill, 5.0, 0.25)):
            centre = unit(unit(lamp + np.array([0, 0, 1.0])) + 0.35 * scene.gaze)
            angle = np.degrees(np.arccos(np.clip(eye_normals @ centre, -1, 1)))
            colour[on["eye"]] += strength * smoothstep(degrees, degrees - 2.5, angle)[:, None]
    return colour
