"""ComfyUI's server, as the video and the image engine use it: one order is one workflow in its queue.

Follows docs.comfy.org, "Server routes" and "Messages" (2025), and ComfyUI 0.3.64 (October 2025), which it was tried
with. The server is the user's own, so it may be reached without https; a key for a hosted one is sent by https only.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import zip_longest
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import UUID, uuid5

import httpx
import numpy as np
from PIL import Image
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from engines.keys import key, without_secrets
from engines.remote import Patience, Remote, decoded, error_for, must_be_safe, save, unknown
from engines.video import ActorOrder, ShotOrder
from engines.workflows import Graph, Info, Workflow, read_workflow
from events.errors import BadSetting, Expired, KeyMissing, LoraFrameError, TakeFailed, Unanswered, Unsupported
from media.assets import Assets
from media.frames import png
from media.pictures import flattened, open_picture

ACCOUNT = "comfyui"
HERE = "http://127.0.0.1:8188"
KEY = "COMFY_API_KEY"
EXAMPLES = Path(__file__).parent / "workflows"
ORDERS = UUID("6f4d0c0e-3a51-5a3f-9d0a-7b6c1b7f4e21")
"""Namespace of our orders' ids: the same take has the same one."""
LARGEST_SIDE = 2048
"""Pixels of a picture that is sent."""
RECENT = 200
"""How many finished orders are looked through for one of ours."""
LONGEST_MESSAGE = 2**26
"""Bytes of one message: previews are sent too."""
LICENCE = (
    "ComfyUI (GPL-3.0) runs by itself, on a server of yours; the licences of the models in your workflow hold for what "
    "they make. Pictures that are sent stay in the server's input folder until you delete them."
)

log = logging.getLogger("loraframe")
quiet = logging.getLogger("loraframe.comfyui.socket")
"""Never at DEBUG, where the library writes every header, and so the key."""
quiet.setLevel(logging.WARNING)


class Comfy:
    """A workflow, and the server that runs it."""

    def __init__(
        self, assets: Assets, workflow: str, example: str, savers: tuple[str, ...], lora: str, base_url: str,
        patience: Patience | None,
    ) -> None:  # fmt: skip
        home = assets.root.parent
        file = home / Path(workflow).expanduser() if workflow else EXAMPLES / example
        nodes = read_workflow(file, (home, Path.home(), EXAMPLES))
        self.workflow = Workflow(file.name, nodes, savers, lora)
        self._assets = assets
        self._server = Server(base_url or os.environ.get("COMFYUI_BASE_URL", "") or HERE, patience)
        self._info: Info | None = None

    def order(self, order: ShotOrder, order_id: UUID, welcome: Mapping[str, int]) -> str:
        """Send an order, and its pictures before it. ``welcome`` is used where the workflow has a place for it.
        Raises as ``VideoEngine.submit``."""
        return self._server.submit(self._graph(order, welcome), str(order_id))

    def find(self, order_id: UUID) -> str:
        return self._server.find(str(order_id))

    def files(self, operation: str, suffixes: tuple[str, ...]) -> list[Mapping[str, str]]:
        """Wait for what the output node has made, and list its files of these kinds. Raises ``TakeFailed``."""
        told = self._server.finished(operation).get(self.workflow.output) or {}
        listed = [file for name in ("videos", "gifs", "images") for file in told.get(name) or ()]
        fitting = [file for file in listed if str(file.get("filename", "")).lower().endswith(suffixes)]
        if not fitting:
            raise TakeFailed(
                f"The output of {self.workflow.name} is no file of the kinds {', '.join(suffixes)}. Title the node "
                'that saves one "output".'
            )
        return fitting

    def fetch(self, file: Mapping[str, str], place: Path) -> None:
        self._server.fetch(file, place)

    # ------------------------------------------------------------ what is sent

    def _graph(self, order: ShotOrder, welcome: Mapping[str, int]) -> Graph:
        info = self._checked()
        told: dict[str, Any] = {"prompt": order.prompt}
        told |= {"negative": order.negative} if order.negative else {}
        told |= {"seed": order.seed} if order.seed else {}
        told |= {title: value for title, value in welcome.items() if title in self.workflow.inputs}
        pictures = self._references(order.actors) | ({"first": order.first} if order.first else {})
        self.workflow.filled(told | pictures, info)
        return self.workflow.filled(told | {title: self._sent(uri) for title, uri in pictures.items()}, info)

    def _checked(self) -> Info:
        """What the server has, asked before the first order. Raises ``Unsupported`` where the workflow needs more."""
        if self._info is None:
            info = self._server.info()
            if lacking := self.workflow.lacks(info):
                raise Unsupported(
                    f"{self._server.name} cannot run {self.workflow.name}. It has not: {'; '.join(lacking)}. Install "
                    "that on the server, or choose in the workflow what is there."
                )
            self._info = info
        return self._info

    def _references(self, actors: tuple[ActorOrder, ...]) -> dict[str, str]:
        """Pictures of the characters by title: the best of each, then the next of each."""
        titles = self.workflow.references
        each = [sorted(actor.references, key=lambda seen: not seen.view.startswith("front")) for actor in actors]
        if titles and len([seen for seen in each if seen]) > len(titles):
            raise Unsupported(
                f"{self.workflow.name} takes pictures of {len(titles)} characters, and {len(each)} are in the shot. "
                f'Add a node titled "reference {len(titles) + 1}" that loads a picture.'
            )
        mixed = [seen.uri for row in zip_longest(*each) for seen in row if seen]
        return dict(zip(titles, mixed, strict=False))

    def _sent(self, uri: str) -> str:
        """The name, on the server, of a picture: what is in it, without anything else that its file says."""
        picture = Image.fromarray(flattened(open_picture(self._assets.read(uri), "A picture of the order")))
        picture.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
        return self._server.upload(png(np.asarray(picture)))


