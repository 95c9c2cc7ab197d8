"""S3. moto forgets that a bucket tells EventBridge and how log objects are named, takes a log delivery statement for one only
where it names one resource as text, writes an access log at once, which S3 does hours later (a log bucket could never be destroyed),
and lets the versioning of a bucket with object lock be suspended, which S3 refuses and the provider relies on when it destroys one.

Terraform: aws_s3_bucket_notification, aws_s3_bucket_logging, aws_s3_bucket (destroy).
"""

import json
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.s3.exceptions import InvalidBucketState
from moto.s3.models import FakeBucket, S3Backend
from moto.s3.responses import S3Response
from moto.s3.utils import LOGGING_SERVICE_PRINCIPAL

_get_bucket_notification = S3Response.get_bucket_notification


def get_bucket_notification(response: S3Response) -> Any:
    held = response.backend.get_bucket_notification_configuration(response.bucket_name)
    if held is None or held.event_bridge is None:
        return _get_bucket_notification(response)
    serialized = response.serialized
    response.serialized = lambda answer: serialized(with_event_bridge(answer))  # type: ignore[method-assign]
    return _get_bucket_notification(response)


def with_event_bridge(answer: ActionResult) -> ActionResult:
    """The configuration is an empty structure: its presence says that events are sent."""
    kept = {} if isinstance(answer, EmptyResult) else answer.result
    return ActionResult({**kept, "EventBridgeConfiguration": {}})


_get_bucket_logging = S3Response.get_bucket_logging


def get_bucket_logging(response: S3Response) -> Any:
    key_format = (response.backend.get_bucket_logging(response.bucket_name) or {}).get("TargetObjectKeyFormat")
    if key_format is None:
        return _get_bucket_logging(response)
    named = {name: value or {} for name, value in key_format.items()}
    serialized = response.serialized

    def with_key_format(answer: ActionResult) -> Any:
        enabled = {**answer.result["LoggingEnabled"], "TargetObjectKeyFormat": named}
        return serialized(ActionResult({"LoggingEnabled": enabled}))

    response.serialized = with_key_format  # type: ignore[method-assign]
    return _get_bucket_logging(response)


def log_permissions_enabled_policy(target_bucket: FakeBucket, target_prefix: str | None) -> bool:
    if not target_bucket.policy:
        return False
    arn = f"arn:{target_bucket.partition}:s3:::{target_bucket.name}"
    wanted = {arn, f"{arn}/*", f"{arn}/{target_prefix or ''}*"}
    return any(
        statement.get("Effect") == "Allow"
        and isinstance(statement.get("Principal"), dict)
        and LOGGING_SERVICE_PRINCIPAL in as_list(statement["Principal"].get("Service"))
        and "s3:PutObject" in as_list(statement.get("Action"))
        and wanted & set(as_list(statement.get("Resource")))
        for statement in as_list(json.loads(target_bucket.policy)["Statement"])
    )


def as_list(value: Any) -> list[Any]:
    """IAM takes one value for a list of one."""
    return value if isinstance(value, list) else [value]


_put_bucket_versioning = S3Backend.put_bucket_versioning


def put_bucket_versioning(backend: S3Backend, bucket_name: str, status: str) -> None:
    if status != "Enabled" and backend.get_bucket(bucket_name).object_lock_enabled:
        raise InvalidBucketState(
            "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed."
        )
    _put_bucket_versioning(backend, bucket_name, status)


S3Backend.put_bucket_versioning = put_bucket_versioning  # type: ignore[method-assign]
S3Backend.log_incoming_request = lambda *_: None  # type: ignore[method-assign]
S3Response.get_bucket_logging = get_bucket_logging  # type: ignore[method-assign]
S3Response.get_bucket_notification = get_bucket_notification  # type: ignore[method-assign]
FakeBucket._log_permissions_enabled_policy = staticmethod(log_permissions_enabled_policy)  # type: ignore[method-assign]
