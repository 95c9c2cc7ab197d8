"""CloudTrail. Three operations take a trail's ARN where moto knows its name alone.

Terraform: aws_cloudtrail (enable_logging, destroy).
"""

from collections.abc import Callable
from typing import Any

from moto.cloudtrail.models import CloudTrailBackend


def by_name_or_arn(operation: Callable[[CloudTrailBackend, str], Any]) -> Callable[[CloudTrailBackend, str], Any]:
    return lambda backend, name: operation(backend, name.rsplit("/", 1)[-1])


for _name in ("start_logging", "stop_logging", "delete_trail"):
    setattr(CloudTrailBackend, _name, by_name_or_arn(getattr(CloudTrailBackend, _name)))