class Server:
    """The protocol. An *operation* is the id of a prompt in the server's queue."""

    def __init__(self, url: str, patience: Patience | None = None) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise BadSetting(f"{url!r} is no address of ComfyUI. Set COMFYUI_BASE_URL to one such as {HERE}.")
        self.name = f"ComfyUI at {parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"
        self._url = url.rstrip("/")
        self._may_send_key = _is_safe(url)
        self._remote = Remote(self.name, self._url, self._headers, self._explain, patience, trusted=True)

    def info(self) -> Info:
        return self._told("/object_info")

    def upload(self, content: bytes) -> str:
        """Put a PNG file where workflows read pictures from, named by what is in it. Returns its name there."""
        name = f"{hashlib.sha256(content).hexdigest()}.png"
        files = {"image": (name, content, "image/png")}
        told = self._told("/upload/image", "POST", files=files, data={"overwrite": "true"})
        return "/".join(filter(None, (told.get("subfolder", ""), told["name"])))

    def submit(self, graph: Graph, order_id: str) -> str:
        """Older servers give the prompt an id of their own; ``client_id`` is then what says whose it is."""
        body = {"prompt": graph, "prompt_id": order_id, "client_id": order_id}
        told = decoded(self._remote.submit("/prompt", json=body))
        if not isinstance(told, dict) or "prompt_id" not in told:
            raise unknown(self.name, "its answer names no prompt")
        return str(told["prompt_id"])

    def find(self, order_id: str) -> str:
        """The operation of an order that has arrived, else empty. What leaves the queue is in the history at once, so
        that is asked second."""
        queue, history = self._queue(), self._history(order_id)
        if history:
            return order_id
        recent = self._told("/history", params={"max_items": RECENT}).values()
        for item in [*queue, *(done["prompt"] for done in recent)]:
            if order_id in (item[1], item[3].get("client_id")):
                return str(item[1])
        return ""

    def finished(self, operation: str) -> Mapping[str, Any]:
        """Wait until it is, and return what each node has made. Raises ``TakeFailed``, and ``Expired`` for an operation
        that the server does not know (any more)."""
        with self._bell(operation) as pause:
            record = self._remote.until(lambda: self._record(operation), pause)
        for kind, told in (record.get("status") or {}).get("messages") or ():
            if kind in ("execution_error", "execution_interrupted"):
                raise self._failure(kind, told)
        return record.get("outputs") or {}

    def fetch(self, file: Mapping[str, str], place: Path) -> None:
        """Download a file that a node has made; a hosted server may say where it is instead. Raises ``Expired``."""
        wanted = {name: str(file.get(name, "")) for name in ("filename", "subfolder", "type")}
        answer = self._ask("/view", params=wanted)
        if answer.is_redirect:
            must_be_safe(answer.headers["location"])
            return self._remote.download(answer.headers["location"], place)
        return save([answer.content], place)

    def _ask(self, path: str, method: str = "GET", **request: Any) -> httpx.Response:
        try:
            return self._remote.ask(path, method, **request)
        except Unanswered as error:
            raise Unanswered(f"{error} See that it runs, and that COMFYUI_BASE_URL says where.") from error

    def _told(self, path: str, method: str = "GET", **request: Any) -> dict[str, Any]:
        told = decoded(self._ask(path, method, **request))
        if not isinstance(told, dict):
            raise TakeFailed(
                f"{self.name} does not answer as ComfyUI does. See that COMFYUI_BASE_URL says where it is."
            )
        return told

    # ------------------------------------------------------------ waiting

    def _record(self, operation: str) -> Mapping[str, Any] | None:
        queued = any(item[1] == operation for item in self._queue())
        record = None if queued else self._history(operation)
        if not queued and record is None:
            raise Expired(
                f"{self.name} no longer has this order: it was deleted there, or the server was started again. Film it "
                "again."
            )
        return record

    def _queue(self) -> list[Any]:
        told = self._told("/queue")
        return [*told.get("queue_running", ()), *told.get("queue_pending", ())]

    def _history(self, operation: str) -> Mapping[str, Any] | None:
        found: Mapping[str, Any] | None = self._told(f"/history/{quote(operation, safe='')}").get(operation)
        return found

    @contextmanager
    def _bell(self, operation: str) -> Iterator[Callable[[float], None] | None]:
        """A pause that ends early when the server says that the order is done; None where it says nothing."""
        url = f"ws{self._url.removeprefix('http')}/ws?clientId={quote(operation)}"
        try:
            line = connect(url, additional_headers=self._headers(), max_size=LONGEST_MESSAGE, proxy=None, logger=quiet)
        except (OSError, WebSocketException):
            yield None
            return
        with line:
            yield lambda seconds: self._listen(line, operation, seconds)

    def _listen(self, line: ClientConnection, operation: str, seconds: float) -> None:
        end = monotonic() + seconds
        try:
            while not _rings(line.recv(timeout=max(0.0, end - monotonic())), operation):
                pass
        except TimeoutError:
            return
        except (OSError, WebSocketException, ValueError):
            self._remote.patience.sleep(max(0.0, end - monotonic()))

    # ------------------------------------------------------------ errors

    def _headers(self) -> dict[str, str]:
        return {"X-API-Key": key(KEY)} if self._may_send_key and os.environ.get(KEY, "").strip() else {}

    def _explain(self, status: int, body: Any) -> LoraFrameError | None:
        if status in (401, 403):
            how = f"Set {KEY} to your key" + ("." if self._may_send_key else ", and reach the server by https.")
            return KeyMissing(f"{self.name} asks for a key, or does not accept it. {how}")
        if status == 400 and isinstance(body, dict):
            return error_for(self.name, status, _complaints(body))
        return None

    def _failure(self, kind: str, told: Mapping[str, Any]) -> TakeFailed:
        node = f"the node {told.get('node_type')} ({told.get('node_id')})"
        if kind == "execution_interrupted":
            return TakeFailed(f"{self.name}: somebody has stopped it at {node}. Film it again.")
        why = without_secrets(str(told.get("exception_message", ""))).strip()[:300]
        hint = " Use fewer frames or a smaller size." if "OutOfMemory" in str(told.get("exception_type")) else ""
        return TakeFailed(f"{self.name}: {node} failed: {why}{hint}")


