"""Secrets Manager. moto fails on a rotation that is only configured (`RotateImmediately: false`) before the secret has a value,
invents a version for it when there is one, and keeps of its rules the days alone.

Terraform: aws_secretsmanager_secret_rotation.
"""

import time
import uuid
from typing import Any

from moto.secretsmanager.models import FakeSecret, secretsmanager_backends

from .calls import ACCOUNT, Amended, Call, Refusal, Shelf, answers

ROTATIONS = Shelf()


def find(call: Call) -> FakeSecret:
    return secretsmanager_backends[ACCOUNT][call.region].describe_secret(call.params["SecretId"])


@answers("secretsmanager", "RotateSecret")
def rotate_secret(call: Call) -> dict[str, Any]:
    secret = find(call)
    held = ROTATIONS.setdefault(secret.arn, {})
    held.update(call.given("RotationLambdaARN", "RotationRules"))
    if "RotationLambdaARN" not in held:
        raise Refusal("InvalidRequestException", "no Lambda rotation function ARN is associated with this secret")
    if call.params.get("RotateImmediately") is False:
        return {"ARN": secret.arn, "Name": secret.name}
    # A rotation begins with a version that has a label and no value. Lambda code is not run here, so that is where it stays.
    version = call.params.get("ClientRequestToken") or str(uuid.uuid4())
    secret.remove_version_stages_from_old_versions(["AWSPENDING"])
    secret.versions[version] = {"createdate": int(time.time()), "version_id": version, "version_stages": ["AWSPENDING"]}
    return {"ARN": secret.arn, "Name": secret.name, "VersionId": version}


@answers("secretsmanager", "UpdateSecretVersionStage")
def update_secret_version_stage(call: Call) -> dict[str, Any]:
    secret = find(call)
    is_first = not any("AWSCURRENT" in version["version_stages"] for version in secret.versions.values())
    if call.params["VersionStage"] != "AWSCURRENT" or not is_first:
        call.pass_on()
    version = call.params["MoveToVersionId"]
    secret.versions[version]["version_stages"].append("AWSCURRENT")
    secret.set_default_version_id(version)
    return {"ARN": secret.arn, "Name": secret.name}


@answers("secretsmanager", "CancelRotateSecret")
def cancel_rotate_secret(call: Call) -> dict[str, Any]:
    secret = find(call)
    ROTATIONS.pop(secret.arn, None)
    secret.rotation_enabled = secret.rotation_requested = False
    return {"ARN": secret.arn, "Name": secret.name}


@answers("secretsmanager", "DescribeSecret")
def describe_secret(call: Call) -> Amended:
    answer = call.forward()
    if answer["ARN"] in ROTATIONS:
        answer.update(ROTATIONS[answer["ARN"]], RotationEnabled=True)
    return answer


@answers("secretsmanager", "DeleteSecret")
def delete_secret(call: Call) -> Amended:
    answer = call.forward()
    ROTATIONS.pop(answer.get("ARN"), None)
    return answer
