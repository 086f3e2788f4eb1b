"""What the Python worker offers: the same workflows and activity as the Java and the Go worker."""

from dataclasses import dataclass
from datetime import timedelta

from temporalio import activity, workflow

AUTHOR = "python"


@dataclass
class Document:
    author: str
    text: str


@dataclass
class Call:
    activity: str
    taskQueue: str
    document: Document


@activity.defn(name="python_stamp")
async def stamp(document: Document) -> Document:
    return Document(AUTHOR, document.text)


@workflow.defn(name="PythonEcho")
class EchoWorkflow:
    @workflow.run
    async def run(self, document: Document) -> Document:
        return Document(AUTHOR, document.text)


@workflow.defn(name="PythonCall")
class CallWorkflow:
    """Has an activity of another worker do the work."""

    @workflow.run
    async def run(self, call: Call) -> Document:
        return await workflow.execute_activity(
            call.activity,
            call.document,
            task_queue=call.taskQueue,
            result_type=Document,
            start_to_close_timeout=timedelta(minutes=1),
        )


@workflow.defn(name="PythonJoin")
class JoinWorkflow:
    """Takes many arguments."""

    @workflow.run
    async def run(
        self,
        a: Document,
        b: Document,
        c: Document,
        d: Document,
        e: Document,
        f: Document,
        g: Document,
        h: Document,
        i: Document,
    ) -> Document:
        return Document(AUTHOR, "".join(x.text for x in (a, b, c, d, e, f, g, h, i)))


@workflow.defn(name="PythonConversation")
class ConversationWorkflow:
    def __init__(self) -> None:
        self._latest = Document(AUTHOR, "")
        self._finished = False

    @workflow.run
    async def run(self) -> Document:
        await workflow.wait_condition(lambda: self._finished)
        return Document(AUTHOR, self._latest.text)

    @workflow.signal
    async def say(self, document: Document) -> None:
        self._latest = document

    @workflow.query
    def compare(self, document: Document) -> Document:
        return Document(AUTHOR, document.text + self._latest.text)

    @workflow.update
    async def replace(self, document: Document) -> Document:
        previous = self._latest
        self._latest = document
        return Document(AUTHOR, previous.text)

    @workflow.signal
    async def finish(self) -> None:
        self._finished = True
