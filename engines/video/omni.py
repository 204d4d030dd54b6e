"""Google's Gemini Omni as a video engine, by the Interactions API of its Developer API."""

from __future__ import annotations

import base64
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from google import genai

from engines.google import ACCOUNT, KEYS, address, asked, aspect, client, is_safety, resolution, sent
from engines.keys import key, without_secrets
from engines.references import jpeg, legend, pictures_for
from engines.remote import Final, Patience, Remote, refused, save, unknown
from engines.video import Clip, Profile, ShotOrder
from engines.video.ending import keep_ending
from events.errors import LoraFrameError, TakeFailed, Unsupported
from media.assets import Assets

SHORTEST, LONGEST = 3, 10
"""Seconds. Version 1.2 makes 15 of a text or a picture, and 10 where it goes on from a clip."""
MOST_REFERENCES = 3
SIZES = {360: "360p", 720: "720p", 1080: "1080p", 2160: "4k"}
WORKING = {"queued", "in_progress"}


class Omni:
    """A ``VideoEngine``. It begins at a picture (``order.first``, and ends at ``order.last``), else at the prompt,
    guided by pictures of the characters; with ``extends`` it goes on from the clip before, which is sent. It always
    makes sound, and people speak the lines of the prompt. It takes no seed, and what must not be seen is said in the
    prompt, as its documentation advises.

    Orders are left to work in the background and are asked for by id; Google keeps them and their clips for some days.

    Follows "Generate and edit videos with Gemini Omni Flash" of the Gemini API's documentation, "Generate videos from
    first and last frames" and "Extend videos" of Google Cloud's (read in November 2026), through google-genai 3.4.
    """

    licence = "Google's terms of service hold; clips carry an invisible SynthID watermark."
    name = "omni"

    def __init__(
        self,
        assets: Assets,
        *,
        model: str = "gemini-omni-1.2-flash",
        price_per_second: float = 0.10,
        lines: int = 720,
        references: int = MOST_REFERENCES,
        extends: bool = False,
        hops: int = 4,
        base_url: str = "",
        poll_seconds: float = 10.0,
        patience: Patience | None = None,
    ) -> None:
        """``price_per_second`` is that of pictures with so many ``lines``: larger ones are not ordered."""
        self._assets, self._model, self._base_url = assets, model, base_url
        self._sizes = {most: name for most, name in SIZES.items() if most <= lines}
        self._patience = patience or Patience(poll=poll_seconds)
        self.profile = Profile(
            name=self.name,
            longest_clip=LONGEST,
            lengths=tuple(float(length) for length in range(SHORTEST, LONGEST + 1)),
            first_frame=True,
            needs_first_frame=not references,
            last_frame=True,
            extends=extends,
            hops=hops,
            references=min(references, MOST_REFERENCES),
            negative=True,
            native_audio=True,
            speaks=True,
            sizes=tuple(size for size in ((1280, 720), (1920, 1080), (720, 1280), (1080, 1920)) if min(size) <= lines),
            price_per_second=price_per_second,
            account=ACCOUNT,
            remote=True,
        )

    def _client(self) -> genai.Client:
        return client(base_url=self._base_url)

    # ------------------------------------------------------------ ordering

    def submit(self, order: ShotOrder) -> str:
        seconds = self.profile.seconds_for(order.shot.frames)
        task, content = self._content(order)
        wanted = {
            "type": "video",
            "delivery": "uri",
            "aspect_ratio": aspect(order.size, self.name),
            "resolution": resolution(order.size, self._sizes, self.name),
            "duration": f"{seconds:g}s",
        }
        how = {"video_config": {"task": task}}
        with self._client() as google:
            made: Any = sent(
                self.name,
                self._patience,
                lambda: google.interactions.create(
                    model=self._model, input=content, background=True, response_format=wanted, generation_config=how
                ),
            )
        if not made.id:
            raise unknown(self.name, "it has no id")
        return str(made.id)

    def _content(self, order: ShotOrder) -> tuple[str, list[dict[str, Any]]]:
        """The task, and what it is given: text and media."""
        if order.last and (self._goes_on(order) or not order.first):
            raise Unsupported("omni ends at a picture only where it begins at one. Let its first frame be painted.")
        if self._goes_on(order):
            return "extend", [self._told(order), _block("video", self._assets.read(order.before), "video/mp4")]
        if order.first:
            ends = [order.first, *([order.last] if order.last else [])]
            return "image_to_video", [self._told(order), *(self._picture(uri) for uri in ends)]
        shown = pictures_for(order, self.profile.references, self.name) if self.profile.references else []
        if shown:
            pictures = [self._picture(reference.uri) for _, reference in shown]
            return "reference_to_video", [self._told(order, legend(shown)), *pictures]
        return "text_to_video", [self._told(order)]

    def _goes_on(self, order: ShotOrder) -> bool:
        return self.profile.extends and bool(order.before)

    def _told(self, order: ShotOrder, besides: str = "") -> dict[str, Any]:
        avoided = f"Do not show: {order.negative}" if order.negative else ""
        return {"type": "text", "text": "\n".join(part for part in (order.prompt, besides, avoided) if part)}

    def _picture(self, uri: str) -> dict[str, Any]:
        return _block("image", jpeg(self._assets, uri), "image/jpeg")

    # ------------------------------------------------------------ collecting

    def collect(self, operation: str, order: ShotOrder, folder: Path) -> Clip:
        here, place = address(self._base_url), folder / "omni.mp4"
        files = Remote(self.name, here, headers=_with_key, patience=self._patience)
        with self._client() as google, closing(files):
            video = files.until(lambda: self._made(google, operation))
            if video.data:
                save([base64.b64decode(video.data)], place)
            elif _host(video.uri) == _host(here):
                save([files.ask(_media(video.uri)).content], place)
            else:
                files.download(video.uri, place)
        if self._goes_on(order):
            keep_ending(place, self.profile.seconds_for(order.shot.frames))
        return Clip(path=str(place))

    def _made(self, google: genai.Client, operation: str) -> Any:
        """The clip, if it is finished. Raises what became of it else."""
        answer = asked(self.name, self._patience, lambda: google.interactions.get(operation))
        if answer.status in WORKING:
            return None
        if answer.status == "completed" and (video := answer.output_video) and (video.data or video.uri):
            return video
        raise _failed(self.name, answer)


def _failed(name: str, answer: Any) -> LoraFrameError:
    """A refusal is *completed*, with words instead of a clip (seen by others in 2026), or *failed* with a reason."""
    told = " ".join(filter(None, (str(error.message or error.code or "") for error in answer.errors or [])))
    if answer.status == "completed" or is_safety(told):
        return refused(name, told or answer.output_text or "")
    if answer.status == "budget_exceeded":
        return Final(f"The account at {name} is used up: {without_secrets(told)[:300]}")
    return TakeFailed(f"{name} has ended without a clip ({answer.status}): {without_secrets(told)[:300]}")


def _block(kind: str, content: bytes, mime: str) -> dict[str, Any]:
    return {"type": kind, "data": base64.b64encode(content).decode(), "mime_type": mime}


def _with_key() -> dict[str, str]:
    return {"x-goog-api-key": key(*KEYS)}


def _host(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


def _media(url: str) -> str:
    """The address of a file's content, not of its description."""
    return url if "alt=" in urlsplit(url).query else f"{url}{'&' if urlsplit(url).query else '?'}alt=media"
