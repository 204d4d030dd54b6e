"""English, as far as grammar goes: what was done, by whom, to what, and whether it was. Nothing here knows of film."""
