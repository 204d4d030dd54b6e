"""A posed character as meshes for the ray tracer."""

from __future__ import annotations

import numpy as np
from embreex import rtcore_scene
from embreex.mesh_construction import TriangleMesh

from samples.render.fields import rotation, smoothstep, unit, wave_noise
from samples.render.mesh import compact, subdivide, vertex_normals
from samples.render.shells import (
    beard_mask,
    garment_depth,
    garment_thickness,
    hair_bun,
    hair_curtain,
    hair_depth,
    hair_thickness,
)

SKIN, HAIR, EYE, LASH, TEETH, TONGUE, GARMENT, BEARD = range(8)
SURFACES = {
    "skin": SKIN,
    "hair": HAIR,
    "eye": EYE,
    "lash": LASH,
    "teeth": TEETH,
    "tongue": TONGUE,
    "cloth": GARMENT,
    "beard": BEARD,
}
EYE_HEIGHT = 7.28
NECK_PIVOT = np.array([0.0, 6.05, 0.25])


def pose(points, rest, view):
    """Turn the head about the neck and the whole body about the vertical axis."""
    weight = smoothstep(5.75, 6.65, rest[:, 1])[:, None]
    turn = rotation(view.get("head_yaw", 0), view.get("head_pitch", 0))
    turned = (points - NECK_PIVOT) @ turn.T + NECK_PIVOT
    points = points * (1 - weight) + turned * weight
    return points @ rotation(view.get("body_yaw", 0), 0).T


class Scene:
    """Concatenated meshes with per-vertex painting data and two ray-tracing scenes."""

    def __init__(self, model, character, view):
        self.model, self.character, self.view = model, character, view
        self.neutral = model.shape(character, {})
        self.shaped = model.shape(character, view.get("expression", {}))
        left, right = (self.neutral[used].mean(0) for used, _ in model.eyes)
        self.camera_target = (left + right) / 2 + np.array([0, -0.28, -0.9])
        head_turn = rotation(view.get("body_yaw", 0), 0) @ rotation(view.get("head_yaw", 0), view.get("head_pitch", 0))
        self.gaze = head_turn @ unit(np.array([0, 0.0, 1.0]))
        self.up = head_turn @ np.array([0, 1.0, 0])
        self.parts = []
        self._add_skin_and_shells()
        self._add_hair()
        self._add_eyes_and_mouth()
        self._finish()

    def _add_skin_and_shells(self):
        model, character = self.model, self.character
        skin, triangles = subdivide(self.shaped[model.skin_used], model.skin_base, model.levels)
        skin = pose(skin, model.skin_rest, self.view)
        surface = skin, triangles, vertex_normals(skin, triangles)
        rest, lips = model.skin_rest, model.skin_masks[:, 0]
        hair, garment = character["hair"], character["garment"]
        scalp = hair_depth(rest, hair)
        beard = beard_mask(rest, lips) if character.get("beard") else np.zeros(len(rest))
        self._add(*surface, SKIN, rest, model.skin_masks, scalp, beard)
        self._add_shell(*surface, hair_thickness(rest, hair, scalp), scalp > -0.04, HAIR, rest)
        if character.get("beard"):
            bumps = 1 + 0.12 * wave_noise(rest, 41, 14)
            depth = character["beard"]["thickness"] * smoothstep(0.1, 0.9, beard) * bumps - 0.02 * (beard < 0.1)
            self._add_shell(*surface, depth, beard > 0.05, BEARD, rest)
        covered = garment_depth(rest, garment) > -0.15
        self._add_shell(*surface, garment_thickness(rest, garment), covered, GARMENT, rest)

    def _add_hair(self):
        """Hair that stands off the head: a curtain or a bun."""
        model, hair = self.model, self.character["hair"]
        if hair["style"] == "long":
            body, _ = subdivide(self.neutral[model.skin_used], model.skin_base, model.levels)
            self._add_posed(*hair_curtain(body, model.skin_rest, hair))
        if hair["style"] == "bun":
            self._add_posed(*hair_bun(self.neutral - model.rest, model.rest))

    def _add_posed(self, points, triangles, rest):
        points = pose(points, rest, self.view)
        self._add(points, triangles, vertex_normals(points, triangles), HAIR, rest)

    def _add_eyes_and_mouth(self):
        model = self.model
        self.eye_centres = []
        for used, triangles in model.eyes:
            ball = self._in_the_head(used)
            self.eye_centres.append(ball.mean(0))
            ball, triangles = subdivide(ball, triangles, 2)
            self._add(ball, triangles, unit(ball - ball.mean(0)), EYE, ball)
        for (used, triangles), material in ((model.teeth, TEETH), (model.tongue, TONGUE), (model.lashes, LASH)):
            part = self._in_the_head(used)
            if material != LASH:
                part, triangles = subdivide(part, triangles, 1)
            self._add(part, triangles, vertex_normals(part, triangles), material, part)

    def _in_the_head(self, used):
        """Posed vertices of a part that turns with the head as a whole."""
        return pose(self.shaped[used], np.tile([0, EYE_HEIGHT, 1.2], (len(used), 1)), self.view)

    def _add(self, points, triangles, normals, material, rest, masks=None, scalp=None, beard=None):
        count = len(points)
        paint = np.zeros((count, 5))
        if masks is not None:
            paint[:, :3], paint[:, 3], paint[:, 4] = masks, scalp, beard
        self.parts.append((points, triangles, normals, material, rest, paint))

    def _add_shell(self, points, triangles, normals, thickness, keep, material, rest):
        """A copy of part of the skin, lifted along its normals (hair cap, beard, cloth)."""
        chosen = triangles[keep[triangles].any(1)]
        used, chosen = compact(chosen)
        lifted = points[used] + normals[used] * thickness[used, None]
        self._add(lifted, chosen, vertex_normals(lifted, chosen), material, rest[used])

    def _finish(self):
        offsets = np.cumsum([0] + [len(part[0]) for part in self.parts])
        self.points = np.vstack([part[0] for part in self.parts])
        self.triangles = np.vstack([part[1] + offset for part, offset in zip(self.parts, offsets[:-1], strict=True)])
        self.normals = np.vstack([part[2] for part in self.parts])
        self.material = np.concatenate([np.full(len(part[1]), part[3]) for part in self.parts])
        self.rest = np.vstack([part[4] for part in self.parts])
        self.paint = np.vstack([part[5] for part in self.parts])
        self.tracer = rtcore_scene.EmbreeScene()
        TriangleMesh(self.tracer, self.points.astype(np.float32), self.triangles.astype(np.int32))
        casts_shadow = self.material != LASH
        self.shadow_tracer = rtcore_scene.EmbreeScene()
        TriangleMesh(self.shadow_tracer, self.points.astype(np.float32), self.triangles[casts_shadow].astype(np.int32))
