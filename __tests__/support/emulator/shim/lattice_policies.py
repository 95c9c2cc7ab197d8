"""VPC Lattice: auth policies, resource policies, access logs, tags."""

from typing import Any

from .calls import Call, Refusal, answers, now
from .lattice_store import (
    AUTH_POLICIES,
    LOG_SUBSCRIPTIONS,
    NETWORKS,
    RESOURCE_POLICIES,
    SERVICE,
    SERVICES,
    TAGS,
    create,
    delete,
    find,
    items,
)


@answers(SERVICE, "PutAuthPolicy", "GetAuthPolicy", "DeleteAuthPolicy")
def auth_policy(call: Call) -> dict[str, Any] | None:
    identifier = call.params["resourceIdentifier"].rsplit("/", 1)[-1]
    resource = NETWORKS.get(identifier) or find(SERVICES, identifier)
    if call.operation == "DeleteAuthPolicy":
        AUTH_POLICIES.pop(resource["id"], None)
        return None
    if call.operation == "PutAuthPolicy":
        AUTH_POLICIES[resource["id"]] = {"policy": call.params["policy"], "createdAt": now(), "lastUpdatedAt": now()}
    if resource["id"] not in AUTH_POLICIES:
        raise Refusal("ResourceNotFoundException", f"{identifier} has no auth policy", 404)
    state = "Active" if resource["authType"] == "AWS_IAM" else "Inactive"
    return {**AUTH_POLICIES[resource["id"]], "state": state}


@answers(SERVICE, "PutResourcePolicy", "GetResourcePolicy", "DeleteResourcePolicy")
def resource_policy(call: Call) -> dict[str, Any] | None:
    arn = call.params["resourceArn"]
    if call.operation == "DeleteResourcePolicy":
        RESOURCE_POLICIES.pop(arn, None)
        return None
    if call.operation == "PutResourcePolicy":
        RESOURCE_POLICIES[arn] = call.params["policy"]
        return None
    if arn not in RESOURCE_POLICIES:
        raise Refusal("ResourceNotFoundException", f"{arn} has no resource policy", 404)
    return {"policy": RESOURCE_POLICIES[arn]}


@answers(SERVICE, "CreateAccessLogSubscription")
def create_log_subscription(call: Call) -> dict[str, Any]:
    identifier = call.params["resourceIdentifier"].rsplit("/", 1)[-1]
    resource = NETWORKS.get(identifier) or find(SERVICES, identifier)
    members = {
        "resourceId": resource["id"],
        "resourceArn": resource["arn"],
        **call.given("destinationArn", "serviceNetworkLogType"),
    }
    if resource["id"] in NETWORKS:
        members.setdefault("serviceNetworkLogType", "SERVICE")
    return create(call, LOG_SUBSCRIPTIONS, "accesslogsubscription", "als-", members)


@answers(SERVICE, "GetAccessLogSubscription")
def get_log_subscription(call: Call) -> dict[str, Any]:
    return find(LOG_SUBSCRIPTIONS, call.params["accessLogSubscriptionIdentifier"])


@answers(SERVICE, "UpdateAccessLogSubscription")
def update_log_subscription(call: Call) -> dict[str, Any]:
    subscription = find(LOG_SUBSCRIPTIONS, call.params["accessLogSubscriptionIdentifier"])
    subscription.update(call.given("destinationArn"), lastUpdatedAt=now())
    return subscription


@answers(SERVICE, "ListAccessLogSubscriptions")
def list_log_subscriptions(_: Call) -> dict[str, Any]:
    return items(LOG_SUBSCRIPTIONS)


@answers(SERVICE, "DeleteAccessLogSubscription")
def delete_log_subscription(call: Call) -> None:
    delete(LOG_SUBSCRIPTIONS, call.params["accessLogSubscriptionIdentifier"])


@answers(SERVICE, "ListTagsForResource", "TagResource", "UntagResource")
def tags(call: Call) -> dict[str, Any] | None:
    held = TAGS.setdefault(call.params["resourceArn"], {})
    if call.operation == "ListTagsForResource":
        return {"tags": held}
    held.update(call.params.get("tags") or {})
    for key in call.params.get("tagKeys") or []:
        held.pop(key, None)
    return None
