"""What the tests of the codec server need: payloads of every encoding, at every place of a history."""

import hashlib
from datetime import timedelta
from typing import Any

from google.protobuf.json_format import MessageToDict
from temporalio import activity, workflow
from temporalio.api.common.v1 import Payload, Payloads, WorkflowExecution
from temporalio.client import Client
from temporalio.common import RawValue
from temporalio.converter import DataConverter
from temporalio.exceptions import ActivityError, ApplicationError

from workflows import AUTHOR, Document


def values(text: str) -> list[Any]:
    """Returns what becomes a payload of each encoding, large and small."""
    return [
        Document(AUTHOR, text),
        Document(AUTHOR, "small"),
        text.encode(),
        None,
        WorkflowExecution(workflow_id=text),
    ]


@activity.defn(name="python_refuse")
async def refuse(
    large: Document,
    small: Document,
    content: bytes,
    nothing: None,
    execution: WorkflowExecution,
) -> None:
    raise ApplicationError(
        "refused", large, small, content, nothing, execution, non_retryable=True
    )


@workflow.defn(name="PythonPlaces")
class PlacesWorkflow:
    """Hands its arguments to an activity that fails with them, and returns the first."""

    @workflow.run
    async def run(
        self,
        large: Document,
        small: Document,
        content: bytes,
        nothing: None,
        execution: WorkflowExecution,
    ) -> Document:
        try:
            await workflow.execute_activity(
                refuse,
                args=[large, small, content, nothing, execution],
                start_to_close_timeout=timedelta(minutes=1),
            )
        except ActivityError:
            pass
        return large


async def start(client: Client, request: dict[str, Any]) -> dict[str, Any]:
    """Starts the workflow, and returns its arguments as payloads without codec and storage."""
    arguments = values(request["arguments"][0])
    await client.start_workflow(
        PlacesWorkflow.run,
        args=arguments,
        id=request["workflowId"],
        task_queue=request["taskQueue"],
        memo={"large": arguments[0], "small": arguments[1]},
    )
    return MessageToDict(
        Payloads(
            payloads=DataConverter.default.payload_converter.to_payloads(arguments)
        )
    )


def describe(payload: Payload) -> str:
    metadata = "".join(
        f"{key}={value.decode()} " for key, value in sorted(payload.metadata.items())
    )
    return metadata + hashlib.sha256(payload.data).hexdigest()


@workflow.defn(name="PythonDigest")
class DigestWorkflow:
    """Returns what its arguments are, after storage and codec."""

    @workflow.run
    async def run(
        self, a: RawValue, b: RawValue, c: RawValue, d: RawValue
    ) -> list[str]:
        return [describe(value.payload) for value in (a, b, c, d)]
