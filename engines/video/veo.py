"""Google's Veo as a video engine, in the enterprise mode of Google's client."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from google import auth, genai
from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import Request
from google.genai import types

from engines.google import ACCOUNT, asked, aspect, client, is_safety, resolution, sent
from engines.references import Shown, jpeg, legend, pictures_for
from engines.remote import Patience, Remote, error_for, refused, save, unknown
from engines.video import Clip, Profile, ShotOrder
from engines.video.ending import keep_ending
from events.errors import Expired, KeyMissing, LoraFrameError, QuotaExceeded, TakeFailed, Unsupported
from events.script import FPS
from media.assets import Assets

LENGTHS = (4.0, 6.0, 8.0)
REFERENCED = 8.0
"""The one length of a clip that is guided by reference pictures."""
ADDED = 7.0
"""Seconds by which a clip is extended."""
MOST_REFERENCES = 3
SIZES = {720: "720p", 1080: "1080p"}
STORE = "https://storage.googleapis.com"
READS = "https://www.googleapis.com/auth/devstorage.read_only"
EXHAUSTED, NOT_FOUND = 8, 5
"""Codes of google.rpc."""


class Veo:
    """A ``VideoEngine``. It begins at a picture (``order.first``; ``order.last`` is then where it ends), else at the
    prompt, guided by pictures of the characters; with ``extends`` it goes on from the clip before, which is sent.

    Clips that are guided by references are 8 s long, and a clip is extended by 7 s: where either is possible, the
    profile reckons with 8 s, and a clip's ``cost`` is what it really was. With ``references`` 0 the image engine paints
    the first frames instead, and clips are as short as their shots allow.

    Follows "Veo on Vertex AI video generation API", "Direct Veo video generation using a reference image" and "Extend
    videos" of Google Cloud's documentation (read in November 2026), through google-genai 3.4.
    """

    licence = "Google's terms of service hold; clips carry an invisible SynthID watermark."
    name = "veo"

    def __init__(
        self,
        assets: Assets,
        *,
        model: str = "veo-3.1-generate-001",
        price_per_second: float = 0.20,
        price_with_audio: float = 0.40,
        generate_audio: bool = False,
        references: int = MOST_REFERENCES,
        extends: bool = False,
        hops: int = 4,
        person_generation: str = "allow_adult",
        bucket: str = "",
        base_url: str = "",
        storage_url: str = STORE,
        poll_seconds: float = 10.0,
        patience: Patience | None = None,
    ) -> None:
        """``bucket`` (gs://…) is where Google puts the clips; without one they come with the answer."""
        self._assets = assets
        self._model, self._audio, self._people, self._bucket = model, generate_audio, person_generation, bucket
        self._base_url, self._storage_url = base_url, storage_url
        self._patience = patience or Patience(poll=poll_seconds)
        self.profile = Profile(
            name=self.name,
            longest_clip=ADDED if extends else max(LENGTHS),
            lengths=(REFERENCED,) if references or extends else LENGTHS,
            first_frame=True,
            needs_first_frame=not references,
            last_frame=True,
            extends=extends,
            hops=hops,
            references=min(references, MOST_REFERENCES),
            negative=True,
            seeds=True,
            native_audio=generate_audio,
            speaks=generate_audio,
            sizes=((1280, 720), (1920, 1080), (720, 1280), (1080, 1920)),
            price_per_second=price_with_audio if generate_audio else price_per_second,
            account=ACCOUNT,
            remote=True,
        )

    def _client(self) -> genai.Client:
        return client(enterprise=True, base_url=self._base_url)

    # ------------------------------------------------------------ ordering

    def submit(self, order: ShotOrder) -> str:
        self.profile.seconds_for(order.shot.frames)
        source, config = self._source(order), self._config(order)
        with self._client() as google:
            operation = sent(
                self.name,
                self._patience,
                lambda: google.models.generate_videos(model=self._model, source=source, config=config),
            )
        if not operation.name:
            raise unknown(self.name, "it has no name")
        return operation.name

    def _goes_on(self, order: ShotOrder) -> bool:
        return self.profile.extends and bool(order.before)

    def _guides(self, order: ShotOrder) -> list[Shown]:
        """Pictures of the characters: they exclude a picture to begin with and a clip to go on from."""
        if self._goes_on(order) or order.first or not self.profile.references:
            return []
        return pictures_for(order, self.profile.references, self.name)

    def _source(self, order: ShotOrder) -> types.GenerateVideosSource:
        if order.last and (self._goes_on(order) or not order.first):
            raise Unsupported("veo ends at a picture only where it begins at one. Let its first frame be painted.")
        if self._goes_on(order):
            before = types.Video(video_bytes=self._assets.read(order.before), mime_type="video/mp4")
            return types.GenerateVideosSource(prompt=order.prompt, video=before)
        if order.first:
            return types.GenerateVideosSource(prompt=order.prompt, image=self._image(order.first))
        return types.GenerateVideosSource(prompt=f"{order.prompt}\n{legend(self._guides(order))}".strip())

    def _config(self, order: ShotOrder) -> types.GenerateVideosConfig:
        pictures = [
            types.VideoGenerationReferenceImage(
                image=self._image(reference.uri), reference_type=types.VideoGenerationReferenceType.ASSET
            )
            for _, reference in self._guides(order)
        ]
        return types.GenerateVideosConfig(
            number_of_videos=1,
            duration_seconds=round(self._seconds(order)),
            aspect_ratio=aspect(order.size, self.name),
            resolution=resolution(order.size, SIZES, self.name),
            seed=order.seed % 2**32,
            negative_prompt=order.negative or None,
            generate_audio=self._audio,
            person_generation=self._people,
            last_frame=self._image(order.last) if order.last else None,
            reference_images=pictures or None,
            output_gcs_uri=self._bucket or None,
        )

    def _image(self, uri: str) -> types.Image:
        return types.Image(image_bytes=jpeg(self._assets, uri), mime_type="image/jpeg")

    def _seconds(self, order: ShotOrder) -> float:
        """How much is ordered."""
        if self._goes_on(order):
            return ADDED
        if self._guides(order):
            return REFERENCED
        return next(length for length in LENGTHS if length >= order.shot.frames / FPS - 1e-6)

    # ------------------------------------------------------------ collecting

    def collect(self, operation: str, order: ShotOrder, folder: Path) -> Clip:
        place = folder / "veo.mp4"
        with self._client() as google, closing(self._remote()) as store:
            video = store.until(lambda: self._made(google, operation))
            if video.video_bytes:
                save([video.video_bytes], place)
            elif (video.uri or "").startswith("gs://"):
                save([store.ask("/" + video.uri.removeprefix("gs://")).content], place)
            else:
                store.download(video.uri or "", place)
        if self._goes_on(order):
            keep_ending(place, ADDED)
        return Clip(path=str(place), cost=self.profile.price_per_second * self._seconds(order))

    def _remote(self) -> Remote:
        """The object store in which clips lie where the user named a bucket."""
        return Remote(self.name, self._storage_url, headers=_bearer, patience=self._patience)

    def _made(self, google: genai.Client, operation: str) -> types.Video | None:
        """The clip, if it is finished. Raises what became of it else."""
        asking = types.GenerateVideosOperation.model_validate({"name": operation})
        answer = asked(self.name, self._patience, lambda: google.operations.get(asking))
        if not answer.done:
            return None
        if answer.error:
            raise _failed(self.name, answer.error)
        made = answer.response or types.GenerateVideosResponse()
        for generated in made.generated_videos or []:
            if generated.video and (generated.video.video_bytes or generated.video.uri):
                return generated.video
        if made.rai_media_filtered_count:
            raise refused(self.name, " ".join(made.rai_media_filtered_reasons or []))
        raise TakeFailed("veo has finished without a clip. Film it again.")


def _failed(name: str, error: dict[str, object]) -> LoraFrameError:
    told = str(error.get("message", ""))
    if is_safety(told):
        return refused(name, told)
    if error.get("code") == EXHAUSTED:
        return QuotaExceeded(f"{name} has no room for this now: {told[:300]} Try again later.")
    if error.get("code") == NOT_FOUND:
        return Expired(f"{name} does not have it (any more): {told[:300]}")
    return error_for(name, 500, {"message": told}) or TakeFailed(told)


def _bearer() -> dict[str, str]:
    """Who we are at Google's object store: the account of the machine (``gcloud auth application-default login``)."""
    try:
        credentials, _ = auth.default(scopes=[READS])
        credentials.refresh(Request())  # type: ignore[no-untyped-call]
    except GoogleAuthError as error:
        raise KeyMissing(
            "Clips in a bucket are fetched with an account of Google Cloud: run `gcloud auth application-default "
            "login`, or leave `bucket` of the engine veo empty."
        ) from error
    return {"Authorization": f"Bearer {credentials.token}"}
