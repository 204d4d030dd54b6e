"""Workflows of ComfyUI: graphs of nodes that the user has drawn and exported, with inputs named by the nodes' titles.

A node titled "prompt", "negative", "seed", "first", "last", "reference 1" … "reference 4", "frames", "width",
"height" or "lora" is filled in for every order, a node with several of these, between commas, in several places. Titled
"output" (or the only one that saves) is what is fetched. Everything else stays as the user has set it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from events.errors import BadSetting, Unsupported

Graph = dict[str, dict[str, Any]]
"""Nodes by id, as ComfyUI takes them: ``class_type``, ``inputs`` (a value, or ``[node id, output]``), ``_meta``."""
Info = Mapping[str, Mapping[str, Any]]
"""What a server says of its kinds of nodes (``/object_info``)."""

LARGEST = 4_000_000
"""Bytes of a workflow file."""
REFERENCES = tuple(f"reference {number}" for number in range(1, 5))
PICTURES = ("first", "last", *REFERENCES)
WORDS = ("text", "prompt", "text_g", "text_l", "clip_l", "t5xxl", "value")
SLOTS: dict[str, tuple[str, ...]] = {
    "prompt": WORDS,
    "negative": ("negative_prompt", *WORDS),
    "seed": ("seed", "noise_seed", "value"),
    "frames": ("length", "frames", "num_frames", "video_frames", "frame_count", "value", "batch_size"),
    "width": ("width", "value"),
    "height": ("height", "value"),
    "lora": ("lora_name",),
    **dict.fromkeys(PICTURES, ("image",)),
}
"""Which input of a node takes it: the first that the node has; of words, every one."""
OUTPUT = "output"
HOW_TO_EXPORT = "In ComfyUI choose Workflow, Export (API), and name that file."


class Workflow:
    """A graph, cut down to what its output is made of. ``lora`` is a file on the server for the node titled so; where
    there is none, that node is passed by."""

    def __init__(self, name: str, nodes: Graph, savers: tuple[str, ...], lora: str = "") -> None:
        self.name = name
        self._nodes = deepcopy(nodes)
        self.output = self._find_output(savers)
        self._keep_what_leads_to(self.output, self._nodes)
        self.takes_lora = bool(self._titled("lora"))
        self._set_lora(lora)
        self.inputs = {title for title in SLOTS if title != "lora" and self._titled(title)}
        for title in self.inputs:
            for at in self._titled(title):
                self._slots(title, self._nodes[at])

    @property
    def references(self) -> tuple[str, ...]:
        """The titles that take a picture of a character, in order."""
        return tuple(title for title in REFERENCES if title in self.inputs)

    def filled(self, values: Mapping[str, Any], info: Info) -> Graph:
        """The graph of one order. A picture that is not given is left out, with what cannot be without it. Raises
        ``Unsupported`` for a value that has no place, and where nothing would be left."""
        for title in values:
            if title not in self.inputs:
                raise Unsupported(f'The order has a {title!r}, and {self.name} has no node titled "{title}": add it.')
        graph = deepcopy(self._nodes)
        for title, value in values.items():
            for at in self._titled(title):
                graph[at]["inputs"].update(dict.fromkeys(self._slots(title, graph[at]), value))
        for title in (self.inputs & {*PICTURES}) - values.keys():
            for at in self._titled(title):
                self._leave_out(at, graph, info, title)
        self._keep_what_leads_to(self.output, graph)
        return graph

    def lacks(self, info: Info) -> list[str]:
        """What a server does not have for this workflow: kinds of nodes, and files of models."""
        told = (self._lack(at, node, info) for at, node in self._nodes.items())
        return list(dict.fromkeys(what for several in told for what in several))

    # ------------------------------------------------------------ names

    def _titled(self, title: str) -> list[str]:
        return [at for at, node in self._nodes.items() if title in _titles(node)]

    def _slots(self, title: str, node: Mapping[str, Any]) -> list[str]:
        """The inputs of a node that take what its title says. Raises ``BadSetting``."""
        found = [slot for slot in SLOTS[title] if slot in node["inputs"]]
        if not found:
            raise BadSetting(
                f'{self.name}: a {node["class_type"]} titled "{title}" has no input for it '
                f"({' or '.join(SLOTS[title])}). Give that title to another node."
            )
        return found if title in ("prompt", "negative") else found[:1]

    def _find_output(self, savers: tuple[str, ...]) -> str:
        found = self._titled(OUTPUT) or [at for at, node in self._nodes.items() if node["class_type"] in savers]
        if len(found) != 1:
            raise BadSetting(
                f'{self.name} has {len(found)} nodes that could be its output. Title one of them "{OUTPUT}" '
                f"({' or '.join(savers)})."
            )
        return found[0]

    # ------------------------------------------------------------ the graph

    def _keep_what_leads_to(self, output: str, graph: Graph) -> None:
        needed, ahead = set(), [output]
        while ahead:
            at = ahead.pop()
            if at not in needed:
                needed.add(at)
                ahead += [link[0] for link in _links(graph[at]).values()]
        for at in graph.keys() - needed:
            del graph[at]

    def _set_lora(self, lora: str) -> None:
        if lora and not self.takes_lora:
            raise BadSetting(f'{self.name} has no node titled "lora" for {lora}: add one that loads a LoRA.')
        for at in self._titled("lora"):
            if lora:
                self._nodes[at]["inputs"][self._slots("lora", self._nodes[at])[0]] = lora
            else:
                self._pass_by(at)

    def _pass_by(self, at: str) -> None:
        """A LoRA loader hands on, as its outputs, its inputs ``model`` and ``clip``."""
        inputs = self._nodes.pop(at)["inputs"]
        through = dict(enumerate(inputs[name] for name in ("model", "clip") if name in inputs))
        for node in self._nodes.values():
            for slot, (source, output) in _links(node).items():
                if source == at and output not in through:
                    raise BadSetting(f'{self.name} cannot do without its node titled "lora": give the option `lora`.')
                if source == at:
                    node["inputs"][slot] = through[output]

    def _leave_out(self, at: str, graph: Graph, info: Info, title: str) -> None:
        if at == self.output:
            raise Unsupported(f'{self.name} cannot do without a picture for the node titled "{title}".')
        graph.pop(at, None)
        for other, node in list(graph.items()):
            for slot, (source, _) in _links(node).items():
                if source != at or other not in graph:
                    continue
                if slot in info[node["class_type"]]["input"].get("optional", {}):
                    del node["inputs"][slot]
                else:
                    self._leave_out(other, graph, info, title)

    # ------------------------------------------------------------ what it needs

    def _lack(self, at: str, node: Mapping[str, Any], info: Info) -> Iterator[str]:
        kind = node["class_type"]
        if kind not in info:
            yield f"the node {kind} (install it on the server)"
            return
        if info[kind].get("api_node"):
            yield f"a key for {kind}, which calls a paid service (use the engine of that service)"
        filled = {slot for title in _titles(node) & self.inputs for slot in self._slots(title, node)}
        for slot, value in node["inputs"].items():
            choices = None if slot in filled or slot in _links(node) else _choices(info[kind], slot)
            if choices is not None and value not in choices:
                near = get_close_matches(str(value), map(str, choices), n=1)
                yield f"{slot} {value!r} for the node {kind} ({_title(node) or at})" + "".join(
                    f", only {name!r}" for name in near
                )


def read_workflow(file: Path, allowed: tuple[Path, ...]) -> Graph:
    """A workflow in ComfyUI's API format, from one of the ``allowed`` folders. Raises ``BadSetting``."""
    place = file.expanduser().resolve()
    if not any(place.is_relative_to(folder.resolve()) for folder in allowed):
        raise BadSetting(f"The workflow {file} is not in {' or '.join(map(str, allowed))}. Put it there.")
    try:
        if place.stat().st_size > LARGEST:
            raise BadSetting(f"The workflow {file} has more than {LARGEST // 1_000_000} MB, and is none.")
        nodes: Graph = json.loads(place.read_text("utf-8"))
    except OSError as error:
        raise BadSetting(f"The workflow {file} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise BadSetting(f"The workflow {file} is not JSON. {HOW_TO_EXPORT}") from error
    _must_be_api_format(nodes, file)
    return nodes


def _must_be_api_format(nodes: Any, file: Path) -> None:
    if not isinstance(nodes, dict) or not nodes or not all(map(_is_node, nodes.values())):
        raise BadSetting(f"The workflow {file} is not in the API format. {HOW_TO_EXPORT}")
    for at, node in nodes.items():
        for slot, (source, _) in _links(node).items():
            if source not in nodes:
                raise BadSetting(f"The workflow {file} is damaged: {slot} of node {at} comes from nowhere.")


def _is_node(told: Any) -> bool:
    return isinstance(told, dict) and isinstance(told.get("class_type"), str) and isinstance(told.get("inputs"), dict)


def _title(node: Mapping[str, Any]) -> str:
    meta = node.get("_meta")
    return str(meta.get("title", "")) if isinstance(meta, dict) else ""


def _titles(node: Mapping[str, Any]) -> set[str]:
    return {" ".join(part.lower().split()) for part in _title(node).split(",")}


def _links(node: Mapping[str, Any]) -> dict[str, tuple[str, int]]:
    """The inputs that come from other nodes: (node id, which of its outputs)."""
    return {
        slot: (value[0], value[1])
        for slot, value in node["inputs"].items()
        if isinstance(value, list) and len(value) == 2 and isinstance(value[0], str) and isinstance(value[1], int)
    }


def _choices(kind: Mapping[str, Any], slot: str) -> list[Any] | None:
    """What an input may be chosen from, in the older or the newer way of saying it; None where it is free, or is a file
    that is sent first."""
    told = next((inputs[slot] for inputs in kind["input"].values() if slot in inputs), None)
    if not isinstance(told, list) or not told:
        return None
    extra = told[1] if len(told) > 1 and isinstance(told[1], dict) else {}
    if extra.get("remote") or any(extra.get(name) for name in extra if name.endswith("_upload")):
        return None
    choices = told[0] if isinstance(told[0], list) else extra.get("options")
    return choices if isinstance(choices, list) else None
