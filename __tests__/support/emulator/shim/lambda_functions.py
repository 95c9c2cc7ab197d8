"""Lambda. moto drops part of a function's configuration, and has no provisioned concurrency and no code signing.

Terraform: aws_lambda_function (KMS key, dead letters, logging, snap start), _provisioned_concurrency_config,
_code_signing_config, _function_event_invoke_config.
Code never runs here; what runs is invoked through the project's own local endpoint.
"""

from typing import Any

from .calls import Amended, Call, Refusal, Shelf, answers, new_id, now

CONFIGURATIONS, CONCURRENCY, SIGNING_CONFIGS, SIGNED = Shelf(), Shelf(), Shelf(), Shelf()

# What moto forgets of CreateFunction and UpdateFunctionConfiguration.
MEMBERS = ("DeadLetterConfig", "FileSystemConfigs", "KMSKeyArn", "LoggingConfig", "SnapStart")


def name_of(function: str) -> str:
    """A function's name from a name, an ARN or a partial ARN, without its qualifier."""
    return function.split(":function:")[-1].split(":")[0]


@answers("lambda", "CreateFunction")
def create_function(call: Call) -> Amended:
    answer = call.forward()
    name = call.params["FunctionName"]
    CONFIGURATIONS[(name, "$LATEST")] = call.given(*MEMBERS)
    if answer.get("Version", "$LATEST") != "$LATEST":
        CONFIGURATIONS[(name, answer["Version"])] = call.given(*MEMBERS)
    signing = call.params.get("CodeSigningConfigArn")
    if signing:
        SIGNED[name] = signing
    return completed(answer)


@answers("lambda", "UpdateFunctionConfiguration")
def update_function_configuration(call: Call) -> Amended:
    answer = call.forward()
    CONFIGURATIONS.setdefault((name_of(call.params["FunctionName"]), "$LATEST"), {}).update(call.given(*MEMBERS))
    return completed(answer)


@answers("lambda", "PublishVersion", "UpdateFunctionCode")
def publish_version(call: Call) -> Amended:
    answer = call.forward()
    latest = CONFIGURATIONS.get((answer["FunctionName"], "$LATEST"), {})
    CONFIGURATIONS.setdefault((answer["FunctionName"], answer["Version"]), dict(latest))
    return completed(answer)


@answers("lambda", "GetFunction")
def get_function(call: Call) -> Amended:
    answer = call.forward()
    completed(answer["Configuration"])
    return answer


@answers("lambda", "GetFunctionConfiguration")
def get_function_configuration(call: Call) -> Amended:
    return completed(call.forward())


@answers("lambda", "ListVersionsByFunction")
def list_versions(call: Call) -> Amended:
    answer = call.forward()
    for version in answer["Versions"]:
        completed(version)
    return answer


@answers("lambda", "DeleteFunction")
def delete_function(call: Call) -> Amended:
    answer = call.forward()
    if not call.params.get("Qualifier"):
        name = name_of(call.params["FunctionName"])
        SIGNED.pop(name, None)
        for shelf in (CONFIGURATIONS, CONCURRENCY):
            for key in [key for key in shelf if key[0] == name]:
                del shelf[key]
    return answer


def completed(configuration: Any) -> Any:
    kept = CONFIGURATIONS.get((configuration["FunctionName"], configuration["Version"]), {})
    configuration.update({key: value for key, value in kept.items() if key != "SnapStart"})
    configuration.setdefault("LoggingConfig", {"LogFormat": "Text"})
    configuration["LoggingConfig"].setdefault("LogGroup", f"/aws/lambda/{configuration['FunctionName']}")
    snap = kept.get("SnapStart", {}).get("ApplyOn", "None")
    started = snap == "PublishedVersions" and configuration["Version"] != "$LATEST"
    configuration["SnapStart"] = {"ApplyOn": snap, "OptimizationStatus": "On" if started else "Off"}
    return configuration


# Provisioned concurrency


@answers("lambda", "PutProvisionedConcurrencyConfig", "GetProvisionedConcurrencyConfig")
def provisioned_concurrency(call: Call) -> dict[str, Any]:
    key = (name_of(call.params["FunctionName"]), call.params["Qualifier"])
    if call.operation.startswith("Put"):
        CONCURRENCY[key] = (call.params["ProvisionedConcurrentExecutions"], now())
    if key not in CONCURRENCY:
        raise Refusal("ProvisionedConcurrencyConfigNotFoundException", f"{key} has no provisioned concurrency", 404)
    count, since = CONCURRENCY[key]
    return {
        "RequestedProvisionedConcurrentExecutions": count,
        "AvailableProvisionedConcurrentExecutions": count,
        "AllocatedProvisionedConcurrentExecutions": count,
        "Status": "READY",
        "LastModified": since.strftime("%Y-%m-%dT%H:%M:%S+0000"),
    }


