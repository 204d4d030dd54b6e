"""A pack of tiny ONNX models in the shapes of InsightFace's: what is red is a face, and its blue says how large."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

STRIDES = (8, 16, 32)
POINTS = np.array([[-0.4, -0.4], [0.4, -0.4], [0.0, 0.0], [-0.3, 0.4], [0.3, 0.4]], np.float32)
"""The five points of a face, in strides from its middle."""


def write_pack(folder: Path, *models: str) -> Path:
    """A folder with these of ``detector``, ``recogniser`` and ``landmarks``; without names with all of them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in models or tuple(MODELS):
        onnx.save(MODELS[name](), folder / f"{name}.onnx")
    return folder


def detector() -> onnx.ModelProto:
    """SCRFD's nine outputs: scores, boxes and points at three strides, two anchors each; it finds faces at the last."""
    graph = Graph()
    scores, boxes, points = [], [], []
    for stride in STRIDES:
        cells = graph.add("AveragePool", ["pixels"], kernel_shape=[stride] * 2, strides=[stride] * 2)
        rows = graph.add("Reshape", [graph.transposed(cells), graph.constant(np.array([-1, 3]))])
        red = graph.weighted(rows, np.array([[0.5], [-0.5], [0.0]]) * (stride == STRIDES[-1]))
        size = graph.add("Add", [graph.weighted(rows, np.array([[0.0] * 4, [0.0] * 4, [1.0] * 4])), graph.number(2.5)])
        place = graph.add("Add", [graph.weighted(rows, np.zeros((3, 10))), graph.constant(POINTS.reshape(1, 10))])
        for outputs, values, width in ((scores, red, 1), (boxes, size, 4), (points, place, 10)):
            pair = graph.add("Concat", [values, values], axis=1)
            outputs.append(graph.add("Reshape", [pair, graph.constant(np.array([-1, width]))]))
    widths = [1] * 3 + [4] * 3 + [10] * 3
    outputs = [(name, [None, width]) for name, width in zip([*scores, *boxes, *points], widths, strict=True)]
    return graph.model([1, 3, "height", "width"], outputs)


def recogniser() -> onnx.ModelProto:
    """ArcFace's shape: the mean colour of the aligned face, spread over 512 numbers."""
    graph = Graph()
    mean = graph.add("Flatten", [graph.add("GlobalAveragePool", ["pixels"])])
    spread = np.random.default_rng(7).normal(size=(3, 512)).astype(np.float32)
    return graph.model([None, 3, 112, 112], [(graph.weighted(mean, spread), [None, 512])])


def landmarks() -> onnx.ModelProto:
    """The shape of ``1k3d68``: 1,103 points in the crop, of which the last 68 count."""
    graph = Graph()
    mean = graph.add("Flatten", [graph.add("GlobalAveragePool", ["pixels"])])
    still = np.random.default_rng(8).uniform(-0.5, 0.5, (1, 3309)).astype(np.float32)
    points = graph.add("Add", [graph.weighted(mean, np.zeros((3, 3309))), graph.constant(still)])
    return graph.model([None, 3, 192, 192], [(points, [None, 3309])])


MODELS = {"detector": detector, "recogniser": recogniser, "landmarks": landmarks}


class Graph:
    """Nodes and constants of a model, named as they come."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def add(self, operation: str, inputs: list[str], **options: object) -> str:
        name = f"{operation.lower()}-{len(self.nodes)}"
        self.nodes.append(helper.make_node(operation, inputs, [name], name=name, **options))
        return name

    def constant(self, values: np.ndarray) -> str:
        kept = values.astype(np.int64 if values.dtype.kind == "i" else np.float32)
        self.constants.append(numpy_helper.from_array(kept, f"constant-{len(self.constants)}"))
        return self.constants[-1].name

    def number(self, value: float) -> str:
        return self.constant(np.array([value]))

    def weighted(self, rows: str, weights: np.ndarray) -> str:
        return self.add("MatMul", [rows, self.constant(weights)])

    def transposed(self, cells: str) -> str:
        return self.add("Transpose", [cells], perm=[0, 2, 3, 1])

    def model(self, shape: list[int | str | None], outputs: list[tuple[str, list[int | None]]]) -> onnx.ModelProto:
        given = [helper.make_tensor_value_info("pixels", TensorProto.FLOAT, shape)]
        told = [helper.make_tensor_value_info(name, TensorProto.FLOAT, size) for name, size in outputs]
        graph = helper.make_graph(self.nodes, "tiny", given, told, self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        onnx.checker.check_model(model)
        return model
