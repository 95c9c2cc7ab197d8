"""CodeDeploy. moto gives times as text where the SDK wants numbers, deletes nothing, and has no deployment configurations.

Terraform: aws_codedeploy_app, _deployment_config, _deployment_group (blue-green on ECS: alarms, rollback, two listeners).
"""

import uuid
from datetime import datetime
from typing import Any

from moto.codedeploy.models import codedeploy_backends

from .calls import ACCOUNT, Amended, Call, Refusal, Shelf, answers, now

CONFIGS, GROUPS = Shelf(), Shelf()

GROUP_MEMBERS = (
    "alarmConfiguration",
    "autoRollbackConfiguration",
    "autoScalingGroups",
    "blueGreenDeploymentConfiguration",
    "deploymentConfigName",
    "deploymentStyle",
    "ec2TagFilters",
    "ec2TagSet",
    "ecsServices",
    "loadBalancerInfo",
    "onPremisesInstanceTagFilters",
    "onPremisesTagSet",
    "outdatedInstancesStrategy",
    "serviceRoleArn",
    "terminationHookEnabled",
    "triggerConfigurations",
)


@answers("codedeploy", "GetApplication", "GetDeployment")
def with_numeric_times(call: Call) -> Amended:
    answer = call.forward()
    for part in answer.values():
        for name in ("createTime", "startTime", "completeTime"):
            if isinstance(part.get(name), str):
                part[name] = datetime.fromisoformat(part[name]).timestamp()
    return answer


@answers("codedeploy", "DeleteApplication")
def delete_application(call: Call) -> None:
    backend = codedeploy_backends[ACCOUNT][call.region]
    name = call.params["applicationName"]
    backend.applications.pop(name, None)
    backend.deployment_groups.pop(name, None)
    for key in [key for key in GROUPS if key[0] == name]:
        del GROUPS[key]


@answers("codedeploy", "CreateDeploymentGroup")
def create_deployment_group(call: Call) -> Amended:
    answer = call.forward()
    key = (call.params["applicationName"], call.params["deploymentGroupName"])
    GROUPS[key] = {"deploymentConfigName": "CodeDeployDefault.OneAtATime", **call.given(*GROUP_MEMBERS)}
    return answer


@answers("codedeploy", "GetDeploymentGroup")
def get_deployment_group(call: Call) -> dict[str, Any]:
    held = call.forward()["deploymentGroupInfo"]
    key = (held["applicationName"], held["deploymentGroupName"])
    known = ("applicationName", "deploymentGroupId", "deploymentGroupName", "computePlatform")
    return {"deploymentGroupInfo": {**{name: held[name] for name in known}, **GROUPS[key]}}


@answers("codedeploy", "UpdateDeploymentGroup")
def update_deployment_group(call: Call) -> dict[str, Any]:
    application, name = call.params["applicationName"], call.params["currentDeploymentGroupName"]
    if (application, name) not in GROUPS:
        raise Refusal("DeploymentGroupDoesNotExistException", f"no deployment group {name}")
    GROUPS[(application, name)].update(call.given(*GROUP_MEMBERS))
    new_name = call.params.get("newDeploymentGroupName")
    if new_name and new_name != name:
        GROUPS[(application, new_name)] = GROUPS.pop((application, name))
        groups = codedeploy_backends[ACCOUNT][call.region].deployment_groups[application]
        groups[new_name] = groups.pop(name)
        groups[new_name].deployment_group_name = new_name
    return {"hooksNotCleanedUp": []}


@answers("codedeploy", "DeleteDeploymentGroup")
def delete_deployment_group(call: Call) -> dict[str, Any]:
    application, name = call.params["applicationName"], call.params["deploymentGroupName"]
    codedeploy_backends[ACCOUNT][call.region].deployment_groups.get(application, {}).pop(name, None)
    GROUPS.pop((application, name), None)
    return {"hooksNotCleanedUp": []}


@answers("codedeploy", "CreateDeploymentConfig")
def create_deployment_config(call: Call) -> dict[str, Any]:
    name = call.params["deploymentConfigName"]
    if name in CONFIGS:
        raise Refusal("DeploymentConfigAlreadyExistsException", f"{name} already exists")
    CONFIGS[name] = {**call.params, "deploymentConfigId": str(uuid.uuid4()), "createTime": now()}
    CONFIGS[name].setdefault("computePlatform", "Server")
    return {"deploymentConfigId": CONFIGS[name]["deploymentConfigId"]}


@answers("codedeploy", "GetDeploymentConfig")
def get_deployment_config(call: Call) -> dict[str, Any]:
    name = call.params["deploymentConfigName"]
    if name not in CONFIGS:
        raise Refusal("DeploymentConfigDoesNotExistException", f"no deployment configuration {name}")
    return {"deploymentConfigInfo": CONFIGS[name]}


@answers("codedeploy", "ListDeploymentConfigs")
def list_deployment_configs(_: Call) -> dict[str, Any]:
    return {"deploymentConfigsList": list(CONFIGS)}


@answers("codedeploy", "DeleteDeploymentConfig")
def delete_deployment_config(call: Call) -> None:
    CONFIGS.pop(call.params["deploymentConfigName"], None)
