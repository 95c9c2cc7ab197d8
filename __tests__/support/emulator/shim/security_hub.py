"""Security Hub. moto enables the hub, and has no standards and no change of the hub's settings.

Terraform: aws_securityhub_account, aws_securityhub_standards_subscription.
"""

from typing import Any

from .calls import Amended, Call, Refusal, Shelf, answers

SUBSCRIPTIONS, SETTINGS = Shelf(), Shelf()


@answers("securityhub", "UpdateSecurityHubConfiguration")
def update_configuration(call: Call) -> None:
    SETTINGS.update(call.given("AutoEnableControls", "ControlFindingGenerator"))


@answers("securityhub", "DescribeHub")
def describe_hub(call: Call) -> Amended:
    answer = call.forward()
    answer.update(SETTINGS)
    return answer


@answers("securityhub", "DisableSecurityHub")
def disable(call: Call) -> Amended:
    SETTINGS.clear()
    SUBSCRIPTIONS.clear()
    return call.forward()


@answers("securityhub", "BatchEnableStandards")
def enable_standards(call: Call) -> dict[str, Any]:
    enabled = []
    for request in call.params["StandardsSubscriptionRequests"]:
        standard = request["StandardsArn"]
        arn = call.arn("subscription/" + standard.split("/", 1)[1])
        SUBSCRIPTIONS[arn] = {
            "StandardsSubscriptionArn": arn,
            "StandardsArn": standard,
            "StandardsInput": request.get("StandardsInput") or {},
            "StandardsStatus": "READY",
            "StandardsControlsUpdatable": "READY_FOR_UPDATES",
        }
        enabled.append(SUBSCRIPTIONS[arn])
    return {"StandardsSubscriptions": enabled}


@answers("securityhub", "GetEnabledStandards")
def get_enabled_standards(call: Call) -> dict[str, Any]:
    wanted = call.params.get("StandardsSubscriptionArns") or list(SUBSCRIPTIONS)
    return {"StandardsSubscriptions": [SUBSCRIPTIONS[arn] for arn in wanted if arn in SUBSCRIPTIONS]}


@answers("securityhub", "BatchDisableStandards")
def disable_standards(call: Call) -> dict[str, Any]:
    disabled = []
    for arn in call.params["StandardsSubscriptionArns"]:
        if arn not in SUBSCRIPTIONS:
            raise Refusal("ResourceNotFoundException", f"{arn} is not enabled", 404)
        disabled.append({**SUBSCRIPTIONS.pop(arn), "StandardsStatus": "DELETING"})
    return {"StandardsSubscriptions": disabled}
