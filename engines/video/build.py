"""A video engine by its name in the settings, ready to work."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import yaml

from engines.registry import EngineOptions, make_engine
from engines.video import ActorOrder, VideoEngine
from engines.video.drifting import Drifting
from events.character import Reference
from events.look import Look
from media.assets import Assets


def video_engine(name: str, assets: Assets, options: EngineOptions) -> VideoEngine:
    """``drifting`` wraps the puppet, ``drifting:slate`` the slate, ``simulated:puppet`` the puppet.

    Raises as ``make_engine`` does.
    """
    wrapper, _, wrapped = name.partition(":")
    if wrapped and wrapper == "simulated":
        return make_engine("video", wrapper, options, assets, video_engine(wrapped, assets, options))
    if wrapper == "drifting":
        engine = video_engine(wrapped or "puppet", assets, options)
        return Drifting(engine, tuple(understudies(assets)), assets=assets, **options.get("video", {}).get(wrapper, {}))
    built: VideoEngine = make_engine("video", name, options, assets)
    return built


def understudies(assets: Assets) -> Iterator[ActorOrder]:
    """The sample cast, to give other people's faces to: it comes with the package and may be shown."""
    for folder in sorted(Path(str(files("samples"))).glob("cast/*/")):
        told = yaml.safe_load((folder / "character.yaml").read_text("utf-8"))
        views = told["images"]["views"]
        references = tuple(
            Reference(view=view, uri=assets.write((folder / entry["file"]).read_bytes()))
            for view, entry in views.items()
        )
        yield ActorOrder(slug=folder.name, name=told["name"], references=references, look=Look())
