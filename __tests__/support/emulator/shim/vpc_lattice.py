"""VPC Lattice. moto creates networks, services and target groups but deletes none, and lacks the rest: the whole service is here.

Terraform: aws_vpclattice_service_network, _service, _service_network_vpc_association, _service_network_service_association,
_target_group, _target_group_attachment, _listener, _listener_rule, _auth_policy, _resource_policy, _access_log_subscription.
Every state is reached at once. What AWS refuses for its order (deleting a network with associations) is refused here too.
"""

from typing import Any

from .calls import Call, Refusal, Shelf, answers, new_id, now

NETWORKS, SERVICES, TARGET_GROUPS, LISTENERS, RULES = Shelf(), Shelf(), Shelf(), Shelf(), Shelf()
VPC_ASSOCIATIONS, SERVICE_ASSOCIATIONS, LOG_SUBSCRIPTIONS = Shelf(), Shelf(), Shelf()
TARGETS, AUTH_POLICIES, RESOURCE_POLICIES, TAGS = Shelf(), Shelf(), Shelf(), Shelf()

SERVICE = "vpc-lattice"


def find(shelf: Shelf, identifier: str) -> dict[str, Any]:
    """A resource by its id or ARN."""
    found = shelf.get(identifier.rsplit("/", 1)[-1])
    if found is None:
        raise Refusal("ResourceNotFoundException", f"{identifier} does not exist", 404)
    return found


def create(call: Call, shelf: Shelf, kind: str, prefix: str, members: dict[str, Any]) -> dict[str, Any]:
    """Stores a resource under a new id, with ARN, times and tags."""
    name = call.params.get("name")
    if name is not None and any(other.get("name") == name and other["arn"].count("/") == 1 for other in shelf.values()):
        raise Refusal("ConflictException", f"{kind} {name} already exists", 409)
    identifier = new_id(prefix)
    arn = call.arn(f"{kind}/{identifier}")
    members = {**members, "id": identifier, "arn": arn, "createdAt": now(), "lastUpdatedAt": now()}
    shelf[identifier] = members
    TAGS[arn] = dict(call.params.get("tags") or {})
    return members


def delete(shelf: Shelf, identifier: str) -> dict[str, Any]:
    """Removes a resource; the answer shows it in its last state."""
    found = find(shelf, identifier)
    del shelf[found["id"]]
    TAGS.pop(found["arn"], None)
    return {**found, "status": "DELETE_IN_PROGRESS"}


def refuse_while(used: bool, what: str) -> None:
    if used:
        raise Refusal("ConflictException", what, 409)


def items(shelf: Shelf, **wanted: str | None) -> dict[str, Any]:
    """A list answer: the resources whose members have the wanted values."""
    kept = [entry for entry in shelf.values() if all(v is None or entry.get(k) == v for k, v in wanted.items())]
    return {"items": kept}


# Service networks


@answers(SERVICE, "CreateServiceNetwork")
def create_service_network(call: Call) -> dict[str, Any]:
    given = {"authType": "NONE", "sharingConfig": {"enabled": True}, **call.given("name", "authType", "sharingConfig")}
    return create(call, NETWORKS, "servicenetwork", "sn-", given)


@answers(SERVICE, "GetServiceNetwork")
def get_service_network(call: Call) -> dict[str, Any]:
    network = find(NETWORKS, call.params["serviceNetworkIdentifier"])
    return {
        **network,
        "numberOfAssociatedVPCs": len(items(VPC_ASSOCIATIONS, serviceNetworkId=network["id"])["items"]),
        "numberOfAssociatedServices": len(items(SERVICE_ASSOCIATIONS, serviceNetworkId=network["id"])["items"]),
    }


@answers(SERVICE, "ListServiceNetworks")
def list_service_networks(_: Call) -> dict[str, Any]:
    return items(NETWORKS)


@answers(SERVICE, "UpdateServiceNetwork")
def update_service_network(call: Call) -> dict[str, Any]:
    network = find(NETWORKS, call.params["serviceNetworkIdentifier"])
    network.update(call.given("authType"), lastUpdatedAt=now())
    return network


@answers(SERVICE, "DeleteServiceNetwork")
def delete_service_network(call: Call) -> None:
    network = find(NETWORKS, call.params["serviceNetworkIdentifier"])
    associations = [*VPC_ASSOCIATIONS.values(), *SERVICE_ASSOCIATIONS.values()]
    refuse_while(any(a["serviceNetworkId"] == network["id"] for a in associations), "service network has associations")
    delete(NETWORKS, network["id"])


# Services


