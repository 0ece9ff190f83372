"""Fetching a file from the internet: told, stoppable, checked, and never half there."""

from __future__ import annotations

import hashlib
import http.client
import shutil
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from cnnstudio.data.watch import Watch
from cnnstudio.graph import DataError

SECONDS_WITHOUT_ANSWER = 20
CHUNK_BYTES = 64 * 1024


@dataclass(frozen=True)
class RemoteFile:
    """A file, where it can be had, and the MD5 sum that its publisher names."""

    path: str  # relative to the dataset's folder
    urls: tuple[str, ...]
    md5: str


def fetch(file: RemoteFile, folder: Path, found: Path, watch: Watch) -> None:
    """Brings the file into `folder`: a copy of the one in `found` if that is whole, else fetched.

    Raises DataError if no address gives it.
    """
    target, local = folder / file.path, found / file.path
    target.parent.mkdir(parents=True, exist_ok=True)
    if local.is_file() and _md5(local) == file.md5:
        shutil.copyfile(local, target)
        return
    reasons = []
    for url in file.urls:
        try:
            _download(url, target, watch)
        except (OSError, http.client.HTTPException) as error:
            reasons.append(f"{url}: {_reason(error)}")
            continue
        if _md5(target) == file.md5:
            return
        reasons.append(f"{url}: what came is damaged (its checksum is wrong)")
    raise DataError("; ".join(reasons))


def _download(url: str, target: Path, watch: Watch) -> None:
    request = urllib.request.Request(url, headers={"User-Agent": "cnnstudio"})
    done = 0
    with (
        urllib.request.urlopen(request, timeout=SECONDS_WITHOUT_ANSWER) as answer,
        target.open("wb") as file,
    ):
        total = int(answer.headers.get("Content-Length") or 0)
        while chunk := answer.read(CHUNK_BYTES):
            file.write(chunk)
            done += len(chunk)
            of = f" of {total / 1e6:.1f}" if total else ""
            watch.tell(
                done / total if total else None,
                f"Downloading {target.name}: {done / 1e6:.1f}{of} MB",
            )


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _reason(error: Exception) -> str:
    if isinstance(error, urllib.error.HTTPError):
        return f"the server answers {error.code} {error.reason}"
    if isinstance(error, urllib.error.URLError):
        return _reason(error.reason) if isinstance(error.reason, OSError) else str(error.reason)
    if isinstance(error, TimeoutError):
        return f"no answer within {SECONDS_WITHOUT_ANSWER} s"
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
