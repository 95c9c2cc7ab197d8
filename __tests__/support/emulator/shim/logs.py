"""CloudWatch Logs. moto has no saved queries and no data protection, and forgets a log group's class.

Terraform: aws_cloudwatch_log_group (log_group_class), aws_cloudwatch_query_definition, aws_cloudwatch_log_data_protection_policy, aws_cloudwatch_log_account_policy.
"""

import uuid
from typing import Any

from .calls import ACCOUNT, Amended, Call, Refusal, Shelf, answers, now

QUERIES, PROTECTION, ACCOUNT_POLICIES, CLASSES = Shelf(), Shelf(), Shelf(), Shelf()


@answers("logs", "CreateLogGroup")
def create_log_group(call: Call) -> Amended:
    answer = call.forward()
    CLASSES[call.params["logGroupName"]] = call.params.get("logGroupClass") or "STANDARD"
    return answer


@answers("logs", "DescribeLogGroups")
def describe_log_groups(call: Call) -> Amended:
    answer = call.forward()
    for group in answer["logGroups"]:
        group["logGroupClass"] = CLASSES.get(group["logGroupName"], "STANDARD")
    return answer


@answers("logs", "PutQueryDefinition")
def put_query_definition(call: Call) -> dict[str, Any]:
    identifier = call.params.get("queryDefinitionId") or str(uuid.uuid4())
    members = call.given("name", "queryString", "logGroupNames", "queryLanguage")
    QUERIES[identifier] = {**members, "queryDefinitionId": identifier}
    return {"queryDefinitionId": identifier}


@answers("logs", "DescribeQueryDefinitions")
def describe_query_definitions(call: Call) -> dict[str, Any]:
    prefix = call.params.get("queryDefinitionNamePrefix") or ""
    return {"queryDefinitions": [query for query in QUERIES.values() if query["name"].startswith(prefix)]}


@answers("logs", "DeleteQueryDefinition")
def delete_query_definition(call: Call) -> dict[str, Any]:
    if QUERIES.pop(call.params["queryDefinitionId"], None) is None:
        raise Refusal("ResourceNotFoundException", "no such query definition")
    return {"success": True}


def group_of(identifier: str) -> str:
    """A log group's name from its name or ARN."""
    return identifier.split(":log-group:")[-1].split(":")[0]


@answers("logs", "PutDataProtectionPolicy", "GetDataProtectionPolicy")
def data_protection_policy(call: Call) -> dict[str, Any]:
    group = group_of(call.params["logGroupIdentifier"])
    if call.operation.startswith("Put"):
        PROTECTION[group] = {"policyDocument": call.params["policyDocument"], "lastUpdatedTime": 0}
    return {"logGroupIdentifier": call.params["logGroupIdentifier"], **PROTECTION.get(group, {})}


@answers("logs", "DeleteDataProtectionPolicy")
def delete_data_protection_policy(call: Call) -> None:
    PROTECTION.pop(group_of(call.params["logGroupIdentifier"]), None)


@answers("logs", "DeleteLogGroup")
def delete_log_group(call: Call) -> Amended:
    answer = call.forward()
    PROTECTION.pop(group_of(call.params["logGroupName"]), None)
    CLASSES.pop(call.params["logGroupName"], None)
    return answer


@answers("logs", "PutAccountPolicy")
def put_account_policy(call: Call) -> dict[str, Any]:
    key = (call.params["policyName"], call.params["policyType"])
    members = call.given("policyName", "policyDocument", "policyType", "scope", "selectionCriteria")
    ACCOUNT_POLICIES[key] = {"scope": "ALL", **members, "accountId": ACCOUNT, "lastUpdatedTime": int(now().timestamp())}
    return {"accountPolicy": ACCOUNT_POLICIES[key]}


@answers("logs", "DescribeAccountPolicies")
def describe_account_policies(call: Call) -> dict[str, Any]:
    name, kind = call.params.get("policyName"), call.params["policyType"]
    return {"accountPolicies": [p for key, p in ACCOUNT_POLICIES.items() if key[1] == kind and name in (None, key[0])]}


@answers("logs", "DeleteAccountPolicy")
def delete_account_policy(call: Call) -> None:
    ACCOUNT_POLICIES.pop((call.params["policyName"], call.params["policyType"]), None)
