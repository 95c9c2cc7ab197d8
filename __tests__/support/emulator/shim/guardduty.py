"""GuardDuty. moto keeps the features a detector is created with, and not those it is given later.

Terraform: aws_guardduty_detector, aws_guardduty_detector_feature.
"""

from datetime import timezone
from typing import Any

from .calls import Amended, Call, Shelf, answers, now

FEATURES = Shelf()


def merge(detector: str, features: list[dict[str, Any]]) -> None:
    held = FEATURES.setdefault(detector, {})
    for feature in features:
        held[feature["Name"]] = {
            "Name": feature["Name"],
            "Status": feature["Status"],
            "UpdatedAt": now().replace(tzinfo=timezone.utc).timestamp(),
            "AdditionalConfiguration": feature.get("AdditionalConfiguration", []),
        }


@answers("guardduty", "CreateDetector")
def create_detector(call: Call) -> Amended:
    answer = call.forward()
    merge(answer["detectorId"], call.params.get("Features") or [])
    return answer


@answers("guardduty", "UpdateDetector")
def update_detector(call: Call) -> Amended:
    answer = call.forward()
    merge(call.params["DetectorId"], call.params.get("Features") or [])
    return answer


@answers("guardduty", "GetDetector")
def get_detector(call: Call) -> Amended:
    answer = call.forward()
    features = FEATURES.get(call.params["DetectorId"], {}).values()
    answer["features"] = [
        {
            "name": feature["Name"],
            "status": feature["Status"],
            "updatedAt": feature["UpdatedAt"],
            "additionalConfiguration": [
                {"name": extra["Name"], "status": extra["Status"]} for extra in feature["AdditionalConfiguration"]
            ],
        }
        for feature in features
    ]
    return answer
