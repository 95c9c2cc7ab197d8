"""IAM Access Analyzer. moto has none of it.

Terraform: aws_accessanalyzer_analyzer, aws_accessanalyzer_archive_rule.
"""

from typing import Any

from .calls import Call, Refusal, Shelf, answers, now

SERVICE = "accessanalyzer"
ANALYZERS, RULES = Shelf(), Shelf()


def find(name: str) -> dict[str, Any]:
    if name not in ANALYZERS:
        raise Refusal("ResourceNotFoundException", f"no analyzer {name}", 404)
    return ANALYZERS[name]


@answers(SERVICE, "CreateAnalyzer")
def create_analyzer(call: Call) -> dict[str, Any]:
    name = call.params["analyzerName"]
    if name in ANALYZERS:
        raise Refusal("ConflictException", f"analyzer {name} already exists", 409)
    arn = call.arn(f"analyzer/{name}", "access-analyzer")
    ANALYZERS[name] = {
        **call.given("type", "configuration"),
        "name": name,
        "arn": arn,
        "createdAt": now(),
        "status": "ACTIVE",
        "tags": dict(call.params.get("tags") or {}),
    }
    for rule in call.params.get("archiveRules") or []:
        RULES[(name, rule["ruleName"])] = {**rule, "createdAt": now(), "updatedAt": now()}
    return {"arn": arn}


@answers(SERVICE, "GetAnalyzer")
def get_analyzer(call: Call) -> dict[str, Any]:
    return {"analyzer": find(call.params["analyzerName"])}


@answers(SERVICE, "ListAnalyzers")
def list_analyzers(_: Call) -> dict[str, Any]:
    return {"analyzers": list(ANALYZERS.values())}


@answers(SERVICE, "UpdateAnalyzer")
def update_analyzer(call: Call) -> dict[str, Any]:
    analyzer = find(call.params["analyzerName"])
    analyzer.update(call.given("configuration"))
    return {"configuration": analyzer.get("configuration", {})}


@answers(SERVICE, "DeleteAnalyzer")
def delete_analyzer(call: Call) -> None:
    find(call.params["analyzerName"])
    del ANALYZERS[call.params["analyzerName"]]


@answers(SERVICE, "CreateArchiveRule", "UpdateArchiveRule")
def put_archive_rule(call: Call) -> None:
    find(call.params["analyzerName"])
    key = (call.params["analyzerName"], call.params["ruleName"])
    RULES[key] = {**call.given("ruleName", "filter"), "createdAt": now(), "updatedAt": now()}


@answers(SERVICE, "GetArchiveRule")
def get_archive_rule(call: Call) -> dict[str, Any]:
    key = (call.params["analyzerName"], call.params["ruleName"])
    if key not in RULES:
        raise Refusal("ResourceNotFoundException", f"no archive rule {key}", 404)
    return {"archiveRule": RULES[key]}


@answers(SERVICE, "DeleteArchiveRule")
def delete_archive_rule(call: Call) -> None:
    RULES.pop((call.params["analyzerName"], call.params["ruleName"]), None)


@answers(SERVICE, "ListTagsForResource", "TagResource", "UntagResource")
def tags(call: Call) -> dict[str, Any] | None:
    held = find(call.params["resourceArn"].split("/")[-1])["tags"]
    if call.operation == "ListTagsForResource":
        return {"tags": held}
    held.update(call.params.get("tags") or {})
    for key in call.params.get("tagKeys") or []:
        held.pop(key, None)
    return None
