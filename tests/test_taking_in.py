"""A clip from elsewhere with the steps that its user chose: the house gets what it always gets."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from engines.finish.lanczos import Lanczos
from engines.finish.motion import Motion
from engines.lips import LipsEngine
from engines.registry import is_remote, make_engine, names
from engines.video import ShotOrder, SpokenLine
from events.camera import Camera
from events.errors import BadSetting, TakeFailed
from events.script import Mood, Place, TimeOfDay, Weather
from events.storyboard import Shot
from media.assets import Assets
from media.clips import ClipWriter
from media.frames import sample
from media.ingest import Steps, take_in
from media.sound import read_wav, write_wav
from tests.plug_in import plug_in
from tests.providers.clips import mp4

SIZE = (320, 180)
SHOT = Shot(shot_id="1-0", scene=1, index=0, start=0, frames=24, camera=Camera(), visible=("ava",))

TALKER = '''
from pathlib import Path

import av
import numpy as np

from events.errors import TakeFailed
from media.sound import read_wav


class Talker:
    """Paints the clip red for as long as somebody is heard: a mouth could not be plainer."""

    remote = True

    def __init__(self, assets, lipstick=255):
        self.assets, self.lipstick = assets, lipstick

    def speak(self, clip, order, folder):
        if not order.actors and self.lipstick == 0:
            raise TakeFailed("There is no face to move.")
        (line,) = [line for line in order.lines if line.speaker in order.shot.visible]
        samples, rate = read_wav(self.assets.read(line.audio))
        path = Path(folder) / "talked.mp4"
        with av.open(str(clip)) as source, av.open(str(path), "w") as out:
            video = source.streams.video[0]
            stream = out.add_stream("libx264", rate=video.average_rate, width=video.width, height=video.height)
            stream.pix_fmt = "yuv420p"
            for frame in source.decode(video):
                if line.start / 24 <= frame.time < line.start / 24 + len(samples) / rate:
                    red = np.zeros((video.height, video.width, 3), np.uint8)
                    red[..., 0] = self.lipstick
                    frame = av.VideoFrame.from_ndarray(red, format="rgb24")
                out.mux(stream.encode(frame.reformat(format="yuv420p")))
            out.mux(stream.encode(None))
        return path
'''


@pytest.fixture
def assets(tmp_path: Path) -> Assets:
    return Assets(tmp_path / "assets")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """As a provider sends it: small, thirty pictures a second, with a tone."""
    file = tmp_path / "provider.mp4"
    file.write_bytes(mp4(1.2, (160, 90)))
    return file


def order(*lines: SpokenLine) -> ShotOrder:
    told = {"place": Place.ANYWHERE, "time": TimeOfDay.DAY, "weather": Weather.CLEAR, "mood": Mood.CALM}
    return ShotOrder(shot=SHOT, prompt="A roof.", location="a roof", size=SIZE, lines=lines, **told)


def line(assets: Assets, speaker: str) -> SpokenLine:
    audio = assets.write(write_wav(np.full(12_000, 0.1, np.float32), 24_000))
    return SpokenLine(speaker=speaker, text="Run!", audio=audio, start=8, frames=12)


@pytest.fixture
def talker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package of somebody else's, with an engine for lips."""
    plug_in(TALKER, "lips", "talker", tmp_path, monkeypatch)


def plugged_in(assets: Assets, **options: int) -> LipsEngine:
    made: LipsEngine = make_engine("lips", "talker", {"lips": {"talker": options}}, assets)
    return made


def redness(clip: Path) -> dict[int, float]:
    """How much redder than green each of some frames of a clip is."""
    return {
        number: float(np.mean(picture[..., 0] - picture[..., 1].astype(float))) for number, picture in sample(clip, 0.1)
    }


# ---------------------------------------------------------------- finish


def test_a_clip_that_is_smoothed_and_enlarged_is_a_clip_of_the_house(source: Path, assets: Assets) -> None:
    steps = Steps(interpolate=Motion(), upscale=Lanczos())
    taken, plain = take_in(source, order(), assets, True, steps), take_in(source, order(), assets, True)

    assert taken.frames == 24
    assert taken.sound == plain.sound != ""
    with av.open(str(taken.path)) as file, av.open(str(plain.path)) as other:
        assert (file.streams.video[0].width, file.streams.video[0].height) == SIZE
        ours, theirs = (video.streams.video[0].codec_context.extradata for video in (file, other))
        assert ours == theirs


def test_what_is_made_on_the_way_is_what_is_taken_in(source: Path, assets: Assets) -> None:
    class Black:
        def enlarge(self, clip: Path, size: tuple[int, int], folder: Path) -> Path:
            with ClipWriter(folder / "black.mp4", 30, size=size) as writer:
                writer.write(np.zeros((size[1], size[0], 3), np.uint8), 30)
            return folder / "black.mp4"

    taken = take_in(source, order(), assets, steps=Steps(upscale=Black()))
    assert all(picture.max() < 10 for _, picture in sample(taken.path, 0.2))


# ---------------------------------------------------------------- lips


@pytest.mark.usefixtures("talker")
def test_an_engine_of_another_package_moves_the_mouth_while_its_line_is_heard(source: Path, assets: Assets) -> None:
    taken = take_in(source, order(line(assets, "ava")), assets, steps=Steps(lips=plugged_in(assets)))
    red = redness(taken.path)

    assert taken.frames == 24
    assert min(much for number, much in red.items() if 10 <= number < 18) > 150
    assert max(much for number, much in red.items() if number < 7 or number > 21) < 50


@pytest.mark.usefixtures("talker")
def test_it_is_set_up_by_its_options_and_chosen_by_its_name(assets: Assets) -> None:
    assert names("lips") == ["none", "talker"]
    assert plugged_in(assets, lipstick=9).lipstick == 9
    assert is_remote("lips", "talker")
    with pytest.raises(BadSetting, match="lips engine 'talker'"):
        plugged_in(assets, rouge=1)


@pytest.mark.usefixtures("talker")
def test_nobody_speaks_who_is_not_seen_or_has_no_line(source: Path, assets: Assets) -> None:
    for heard in ((), (line(assets, "narrator"),), (line(assets, "kai"),)):
        taken = take_in(source, order(*heard), assets, True, Steps(lips=plugged_in(assets)))
        assert max(redness(taken.path).values()) < 50
        assert taken.sound


@pytest.mark.usefixtures("talker")
def test_a_mouth_that_says_our_line_keeps_no_voice_of_its_own(source: Path, assets: Assets) -> None:
    told = order(line(assets, "ava"))
    assert not take_in(source, told, assets, True, Steps(lips=plugged_in(assets))).sound
    assert read_wav(assets.read(take_in(source, told, assets, True).sound))


@pytest.mark.usefixtures("talker")
def test_a_face_that_cannot_be_moved_fails_the_take(source: Path, assets: Assets) -> None:
    with pytest.raises(TakeFailed, match="no face"):
        take_in(source, order(line(assets, "ava")), assets, steps=Steps(lips=plugged_in(assets, lipstick=0)))
