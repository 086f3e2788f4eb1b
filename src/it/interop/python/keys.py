"""Has the official drivers store the corpus, and keeps their claims with it.

The first argument is the corpus, which is rewritten. Python's drivers are asked here; each of the other arguments is
NAME=COMMAND, a program that asks another one: it reads the entries as JSON from its input, and prints what it asked and
the claims. The claims of drivers that are not named stay as they are.
"""

import asyncio
import base64
import importlib.metadata
import json
import shlex
import subprocess
import sys
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.contrib.aws.s3driver import S3StorageDriver, S3StorageDriverClient
from temporalio.contrib.gcp.gcsdriver import GCSStorageDriver, GCSStorageDriverClient
from temporalio.converter import (
    StorageDriver,
    StorageDriverActivityInfo,
    StorageDriverStoreContext,
    StorageDriverWorkflowInfo,
)


class Nowhere(S3StorageDriverClient):
    """The keys are all that is asked for."""

    async def put_object(self, *, bucket: str, key: str, data: bytes) -> None:
        pass

    async def object_exists(self, *, bucket: str, key: str) -> bool:
        return False

    async def get_object(self, *, bucket: str, key: str) -> bytes:
        raise NotImplementedError


class NowhereInGcs(GCSStorageDriverClient):
    """The names are all that is asked for."""

    async def put_object(self, *, bucket: str, object_name: str, data: bytes) -> None:
        pass

    async def object_exists(self, *, bucket: str, object_name: str) -> bool:
        return False

    async def get_object(self, *, bucket: str, object_name: str) -> bytes:
        raise NotImplementedError


def target(entry: dict[str, Any]) -> Any:
    info = {
        "workflow": StorageDriverWorkflowInfo,
        "activity": StorageDriverActivityInfo,
        "none": None,
    }[entry["target"]]
    return info and info(
        namespace=entry["namespace"],
        type=entry["type"],
        id=entry["id"],
        run_id=entry["runId"],
    )


async def claim(driver: StorageDriver, entry: dict[str, Any]) -> dict[str, str]:
    payload = Payload.FromString(base64.b64decode(entry["payload"]))
    context = StorageDriverStoreContext(target=target(entry))
    [stored] = await driver.store(context, [payload])
    return dict(sorted(stored.claim_data.items()))


def ask(command: str, entries: list[dict[str, Any]]) -> tuple[str, list[dict[str, str]]]:
    output = json.loads(
        subprocess.run(
            shlex.split(command),
            input=json.dumps(entries),
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    )
    return output["driver"], output["claims"]


async def main(corpus_file: str, *programs: str) -> None:
    with open(corpus_file, encoding="utf-8") as file:
        corpus = json.load(file)
    entries = corpus["entries"]
    asked = {}
    for name, driver in {
        "python": S3StorageDriver(client=Nowhere(), bucket=corpus["bucket"]),
        "gcs-python": GCSStorageDriver(client=NowhereInGcs(), bucket=corpus["bucket"]),
    }.items():
        asked[name] = (
            "temporalio " + importlib.metadata.version("temporalio"),
            [await claim(driver, entry) for entry in entries],
        )
    for program in programs:
        name, command = program.split("=", 1)
        asked[name] = ask(command, entries)
    for name, (driver_and_version, claims) in asked.items():
        corpus["drivers"][name] = driver_and_version
        for entry, stored in zip(entries, claims, strict=True):
            entry[name] = stored
    with open(corpus_file, "w", encoding="utf-8") as file:
        # ASCII, so that nobody's editor changes what it shows alike.
        json.dump(corpus, file, indent=2)
        file.write("\n")


asyncio.run(main(*sys.argv[1:]))
