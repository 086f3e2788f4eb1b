"""Has the official Python and Go drivers store the corpus, and keeps their claims with it.

The first argument is the corpus, which is rewritten; the second the program that does the same with the Go driver.
"""

import asyncio
import base64
import importlib.metadata
import json
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


async def main(corpus_file: str, go_keys: str) -> None:
    with open(corpus_file, encoding="utf-8") as file:
        corpus = json.load(file)
    entries = corpus["entries"]
    go = json.loads(
        subprocess.run(
            [go_keys], input=json.dumps(entries), capture_output=True, text=True, check=True
        ).stdout
    )
    driver = S3StorageDriver(client=Nowhere(), bucket=corpus["bucket"])
    gcs_driver = GCSStorageDriver(client=NowhereInGcs(), bucket=corpus["bucket"])
    for entry, go_claim in zip(entries, go["claims"], strict=True):
        entry["python"] = await claim(driver, entry)
        entry["go"] = go_claim
        entry["gcs-python"] = await claim(gcs_driver, entry)
    corpus["drivers"] = {
        "python": "temporalio " + importlib.metadata.version("temporalio"),
        "go": go["driver"],
        "gcs-python": "temporalio " + importlib.metadata.version("temporalio"),
    }
    with open(corpus_file, "w", encoding="utf-8") as file:
        # ASCII, so that nobody's editor changes what it shows alike.
        json.dump(corpus, file, indent=2)
        file.write("\n")


asyncio.run(main(*sys.argv[1:]))
