"""ECS. moto forgets much of what a service was created with, and lacks account-wide defaults.

Terraform: aws_ecs_service (Service Connect with TLS, Lattice, capacity providers, grace period, circuit breaker and alarms,
execute command, zone rebalancing), aws_ecs_capacity_provider (managed draining), aws_ecs_account_setting_default.
A service runs as many tasks as it wants at once, so that waiting for a steady state ends.
"""

from typing import Any

from .calls import ACCOUNT, Amended, Call, Shelf, answers

SERVICES, PROVIDERS, DEFAULT_SETTINGS = Shelf(), Shelf(), Shelf()

# What a caller gives at creation or update and reads back on the service itself.
OF_SERVICE = (
    "availabilityZoneRebalancing",
    "capacityProviderStrategy",
    "deploymentConfiguration",
    "enableECSManagedTags",
    "enableExecuteCommand",
    "healthCheckGracePeriodSeconds",
    "loadBalancers",
    "networkConfiguration",
    "placementConstraints",
    "placementStrategy",
    "platformVersion",
    "propagateTags",
    "serviceRegistries",
)
# The same, read back on the service's first deployment.
OF_DEPLOYMENT = ("serviceConnectConfiguration", "volumeConfigurations", "vpcLatticeConfigurations")


@answers("ecs", "CreateService")
def create_service(call: Call) -> Amended:
    answer = call.forward()
    SERVICES[answer["service"]["serviceArn"]] = call.given(*OF_SERVICE, *OF_DEPLOYMENT)
    return completed(answer, "service")


@answers("ecs", "UpdateService")
def update_service(call: Call) -> Amended:
    answer = call.forward()
    kept = SERVICES.setdefault(answer["service"]["serviceArn"], {})
    kept.update(call.given(*OF_SERVICE, *OF_DEPLOYMENT))
    return completed(answer, "service")


@answers("ecs", "DescribeServices")
def describe_services(call: Call) -> Amended:
    return completed(call.forward(), "services")


@answers("ecs", "ListServices")
def list_services(call: Call) -> Amended:
    """moto lists deleted services for ever; ECS does not."""
    answer = call.forward()
    answer["serviceArns"] = [arn for arn in answer["serviceArns"] if arn in SERVICES]
    return answer


@answers("ecs", "DeleteService")
def delete_service(call: Call) -> Amended:
    answer = call.forward()
    SERVICES.pop(answer["service"]["serviceArn"], None)
    return answer


def completed(answer: Amended, member: str) -> Amended:
    for service in answer[member] if isinstance(answer[member], list) else [answer[member]]:
        kept = SERVICES.get(service["serviceArn"], {})
        service.update({name: kept[name] for name in OF_SERVICE if name in kept})
        if service.get("capacityProviderStrategy"):
            service.pop("launchType", None)
        if service.get("status") == "ACTIVE":
            service.update(runningCount=service["desiredCount"], pendingCount=0)
        for deployment in service.get("deployments", []):
            deployment.update({name: kept[name] for name in OF_DEPLOYMENT if name in kept})
            deployment.update(
                desiredCount=service["desiredCount"],
                runningCount=service["desiredCount"],
                pendingCount=0,
                rolloutState="COMPLETED",
            )
    return answer


# Capacity providers

SCALING_DEFAULTS = {
    "instanceWarmupPeriod": 300,
    "maximumScalingStepSize": 10000,
    "minimumScalingStepSize": 1,
    "status": "DISABLED",
    "targetCapacity": 100,
}


@answers("ecs", "CreateCapacityProvider", "UpdateCapacityProvider")
def keep_capacity_provider(call: Call) -> Amended:
    answer = call.forward()
    given: dict[str, Any] = call.params["autoScalingGroupProvider"]
    kept = PROVIDERS.setdefault(call.params["name"], {"managedDraining": "ENABLED", "managedScaling": SCALING_DEFAULTS})
    scaling = {**kept["managedScaling"], **given.get("managedScaling", {})}
    kept.update({**given, "managedScaling": scaling})
    return with_provider(answer, "capacityProvider")


@answers("ecs", "DescribeCapacityProviders")
def describe_capacity_providers(call: Call) -> Amended:
    return with_provider(call.forward(), "capacityProviders")


def with_provider(answer: Amended, member: str) -> Amended:
    for provider in answer[member] if isinstance(answer[member], list) else [answer[member]]:
        if provider["name"] in PROVIDERS:
            provider.setdefault("autoScalingGroupProvider", {}).update(PROVIDERS[provider["name"]])
    return answer


# Account-wide defaults


@answers("ecs", "PutAccountSettingDefault")
def put_account_setting_default(call: Call) -> dict[str, Any]:
    DEFAULT_SETTINGS[call.params["name"]] = {
        **call.given("name", "value"),
        "principalArn": f"arn:aws:iam::{ACCOUNT}:root",
        "type": "user",
    }
    return {"setting": DEFAULT_SETTINGS[call.params["name"]]}


@answers("ecs", "ListAccountSettings")
def list_account_settings(call: Call) -> dict[str, Any]:
    name = call.params.get("name")
    if name is None or name not in DEFAULT_SETTINGS:
        return call.forward()
    return {"settings": [DEFAULT_SETTINGS[name]]}
