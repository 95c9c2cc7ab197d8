#!/usr/bin/env bash
# Checks task 1, the infrastructure: what is synthesized, and the network and keys of an account.
# Next: tasks/checks.sh, what the checks are made of.
# shellcheck source=tasks/checks.sh
. "$(dirname "${BASH_SOURCE[0]}")/checks.sh"

begin 'Task 1: infrastructure' "$@"
tests 'infra/ is what synth writes' __tests__/synth/infra.test.ts __tests__/synth/hcl.test.ts
tests 'configuration, names, guards' __tests__/stacks/config __tests__/stacks/guards __tests__/stacks/constructs
tests 'network and keys' __tests__/stacks/modules/networking __tests__/stacks/modules/networking.test.ts __tests__/stacks/modules/kms.test.ts
command_check 'Terraform validates every module and environment' npm run --silent infra:validate

account 'one network' 'vpc-[0-9a-z]+' ec2 describe-vpcs --filters "Name=tag:Name,Values=$prefix-vpc" --query 'Vpcs[].VpcId'
account 'three tiers of subnets, none giving public addresses' 'False( False){5,8}' ec2 describe-subnets --filters "Name=tag:Name,Values=$prefix-*" --query 'Subnets[].MapPublicIpOnLaunch'
account 'a network ACL for each tier' 'acl-[0-9a-z]+( acl-[0-9a-z]+){2}' ec2 describe-network-acls --filters "Name=tag:Name,Values=$prefix-public-nacl,$prefix-private-nacl,$prefix-axon-runtime-nacl" --query 'NetworkAcls[].NetworkAclId'
account 'flow logs of all traffic' 'ALL' ec2 describe-flow-logs --query 'FlowLogs[].TrafficType'
account 'the load balancer is internal' 'internal' elbv2 describe-load-balancers --names "$prefix-alb" --query 'LoadBalancers[].Scheme'
for key in axon orbit governance policy-publisher governance-signing logs; do
  account "key $key is enabled" 'True' kms describe-key --key-id "alias/$prefix-$key" --query 'KeyMetadata.Enabled'
done

finish
