"""VPC Lattice: target groups with their targets, listeners, rules."""

from typing import Any

from .calls import Call, answers, now
from .lattice_store import (
    LISTENERS,
    RULES,
    SERVICE,
    SERVICES,
    TARGET_GROUPS,
    TARGETS,
    create,
    delete,
    find,
    items,
    refuse_while,
)

# Target groups and their targets


@answers(SERVICE, "CreateTargetGroup")
def create_target_group(call: Call) -> dict[str, Any]:
    config = dict(call.params.get("config") or {})
    if call.params["type"] != "LAMBDA":
        config.setdefault("protocolVersion", "HTTP1")
        config.setdefault("ipAddressType", "IPV4")
    if call.params["type"] in ("IP", "INSTANCE"):
        config["healthCheck"] = {**DEFAULT_HEALTH_CHECK, **config.get("healthCheck", {})}
    given = {**call.given("name", "type"), "config": config, "status": "ACTIVE"}
    return create(call, TARGET_GROUPS, "targetgroup", "tg-", given)


DEFAULT_HEALTH_CHECK = {
    "enabled": True,
    "healthCheckIntervalSeconds": 30,
    "healthCheckTimeoutSeconds": 5,
    "healthyThresholdCount": 5,
    "unhealthyThresholdCount": 2,
    "matcher": {"httpCode": "200"},
    "path": "/",
    "protocol": "HTTP",
    "protocolVersion": "HTTP1",
}


@answers(SERVICE, "GetTargetGroup")
def get_target_group(call: Call) -> dict[str, Any]:
    group = find(TARGET_GROUPS, call.params["targetGroupIdentifier"])
    return {**group, "serviceArns": sorted(users_of(group["id"]))}


@answers(SERVICE, "ListTargetGroups")
def list_target_groups(_: Call) -> dict[str, Any]:
    return items(TARGET_GROUPS)


@answers(SERVICE, "UpdateTargetGroup")
def update_target_group(call: Call) -> dict[str, Any]:
    group = find(TARGET_GROUPS, call.params["targetGroupIdentifier"])
    group["config"]["healthCheck"] = call.params["healthCheck"]
    group["lastUpdatedAt"] = now()
    return group


@answers(SERVICE, "DeleteTargetGroup")
def delete_target_group(call: Call) -> dict[str, Any]:
    group = find(TARGET_GROUPS, call.params["targetGroupIdentifier"])
    refuse_while(bool(users_of(group["id"])), "target group is used by a listener")
    refuse_while(bool(TARGETS.get(group["id"])), "target group has targets")
    TARGETS.pop(group["id"], None)
    return delete(TARGET_GROUPS, group["id"])


def users_of(group_id: str) -> set[str]:
    """The services whose listeners or rules forward to a target group."""
    actions = [(e["serviceArn"], e.get("defaultAction") or e.get("action")) for e in [*LISTENERS.values(), *RULES.values()]]
    return {
        service
        for service, action in actions
        for target in (action.get("forward") or {}).get("targetGroups", [])
        if target["targetGroupIdentifier"].rsplit("/", 1)[-1] == group_id
    }


@answers(SERVICE, "RegisterTargets")
def register_targets(call: Call) -> dict[str, Any]:
    group = find(TARGET_GROUPS, call.params["targetGroupIdentifier"])
    targets = TARGETS.setdefault(group["id"], {})
    registered = []
    for target in call.params["targets"]:
        port = target.get("port", group["config"].get("port"))
        entry = {"id": target["id"]} if port is None else {"id": target["id"], "port": port}
        targets[(target["id"], port)] = {**entry, "status": "HEALTHY"}
        registered.append(entry)
    return {"successful": registered, "unsuccessful": []}


@answers(SERVICE, "ListTargets")
def list_targets(call: Call) -> dict[str, Any]:
    group = find(TARGET_GROUPS, call.params["targetGroupIdentifier"])
    wanted = call.params.get("targets")
    kept = [
        target
        for target in TARGETS.get(group["id"], {}).values()
        if not wanted or any(w["id"] == target["id"] and w.get("port") in (None, target.get("port")) for w in wanted)
    ]
    return {"items": kept}


@answers(SERVICE, "DeregisterTargets")
def deregister_targets(call: Call) -> dict[str, Any]:
    group = find(TARGET_GROUPS, call.params["targetGroupIdentifier"])
    targets = TARGETS.get(group["id"], {})
    for target in call.params["targets"]:
        for key in [key for key in targets if key[0] == target["id"] and target.get("port") in (None, key[1])]:
            del targets[key]
    return {"successful": call.params["targets"], "unsuccessful": []}


# Listeners and rules


@answers(SERVICE, "CreateListener")
def create_listener(call: Call) -> dict[str, Any]:
    service = find(SERVICES, call.params["serviceIdentifier"])
    port = call.params.get("port") or (80 if call.params["protocol"] == "HTTP" else 443)
    members = {
        **call.given("name", "protocol", "defaultAction"),
        "port": port,
        "serviceId": service["id"],
        "serviceArn": service["arn"],
    }
    return create(call, LISTENERS, f"service/{service['id']}/listener", "listener-", members)


@answers(SERVICE, "GetListener")
def get_listener(call: Call) -> dict[str, Any]:
    return find(LISTENERS, call.params["listenerIdentifier"])


@answers(SERVICE, "ListListeners")
def list_listeners(call: Call) -> dict[str, Any]:
    return items(LISTENERS, serviceId=find(SERVICES, call.params["serviceIdentifier"])["id"])


@answers(SERVICE, "UpdateListener")
def update_listener(call: Call) -> dict[str, Any]:
    listener = find(LISTENERS, call.params["listenerIdentifier"])
    listener.update(call.given("defaultAction"), lastUpdatedAt=now())
    return listener


@answers(SERVICE, "DeleteListener")
def delete_listener(call: Call) -> None:
    delete(LISTENERS, call.params["listenerIdentifier"])


@answers(SERVICE, "CreateRule")
def create_rule(call: Call) -> dict[str, Any]:
    listener = find(LISTENERS, call.params["listenerIdentifier"])
    taken = any(r["listenerId"] == listener["id"] and r["priority"] == call.params["priority"] for r in RULES.values())
    refuse_while(taken, f"priority {call.params['priority']} is taken")
    members = {
        **call.given("name", "match", "priority", "action"),
        "isDefault": False,
        "listenerId": listener["id"],
        "serviceArn": listener["serviceArn"],
    }
    return create(call, RULES, f"service/{listener['serviceId']}/listener/{listener['id']}/rule", "rule-", members)


@answers(SERVICE, "GetRule")
def get_rule(call: Call) -> dict[str, Any]:
    return find(RULES, call.params["ruleIdentifier"])


@answers(SERVICE, "ListRules")
def list_rules(call: Call) -> dict[str, Any]:
    return items(RULES, listenerId=find(LISTENERS, call.params["listenerIdentifier"])["id"])


@answers(SERVICE, "UpdateRule")
def update_rule(call: Call) -> dict[str, Any]:
    rule = find(RULES, call.params["ruleIdentifier"])
    rule.update(call.given("match", "priority", "action"), lastUpdatedAt=now())
    return rule


@answers(SERVICE, "DeleteRule")
def delete_rule(call: Call) -> None:
    delete(RULES, call.params["ruleIdentifier"])
