"""The workloads of the benchmark: the same as those of the Go and the Java worker."""

import asyncio
import random
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from temporalio import activity, workflow
from temporalio.client import Client

MEGABYTE = 1024 * 1024
ACTIVITIES = 50


def random_bytes(size: int, seed: int) -> bytes:
    """Returns bytes that do not compress, the same for the same seed."""
    return random.Random(seed).randbytes(size)


@activity.defn(name="python_hand_on")
async def hand_on(content: bytes) -> bytes:
    return content


@activity.defn(name="python_make")
async def make(seed: int, index: int) -> bytes:
    return random_bytes(MEGABYTE, seed + index)


@workflow.defn(name="PythonChain")
class ChainWorkflow:
    @workflow.run
    async def run(self, content: bytes) -> bytes:
        for _ in range(3):
            content = await workflow.execute_activity(
                hand_on, content, start_to_close_timeout=timedelta(minutes=1)
            )
        return content


@workflow.defn(name="PythonFanOut")
class FanOutWorkflow:
    @workflow.run
    async def run(self, seed: int) -> int:
        results = await asyncio.gather(
            *(
                workflow.execute_activity(
                    make,
                    args=[seed, index],
                    start_to_close_timeout=timedelta(minutes=1),
                )
                for index in range(ACTIVITIES)
            )
        )
        return sum(len(result) for result in results)


@dataclass
class Measurement:
    """How long a workflow took, from its start to its result at hand."""

    workload: str
    seconds: float


async def benchmark(client: Client, request: dict[str, Any]) -> Measurement:
    """Runs a workload once, with content that no run had before."""
    seed = random.getrandbits(48)
    run: Any
    if request["name"] == "chain":
        run, argument = ChainWorkflow.run, random_bytes(3 * MEGABYTE, seed)
        expected: Any = argument
    elif request["name"] == "fan-out":
        run, argument, expected = FanOutWorkflow.run, seed, ACTIVITIES * MEGABYTE
    else:
        raise ValueError(f"There is no workload {request['name']}")
    start = time.perf_counter()
    result = await client.execute_workflow(
        run,
        argument,
        id=request["workflowId"],
        task_queue=request["taskQueue"],
    )
    seconds = time.perf_counter() - start
    if result != expected:
        raise ValueError("The result is not what it should be")
    return Measurement(request["name"], seconds)
