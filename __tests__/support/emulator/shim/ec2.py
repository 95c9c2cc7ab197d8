"""EC2. moto reads a security group rule's description from CIDR rules alone, and says of a network ACL that is gone that
a route table is. It also keeps a VPC's network ACLs when the VPC goes.

Terraform: aws_vpc_security_group_ingress_rule and _egress_rule with a description and a group or a prefix list;
aws_network_acl, whose deletion is found by the error's code; aws_default_network_acl, which goes with its VPC.
"""

import inspect
from typing import Any

import moto.ec2.models.network_acls as network_acls
from moto.ec2.exceptions import InvalidNetworkAclIdError
from moto.ec2.models.security_groups import SecurityGroupRule
from moto.ec2.models.vpcs import VPC, VPCBackend

_init = SecurityGroupRule.__init__
_signature = inspect.signature(_init)


def init(rule: SecurityGroupRule, *args: Any, **kwargs: Any) -> None:
    _init(rule, *args, **kwargs)
    prefix_list = _signature.bind(rule, *args, **kwargs).arguments.get("prefix_list_id")
    for source in (rule.source_group, prefix_list or {}):
        if "Description" in source:
            rule.ip_range["Description"] = source["Description"]


# Where the rule has a CIDR, moto already finds the description there: ModifySecurityGroupRules writes it there too.
SecurityGroupRule.__init__ = init  # type: ignore[method-assign]

network_acls.InvalidRouteTableIdError = InvalidNetworkAclIdError  # type: ignore[attr-defined]

_delete_vpc = VPCBackend.delete_vpc


def delete_vpc(backend: VPCBackend, vpc_id: str) -> VPC:
    vpc = _delete_vpc(backend, vpc_id)
    for acl_id in [acl.id for acl in backend.network_acls.values() if acl.vpc_id == vpc_id]:  # type: ignore[attr-defined]
        del backend.network_acls[acl_id]  # type: ignore[attr-defined]
    return vpc


VPCBackend.delete_vpc = delete_vpc  # type: ignore[method-assign]
