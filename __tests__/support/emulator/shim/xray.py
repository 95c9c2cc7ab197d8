"""X-Ray. moto takes traces only.

Terraform: aws_xray_encryption_config, aws_xray_group, aws_xray_sampling_rule.
"""

from typing import Any

from .calls import Call, Refusal, Shelf, answers, new_id, now

ENCRYPTION, GROUPS, RULES, TAGS = Shelf(), Shelf(), Shelf(), Shelf()


def keep_tags(call: Call, arn: str) -> None:
    TAGS[arn] = {tag["Key"]: tag["Value"] for tag in call.params.get("Tags") or []}


@answers("xray", "PutEncryptionConfig", "GetEncryptionConfig")
def encryption_config(call: Call) -> dict[str, Any]:
    if call.operation.startswith("Put"):
        ENCRYPTION["config"] = call.given("KeyId", "Type")
    return {"EncryptionConfig": {"Type": "NONE", **ENCRYPTION.get("config", {}), "Status": "ACTIVE"}}


def find_group(call: Call) -> dict[str, Any]:
    for group in GROUPS.values():
        if call.params.get("GroupARN") == group["GroupARN"] or call.params.get("GroupName") == group["GroupName"]:
            return group
    raise Refusal("InvalidRequestException", "Group not found")


@answers("xray", "CreateGroup")
def create_group(call: Call) -> dict[str, Any]:
    arn = call.arn(f"group/{call.params['GroupName']}/{new_id().upper()}")
    insights = {"InsightsEnabled": False, "NotificationsEnabled": False, **(call.params.get("InsightsConfiguration") or {})}
    GROUPS[arn] = {**call.given("GroupName", "FilterExpression"), "GroupARN": arn, "InsightsConfiguration": insights}
    keep_tags(call, arn)
    return {"Group": GROUPS[arn]}


@answers("xray", "GetGroup", "UpdateGroup")
def group(call: Call) -> dict[str, Any]:
    found = find_group(call)
    if call.operation == "UpdateGroup":
        found.update(call.given("FilterExpression", "InsightsConfiguration"))
    return {"Group": found}


@answers("xray", "GetGroups")
def get_groups(_: Call) -> dict[str, Any]:
    return {"Groups": list(GROUPS.values())}


@answers("xray", "DeleteGroup")
def delete_group(call: Call) -> None:
    del GROUPS[find_group(call)["GroupARN"]]


def find_rule(name: str | None, arn: str | None) -> dict[str, Any]:
    for record in RULES.values():
        if name == record["SamplingRule"]["RuleName"] or (arn is not None and arn == record["SamplingRule"]["RuleARN"]):
            return record
    raise Refusal("InvalidRequestException", "Sampling rule does not exist.")


@answers("xray", "CreateSamplingRule")
def create_sampling_rule(call: Call) -> dict[str, Any]:
    rule = dict(call.params["SamplingRule"])
    arn = call.arn(f"sampling-rule/{rule['RuleName']}")
    RULES[arn] = {"SamplingRule": {**rule, "RuleARN": arn}, "CreatedAt": now(), "ModifiedAt": now()}
    keep_tags(call, arn)
    return {"SamplingRuleRecord": RULES[arn]}


@answers("xray", "GetSamplingRules")
def get_sampling_rules(_: Call) -> dict[str, Any]:
    return {"SamplingRuleRecords": list(RULES.values())}


@answers("xray", "UpdateSamplingRule")
def update_sampling_rule(call: Call) -> dict[str, Any]:
    change = call.params["SamplingRuleUpdate"]
    record = find_rule(change.get("RuleName"), change.get("RuleARN"))
    record["SamplingRule"].update({key: value for key, value in change.items() if key not in ("RuleName", "RuleARN")})
    return {"SamplingRuleRecord": record}


@answers("xray", "DeleteSamplingRule")
def delete_sampling_rule(call: Call) -> dict[str, Any]:
    record = find_rule(call.params.get("RuleName"), call.params.get("RuleARN"))
    del RULES[record["SamplingRule"]["RuleARN"]]
    return {"SamplingRuleRecord": record}


@answers("xray", "ListTagsForResource", "TagResource", "UntagResource")
def tags(call: Call) -> dict[str, Any] | None:
    held = TAGS.setdefault(call.params["ResourceARN"], {})
    if call.operation == "ListTagsForResource":
        return {"Tags": [{"Key": key, "Value": value} for key, value in held.items()]}
    held.update({tag["Key"]: tag["Value"] for tag in call.params.get("Tags") or []})
    for key in call.params.get("TagKeys") or []:
        held.pop(key, None)
    return None
