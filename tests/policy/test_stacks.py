"""Rules about how resources stand together."""

from policy.judge import judge
from policy.model import Resource
from tests.policy.samples import TODAY, resource, stack


def broken(*left_out: str, add: tuple[Resource, ...] = ()) -> list[tuple[str, str]]:
    kept = [one for one in stack() if one.name not in left_out]
    return [(found.rule, found.reason.partition(" Found ")[2]) for found in judge([*kept, *add], "prod", TODAY)]


def test_pods_in_a_namespace_without_a_policy_that_denies_all_are_named_once() -> None:
    second = resource("deployment")
    other = Resource(second.type, "second", second.inputs)

    assert broken("deny", add=(other,)) == [
        ("default-deny", "metadata.namespace: namespace scoring has no policy that denies all.")
    ]


def test_a_policy_that_lets_something_through_is_no_denial() -> None:
    policy = resource("deny")
    opened = {**policy.inputs, "spec": {**policy.inputs["spec"], "ingress": [{}]}}

    assert [rule for rule, _ in broken("deny", add=(Resource(policy.type, "open", opened),))] == ["default-deny"]


def test_a_stack_that_protects_something_guards_its_environment_with_all_three_checks() -> None:
    assert broken("approval", "lock") == [("environment-guarded", "without an approval and without an exclusive lock.")]


def test_a_check_on_something_else_guards_no_environment() -> None:
    elsewhere = resource("approval")
    for other in (
        {"targetResourceId": "${connection.id}"},
        {"targetResourceId": "5", "targetResourceType": "endpoint"},
    ):
        inputs = {**elsewhere.inputs, **other}

        assert [rule for rule, _ in broken("approval", add=(Resource(elsewhere.type, "elsewhere", inputs),))] == [
            "environment-guarded"
        ]


def test_a_stack_that_protects_nothing_may_do_without() -> None:
    kept = [Resource(one.type, one.name, one.inputs) for one in stack() if one.name != "approval"]

    assert judge(kept, "dev", TODAY) == []


def test_an_account_whose_recovery_is_not_settled_is_named() -> None:
    assert broken("blobs") == [("storage-recoverable", "without BlobServiceProperties.")]


def test_a_deployment_under_an_autoscaler_leaves_the_number_of_pods_to_it() -> None:
    scaled = resource("deployment")
    inputs = {**scaled.inputs, "spec": {**scaled.inputs["spec"], "replicas": 3}}

    assert broken("deployment", add=(Resource(scaled.type, "deployment", inputs),)) == [
        ("autoscaler-alone", "spec.replicas: 3.")
    ]
    assert broken("deployment", "scaler", add=(Resource(scaled.type, "deployment", inputs),)) == []


def test_a_role_is_given_once() -> None:
    again = Resource(resource("role").type, "again", resource("role").inputs)

    assert broken(add=(again,)) == [("role-given-once", "the same as role.")]


def test_of_a_part_of_a_stack_nothing_about_the_whole_is_said() -> None:
    assert judge([resource("deployment"), resource("account")], "prod", TODAY, whole=False) == []
