"""The words that writers use for places, times, weather, moods, colours and bodies, and what they mean to the film.

Tables of regular expressions, read in order: the first row that matches wins, so the special stands before the
general. All functions are pure and take plain English in any case.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeVar

from events.script import Mood, Place, TimeOfDay, Weather

Meaning = TypeVar("Meaning")
Table = Sequence[tuple[str, Meaning]]

PLACES: Table[Place] = (
    (
        r"roof|balcony|terrace|battlement|parapet|gantry|observation deck|crow's nest",
        Place.ROOFTOP,
    ),
    (
        r"\b(?:car|van|truck|lorry|taxi|cab|train|bus|tram|carriage|cockpit|shuttle|spaceship|ship|boat|ferry|trawler"
        r"|submarine|launch|rover|helicopter|plane|wagon|capsule|lifeboat|airlock pod)\b",
        Place.VEHICLE,
    ),
    (
        r"corridor|hallway|hall\b|tunnel|passage|stair|archive|sewer|crypt|vault|catacomb|mine\b|cave|cellar|duct|gangway"
        r"|airlock|undercroft|locker",
        Place.CORRIDOR,
    ),
    (
        r"\blab|laborator|workshop|observator|engine room|control|clinic|hospital|infirmary|reactor|bridge of|server|"
        r"machine|lamp room|forge|darkroom|wheelhouse|medical|research|studio|foundry|boiler|greenhouse",
        Place.LAB,
    ),
    (
        r"street|alley|harbou?r|quay|pier|dock|market|square|bridge|road|city|town|plaza|waterfront|courtyard|yard"
        r"|village|station|gate\b|port\b|avenue|lane|playground|causeway|breakwater|wharf|mole\b",
        Place.STREET,
    ),
    (
        r"forest|wood|jungle|garden|park\b|field|meadow|swamp|marsh|hill|mountain|valley|shore|beach|island|cliff|desert"
        r"|river|lake|moor|grove|pass\b|glacier|trail|camp",
        Place.FOREST,
    ),
    (
        r"room|flat|apartment|house|home|kitchen|office|cabin|caf[eé]|bar\b|pub\b|shop|library|classroom|school|hotel|inn\b"
        r"|tavern|cottage|bedroom|hut|chapel|church|museum|theatre|theater|tower|galler|castle|palace|bank|diner|club|shed|tent|attic|bakery|restaurant|farm|study",
        Place.ROOM,
    ),
)
TIMES: Table[TimeOfDay] = (
    (r"\bdawn|sunrise|daybreak|first light|early morning", TimeOfDay.DAWN),
    (r"\bdusk|sunset|twilight|evening|nightfall|golden hour", TimeOfDay.DUSK),
    (r"\bnight|midnight|moonlight|small hours|after dark", TimeOfDay.NIGHT),
    (r"\bday|morning|noon|afternoon|midday|sunlight", TimeOfDay.DAY),
)
WEATHERS: Table[Weather] = (
    (r"storm|thunder|lightning|hurricane|gale|tempest|typhoon", Weather.STORM),
    (r"\brain(?!coat)|drizzle|downpour|pouring|\bwet\b", Weather.RAIN),
    (r"\bfog|\bmist|haze|\bsmoke", Weather.FOG),
    (r"snow|blizzard|sleet", Weather.SNOW),
    (r"cloud|overcast|grey sky|gray sky", Weather.CLOUDY),
    (r"clear|sunny|\bsun\b|starry|\bstars\b", Weather.CLEAR),
)
MOODS: Table[Mood] = (
    (r"triumph|victor|proud|exult|glor", Mood.TRIUMPHANT),
    (r"angr|furious|rage|\bshout|betray|bitter|hostile|confront", Mood.ANGRY),
    (r"terrif|afraid|fear|horror|scream|panic|dread|scared|fright", Mood.FEARFUL),
    (r"tense|tension|urgent|danger|chase|suspens|nervous|anxious|desperate|hunted|action|frantic|alarm", Mood.TENSE),
    (r"\bsad\b|sadness|griev|grief|mourn|\btears?\b|lonely|melanchol|loss\b|sorrow|heartbr|weep|defeat", Mood.SAD),
    (r"tender|gentle|\bwarm|\blov(?:e|ing)\b|intimate|caring|soft|affection|romantic", Mood.TENDER),
    (r"joy|happy|laugh|cheer|celebrat|playful|delight|fun\b|smil|excit", Mood.JOYFUL),
    (r"hope|relie(?:f|ved)|determin|optimis|inspir|resolve|brave|courage|uplift", Mood.HOPEFUL),
    (r"myster|eerie|strange|secret|curious|unknown|whisper|shadow|haunt|ominous|uncanny|puzzl", Mood.MYSTERIOUS),
    (r"calm|quiet|peace|still\b|serene|neutral|relax|thoughtful", Mood.CALM),
)
COLOURS: Table[str] = (
    (r"navy|midnight blue", "#1f2a4d"),
    (r"sky blue|light blue|pale blue", "#7fb2dd"),
    (r"scarlet|crimson", "#b3202c"),
    (r"burgundy|maroon|wine", "#6b1f2f"),
    (r"mustard|ochre", "#c9972b"),
    (r"olive|khaki", "#6f6b3a"),
    (r"teal|turquoise", "#1f7f83"),
    (r"charcoal", "#36393f"),
    (r"silver", "#b4bac2"),
    (r"cream|ivory|beige|\btan\b|sand", "#d8c8a4"),
    (r"\bred\b|\bruby\b", "#b3262e"),
    (r"orange|amber|rust", "#d2691e"),
    (r"yellow|gold", "#e0b422"),
    (r"green|emerald", "#2f7d4a"),
    (r"blue|indigo", "#2b5fa8"),
    (r"purple|violet", "#6a3d9a"),
    (r"pink|rose", "#d77a9a"),
    (r"brown|leather|chestnut", "#6b4630"),
    (r"gr[ea]y", "#7c8087"),
    (r"white", "#eceae4"),
    (r"black|dark", "#1d1d22"),
)


def meaning(words: str, table: Table[Meaning]) -> Meaning | None:
    """What the first matching row of a table says of these words, or None."""
    said = words.lower()
    return next((value for pattern, value in table if re.search(pattern, said)), None)


def place(words: str) -> Place:
    """The set for a location. Its noun decides ("the harbour tavern" is a room), then all of its words."""
    noun = re.split(r" (?:in|of|over|behind|above|below|beside|between|near|by|on|at|outside) ", words.lower())[0]
    last = " ".join(noun.split()[-2 if noun.endswith(("room", "deck", "hall", "bay", "house")) else -1 :])
    return meaning(last, PLACES) or meaning(noun, PLACES) or meaning(words, PLACES) or Place.ANYWHERE


def colour(words: str) -> str:
    """``#rrggbb`` of the colour named in these words, or ""."""
    return meaning(words, COLOURS) or ""


def mood(words: str) -> Mood | None:
    return meaning(words, MOODS)


def time_of_day(words: str) -> TimeOfDay | None:
    return meaning(words, TIMES)


def weather(words: str) -> Weather | None:
    return meaning(words, WEATHERS)
