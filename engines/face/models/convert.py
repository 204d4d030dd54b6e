"""Convert the weights of face-api to ONNX: face detector, 68 landmarks, 128-d embedder.

    npm pack @vladmandic/face-api@1.7.15
    python engines/face/models/convert.py vladmandic-face-api-1.7.15.tgz

needs ``onnx`` and writes the three models and ``SHA256SUMS.txt`` beside itself. The weights stay the 8-bit numbers
that the package carries, with ``byte * scale + minimum`` as nodes of the graph; a runtime folds those into float
weights when it loads the model, so the outputs equal those of a float conversion at a quarter of its size.

All three take RGB pixels, ``uint8 [N, height, width, 3]``: the subtraction of the mean is part of the graph.
The layers follow face-api's sources: TinyYolov2Base.ts, FaceFeatureExtractor.ts, FaceRecognitionNet.ts.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = Path(__file__).parent
PACKAGE_SHA256 = "0d77fffeef362ef9c0939cf6c567f3a2e8e177f114fa257a3270cbd2e509b031"

CONV_OIHW = (3, 2, 0, 1)
"""From TensorFlow's (height, width, in, out)."""
DEPTHWISE_OIHW = (2, 3, 0, 1)
"""From TensorFlow's (height, width, channel, multiplier)."""
AS_IT_IS = None


@dataclass(frozen=True)
class Weight:
    """A stored array; where it is quantised its value is ``array * scale + minimum``."""

    array: np.ndarray
    scale: float | None = None
    minimum: float = 0.0


def read_weights(package: tarfile.TarFile, model: str) -> dict[str, Weight]:
    """All weights of one tfjs model, by name."""
    manifest = json.loads(_read(package, f"{model}-weights_manifest.json"))
    weights = {}
    for group in manifest:
        content = b"".join(_read(package, path) for path in group["paths"])
        start = 0
        for entry in group["weights"]:
            quantised = entry.get("quantization", {})
            kind = np.dtype(quantised.get("dtype", entry["dtype"]))
            count = int(np.prod(entry["shape"]))
            array = np.frombuffer(content, kind, count, start).reshape(entry["shape"])
            weights[entry["name"]] = Weight(array, quantised.get("scale"), quantised.get("min", 0.0))
            start += array.nbytes
    return weights


def _read(package: tarfile.TarFile, name: str) -> bytes:
    member = package.extractfile(f"package/model/{name}")
    assert member is not None
    return member.read()


