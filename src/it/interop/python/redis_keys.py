"""Has the Redis driver among the samples of the Python SDK store the corpus of the S3 drivers, and keeps its claims.

The arguments are that corpus, the file for the claims, and a directory that holds temporalio/samples-python: the driver
is in no package. The third may be followed by that directory's commit, to be noted in the file.
"""

import asyncio
import base64
import importlib.metadata
import json
import sys
from datetime import timedelta
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    StorageDriverActivityInfo,
    StorageDriverStoreContext,
    StorageDriverWorkflowInfo,
)

sys.path.insert(0, sys.argv[3])
from external_storage_redis import RedisStorageDriver, RedisStorageDriverClient  # noqa: E402

INPUTS = ["target", "namespace", "type", "id", "runId", "payload"]

# What the corpus of the S3 drivers has no need of: an empty namespace is left out, with its label.
MORE = [
    ("workflow", "", "", "", ""),
    ("activity", "", None, None, None),
    ("workflow", "a:b", "v0:d", ":d:sha256:", "{tag}"),
    ("activity", "-_.~", "!*'()", "+ %20", "\u00fc\u6ce8\U0001f4e6\u0000\n"),
]


class Nowhere(RedisStorageDriverClient):
    """The keys are all that is asked for."""

    async def get(self, *, key: str) -> bytes | None:
        raise NotImplementedError

    async def set_if_absent(
        self, *, key: str, data: bytes, ttl: timedelta | None = None
    ) -> bool:
        return True


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


async def claim(entry: dict[str, Any]) -> dict[str, str]:
    payload = Payload.FromString(base64.b64decode(entry["payload"]))
    driver = RedisStorageDriver(Nowhere(), key_prefix=entry["keyPrefix"])
    [stored] = await driver.store(
        StorageDriverStoreContext(target=target(entry)), [payload]
    )
    return dict(sorted(stored.claim_data.items()))


async def main(
    s3_corpus: str, corpus: str, samples: str, commit: str = "unknown"
) -> None:
    with open(s3_corpus, encoding="utf-8") as file:
        sources = json.load(file)["entries"]
    payload = sources[0]["payload"]
    entries = [{name: source.get(name) for name in INPUTS} for source in sources]
    entries += [dict(zip(INPUTS, (*more, payload))) for more in MORE]
    entries = [{"keyPrefix": "temporalio:payloads", **entry} for entry in entries]
    entries += [{**entries[0], "keyPrefix": prefix} for prefix in ["", ":", "a", "a::", "{t}:\u00fc b/"]]
    for entry in entries:
        entry["claim"] = await claim(entry)
    with open(corpus, "w", encoding="utf-8") as file:
        # ASCII, so that nobody's editor changes what it shows alike.
        json.dump(
            {
                "about": "What the Redis driver among the samples of the Python SDK stores these payloads as. Written by src/it/interop/python/redis_keys.py.",
                "driver": f"temporalio/samples-python {commit}, external_storage_redis",
                "sdk": "temporalio " + importlib.metadata.version("temporalio"),
                "entries": entries,
            },
            file,
            indent=2,
        )
        file.write("\n")


asyncio.run(main(*sys.argv[1:]))
