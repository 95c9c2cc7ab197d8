"""What a handler sees of one AWS call, and where it registers.

A handler is a function of a Call that returns the result's members as a dict, exactly as botocore names them.
It knows neither HTTP nor moto: gateway.py decodes the request and encodes the result from botocore's service model.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, NoReturn

ACCOUNT = "123456789012"

Handler = Callable[["Call"], dict[str, Any] | None]

HANDLERS: dict[tuple[str, str], Handler] = {}
_SHELVES: list["Shelf"] = []


class Refusal(Exception):
    """An error answer of AWS: its code as the SDK reads it, a message, the HTTP status."""

    def __init__(self, code: str, message: str, status: int = 400):
        super().__init__(message)
        self.code = code
        self.status = status


class Shelf(dict[Any, Any]):
    """A dict that `POST /moto-api/reset` empties together with moto's own state."""

    def __init__(self) -> None:
        super().__init__()
        _SHELVES.append(self)


class Amended(dict[str, Any]):
    """Moto's answer as it came over the wire (JSON services only), to be completed and handed back."""


@dataclass
class Call:
    """One request: service and operation by botocore's names, its input members, and moto's own answer on demand.

    `forward` returns moto's answer decoded (JSON services); `pass_on` ends the call with it as it is (any service).
    """

    service: str
    operation: str
    region: str
    params: dict[str, Any]
    forward: Callable[[], Amended]
    pass_on: Callable[[], NoReturn]

    def arn(self, resource: str, service: str | None = None) -> str:
        """The ARN of a resource of this account, in this call's region."""
        return f"arn:aws:{service or self.service}:{self.region}:{ACCOUNT}:{resource}"

    def given(self, *names: str) -> dict[str, Any]:
        """Those of the named input members that the caller sent."""
        return {name: self.params[name] for name in names if self.params.get(name) is not None}


def answers(service: str, *operations: str) -> Callable[[Handler], Handler]:
    """Registers a handler for operations of a service (botocore's names: `vpc-lattice`, `CreateService`)."""

    def register(handler: Handler) -> Handler:
        for operation in operations:
            HANDLERS[(service, operation)] = handler
        return handler

    return register


def reset() -> None:
    """Forgets everything the shim was given."""
    for shelf in _SHELVES:
        shelf.clear()


def now() -> datetime:
    """The time as the serializers want it: naive, in UTC."""
    return datetime.now(timezone.utc).replace(tzinfo=None, microsecond=0)


def new_id(prefix: str = "") -> str:
    """A resource id as AWS makes them: a prefix and seventeen hexadecimal digits."""
    return prefix + uuid.uuid4().hex[:17]
