"""Private CA. moto has no permissions, and takes a policy only as text it cannot read back when there is none.

Terraform: aws_acmpca_permission.
"""

from typing import Any

from .calls import ACCOUNT, Call, Refusal, Shelf, answers, now

PERMISSIONS = Shelf()


@answers("acm-pca", "CreatePermission")
def create_permission(call: Call) -> None:
    key = (call.params["CertificateAuthorityArn"], call.params["Principal"])
    if key in PERMISSIONS:
        raise Refusal("PermissionAlreadyExistsException", f"{key[1]} already has a permission")
    PERMISSIONS[key] = {
        **call.given("CertificateAuthorityArn", "Principal", "Actions"),
        "SourceAccount": call.params.get("SourceAccount") or ACCOUNT,
        "CreatedAt": now(),
    }


@answers("acm-pca", "ListPermissions")
def list_permissions(call: Call) -> dict[str, Any]:
    arn = call.params["CertificateAuthorityArn"]
    return {"Permissions": [permission for key, permission in PERMISSIONS.items() if key[0] == arn]}


@answers("acm-pca", "DeletePermission")
def delete_permission(call: Call) -> None:
    PERMISSIONS.pop((call.params["CertificateAuthorityArn"], call.params["Principal"]), None)
