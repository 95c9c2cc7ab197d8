"""VPC Lattice: what all of it stores. moto creates networks, services and target groups but deletes none, and lacks the rest:
the whole service is in this file and in lattice_networks.py, lattice_routing.py and lattice_policies.py.

Terraform: aws_vpclattice_service_network, _service, _service_network_vpc_association, _service_network_service_association,
_target_group, _target_group_attachment, _listener, _listener_rule, _auth_policy, _resource_policy, _access_log_subscription.
Every state is reached at once. What AWS refuses for its order (deleting a network with associations) is refused here too.
"""

from typing import Any

from .calls import Call, Refusal, Shelf, new_id, now

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
