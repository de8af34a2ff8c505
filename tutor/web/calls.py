"""The calls of the API as a table: routes and their description are both made from it."""

from dataclasses import dataclass

from tutor.language import N_

BASE = "/api/v1"


@dataclass(frozen=True)
class Call:
    """One method at one path: its name, what it does, what it takes (query, body) and what it gives.

    `body` and `reply` name schemas; `faults` are the statuses of its own problems.
    """

    method: str
    path: str
    name: str
    summary: str
    reply: str
    status: int = 200
    query: tuple[str, ...] = ()
    body: str = ""
    faults: tuple[int, ...] = ()


BODY_FAULTS = (403, 411, 413, 415, 422, 429)
CALLS = (
    Call("GET", "/lessons", "list_lessons", N_("All lessons"), "Lessons"),
    Call("GET", "/lessons/{slug}", "show_lesson", N_("One lesson with fresh numbers"), "Page",
         query=("depth", "inputs"), faults=(404, 422)),
    Call("POST", "/ask", "ask", N_("Ask a question"), "Reply", 201, body="Question", faults=(404, *BODY_FAULTS)),
    Call("GET", "/conversations/{id}", "show_conversation", N_("Everything said in a conversation"), "Conversation",
         faults=(404,)),
    Call("GET", "/conversations/{id}/export", "export_conversation", N_("A conversation as a file"), "Conversation",
         query=("format",), faults=(404, 422)),
    Call("DELETE", "/conversations/{id}", "delete_conversation", N_("Delete a conversation"), "", 204, faults=(403, 404)),
    Call("GET", "/examples", "list_examples", N_("All worked examples and their inputs"), "Examples"),
    Call("GET", "/examples/{name}", "show_example", N_("Compute a worked example, inputs in the query"), "Result",
         query=("inputs",), faults=(404, 422)),
    Call("POST", "/examples/{name}", "compute_example", N_("Compute a worked example, inputs in the body"), "Result",
         body="Inputs", faults=(404, *BODY_FAULTS)),
    Call("GET", "/health", "state", N_("Whether the server answers"), "State"),
    Call("GET", "/openapi.json", "describe", N_("This description"), "Description"),
)  # fmt: skip
# At the root, where what watches the service looks for them.
PROBES = (
    Call("GET", "/health", "health", N_("Whether the server answers"), "State"),
    Call("GET", "/ready", "ready", N_("Whether the database answers too"), "State"),
)


def address(call: Call) -> str:
    """The call's path from the root."""
    return call.path if call in PROBES else BASE + call.path


def rule(call: Call) -> str:
    """The call's path as Flask writes it."""
    return call.path.replace("{", "<").replace("}", ">")
