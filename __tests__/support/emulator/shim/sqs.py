"""SQS. moto drops a queue's policy when another attribute is set, and gives a redrive policy back with spaces in it.

Terraform: aws_sqs_queue with redrive_policy, aws_sqs_queue_policy, aws_sqs_queue_redrive_policy.
"""

import json
from typing import Any

from moto.sqs.models import Queue, SQSBackend

_set_queue_attributes = SQSBackend.set_queue_attributes
_attributes = Queue.attributes.fget  # type: ignore[attr-defined]


def set_queue_attributes(backend: SQSBackend, queue_name: str, attributes: dict[str, Any]) -> Any:
    queue = backend.get_queue(queue_name)
    if "Policy" not in attributes and queue.policy:
        attributes = {**attributes, "Policy": queue.policy}
    return _set_queue_attributes(backend, queue_name, attributes)


def attributes(queue: Queue) -> dict[str, Any]:
    answer = _attributes(queue)
    for name in ("Policy", "RedrivePolicy"):
        if answer.get(name):
            answer[name] = json.dumps(json.loads(answer[name]), separators=(",", ":"))
    return answer


SQSBackend.set_queue_attributes = set_queue_attributes  # type: ignore[method-assign]
Queue.attributes = property(attributes)  # type: ignore[assignment]
