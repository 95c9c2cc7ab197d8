"""KMS. moto forgets how often a key is rotated, and answers a signature and a public key with the key's bare id.

Terraform: aws_kms_key (rotation_period_in_days). The programs: Sign and GetPublicKey, whose answers name the key's ARN.
"""

from .calls import Amended, Call, Shelf, answers

PERIODS = Shelf()


def key_of(identifier: str) -> str:
    """A key's id from its id or ARN; the provider names keys no other way here."""
    return identifier.rsplit("/", 1)[-1]


@answers("kms", "EnableKeyRotation")
def enable_key_rotation(call: Call) -> Amended:
    answer = call.forward()
    PERIODS[key_of(call.params["KeyId"])] = call.params.get("RotationPeriodInDays") or 365
    return answer


@answers("kms", "DisableKeyRotation")
def disable_key_rotation(call: Call) -> Amended:
    PERIODS.pop(key_of(call.params["KeyId"]), None)
    return call.forward()


@answers("kms", "GetKeyRotationStatus")
def get_key_rotation_status(call: Call) -> Amended:
    answer = call.forward()
    if answer.get("KeyRotationEnabled"):
        answer["RotationPeriodInDays"] = PERIODS.get(key_of(call.params["KeyId"]), 365)
    return answer


@answers("kms", "GetPublicKey", "Sign")
def name_key_by_arn(call: Call) -> Amended:
    answer = call.forward()
    if not answer["KeyId"].startswith("arn:"):
        answer["KeyId"] = call.arn(f"key/{answer['KeyId']}")
    if "PublicKey" in answer:
        answer["KeySpec"] = answer.get("CustomerMasterKeySpec", "ECC_NIST_P256")
    return answer