@answers("lambda", "DeleteProvisionedConcurrencyConfig")
def delete_provisioned_concurrency(call: Call) -> None:
    CONCURRENCY.pop((name_of(call.params["FunctionName"]), call.params["Qualifier"]), None)


# Code signing


@answers("lambda", "CreateCodeSigningConfig")
def create_code_signing_config(call: Call) -> dict[str, Any]:
    identifier = new_id("csc-")
    arn = call.arn(f"code-signing-config:{identifier}")
    SIGNING_CONFIGS[arn] = {
        "CodeSigningConfigId": identifier,
        "CodeSigningConfigArn": arn,
        "CodeSigningPolicies": {"UntrustedArtifactOnDeployment": "Warn"},
        **call.given("Description", "AllowedPublishers", "CodeSigningPolicies"),
        "LastModified": now().strftime("%Y-%m-%dT%H:%M:%S+0000"),
        "tags": dict(call.params.get("Tags") or {}),
    }
    return {"CodeSigningConfig": SIGNING_CONFIGS[arn]}


def signing_config(arn: str) -> dict[str, Any]:
    if arn not in SIGNING_CONFIGS:
        raise Refusal("ResourceNotFoundException", f"no code signing config {arn}", 404)
    return SIGNING_CONFIGS[arn]


@answers("lambda", "GetCodeSigningConfig", "UpdateCodeSigningConfig")
def code_signing_config(call: Call) -> dict[str, Any]:
    config = signing_config(call.params["CodeSigningConfigArn"])
    if call.operation.startswith("Update"):
        config.update(call.given("Description", "AllowedPublishers", "CodeSigningPolicies"))
    return {"CodeSigningConfig": config}


@answers("lambda", "DeleteCodeSigningConfig")
def delete_code_signing_config(call: Call) -> None:
    arn = call.params["CodeSigningConfigArn"]
    signing_config(arn)
    if arn in SIGNED.values():
        raise Refusal("ResourceConflictException", f"{arn} is used by a function", 409)
    del SIGNING_CONFIGS[arn]


@answers("lambda", "PutFunctionCodeSigningConfig", "GetFunctionCodeSigningConfig")
def function_code_signing_config(call: Call) -> dict[str, Any]:
    name = name_of(call.params["FunctionName"])
    if call.operation.startswith("Put"):
        signing_config(call.params["CodeSigningConfigArn"])
        SIGNED[name] = call.params["CodeSigningConfigArn"]
    return {"FunctionName": name, **({"CodeSigningConfigArn": SIGNED[name]} if name in SIGNED else {})}


@answers("lambda", "DeleteFunctionCodeSigningConfig")
def delete_function_code_signing_config(call: Call) -> None:
    SIGNED.pop(name_of(call.params["FunctionName"]), None)


@answers("lambda", "ListTags", "TagResource", "UntagResource")
def tags(call: Call) -> dict[str, Any] | None:
    arn = call.params["Resource"]
    if arn not in SIGNING_CONFIGS:
        return call.forward()
    held = SIGNING_CONFIGS[arn]["tags"]
    if call.operation == "ListTags":
        return {"Tags": held}
    held.update(call.params.get("Tags") or {})
    for key in call.params.get("TagKeys") or []:
        held.pop(key, None)
    return None


# Asynchronous invocation: moto keeps one configuration per function, whatever the qualifier

INVOKE_CONFIGS = Shelf()


@answers("lambda", "PutFunctionEventInvokeConfig", "UpdateFunctionEventInvokeConfig")
def put_event_invoke_config(call: Call) -> dict[str, Any]:
    name, qualifier = name_of(call.params["FunctionName"]), call.params.get("Qualifier") or "$LATEST"
    given = call.given("MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig")
    held = INVOKE_CONFIGS.get((name, qualifier), {}) if call.operation.startswith("Update") else {}
    INVOKE_CONFIGS[(name, qualifier)] = {
        "DestinationConfig": {"OnSuccess": {}, "OnFailure": {}},
        **held,
        **given,
        "FunctionArn": call.arn(f"function:{name}:{qualifier}"),
        "LastModified": now(),
    }
    return INVOKE_CONFIGS[(name, qualifier)]


@answers("lambda", "GetFunctionEventInvokeConfig", "DeleteFunctionEventInvokeConfig")
def event_invoke_config(call: Call) -> dict[str, Any] | None:
    key = (name_of(call.params["FunctionName"]), call.params.get("Qualifier") or "$LATEST")
    if key not in INVOKE_CONFIGS:
        raise Refusal("ResourceNotFoundException", f"{key} has no event invoke config", 404)
    if call.operation.startswith("Get"):
        return INVOKE_CONFIGS[key]
    del INVOKE_CONFIGS[key]
    return None


@answers("lambda", "ListFunctionEventInvokeConfigs")
def list_event_invoke_configs(call: Call) -> dict[str, Any]:
    name = name_of(call.params["FunctionName"])
    return {"FunctionEventInvokeConfigs": [config for key, config in INVOKE_CONFIGS.items() if key[0] == name]}
