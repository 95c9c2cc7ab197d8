"""The WSGI door in front of moto: handlers of the shim first, moto second, 501 for what neither has.

Plain moto answers an unimplemented operation with 404 or 500. The provider repeats a 500 up to 25 times, which looks like
a hang, and takes a 404 for "gone", which looks like drift. Here both become 501 and one line on stderr.
"""

import io
import json
import re
import sys
import traceback
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from functools import cache
from threading import Lock
from typing import Any, NoReturn
from urllib.parse import parse_qsl, unquote

from moto.core.model import ServiceModel
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import determine_request_protocol
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request

from .calls import HANDLERS, Amended, Call, Refusal, reset

# SigV4 signing names that differ from botocore's service names, for the services the shim speaks for.
SIGNING_NAMES = {
    "monitoring": "cloudwatch",
    "access-analyzer": "accessanalyzer",
}
CREDENTIAL_SCOPE = re.compile(r"Credential=[^/]+/\d+/([^/]+)/([^/]+)/aws4_request")
REMEMBERED_CALLS = 1000
StartResponse = Callable[..., Any]
# Status line, headers, body.
Answer = tuple[str, list[tuple[str, str]], bytes]


class Gateway:
    """The WSGI application that server.py runs."""

    def __init__(self) -> None:
        self.moto = DomainDispatcherApplication(create_backend_app)
        self.turn = Lock()
        self.answered: OrderedDict[str, Answer] = OrderedDict()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path.startswith("/moto-api"):
            if path.startswith("/moto-api/reset"):
                reset()
                self.answered.clear()
            return self.moto(environ, start_response)
        chunked = environ.pop("HTTP_TRANSFER_ENCODING", "") == "chunked"
        body = environ["wsgi.input"].read(-1 if chunked else int(environ.get("CONTENT_LENGTH") or 0))
        # Neither moto nor the shim guards its dicts: one call at a time, but for SQS, where a consumer waits for messages.
        with nullcontext() if signed_for(environ)[0] == "sqs" else self.turn:
            status, headers, answer = self.answer_once(environ, body)
        start_response(status, headers)
        return [answer]

    def answer_once(self, environ: dict[str, Any], body: bytes) -> Answer:
        """The SDK repeats a call whose connection broke, under the same id: it gets the first answer, and nothing is made twice."""
        call = environ.get("HTTP_AMZ_SDK_INVOCATION_ID")
        if call in self.answered:
            return self.answered[call]
        answer = self.answer(environ, body)
        if call is not None and answer[0].startswith("2") and environ["REQUEST_METHOD"] != "GET":
            self.answered[call] = answer
            if len(self.answered) > REMEMBERED_CALLS:
                self.answered.popitem(last=False)
        return answer

    def answer(self, environ: dict[str, Any], body: bytes) -> Answer:
        service, region = signed_for(environ)
        known = service in {name for name, _ in HANDLERS}
        operation = find_operation(service, environ, body) if known else None
        if operation is None or (service, operation[0]) not in HANDLERS:
            return self.ask_moto(service, operation[0] if operation else None, environ, body)
        name, labels = operation
        call = Call(
            service=service,
            operation=name,
            region=region,
            params=parse(service, name, labels, environ, body),
            forward=lambda: self.forward(service, name, environ, body),
            pass_on=lambda: self.pass_on(service, name, environ, body),
        )
        try:
            return serialize(service, name, environ, HANDLERS[(service, name)](call))
        except Forwarded as moto:
            return moto.response
        except Refusal as refusal:
            return refuse(refusal.status, refusal.code, str(refusal))
        except Exception as error:  # a defect of the shim must be seen at once, not retried 25 times
            return not_implemented(service, name, f"shim failed: {at(error)}")

    def forward(self, service: str, operation: str, environ: dict[str, Any], body: bytes) -> dict[str, Any]:
        """What moto answers, decoded; an error of moto's ends the call as it is."""
        response = self.ask_moto(service, operation, environ, body)
        if not response[0].startswith("2"):
            raise Forwarded(response)
        return Amended(json.loads(response[2] or b"{}") or {})

    def pass_on(self, service: str, operation: str, environ: dict[str, Any], body: bytes) -> NoReturn:
        """Ends the call with whatever moto answers."""
        raise Forwarded(self.ask_moto(service, operation, environ, body))

    def ask_moto(self, service: str, operation: str | None, environ: dict[str, Any], body: bytes) -> Answer:
        environ = {**environ, "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        named = operation or name_operation(environ, body)
        try:
            app = self.moto.get_application(environ)
        except Exception as error:
            return not_implemented(service, named, f"moto has no such service: {error}")
        try:
            app.url_map.bind_to_environ(environ).match()
        except HTTPException:
            return not_implemented(service, named, "moto has no such route")
        environ["wsgi.input"].seek(0)
        seen: dict[str, Any] = {}

        def start(status: str, headers: list[tuple[str, str]], _: Any = None) -> None:
            seen.update(status=status, headers=headers)

        try:
            answer = b"".join(app(environ, start))
        except Exception as error:
            return not_implemented(service, named, f"moto failed: {at(error)}")
        if seen["status"].startswith("500"):
            return not_implemented(service, named, answer.decode(errors="replace")[:200])
        return seen["status"], seen["headers"], answer


class Forwarded(Exception):
    """Moto refused a call that a handler had passed on: its answer is the answer."""

    def __init__(self, response: Answer):
        super().__init__()
        self.response = response


def signed_for(environ: dict[str, Any]) -> tuple[str, str]:
    """Service (botocore's name) and region from the signature's scope; S3 where there is none."""
    scope = CREDENTIAL_SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    if scope is None:
        return "s3", "us-east-1"
    region, name = scope.groups()
    if name == "s3" and environ.get("PATH_INFO", "").startswith("/v20180820/"):
        return "s3control", region
    return SIGNING_NAMES.get(name, name), region


def find_operation(service: str, environ: dict[str, Any], body: bytes) -> tuple[str, dict[str, str]] | None:
    """The operation's name and, for REST services, the values in its path."""
    target = environ.get("HTTP_X_AMZ_TARGET")
    if target:
        return target.split(".")[-1], {}
    if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        action = dict(parse_qsl(body.decode())).get("Action")
        return (action, {}) if action else None
    path = re.sub("^https?://[^/]+", "", environ.get("RAW_URI", environ.get("PATH_INFO", ""))).split("?")[0]
    for method, pattern, name in routes(service):
        match = pattern.match(path) if method == environ["REQUEST_METHOD"] else None
        if match:
            return name, {key: unquote(value) for key, value in match.groupdict().items()}
    return None


@cache
def model_of(service: str) -> ServiceModel:
    return get_service_model(service)


@cache
def routes(service: str) -> list[tuple[str, re.Pattern[str], str]]:
    """Method, path and operation of a REST service, the most literal path first."""
    model = model_of(service)
    found = []
    for name in model.operation_names:
        http = model.operation_model(name).http
        if "requestUri" not in http:
            continue
        uri = http["requestUri"].split("?")[0].rstrip("/")
        labels = re.sub(r"\\\{(\w+)\\\+\\\}", r"(?P<\1>.+)", re.escape(uri))
        pattern = re.compile("^" + re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", labels) + "/?$")
        found.append((uri.count("{"), http["method"], pattern, name))
    return [(method, pattern, name) for _, method, pattern, name in sorted(found, key=lambda route: (route[0], route[3]))]


def name_operation(environ: dict[str, Any], body: bytes) -> str:
    """How an operation is called on stderr when no model was loaded for it."""
    target = environ.get("HTTP_X_AMZ_TARGET")
    if target:
        return target.split(".")[-1]
    if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(body.decode(errors="replace"))).get("Action", "?")
    return f"{environ['REQUEST_METHOD']} {environ.get('PATH_INFO', '')}"


def parse(service: str, name: str, labels: dict[str, str], environ: dict[str, Any], body: bytes) -> dict[str, Any]:
    """The operation's input members, by botocore's model of the service."""
    model = model_of(service)
    request = Request({**environ, "wsgi.input": io.BytesIO(body)})
    protocol = determine_request_protocol(model, request.content_type)
    parser = PROTOCOL_PARSERS[protocol](model.operation_model(name))
    return parser.parse(
        {
            "method": request.method,
            "values": request.values,
            "headers": request.headers,
            "body": body,
            "url_path": request.path,
            "url_params": labels,
        }
    )


def serialize(service: str, name: str, environ: dict[str, Any], result: dict[str, Any] | None) -> Answer:
    if isinstance(result, Amended):  # already as it goes over the wire
        body = json.dumps(result).encode()
        return "200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))], body
    model = model_of(service)
    protocol = determine_request_protocol(model, environ.get("CONTENT_TYPE", ""))
    serializer = get_serializer_class(service, protocol)(model.operation_model(name))
    response = serializer.serialize(result or {})
    body = response["body"]
    return (
        f"{response['status_code']} OK",
        [(key, str(value)) for key, value in response["headers"].items()],
        body.encode() if isinstance(body, str) else body,
    )


def refuse(status: int, code: str, message: str) -> Answer:
    body = json.dumps({"__type": code, "code": code, "message": message, "Message": message}).encode()
    headers = [("Content-Type", "application/json"), ("x-amzn-errortype", code), ("Content-Length", str(len(body)))]
    return f"{status} Refused", headers, body


def at(error: Exception) -> str:
    """An error and the line that raised it."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{error!r} at {frame.filename.rsplit('/', 2)[-2]}/{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}"


def not_implemented(service: str, operation: str | None, why: str) -> Answer:
    print(f"not implemented: {service} {operation}: {why}".replace("\n", " "), file=sys.stderr, flush=True)
    return refuse(501, "NotImplemented", f"{service} {operation} is not emulated: {why}")
