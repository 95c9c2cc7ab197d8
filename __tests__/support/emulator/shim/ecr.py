"""ECR. moto has no pull-through caches.

Terraform: aws_ecr_pull_through_cache_rule.
"""

from typing import Any

from .calls import ACCOUNT, Call, Refusal, Shelf, answers, now

RULES = Shelf()

MEMBERS = (
    "credentialArn",
    "customRoleArn",
    "ecrRepositoryPrefix",
    "upstreamRegistry",
    "upstreamRegistryUrl",
    "upstreamRepositoryPrefix",
)


def find(call: Call) -> dict[str, Any]:
    prefix = call.params["ecrRepositoryPrefix"]
    if prefix not in RULES:
        raise Refusal("PullThroughCacheRuleNotFoundException", f"no rule for {prefix}")
    return RULES[prefix]


@answers("ecr", "CreatePullThroughCacheRule")
def create_rule(call: Call) -> dict[str, Any]:
    prefix = call.params["ecrRepositoryPrefix"]
    if prefix in RULES:
        raise Refusal("PullThroughCacheRuleAlreadyExistsException", f"a rule for {prefix} exists")
    RULES[prefix] = {
        **call.given(*MEMBERS),
        "registryId": ACCOUNT,
        "createdAt": now(),
    }
    return RULES[prefix]


@answers("ecr", "DescribePullThroughCacheRules")
def describe_rules(call: Call) -> dict[str, Any]:
    wanted = call.params.get("ecrRepositoryPrefixes")
    if not wanted:
        return {"pullThroughCacheRules": list(RULES.values())}
    found = [RULES[prefix] for prefix in wanted if prefix in RULES]
    if not found:
        raise Refusal("PullThroughCacheRuleNotFoundException", f"no rule for {wanted}")
    return {"pullThroughCacheRules": found}


@answers("ecr", "UpdatePullThroughCacheRule")
def update_rule(call: Call) -> dict[str, Any]:
    rule = find(call)
    rule.update(call.given("credentialArn", "customRoleArn"), updatedAt=now())
    return rule


@answers("ecr", "DeletePullThroughCacheRule")
def delete_rule(call: Call) -> dict[str, Any]:
    return RULES.pop(find(call)["ecrRepositoryPrefix"])
