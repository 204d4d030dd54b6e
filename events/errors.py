"""Everything that can go wrong on purpose.

Each error has a stable ``code`` for machines and a sentence that tells the user what to do::

    LoraFrameError
    ├── InvalidInput        the user gave something that cannot be used
    │   ├── BadPicture      not a usable reference picture
    │   ├── BadScript       a story, screenplay or scene list that cannot be shot
    │   ├── NoConsent       a face without a record of who agreed to its use
    │   └── BadSetting      a setting or option that does not exist or cannot be
    ├── NotFound            a character, episode or series that is not in the log
    ├── Conflict            something is there already, or somebody else was first
    │   ├── FaceKnown       the face of a new character already belongs to another
    │   ├── Overtaken       another writer was faster; send the command again
    │   └── CommandReused   one command_id with two payloads
    ├── EngineError         a stage could not do its work
    │   ├── EngineMissing   it is not installed, with the extra to install
    │   ├── KeyMissing      the provider's key is not set, or not accepted
    │   ├── Unsupported     it lacks a feature that the order asks for
    │   ├── Offline         a call off this machine while that is forbidden
    │   ├── QuotaExceeded   the provider's account is used up, for now or until it is paid for
    │   ├── OutcomeUnknown  a paid call was sent, and nobody knows what became of it
    │   │   └── Unanswered  what was ordered is known, and the provider cannot be asked about it now
    │   └── TakeFailed      it tried and failed; trying again may help
    │       ├── Refused     the provider's safety rules forbid what the order shows
    │       ├── Expired     the provider no longer has what it made, and has been paid
    │       └── Unusable    what it made, and has been paid for, cannot be used
    ├── OverBudget          it would cost more than a budget has left
    ├── ClusterError        Ray does not start or cannot be reached
    ├── StorageError        the disk is full or a stored thing is damaged
    │   └── InUse           another process has it open
    └── QualityFailed       the film did not pass its own quality control
"""

from __future__ import annotations

from typing import ClassVar


class LoraFrameError(Exception):
    """Root of the tree. ``str(error)`` is the sentence for the user."""

    code: ClassVar[str] = "loraframe"

    def __reduce__(self) -> tuple[type[LoraFrameError], tuple[object, ...]]:
        """Survive the way through Ray, which pickles errors."""
        return (type(self), self.args)


class InvalidInput(LoraFrameError):
    code = "invalid-input"


class BadPicture(InvalidInput):
    code = "bad-picture"


class BadScript(InvalidInput):
    code = "bad-script"


class NoConsent(InvalidInput):
    code = "no-consent"


class BadSetting(InvalidInput):
    code = "bad-setting"


class NotFound(LoraFrameError):
    code = "not-found"


class Conflict(LoraFrameError):
    code = "conflict"


class FaceKnown(Conflict):
    code = "face-known"


class Overtaken(Conflict):
    code = "overtaken"


class CommandReused(Conflict):
    code = "command-reused"


class EngineError(LoraFrameError):
    code = "engine"


class EngineMissing(EngineError):
    code = "engine-missing"


class KeyMissing(EngineError):
    code = "key-missing"


class Unsupported(EngineError):
    code = "unsupported"


class Offline(EngineError):
    code = "offline"


class QuotaExceeded(EngineError):
    code = "quota-exceeded"


class OutcomeUnknown(EngineError):
    code = "outcome-unknown"


class Unanswered(OutcomeUnknown):
    code = "unanswered"


class TakeFailed(EngineError):
    code = "take-failed"


class Refused(TakeFailed):
    code = "refused"


class Expired(TakeFailed):
    code = "expired"


class Unusable(TakeFailed):
    code = "unusable"


class OverBudget(LoraFrameError):
    code = "over-budget"


class ClusterError(LoraFrameError):
    code = "cluster"


class StorageError(LoraFrameError):
    code = "storage"


class InUse(StorageError):
    code = "in-use"


class QualityFailed(LoraFrameError):
    code = "quality-failed"