class Graph:
    """An ONNX graph under construction. Every method adds nodes and returns the name of their output."""

    def __init__(self, weights: dict[str, Weight]) -> None:
        self.weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def node(self, kind: str, *inputs: str, **attributes: Any) -> str:
        output = f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [output], **attributes))
        return output

    def constant(self, value: np.ndarray) -> str:
        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def number(self, value: float) -> str:
        return self.constant(np.array(value, np.float32))

    def weight(self, name: str, axes: tuple[int, ...] | None = AS_IT_IS) -> str:
        """The float value of a stored weight, its axes reordered."""
        weight = self.weights[name]
        stored = self.constant(weight.array if axes is AS_IT_IS else weight.array.transpose(axes))
        if weight.scale is None:
            return stored
        scaled = self.node("Mul", self.node("Cast", stored, to=TensorProto.FLOAT), self.number(weight.scale))
        return self.node("Add", scaled, self.number(weight.minimum))

    def pixels(self, mean: tuple[float, float, float], divisor: float) -> str:
        """From RGB bytes (N, height, width, 3) to normalised planes (N, 3, height, width)."""
        planes = self.node("Transpose", "pixels", perm=[0, 3, 1, 2])
        values = self.node("Cast", planes, to=TensorProto.FLOAT)
        centred = self.node("Sub", values, self.constant(np.array(mean, np.float32).reshape(3, 1, 1)))
        return self.node("Div", centred, self.number(divisor))

    def conv(self, x: str, filters: str, bias: str, stride: int = 1, pad: str = "SAME_UPPER") -> str:
        kernel, offset = self.weight(filters, CONV_OIHW), self.weight(bias)
        return self.node("Conv", x, kernel, offset, strides=[stride, stride], auto_pad=pad)

    def separable(self, x: str, name: str, stride: int = 1) -> str:
        """A depthwise convolution and a pointwise one."""
        depthwise = self.weight(f"{name}/depthwise_filter", DEPTHWISE_OIHW)
        channels = self.weights[f"{name}/depthwise_filter"].array.shape[2]
        x = self.node("Conv", x, depthwise, group=channels, strides=[stride, stride], auto_pad="SAME_UPPER")
        return self.conv(x, f"{name}/pointwise_filter", f"{name}/bias")

    def max_pool(self, x: str, kernel: int, stride: int, pad: str = "SAME_UPPER") -> str:
        return self.node("MaxPool", x, kernel_shape=[kernel, kernel], strides=[stride, stride], auto_pad=pad)

    def average_pool(self, x: str, kernel: int) -> str:
        return self.node("AveragePool", x, kernel_shape=[kernel, kernel], strides=[2, 2])

    def pad(self, x: str, channels: int = 0, height: int = 0, width: int = 0) -> str:
        """Zeros at the end of each axis."""
        return self.node("Pad", x, self.constant(np.array([0, 0, 0, 0, 0, channels, height, width], np.int64)))

    def save(self, path: Path, height: int | str, width: int | str, output: str, shape: list[int | str]) -> None:
        self.nodes.append(helper.make_node("Identity", [output], ["answer"]))
        pixels = helper.make_tensor_value_info("pixels", TensorProto.UINT8, ["N", height, width, 3])
        answer = helper.make_tensor_value_info("answer", TensorProto.FLOAT, shape)
        graph = helper.make_graph(self.nodes, path.stem, [pixels], [answer], self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
        onnx.checker.check_model(model, full_check=True)
        onnx.save(model, path)


def detector(weights: dict[str, Weight], path: Path) -> None:
    """A tiny YOLO: five anchors of (x, y, width, height, score) per cell of 32 pixels."""
    graph = Graph(weights)
    x = graph.pixels((117.001, 114.697, 97.404), 255)
    x = graph.conv(x, "conv0/filters", "conv0/bias", pad="VALID")
    x = graph.node("LeakyRelu", x, alpha=0.1)
    for layer in range(1, 6):
        x = graph.max_pool(x, 2, 2)
        x = graph.node("LeakyRelu", graph.separable(x, f"conv{layer}"), alpha=0.1)
    x = graph.max_pool(x, 2, 1)
    x = graph.conv(x, "conv8/filters", "conv8/bias", pad="VALID")
    graph.save(path, "height", "width", x, ["N", 25, "rows", "columns"])


def landmarks(weights: dict[str, Weight], path: Path) -> None:
    """Four dense blocks; 68 points (x, y) as shares of the 112-pixel box."""
    graph = Graph(weights)
    x = graph.pixels((122.782, 117.001, 104.298), 255)
    for block in range(4):
        x = _dense_block(graph, x, f"dense{block}", first=block == 0)
    x = graph.node("Flatten", graph.average_pool(x, 7))
    x = graph.node("Gemm", x, graph.weight("fc/weights"), graph.weight("fc/bias"))
    graph.save(path, 112, 112, x, ["N", 136])


def _dense_block(graph: Graph, x: str, name: str, first: bool) -> str:
    """Each layer reads the sum of all layers before it."""
    if first:
        x = graph.conv(x, f"{name}/conv0/filters", f"{name}/conv0/bias", stride=2)
    else:
        x = graph.separable(x, f"{name}/conv0", stride=2)
    one = graph.node("Relu", x)
    two = graph.separable(one, f"{name}/conv1")
    three = graph.separable(graph.node("Relu", graph.node("Add", one, two)), f"{name}/conv2")
    total = graph.node("Add", one, graph.node("Add", two, three))
    four = graph.separable(graph.node("Relu", total), f"{name}/conv3")
    return graph.node("Relu", graph.node("Add", total, four))


RESIDUAL_BLOCKS = (
    *("conv32_1", "conv32_2", "conv32_3"),
    *("conv64_down", "conv64_1", "conv64_2", "conv64_3"),
    *("conv128_down", "conv128_1", "conv128_2"),
    *("conv256_down", "conv256_1", "conv256_2", "conv256_down_out"),
)
ODD_SIZED = ("conv256_down", "conv256_down_out")
"""Blocks whose halved input is a pixel smaller than the pooled one: face-api adds a row and a column of zeros."""


def embedder(weights: dict[str, Weight], path: Path) -> None:
    """dlib's face recognition ResNet (dlib_face_recognition_resnet_model_v1): 128 numbers per 150-pixel chip."""
    graph = Graph(weights)
    x = graph.pixels((122.782, 117.001, 104.298), 256)
    x = graph.node("Relu", _scaled_conv(graph, x, "conv32_down", stride=2, pad="VALID"))
    x = graph.max_pool(x, 3, 2, pad="VALID")
    for block in RESIDUAL_BLOCKS:
        x = _half_block(graph, x, block) if "down" in block else _residual_block(graph, x, block)
    x = graph.node("Flatten", graph.node("GlobalAveragePool", x))
    graph.save(path, 150, 150, graph.node("MatMul", x, graph.weight("fc")), ["N", 128])


def _scaled_conv(graph: Graph, x: str, name: str, stride: int = 1, pad: str = "SAME_UPPER") -> str:
    """A convolution and a scale per channel, folded into its filters and bias."""
    scale = graph.weight(f"{name}/scale/weights")
    columns = graph.node("Reshape", scale, graph.constant(np.array([-1, 1, 1, 1], np.int64)))
    kernel = graph.node("Mul", graph.weight(f"{name}/conv/filters", CONV_OIHW), columns)
    scaled = graph.node("Mul", graph.weight(f"{name}/conv/bias"), scale)
    bias = graph.node("Add", scaled, graph.weight(f"{name}/scale/biases"))
    return graph.node("Conv", x, kernel, bias, strides=[stride, stride], auto_pad=pad)


def _residual_block(graph: Graph, x: str, name: str) -> str:
    y = graph.node("Relu", _scaled_conv(graph, x, f"{name}/conv1"))
    return graph.node("Relu", graph.node("Add", _scaled_conv(graph, y, f"{name}/conv2"), x))


def _half_block(graph: Graph, x: str, name: str) -> str:
    """A residual block that halves the picture; new channels of the shortcut are zeros."""
    y = graph.node("Relu", _scaled_conv(graph, x, f"{name}/conv1", stride=2, pad="VALID"))
    y = _scaled_conv(graph, y, f"{name}/conv2")
    if name in ODD_SIZED:
        y = graph.pad(y, height=1, width=1)
    *_, channels_in, channels_out = graph.weights[f"{name}/conv1/conv/filters"].array.shape
    shortcut = graph.average_pool(x, 2)
    if channels_out > channels_in:
        shortcut = graph.pad(shortcut, channels=channels_out - channels_in)
    return graph.node("Relu", graph.node("Add", y, shortcut))


MODELS = {
    "detector.onnx": ("tiny_face_detector_model", detector),
    "landmarks.onnx": ("face_landmark_68_model", landmarks),
    "embedder.onnx": ("face_recognition_model", embedder),
}


def convert(archive: Path, folder: Path) -> None:
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    if digest != PACKAGE_SHA256:
        raise SystemExit(f"{archive} is not face-api 1.7.15: its sha256 is {digest}")
    sums = []
    with tarfile.open(archive) as package:
        for name, (model, build) in MODELS.items():
            build(read_weights(package, model), folder / name)
            sums.append(f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n")
    (folder / "SHA256SUMS.txt").write_text("".join(sums))


if __name__ == "__main__":
    convert(Path(sys.argv[1]), HERE)
