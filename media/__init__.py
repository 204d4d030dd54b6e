"""Files: assets, clips, frames, sound, cut and quality control. Nothing here knows a log or an actor."""
