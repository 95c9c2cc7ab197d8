"""App Mesh. moto gives times as text where the SDK wants numbers, and has no virtual services: the whole service is here.

Terraform: aws_appmesh_mesh, _virtual_node, _virtual_router, _route, _virtual_service, _virtual_gateway, _gateway_route.
All seven kinds are alike: a name, a spec, metadata, a status; what differs is the path of parents in the ARN.
"""

from typing import Any

from .calls import ACCOUNT, Call, Refusal, Shelf, answers, new_id, now

SERVICE = "appmesh"
RESOURCES, TAGS = Shelf(), Shelf()

# Kind, the member that names it, the members that name its parents, its place in the ARN.
KINDS = {
    "Mesh": ("meshName", [], "mesh/{meshName}"),
    "VirtualNode": ("virtualNodeName", ["meshName"], "mesh/{meshName}/virtualNode/{virtualNodeName}"),
    "VirtualRouter": ("virtualRouterName", ["meshName"], "mesh/{meshName}/virtualRouter/{virtualRouterName}"),
    "VirtualService": ("virtualServiceName", ["meshName"], "mesh/{meshName}/virtualService/{virtualServiceName}"),
    "VirtualGateway": ("virtualGatewayName", ["meshName"], "mesh/{meshName}/virtualGateway/{virtualGatewayName}"),
    "Route": (
        "routeName",
        ["meshName", "virtualRouterName"],
        "mesh/{meshName}/virtualRouter/{virtualRouterName}/route/{routeName}",
    ),
    "GatewayRoute": (
        "gatewayRouteName",
        ["meshName", "virtualGatewayName"],
        "mesh/{meshName}/virtualGateway/{virtualGatewayName}/gatewayRoute/{gatewayRouteName}",
    ),
}


def kind_of(operation: str) -> str:
    """`CreateVirtualNode`, `ListMeshes` and their like to the kind they are about."""
    noun = operation.removeprefix("Create").removeprefix("Describe").removeprefix("Update")
    noun = noun.removeprefix("Delete").removeprefix("List")
    return {"Meshes": "Mesh"}.get(noun, noun if noun in KINDS else noun.removesuffix("s"))


def address(call: Call, kind: str) -> str:
    return call.arn(KINDS[kind][2].format(**call.params))


def answer(kind: str, resource: dict[str, Any]) -> dict[str, Any]:
    """The one member of every answer: `mesh`, `virtualNode`, …"""
    return {kind[0].lower() + kind[1:]: resource}


def find(call: Call, kind: str) -> dict[str, Any]:
    found = RESOURCES.get(address(call, kind))
    if found is None:
        raise Refusal("NotFoundException", f"{address(call, kind)} does not exist", 404)
    return found


@answers(SERVICE, *(f"Create{kind}" for kind in KINDS))
def create(call: Call) -> dict[str, Any]:
    kind = kind_of(call.operation)
    name, parents, _ = KINDS[kind]
    arn = address(call, kind)
    if parents and call.arn(f"mesh/{call.params['meshName']}") not in RESOURCES:
        raise Refusal("NotFoundException", f"mesh {call.params['meshName']} does not exist", 404)
    if arn in RESOURCES:
        raise Refusal("ConflictException", f"{arn} already exists", 409)
    RESOURCES[arn] = {
        **call.given(name, *parents),
        "spec": call.params.get("spec") or {},
        "status": {"status": "ACTIVE"},
        "metadata": {
            "arn": arn,
            "createdAt": now(),
            "lastUpdatedAt": now(),
            "meshOwner": ACCOUNT,
            "resourceOwner": ACCOUNT,
            "uid": new_id(),
            "version": 1,
        },
    }
    TAGS[arn] = {tag["key"]: tag.get("value", "") for tag in call.params.get("tags") or []}
    return answer(kind, RESOURCES[arn])


@answers(SERVICE, *(f"Describe{kind}" for kind in KINDS))
def describe(call: Call) -> dict[str, Any]:
    kind = kind_of(call.operation)
    return answer(kind, find(call, kind))


@answers(SERVICE, *(f"Update{kind}" for kind in KINDS))
def update(call: Call) -> dict[str, Any]:
    kind = kind_of(call.operation)
    resource = find(call, kind)
    resource["spec"] = call.params.get("spec") or {}
    resource["metadata"].update(lastUpdatedAt=now(), version=resource["metadata"]["version"] + 1)
    return answer(kind, resource)


@answers(SERVICE, *(f"Delete{kind}" for kind in KINDS))
def delete(call: Call) -> dict[str, Any]:
    kind = kind_of(call.operation)
    resource = find(call, kind)
    arn = resource["metadata"]["arn"]
    if any(other.startswith(f"{arn}/") for other in RESOURCES):
        raise Refusal("ResourceInUseException", f"{arn} still holds other resources", 409)
    del RESOURCES[arn]
    TAGS.pop(arn, None)
    return answer(kind, {**resource, "status": {"status": "DELETED"}})


@answers(SERVICE, "ListMeshes", *(f"List{kind}s" for kind in KINDS if kind != "Mesh"))
def list_all(call: Call) -> dict[str, Any]:
    kind = kind_of(call.operation)
    name, parents, _ = KINDS[kind]
    found = [
        {**resource, **resource["metadata"]}
        for resource in RESOURCES.values()
        if name in resource
        and len(resource["metadata"]["arn"].split("/")) == 2 + 2 * len(parents)
        and all(resource[parent] == call.params[parent] for parent in parents)
    ]
    members = "meshes" if kind == "Mesh" else kind[0].lower() + kind[1:] + "s"
    return {members: found}


@answers(SERVICE, "ListTagsForResource", "TagResource", "UntagResource")
def tags(call: Call) -> dict[str, Any] | None:
    held = TAGS.setdefault(call.params["resourceArn"], {})
    if call.operation == "ListTagsForResource":
        return {"tags": [{"key": key, "value": value} for key, value in held.items()]}
    held.update({tag["key"]: tag.get("value", "") for tag in call.params.get("tags") or []})
    for key in call.params.get("tagKeys") or []:
        held.pop(key, None)
    return None
