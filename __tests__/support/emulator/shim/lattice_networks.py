"""VPC Lattice: service networks, services and what joins them to each other and to a VPC."""

from typing import Any

from .calls import ACCOUNT, Call, answers, now
from .lattice_store import (
    NETWORKS,
    SERVICE,
    SERVICE_ASSOCIATIONS,
    SERVICES,
    VPC_ASSOCIATIONS,
    create,
    delete,
    find,
    items,
    refuse_while,
)

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
        "createdBy": ACCOUNT,
    }
