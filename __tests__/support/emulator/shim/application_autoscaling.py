"""Application Auto Scaling. moto keeps no tags, which the provider reads after every registration.

Terraform: aws_appautoscaling_target.
"""

from typing import Any

from .calls import Amended, Call, Shelf, answers

TAGS = Shelf()


@answers("application-autoscaling", "RegisterScalableTarget")
def register_scalable_target(call: Call) -> Amended:
    answer = call.forward()
    TAGS.setdefault(answer["ScalableTargetARN"], {}).update(call.params.get("Tags") or {})
    return answer


@answers("application-autoscaling", "ListTagsForResource", "TagResource", "UntagResource")
def tags(call: Call) -> dict[str, Any] | None:
    held = TAGS.setdefault(call.params["ResourceARN"], {})
    if call.operation == "ListTagsForResource":
        return {"Tags": held}
    held.update(call.params.get("Tags") or {})
    for key in call.params.get("TagKeys") or []:
        held.pop(key, None)
    return None
