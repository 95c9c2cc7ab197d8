"""CloudWatch. moto describes composite alarms, cannot make one, and forgets what suppresses their actions.

Terraform: aws_cloudwatch_composite_alarm.
"""

from typing import Any

from .calls import Call, Shelf, answers, now

COMPOSITES, TAGS = Shelf(), Shelf()

MEMBERS = (
    "ActionsEnabled",
    "ActionsSuppressor",
    "ActionsSuppressorExtensionPeriod",
    "ActionsSuppressorWaitPeriod",
    "AlarmActions",
    "AlarmDescription",
    "AlarmName",
    "AlarmRule",
    "InsufficientDataActions",
    "OKActions",
)


@answers("cloudwatch", "PutCompositeAlarm")
def put_composite_alarm(call: Call) -> None:
    arn = call.arn(f"alarm:{call.params['AlarmName']}")
    if arn not in TAGS:
        TAGS[arn] = {tag["Key"]: tag["Value"] for tag in call.params.get("Tags") or []}
    COMPOSITES[call.params["AlarmName"]] = {
        "ActionsEnabled": True,
        **call.given(*MEMBERS),
        "AlarmArn": arn,
        "AlarmConfigurationUpdatedTimestamp": now(),
        "StateValue": "INSUFFICIENT_DATA",
        "StateReason": "Unchecked: Initial alarm creation",
        "StateUpdatedTimestamp": now(),
    }


@answers("cloudwatch", "DescribeAlarms")
def describe_alarms(call: Call) -> dict[str, Any]:
    if call.params.get("AlarmTypes") != ["CompositeAlarm"]:
        return call.pass_on()
    wanted = call.params.get("AlarmNames") or list(COMPOSITES)
    return {"CompositeAlarms": [COMPOSITES[name] for name in wanted if name in COMPOSITES], "MetricAlarms": []}


@answers("cloudwatch", "DeleteAlarms")
def delete_alarms(call: Call) -> None:
    composites = [name for name in call.params["AlarmNames"] if name in COMPOSITES]
    for name in composites:
        TAGS.pop(COMPOSITES.pop(name)["AlarmArn"], None)
    if not composites:  # the provider deletes one alarm a call
        call.pass_on()


@answers("cloudwatch", "ListTagsForResource", "TagResource", "UntagResource")
def tags(call: Call) -> dict[str, Any] | None:
    if call.params["ResourceARN"] not in TAGS:
        return call.pass_on()
    held = TAGS[call.params["ResourceARN"]]
    if call.operation == "ListTagsForResource":
        return {"Tags": [{"Key": key, "Value": value} for key, value in held.items()]}
    held.update({tag["Key"]: tag["Value"] for tag in call.params.get("Tags") or []})
    for key in call.params.get("TagKeys") or []:
        held.pop(key, None)
    return None
