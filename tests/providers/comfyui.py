"""ComfyUI's server, as version 0.3.64 speaks: queue, history, uploads, what nodes there are, and its web socket.

What it says of its nodes was taken from a server, without the sentences for people. ``REFUSED`` is somebody who stops
the order at the server.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
import uuid
from collections.abc import Iterable
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler
from typing import Any

from websockets.server import ServerProtocol

from tests.providers.clips import mp4, png
from tests.providers.server import Answer, Dropped, Mishap, Provider, Request

CLIP_INPUTS = {"clip": ["CLIP", {}], "text": ["STRING", {"multiline": True}]}
SIZE = {"width": ["INT", {"min": 16}], "height": ["INT", {"min": 16}]}
LOADS = {"image": [["example.png"], {"image_upload": True}]}
SAMPLER = {
    "model": ["MODEL"], "positive": ["CONDITIONING"], "negative": ["CONDITIONING"], "latent_image": ["LATENT"],
    "seed": ["INT", {"min": 0, "max": 2**64 - 1}], "steps": ["INT"], "cfg": ["FLOAT"], "denoise": ["FLOAT"],
    "sampler_name": [["euler", "dpmpp_2m", "uni_pc"]], "scheduler": [["simple", "karras"]],
}  # fmt: skip
COMBO = {"multiselect": False}
QUIET = logging.getLogger("tests.comfyui")
"""What this end of the web socket is sent is not what the engine has logged."""
QUIET.setLevel(logging.WARNING)


def kind(required: dict[str, Any], optional: dict[str, Any] | None = None, **told: Any) -> dict[str, Any]:
    inputs = {"required": required} | ({"optional": optional} if optional else {})
    return {"input": inputs, "output_node": False} | told


NODES = {
    "CheckpointLoaderSimple": kind({"ckpt_name": [["sd_xl_base_1.0.safetensors"], {}]}),
    "LoraLoader": kind({"model": ["MODEL"], "clip": ["CLIP"], "lora_name": [["ava.safetensors"], {}]}),
    "LoraLoaderModelOnly": kind({"model": ["MODEL"], "lora_name": [["ava.safetensors"]]}),
    "CLIPTextEncode": kind(CLIP_INPUTS),
    "EmptyLatentImage": kind(SIZE | {"batch_size": ["INT", {"min": 1}]}),
    "KSampler": kind(SAMPLER),
    "VAEDecode": kind({"samples": ["LATENT"], "vae": ["VAE"]}),
    "SaveImage": kind({"images": ["IMAGE"], "filename_prefix": ["STRING"]}, output_node=True),
    "UNETLoader": kind({"unet_name": [["wan2.2_ti2v_5B_fp16.safetensors"]], "weight_dtype": [["default"]]}),
    "CLIPLoader": kind(
        {"clip_name": [["umt5_xxl_fp8_e4m3fn_scaled.safetensors"]], "type": [["sd3", "wan"]]},
        {"device": [["default", "cpu"], {"advanced": True}]},
    ),
    "VAELoader": kind({"vae_name": [["wan2.2_vae.safetensors", "pixel_space"]]}),
    "ModelSamplingSD3": kind({"model": ["MODEL"], "shift": ["FLOAT"]}),
    "LoadImage": kind(LOADS),
    "ImageScale": kind({"image": ["IMAGE"], "upscale_method": [["area"]]} | SIZE),
    "Wan22ImageToVideoLatent": kind(
        {"vae": ["VAE", {}], "length": ["INT"], "batch_size": ["INT"]} | SIZE, {"start_image": ["IMAGE", {}]}
    ),
    "TextEncodeQwenImageEditPlus": kind(
        {"clip": ["CLIP", {}], "prompt": ["STRING", {}]},
        {"vae": ["VAE", {}], "image1": ["IMAGE", {}], "image2": ["IMAGE", {}], "image3": ["IMAGE", {}]},
    ),
    "CreateVideo": kind({"images": ["IMAGE", {}], "fps": ["FLOAT", {}]}, {"audio": ["AUDIO", {}]}),
    "SaveVideo": kind(
        {
            "video": ["VIDEO", {}],
            "filename_prefix": ["STRING", {}],
            "format": ["COMBO", COMBO | {"options": ["auto", "mp4"]}],
            "codec": ["COMBO", COMBO | {"options": ["auto", "h264"]}],
        },
        output_node=True,
    ),
    "VHS_VideoCombine": kind({"images": ["IMAGE"], "frame_rate": ["FLOAT"]}, output_node=True),
    "KlingImage2VideoNode": kind({"prompt": ["STRING", {}]}, api_node=True),
}


class ComfyUI(Provider):
    """``speaks``: it has a web socket. ``key``: it asks for one. ``names_orders``: it takes the ids of clients, as it
    does since 2025. ``listing``: where a clip is listed."""

    def __init__(
        self, mishaps: Iterable[Mishap] = (), polls: int = 1, speaks: bool = False, key: str = "",
        names_orders: bool = True, listing: str = "images",
    ) -> None:  # fmt: skip
        super().__init__(mishaps, polls)
        self.clip = mp4(2)
        self.speaks, self.key, self.names_orders, self.listing = speaks, key, names_orders, listing
        self.storage = ""
        """Where a hosted server sends whoever wants a file."""
        self.nodes = dict(NODES)
        self.uploads: dict[str, bytes] = {}
        self.queue: dict[str, list[Any]] = {}
        self.history: dict[str, dict[str, Any]] = {}
        self._asked = threading.Event()
        self.rung = 0
        """How many clients were told by web socket that their order is done."""

    @property
    def graphs(self) -> list[dict[str, Any]]:
        """The workflows that were sent, as they came."""
        return [request.json["prompt"] for request in self.requests if request.path == "/prompt"]

    def restart(self) -> None:
        """Queue and history live in memory."""
        self.queue.clear()
        self.history.clear()

    def answer(self, request: Request) -> Answer:
        if self.key and request.headers.get("x-api-key") != self.key:
            return Answer(401, {"error": f"unauthorized: {request.headers.get('x-api-key')}"})
        first, _, rest = request.path.strip("/").partition("/")
        if first == "history":
            return Answer(body={rest: self.history[rest]} if rest in self.history else {} if rest else self.history)
        routes = {
            "object_info": lambda _: Answer(body=self.nodes),
            "prompt": self._prompt,
            "queue": self._queued,
            "upload": self._uploaded,
            "view": self._viewed,
        }
        return routes[first](request) if first in routes else Answer(404, b"404: Not Found")

    def used_up(self) -> Answer:
        return Answer(429, {"error": {"type": "queue_full", "message": "The queue is full."}}, {"Retry-After": "0"})

    # ------------------------------------------------------------ routes

    def _prompt(self, request: Request) -> Answer:
        graph = request.json["prompt"]
        if wrong := self._wrong(graph):
            return wrong
        named = request.json.get("prompt_id") if self.names_orders else None
        operation = named or str(uuid.uuid4())
        outputs = [at for at, node in graph.items() if self.nodes[node["class_type"]]["output_node"]]
        item = [len(self.requests), operation, graph, {"client_id": request.json["client_id"]}, outputs]
        try:
            answer = self.accept(request.json["client_id"], operation)
        finally:
            if operation in self.fates:
                self.queue[operation] = item
        return answer or Answer(body={"prompt_id": operation, "number": item[0], "node_errors": {}})

    def _wrong(self, graph: dict[str, Any]) -> Answer | None:
        for at, node in graph.items():
            name = node["class_type"]
            if name not in self.nodes:
                error = {"type": "invalid_prompt", "message": f"Cannot execute because node {name} does not exist."}
                return Answer(400, {"error": error | {"details": f"Node ID '#{at}'"}, "node_errors": {}})
            missing = self.nodes[name]["input"]["required"].keys() - node["inputs"].keys()
            missing -= {"strength_model", "strength_clip"}
            if missing or (node["inputs"].get("image") not in (None, *self.uploads) and name == "LoadImage"):
                complaint = {"message": "Required input is missing", "details": ", ".join(missing) or "image"}
                told = {at: {"errors": [complaint], "dependent_outputs": [], "class_type": name}}
                error = {"type": "prompt_outputs_failed_validation", "message": "Prompt outputs failed validation"}
                return Answer(400, {"error": error, "node_errors": told})
        return None

    def _queued(self, request: Request) -> Answer:
        running = [item for operation, item in list(self.queue.items()) if not self.is_done(operation)]
        for operation in self.queue.keys() - {item[1] for item in running}:
            self.finish(operation)
        self._asked.set()
        return Answer(body={"queue_running": running[:1], "queue_pending": running[1:]})

    def finish(self, operation: str) -> None:
        item, fate = self.queue.pop(operation), self.fates[operation]
        at, node = next((at, node) for at, node in item[2].items() if self.nodes[node["class_type"]]["output_node"])
        told = {"prompt_id": operation, "node_id": "6", "node_type": "KSampler", "executed": []}
        messages, outputs = [["execution_start", {"prompt_id": operation}]], {}
        if fate is Mishap.REFUSED:
            messages.append(["execution_interrupted", told])
        elif fate is Mishap.FAILED:
            what = {"exception_type": "torch.OutOfMemoryError", "exception_message": "Allocation on device failed.\n"}
            messages.append(["execution_error", told | what])
        else:
            still = node["class_type"] == "SaveImage"
            name = f"loraframe_{len(self.history) + 1:05}_.{'png' if still else 'mp4'}"
            listed = {"filename": name, "subfolder": "made here", "type": "output"}
            outputs = {at: {"images" if still else self.listing: [listed]}}
        done = not len(messages) > 1
        status = {"status_str": "success" if done else "error", "completed": done, "messages": messages}
        self.history[operation] = {"prompt": item, "outputs": outputs, "status": status}

    def _uploaded(self, request: Request) -> Answer:
        header = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
        parts = BytesParser(policy=HTTP).parsebytes(header + request.body)
        form = {part.get_param("name", header="content-disposition"): part for part in parts.iter_parts()}
        name, content = form["image"].get_filename(), form["image"].get_payload(decode=True)
        assert name == f"{hashlib.sha256(content).hexdigest()}.png"
        self.uploads[name] = content
        return Answer(body={"name": name, "subfolder": "", "type": "input"})

    def _viewed(self, request: Request) -> Answer:
        listings = [
            files for done in self.history.values() for node in done["outputs"].values() for files in node.values()
        ]
        made = {file["filename"] for files in listings for file in files}
        if request.query["filename"] not in made or Mishap.EXPIRED in self.fates.values():
            return Answer(404, b"404: Not Found")
        assert (request.query["subfolder"], request.query["type"]) == ("made here", "output")
        if self.storage:
            return Answer(302, b"", {"Location": self.storage})
        return Answer(body=png() if request.query["filename"].endswith("png") else self.clip)

    # ------------------------------------------------------------ the web socket

    def _answered(self, handler: BaseHTTPRequestHandler) -> Answer:
        if not (self.speaks and handler.path.startswith("/ws")):
            return super()._answered(handler)
        self._speak(handler, handler.path.partition("clientId=")[2])
        raise Dropped

    def _speak(self, handler: BaseHTTPRequestHandler, client: str) -> None:
        """All that is said while an order is worked on, until somebody has asked for it; then, that it is done."""
        line = ServerProtocol(logger=QUIET)
        asked = [handler.requestline, *(f"{name}: {value}" for name, value in handler.headers.items()), "", ""]
        line.receive_data("\r\n".join(asked).encode())
        line.send_response(line.accept(line.events_received()[0]))
        waiting = {"exec_info": {"queue_remaining": len(self.queue)}}
        self._asked.clear()
        self._tell(handler, line, "status", {"status": waiting, "sid": client})
        for operation, item in list(self.queue.items()):
            if item[3]["client_id"] == client:
                self._tell(handler, line, "progress", {"value": 1, "max": 2, "prompt_id": operation, "node": "6"})
                line.send_binary(b"\x00\x00\x00\x01\x00\x00\x00\x02a preview")
                self._tell(handler, line, "executing", {"node": "7", "prompt_id": operation})
                assert self._asked.wait(10)
                self.finish(operation)
                self.rung += 1
                self._tell(handler, line, "executing", {"node": None, "prompt_id": operation})
        line.send_close(1000)
        self._flush(handler, line)

    def _tell(self, handler: BaseHTTPRequestHandler, line: ServerProtocol, event: str, data: dict[str, Any]) -> None:
        line.send_text(json.dumps({"type": event, "data": data}).encode())
        self._flush(handler, line)

    def _flush(self, handler: BaseHTTPRequestHandler, line: ServerProtocol) -> None:
        for data in line.data_to_send():
            handler.wfile.write(data)
