"""One example of every fact, and a small episode: two scenes, three shots."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from events import character as c
from events import episode_facts as e
from events import job as j
from events import ledger as f
from events import look as k
from events import series as s
from events.base import Event
from events.character import CHARACTER
from events.consolidation import MemoriesConsolidated
from events.job import JOB
from events.ledger import LEDGER
from events.mentions import mention
from events.production import EPISODE
from events.script import Change, ChangeKind, Line, Mood, Place, Pose, Scene, Script, TimeOfDay, Weather
from events.series import SERIES
from events.storyboard import Angle, Camera, Framing, Move, Shot, Timing
from events.verdict import Sighting, Span, Trait, Verdict

AVA, MARLOW, SHOW, PILOT = (UUID(int=number) for number in (0xA, 0xB, 0xC, 0xD))
SCENE = k.SceneRef(episode=PILOT, scene=1)

FALL = Change(kind=ChangeKind.INJURY, character="ava", what="cut", where="left cheek")
SCRIPT = Script(
    title="The lantern",
    logline="Two people and one light.",
    scenes=(
        Scene(
            number=1,
            scene_id="s01",
            description="Ava falls on the stairs.",
            characters=("ava", "marlow"),
            seconds=10,
            location="the old stairs",
            place=Place.CORRIDOR,
            time=TimeOfDay.NIGHT,
            weather=Weather.RAIN,
            mood=Mood.TENSE,
            camera="slow dolly in, low angle",
            lines=(Line(speaker="ava", text="Careful!"), Line(speaker="narrator", text="Too late.")),
            changes=(FALL,),
        ),
        Scene(number=2, scene_id="s02", description="Ava looks up.", characters=("ava",), seconds=5),
    ),
)
SHOTS = (
    Shot(
        shot_id="s01-1",
        scene=1,
        index=0,
        start=0,
        frames=120,
        camera=Camera(framing=Framing.TWO_SHOT, angle=Angle.LOW, move=Move.DOLLY_IN),
        focus="ava",
        visible=("ava", "marlow"),
        identified=("ava", "marlow"),
        lines=(Timing(line=0, speaker="ava", start=12, frames=24),),
        after_changes=False,
    ),
    Shot(shot_id="s01-2", scene=1, index=1, start=120, frames=120, camera=Camera(framing=Framing.EXTREME_WIDE)),
    Shot(
        shot_id="s02-1",
        scene=2,
        index=0,
        start=0,
        frames=120,
        camera=Camera(framing=Framing.CLOSE_UP),
        focus="ava",
        visible=("ava",),
        identified=("ava",),
    ),
)
CAST = (
    e.CastMember(slug="ava", character_id=AVA, version=5),
    e.CastMember(slug="marlow", character_id=MARLOW, version=4),
)
HAIR = Trait(slug="ava", trait="hair", value="pass", expected="#8a4020", measured="#8c4424", distance=3.5)
SEEN = Sighting(slug="ava", frames=12, idr=0.9, low=0.8, raw=0.6)
CALIBRATION = c.Calibration(stranger=0.4, weakest=0.5, median=0.65, poor="photo-2")

PURCHASE = f.Purchase(
    purchase_id=f"{PILOT}/s01-1-t1",
    stage="video",
    engine="veo",
    account="google",
    project=PILOT,
    series_id=SHOW,
    dollars=0.4,
    by=UUID(int=0xE),
)

FACTS: tuple[Event, ...] = (
    c.CharacterCreated(
        name="Ava Lindqvist",
        slug="ava",
        description="a navigator of thirty",
        pronoun="she",
        consent_by="Ava Lindqvist herself",
        consent_on=date(2026, 1, 1),
    ),
    c.ReferenceAdded(view="front_neutral", uri="asset://" + "a" * 64),
    c.IdentityExtracted(embedder="faceapi", vectors=((0.25, -0.5),), calibration=CALIBRATION),
    c.VoiceAssigned(voice="af_heart"),
    c.SceneGenerated(scene=SCENE, idr=0.91),
    k.InjuryAdded(injury=k.Injury(what="cut", where="left cheek"), scene=SCENE),
    k.InjuryHealed(injury=k.Injury(what="cut", where="left cheek"), scene=SCENE),
    k.WardrobeChanged(garment=k.Garment(what="a grey coat", colour="#808080"), scene=SCENE),
    k.PropAcquired(prop="a lantern", scene=SCENE),
    k.PropLost(prop="a lantern", scene=SCENE),
    k.MoodChanged(mood=Mood.HOPEFUL, scene=SCENE),
    k.LocationChanged(location="the lab", scene=SCENE),
    k.TimePassed(hours=36.5, scene=SCENE),
    k.ClothesSoaked(dry_at=38.5, scene=SCENE),
    k.ClothesDried(scene=SCENE),
    k.PoseTaken(pose=Pose.KNEELING, scene=SCENE),
    k.WeatherMet(weather=Weather.STORM, scene=SCENE),
    k.CompanionJoined(companion=mention(MARLOW), scene=SCENE),
    k.CompanionLeft(companion=mention(MARLOW), scene=SCENE),
    c.KnowledgeGained(what="the lamp was never lit", scene=SCENE),
    MemoriesConsolidated(summary="Ava fell. She got up.", traits=("carries a lantern",), sources=(SCENE,)),
    c.CharacterBranched(source=MARLOW, version=4, name="Ava if", slug="ava-if"),
    c.CharacterErased(),
    s.SeriesCreated(title="Lights"),
    s.BibleWritten(rules=("No neon.", "The sea is always in sight.")),
    s.CharacterCast(character_id=AVA),
    s.EpisodeOrdered(episode_id=PILOT),
    e.EpisodeRequested(
        story="A light goes out.",
        cast=CAST,
        seconds=15,
        seed=7,
        engines={"video": "puppet"},
        limits=e.Limits(takes=2, rounds=1),
        series_id=SHOW,
        written=SCRIPT,
    ),
    e.ScriptWritten(script=SCRIPT, engine="beats"),
    e.SpeechRendered(
        scene=1, line=0, speaker="ava", voice="af_heart", uri="asset://" + "b" * 64, frames=24, worked=1.5
    ),
    e.ShotPlanned(shot=SHOTS[0]),
    e.FirstFramePainted(shot_id="s01-1", uri="asset://" + "6" * 64, cost=0.04, worked=3.0),
    e.TakeRequested(take_id="s01-1-t1", shot_id="s01-1", engine="puppet", seed=1234, prompt="Ava falls.", reserved=0.4),
    e.TakeSubmitted(take_id="s01-1-t1", operation="op-1"),
    e.TakeRendered(
        take_id="s01-1-t1",
        uri="asset://" + "c" * 64,
        tail="asset://" + "d" * 64,
        frames=120,
        cost=0.35,
        worked=2.5,
    ),
    e.TakeJudged(
        take_id="s01-1-t1", verdict=Verdict(value="pass", sightings=(SEEN,), reason="Ava is Ava."), worked=0.5
    ),
    e.TakeRefined(
        take_id="s01-1-t1",
        round=1,
        uri="asset://" + "4" * 64,
        tail="asset://" + "5" * 64,
        verdict=Verdict(
            value="pass",
            sightings=(SEEN.replaced(copied=0.25),),
            reason="Ava is Ava again.",
            spans=(Span(kind="drift", slugs=("ava",), start=1.0, end=2.5),),
            traits=(
                Trait(slug="ava", trait="hair", value="pass", expected="#8a4020", measured="#8c4424", distance=3.5),
            ),
        ),
        before=0.4,
        after=0.86,
        outside=0.99,
        kept=True,
        worked=6.5,
    ),
    e.TakeFailed(take_id="s01-1-t1", code="take-failed", reason="The provider was busy."),
    e.TakeAccepted(take_id="s01-1-t1", shot_id="s01-1"),
    e.SceneCompleted(scene=1),
    e.EpisodeCut(
        film="asset://" + "e" * 64,
        subtitles="asset://" + "f" * 64,
        frames=360,
        sound="asset://" + "1" * 64,
        title="asset://" + "2" * 64,
        end="asset://" + "3" * 64,
        worked=4.0,
    ),
    e.QualityChecked(
        film="asset://" + "e" * 64,
        passed=False,
        findings=(e.Finding(kind="black", scene=1, start=2.0, end=5.0, sentence="Scene 1 is black."),),
        measures={"lufs": -16.1},
        identity=(("s01-1", SEEN),),
        worked=3.0,
    ),
    e.SceneFlagged(scene=1, reason="Scene 1 is black."),
    e.EngineAssigned(scenes=(1,), engine="veo"),
    e.LineRevised(scene=1, line=0, text="Take care!"),
    e.CastUpdated(cast=(CAST[0].replaced(version=9), CAST[1])),
    e.EpisodeReopened(takes=("s01-1-t1",), lines=("1/0",), because="line 0 of scene 1 is another"),
    e.StoryboardDropped(scene=1),
    e.EpisodeDelivered(files=(e.Deliverable(name="film.mp4", uri="asset://" + "e" * 64),)),
    e.ContinuityChecked(
        errors=(
            e.ContinuityError(
                scene=2, slug="ava", kind="injury", planned="", observed="cut on the left cheek", seen_in="text"
            ),
        )
    ),
    e.TakeObserved(
        take_id="s01-1-t1",
        observed=(
            e.ContinuityError(
                scene=1, slug="ava", kind="wardrobe", planned="", observed="a wet coat", seen_in="picture"
            ),
        ),
    ),
    e.EpisodeFailed(reason="Scene 1 still fails after its last round."),
    e.EpisodeErased(),
    j.JobRequested(
        character=CAST[0], asked="Ava in the rain", face=True, changes=(FALL,), seed=3, engines={"image": "puppet"}
    ),
    j.PictureRequested(picture=1, seed=77, prompt="Ava stands in the rain.", reserved=0.04),
    j.PicturePainted(picture=1, uri="asset://" + "6" * 64, cost=0.04, worked=1.25),
    j.PictureJudged(picture=1, verdict=Verdict(value="fail", sightings=(SEEN,), reason="No."), worked=0.25),
    j.PictureRefined(
        picture=1,
        round=1,
        uri="asset://" + "7" * 64,
        verdict=Verdict(value="pass", sightings=(SEEN,), reason="Yes."),
        before=0.5,
        after=0.9,
        outside=0.995,
        kept=True,
        worked=2.0,
    ),
    j.PictureFailed(picture=1, code="take-failed", reason="The provider was busy."),
    j.JobCompleted(uri="asset://" + "7" * 64, idr=0.9),
    j.JobFailed(reason="No picture was like Ava."),
    j.JobErased(),
    f.BudgetSet(scope=f.STUDIO, limit=20.0),
    f.CostEstimated(project=PILOT, dollars=12.5),
    f.CostReserved(purchase=PURCHASE),
    f.CostDoubted(purchase_id=PURCHASE.purchase_id, reason="No answer came."),
    f.CostSettled(purchase_id=PURCHASE.purchase_id, ending="completed", dollars=0.35),
)
"""One of every kind, with every field told."""

AGGREGATES = (CHARACTER, EPISODE, SERIES, JOB, LEDGER)
