"""The asset store: files named by what is in them.

An asset's address is ``asset://<sha256>`` and nothing else, so no path from outside ever reaches the
file system, and the same bytes are kept once.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from events.errors import NotFound, StorageError

ADDRESS = re.compile(r"asset://[0-9a-f]{64}\Z")


class Assets:
    """A folder of immutable files. Safe for many processes: a file appears whole or not at all."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)

    def path(self, uri: str) -> Path:
        """The local file of an address. Raises ``NotFound``."""
        place = self._place(uri)
        if not place.exists():
            raise NotFound(f"The asset {uri} is not in {self.root}. Restore the folder from a backup.")
        return place

    def read(self, uri: str) -> bytes:
        return self.path(uri).read_bytes()

    def __contains__(self, uri: str) -> bool:
        return self._place(uri).exists()

    def write(self, content: bytes) -> str:
        """Keep these bytes; returns their address. Raises ``StorageError`` when the disk is full."""
        with disk_errors(self.root), tempfile.NamedTemporaryFile(dir=self.root, delete=False) as file:
            part = Path(file.name)
            with _removed_on_error(part):
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        return self._adopt(part, hashlib.sha256(content).hexdigest())

    def write_all(self, contents: Sequence[bytes]) -> list[str]:
        """Keep all of these or, when the disk is full, none of them; returns their addresses."""
        uris = [_address(hashlib.sha256(content).hexdigest()) for content in contents]
        new = [uri for uri in uris if uri not in self]
        try:
            return [self.write(content) for content in contents]
        except StorageError:
            for uri in new:
                self._place(uri).unlink(missing_ok=True)
            raise

    def delete(self, uri: str) -> None:
        """Remove a file for good: only for what was made of somebody who is erased."""
        self._place(uri).unlink(missing_ok=True)

    def take(self, file: Path) -> str:
        """Move a finished file into the store; returns its address."""
        with disk_errors(self.root), file.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
            os.fsync(opened.fileno())
        return self._adopt(file, digest)

    def _adopt(self, file: Path, digest: str) -> str:
        place = self._place(_address(digest))
        with disk_errors(self.root):
            place.parent.mkdir(exist_ok=True)
            if file.stat().st_dev == place.parent.stat().st_dev:
                os.replace(file, place)
            else:
                part = place.with_suffix(".part")
                shutil.copyfile(file, part)
                os.replace(part, place)
                file.unlink()
        return _address(digest)

    def _place(self, uri: str) -> Path:
        if not ADDRESS.match(uri):
            raise NotFound(f"{uri!r} is not an asset address (asset:// and 64 hex digits).")
        digest = uri.removeprefix("asset://")
        return self.root / digest[:2] / digest


def _address(digest: str) -> str:
    return f"asset://{digest}"


@contextmanager
def disk_errors(place: Path) -> Iterator[None]:
    """Turn a full disk or a forbidden folder into a sentence that helps."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise StorageError(
                f"The disk that holds {place} is full. Free some space and run the command again."
            ) from error
        if error.errno in (errno.EACCES, errno.EROFS):
            raise StorageError(f"{place} cannot be written to. Point LORAFRAME_HOME at a folder of yours.") from error
        raise


@contextmanager
def _removed_on_error(part: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        part.unlink(missing_ok=True)
        raise
