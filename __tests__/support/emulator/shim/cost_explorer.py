"""Cost Explorer. moto has cost categories only.

Terraform: aws_ce_anomaly_monitor, aws_ce_anomaly_subscription.
"""

import uuid
from typing import Any

from .calls import ACCOUNT, Call, Refusal, Shelf, answers, now

MONITORS, SUBSCRIPTIONS, TAGS = Shelf(), Shelf(), Shelf()


def store(call: Call, shelf: Shelf, member: str, kind: str) -> str:
    arn = f"arn:aws:ce::{ACCOUNT}:{kind}/{uuid.uuid4()}"
    shelf[arn] = dict(call.params[member])
    TAGS[arn] = {tag["Key"]: tag["Value"] for tag in call.params.get("ResourceTags") or []}
    return arn


def find(shelf: Shelf, arn: str, kind: str) -> dict[str, Any]:
    if arn not in shelf:
        raise Refusal(f"Unknown{kind}Exception", f"{arn} does not exist")
    return shelf[arn]


@answers("ce", "CreateAnomalyMonitor")
def create_monitor(call: Call) -> dict[str, Any]:
    arn = store(call, MONITORS, "AnomalyMonitor", "anomalymonitor")
    MONITORS[arn].update(MonitorArn=arn, CreationDate=now().strftime("%Y-%m-%dT%H:%M:%SZ"), DimensionalValueCount=1)
    return {"MonitorArn": arn}


@answers("ce", "GetAnomalyMonitors")
def get_monitors(call: Call) -> dict[str, Any]:
    wanted = call.params.get("MonitorArnList") or list(MONITORS)
    return {"AnomalyMonitors": [find(MONITORS, arn, "Monitor") for arn in wanted]}


@answers("ce", "UpdateAnomalyMonitor")
def update_monitor(call: Call) -> dict[str, Any]:
    find(MONITORS, call.params["MonitorArn"], "Monitor").update(call.given("MonitorName"))
    return {"MonitorArn": call.params["MonitorArn"]}


@answers("ce", "DeleteAnomalyMonitor")
def delete_monitor(call: Call) -> None:
    find(MONITORS, call.params["MonitorArn"], "Monitor")
    del MONITORS[call.params["MonitorArn"]]


@answers("ce", "CreateAnomalySubscription")
def create_subscription(call: Call) -> dict[str, Any]:
    for arn in call.params["AnomalySubscription"]["MonitorArnList"]:
        find(MONITORS, arn, "Monitor")
    arn = store(call, SUBSCRIPTIONS, "AnomalySubscription", "anomalysubscription")
    SUBSCRIPTIONS[arn].update(SubscriptionArn=arn, AccountId=ACCOUNT)
    for subscriber in SUBSCRIPTIONS[arn]["Subscribers"]:
        subscriber["Status"] = "CONFIRMED"
    return {"SubscriptionArn": arn}


@answers("ce", "GetAnomalySubscriptions")
def get_subscriptions(call: Call) -> dict[str, Any]:
    wanted = call.params.get("SubscriptionArnList") or list(SUBSCRIPTIONS)
    # The provider takes an empty list for a subscription that is gone.
    return {"AnomalySubscriptions": [SUBSCRIPTIONS[arn] for arn in wanted if arn in SUBSCRIPTIONS]}


@answers("ce", "UpdateAnomalySubscription")
def update_subscription(call: Call) -> dict[str, Any]:
    members = call.given("Frequency", "MonitorArnList", "Subscribers", "SubscriptionName", "ThresholdExpression")
    find(SUBSCRIPTIONS, call.params["SubscriptionArn"], "Subscription").update(members)
    return {"SubscriptionArn": call.params["SubscriptionArn"]}


@answers("ce", "DeleteAnomalySubscription")
def delete_subscription(call: Call) -> None:
    find(SUBSCRIPTIONS, call.params["SubscriptionArn"], "Subscription")
    del SUBSCRIPTIONS[call.params["SubscriptionArn"]]


@answers("ce", "ListTagsForResource", "TagResource", "UntagResource")
def tags(call: Call) -> dict[str, Any] | None:
    if call.params["ResourceArn"] not in TAGS:
        return call.forward()
    held = TAGS[call.params["ResourceArn"]]
    if call.operation == "ListTagsForResource":
        return {"ResourceTags": [{"Key": key, "Value": value} for key, value in held.items()]}
    held.update({tag["Key"]: tag["Value"] for tag in call.params.get("ResourceTags") or []})
    for key in call.params.get("ResourceTagKeys") or []:
        held.pop(key, None)
    return None