@answers(SERVICE, "CreateService")
def create_service(call: Call) -> dict[str, Any]:
    given = {"authType": "NONE", **call.given("name", "authType", "certificateArn", "customDomainName")}
    service = create(call, SERVICES, "service", "svc-", {**given, "status": "ACTIVE"})
    domain = f"{service['name']}-{service['id'][4:]}.7d67968.vpc-lattice-svcs.{call.region}.on.aws"
    service["dnsEntry"] = {"domainName": domain, "hostedZoneId": "Z09127221KTH2CFUOHIZH"}
    return service


@answers(SERVICE, "GetService")
def get_service(call: Call) -> dict[str, Any]:
    return find(SERVICES, call.params["serviceIdentifier"])


@answers(SERVICE, "ListServices")
def list_services(_: Call) -> dict[str, Any]:
    return items(SERVICES)


@answers(SERVICE, "UpdateService")
def update_service(call: Call) -> dict[str, Any]:
    service = find(SERVICES, call.params["serviceIdentifier"])
    service.update(call.given("authType", "certificateArn"), lastUpdatedAt=now())
    return service


@answers(SERVICE, "DeleteService")
def delete_service(call: Call) -> dict[str, Any]:
    service = find(SERVICES, call.params["serviceIdentifier"])
    used = any(a["serviceId"] == service["id"] for a in SERVICE_ASSOCIATIONS.values())
    refuse_while(used, "service has associations")
    return delete(SERVICES, service["id"])


# Associations


@answers(SERVICE, "CreateServiceNetworkVpcAssociation")
def create_vpc_association(call: Call) -> dict[str, Any]:
    network = find(NETWORKS, call.params["serviceNetworkIdentifier"])
    members = {
        **of_network(network),
        "vpcId": call.params["vpcIdentifier"],
        "securityGroupIds": call.params.get("securityGroupIds") or [],
        **call.given("privateDnsEnabled", "dnsOptions"),
    }
    return create(call, VPC_ASSOCIATIONS, "servicenetworkvpcassociation", "snva-", members)


@answers(SERVICE, "GetServiceNetworkVpcAssociation")
def get_vpc_association(call: Call) -> dict[str, Any]:
    return find(VPC_ASSOCIATIONS, call.params["serviceNetworkVpcAssociationIdentifier"])


@answers(SERVICE, "ListServiceNetworkVpcAssociations")
def list_vpc_associations(call: Call) -> dict[str, Any]:
    return items(
        VPC_ASSOCIATIONS,
        serviceNetworkId=call.params.get("serviceNetworkIdentifier"),
        vpcId=call.params.get("vpcIdentifier"),
    )


@answers(SERVICE, "UpdateServiceNetworkVpcAssociation")
def update_vpc_association(call: Call) -> dict[str, Any]:
    association = find(VPC_ASSOCIATIONS, call.params["serviceNetworkVpcAssociationIdentifier"])
    association.update(call.given("securityGroupIds"), lastUpdatedAt=now())
    return association


@answers(SERVICE, "DeleteServiceNetworkVpcAssociation")
def delete_vpc_association(call: Call) -> dict[str, Any]:
    return delete(VPC_ASSOCIATIONS, call.params["serviceNetworkVpcAssociationIdentifier"])


@answers(SERVICE, "CreateServiceNetworkServiceAssociation")
def create_service_association(call: Call) -> dict[str, Any]:
    network = find(NETWORKS, call.params["serviceNetworkIdentifier"])
    service = find(SERVICES, call.params["serviceIdentifier"])
    members = {
        **of_network(network),
        "serviceId": service["id"],
        "serviceArn": service["arn"],
        "serviceName": service["name"],
        "dnsEntry": service["dnsEntry"],
    }
    if "customDomainName" in service:
        members["customDomainName"] = service["customDomainName"]
    return create(call, SERVICE_ASSOCIATIONS, "servicenetworkserviceassociation", "snsa-", members)


@answers(SERVICE, "GetServiceNetworkServiceAssociation")
def get_service_association(call: Call) -> dict[str, Any]:
    return find(SERVICE_ASSOCIATIONS, call.params["serviceNetworkServiceAssociationIdentifier"])


@answers(SERVICE, "ListServiceNetworkServiceAssociations")
def list_service_associations(call: Call) -> dict[str, Any]:
    return items(
        SERVICE_ASSOCIATIONS,
        serviceNetworkId=call.params.get("serviceNetworkIdentifier"),
        serviceId=call.params.get("serviceIdentifier"),
    )


@answers(SERVICE, "DeleteServiceNetworkServiceAssociation")
def delete_service_association(call: Call) -> dict[str, Any]:
    return delete(SERVICE_ASSOCIATIONS, call.params["serviceNetworkServiceAssociationIdentifier"])


def of_network(network: dict[str, Any]) -> dict[str, Any]:
    return {
        "serviceNetworkId": network["id"],
        "serviceNetworkArn": network["arn"],
        "serviceNetworkName": network["name"],
        "status": "ACTIVE",
        "createdBy": "123456789012",
    }


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


# Policies, access logs, tags


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
