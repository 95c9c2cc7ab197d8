"""Budgets. moto keeps no tags and no subscribers, and cannot change a budget.

Terraform: aws_budgets_budget.
"""

from typing import Any

from moto.budgets.models import budgets_backends

from .calls import ACCOUNT, Amended, Call, Shelf, answers

TAGS, SUBSCRIBERS = Shelf(), Shelf()

NOTIFICATION = ("NotificationType", "ComparisonOperator", "Threshold", "ThresholdType")


@answers("budgets", "CreateBudget")
def create_budget(call: Call) -> Amended:
    answer = call.forward()
    name = call.params["Budget"]["BudgetName"]
    TAGS[f"budget/{name}"] = {tag["Key"]: tag["Value"] for tag in call.params.get("ResourceTags") or []}
    for entry in call.params.get("NotificationsWithSubscribers") or []:
        SUBSCRIBERS[key_of(name, entry["Notification"])] = entry["Subscribers"]
    return answer


@answers("budgets", "DescribeBudget")
def describe_budget(call: Call) -> Amended:
    answer = call.forward()
    held = BUDGETS.get(call.params["BudgetName"])
    if held is not None:
        answer["Budget"].update(held)
    return answer


BUDGETS = Shelf()


@answers("budgets", "UpdateBudget")
def update_budget(call: Call) -> None:
    budget = call.params["NewBudget"]
    budgets_backends[ACCOUNT]["aws"].describe_budget(call.params["AccountId"], budget["BudgetName"])
    BUDGETS[budget["BudgetName"]] = budget


@answers("budgets", "DeleteBudget")
def delete_budget(call: Call) -> Amended:
    answer = call.forward()
    BUDGETS.pop(call.params["BudgetName"], None)
    return answer


@answers("budgets", "CreateNotification")
def create_notification(call: Call) -> Amended:
    answer = call.forward()
    SUBSCRIBERS[key_of(call.params["BudgetName"], call.params["Notification"])] = call.params["Subscribers"]
    return answer


@answers("budgets", "DescribeSubscribersForNotification")
def describe_subscribers(call: Call) -> dict[str, Any]:
    return {"Subscribers": SUBSCRIBERS.get(key_of(call.params["BudgetName"], call.params["Notification"]), [])}


def key_of(budget: str, notification: dict[str, Any]) -> tuple[Any, ...]:
    """What makes a notification the same one: all but its state."""
    return (budget, *(notification.get(name) for name in NOTIFICATION))


@answers("budgets", "ListTagsForResource", "TagResource", "UntagResource")
def tags(call: Call) -> dict[str, Any] | None:
    held = TAGS.setdefault(call.params["ResourceARN"].split(":")[-1], {})
    if call.operation == "ListTagsForResource":
        return {"ResourceTags": [{"Key": key, "Value": value} for key, value in held.items()]}
    held.update({tag["Key"]: tag["Value"] for tag in call.params.get("ResourceTags") or []})
    for key in call.params.get("ResourceTagKeys") or []:
        held.pop(key, None)
    return None
