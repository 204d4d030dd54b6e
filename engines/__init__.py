"""Everything outside that can do a stage, one folder a stage, one file (or folder) a provider."""

from engines.offline import forbid_if_asked

forbid_if_asked()