def _rings(message: str | bytes, operation: str) -> bool:
    """Whether a message says that an order is done and in the history; pictures (bytes) are previews."""
    told = json.loads(message) if isinstance(message, str) else {}
    data = told.get("data") or {}
    if told.get("type") == "progress" and data.get("prompt_id") == operation:
        log.info("ComfyUI: %s of %s steps at node %s", data.get("value"), data.get("max"), data.get("node"))
    ended = told.get("type") == "executing" and data.get("node", "") is None
    return bool(ended and data.get("prompt_id") == operation)


def _complaints(body: Mapping[str, Any]) -> str:
    """What the server says of an order that it does not take: of each node, where there is more to say."""
    errors = body.get("node_errors") or {}
    told = [
        f"{node.get('class_type')} ({at}): {wrong.get('message')}: {wrong.get('details')}"
        for at, node in (errors.items() if isinstance(errors, dict) else ())
        for wrong in node.get("errors") or ()
    ]
    whole = body.get("error") or body
    general = (
        " ".join(str(whole.get(name, "")) for name in ("message", "details")) if isinstance(whole, dict) else whole
    )
    return "; ".join(told) or str(general)


def _is_safe(url: str) -> bool:
    try:
        must_be_safe(url)
    except Unsupported:
        return False
    return True


def order_id(take_id: str) -> UUID:
    return uuid5(ORDERS, take_id)
