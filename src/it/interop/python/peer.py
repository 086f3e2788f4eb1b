"""A worker and a client on the official Python SDK, for tests and a benchmark in another language.

Takes requests from standard input, one JSON object a line, and answers each with one on standard output. Ends with its
input, so that it never outlives the test.
"""

import asyncio
import contextlib
import dataclasses
import importlib.metadata
import json
import os
import sys
import traceback
from collections.abc import AsyncIterator
from typing import Any

import aioboto3
from botocore.config import Config
from gcloud.aio.storage import Storage
from temporalio.client import Client
from temporalio.contrib.aws.s3driver import S3StorageDriver
from temporalio.contrib.aws.s3driver.aioboto3 import new_aioboto3_client
from temporalio.contrib.gcp.gcsdriver import GCSStorageDriver
from temporalio.contrib.gcp.gcsdriver.gcloud_aio import new_gcloud_aio_client
from temporalio.converter import DataConverter, ExternalStorage, StorageDriver
from temporalio.worker import Worker

import places
from benchmark import ChainWorkflow, FanOutWorkflow, benchmark, hand_on, make
from codec import ZlibCodec
from workflows import (
    CallWorkflow,
    ConversationWorkflow,
    Document,
    EchoWorkflow,
    JoinWorkflow,
    stamp,
)

# A request holds whole documents.
LONGEST_LINE = 64 * 1024 * 1024


async def answer(client: Client, request: dict[str, Any]) -> Any:
    operation, workflow_id = request["operation"], request["workflowId"]
    if operation == "start":
        handle = await client.start_workflow(
            request["name"],
            args=request["arguments"],
            id=workflow_id,
            task_queue=request["taskQueue"],
        )
        return handle.first_execution_run_id
    if operation == "start-places":
        return await places.start(client, request)
    if operation == "benchmark":
        return await benchmark(client, request)
    handle = client.get_workflow_handle(workflow_id, result_type=Document)
    if operation == "signal":
        return await handle.signal(request["name"], args=request["arguments"])
    if operation == "query":
        return await handle.query(
            request["name"], args=request["arguments"], result_type=Document
        )
    if operation == "update":
        return await handle.execute_update(
            request["name"], args=request["arguments"], result_type=Document
        )
    if operation == "result":
        return await handle.result()
    raise ValueError(f"There is no operation {operation}")


def write(message: dict[str, Any]) -> None:
    print(json.dumps(message, default=dataclasses.asdict), flush=True)


@contextlib.asynccontextmanager
async def storage_driver() -> AsyncIterator[StorageDriver]:
    if gcs_bucket := os.environ.get("INTEROP_GCS_BUCKET"):
        # The endpoint comes from the environment, as with any emulator.
        async with Storage() as gcs_client:
            yield GCSStorageDriver(
                client=new_gcloud_aio_client(gcs_client), bucket=gcs_bucket
            )
        return
    # The credentials and the region come from the environment, as in production.
    async with aioboto3.Session().client(
        "s3",
        endpoint_url=os.environ["INTEROP_S3_ENDPOINT"],
        config=Config(s3={"addressing_style": "path"}),
    ) as s3_client:
        yield S3StorageDriver(
            client=new_aioboto3_client(s3_client),
            bucket=os.environ["INTEROP_S3_BUCKET"],
        )


async def main() -> None:
    requests = asyncio.StreamReader(limit=LONGEST_LINE)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(requests), sys.stdin
    )
    async with storage_driver() as driver:
        client = await Client.connect(
            os.environ["INTEROP_TEMPORAL_ADDRESS"],
            data_converter=dataclasses.replace(
                DataConverter.default,
                payload_codec=ZlibCodec() if os.environ["INTEROP_CODEC"] else None,
                external_storage=ExternalStorage(drivers=[driver]),
            ),
        )
        async with Worker(
            client,
            task_queue=os.environ["INTEROP_TASK_QUEUE"],
            workflows=[
                EchoWorkflow,
                CallWorkflow,
                JoinWorkflow,
                ConversationWorkflow,
                ChainWorkflow,
                FanOutWorkflow,
                places.PlacesWorkflow,
                places.DigestWorkflow,
            ],
            activities=[stamp, hand_on, make, places.refuse],
        ):
            write(
                {
                    "result": {
                        "temporalio": importlib.metadata.version("temporalio"),
                        "aioboto3": importlib.metadata.version("aioboto3"),
                        "gcloud-aio-storage": importlib.metadata.version(
                            "gcloud-aio-storage"
                        ),
                        "python": sys.version.split()[0],
                    }
                }
            )
            while line := await requests.readline():
                try:
                    write({"result": await answer(client, json.loads(line))})
                except Exception:
                    write({"error": traceback.format_exc()})


asyncio.run(main())
