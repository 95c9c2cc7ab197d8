"""Private CA. moto has no permissions, and says of every authority that its certificates are short-lived.

Terraform: aws_acmpca_permission, aws_acmpca_certificate_authority (usage_mode).
"""

from typing import Any

from .calls import ACCOUNT, Amended, Call, Refusal, Shelf, answers, now

PERMISSIONS, USAGE_MODES = Shelf(), Shelf()


@answers("acm-pca", "CreateCertificateAuthority")
def create_authority(call: Call) -> Amended:
    answer = call.forward()
    USAGE_MODES[answer["CertificateAuthorityArn"]] = call.params.get("UsageMode") or "GENERAL_PURPOSE"
    return answer


@answers("acm-pca", "DescribeCertificateAuthority")
def describe_authority(call: Call) -> Amended:
    answer = call.forward()
    answer["CertificateAuthority"]["UsageMode"] = USAGE_MODES[call.params["CertificateAuthorityArn"]]
    return answer


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
