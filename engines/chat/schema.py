"""The JSON schema of an answer, in the few words that every provider's decoder understands."""

from __future__ import annotations

from typing import Any

from events.base import Value

KEPT = ("type", "enum", "description")
"""Bounds and patterns are left out: they are checked when the answer is here."""


def answer_schema(schema: type[Value]) -> dict[str, Any]:
    """Without references; every object closed and all of its keys required, as strict decoding asks for."""
    whole = schema.model_json_schema()
    return _plain(whole, whole.get("$defs", {}))


def _plain(node: dict[str, Any], named: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in node:
        told = {key: value for key, value in node.items() if key == "description"}
        return _plain(named[node["$ref"].rpartition("/")[2]], named) | told
    plain = {key: node[key] for key in KEPT if isinstance(node.get(key), str | list)}
    if "const" in node:
        plain["enum"] = [node["const"]]
    if "anyOf" in node:
        plain["anyOf"] = [_plain(option, named) for option in node["anyOf"]]
    if "items" in node:
        plain["items"] = _plain(node["items"], named)
    if "properties" in node:
        plain["properties"] = {key: _plain(value, named) for key, value in node["properties"].items()}
        plain |= {"required": list(node["properties"]), "additionalProperties": False}
    return plain
