// Five changes of this project's own dev environment, as a pull request would make them.
// Next: __tests__/scripts/review/make-reviews.ts, which plans and reviews each.
import type { EnvironmentInput } from '../../../stacks/config/schema.ts';

/** A synthesized root or module. */
export interface ModuleDocument {
  readonly module: Record<string, Record<string, unknown>>;
  readonly resource: Record<string, Record<string, Record<string, unknown>>>;
  readonly data: Record<string, Record<string, Record<string, unknown>>>;
}

/** One change: of the configuration, or of what is synthesized from it. */
export interface DevChange {
  readonly name: string;
  /** What somebody did, as a heading. */
  readonly about: string;
  /** Fields of `stacks/config/dev.ts`. */
  readonly configure?: (input: EnvironmentInput) => EnvironmentInput;
  /** A document below `infra/`, and what is done to it. */
  readonly edit?: { readonly file: string; readonly change: (document: ModuleDocument) => ModuleDocument };
}

const account = '${data.aws_caller_identity.current.account_id}';
const partition = '${data.aws_partition.current_partition.partition}';

/** In the order of the documentation. */
export const devChanges: readonly DevChange[] = [
  { name: 'tag', about: 'A tag: another cost centre', configure: (input) => ({ ...input, costCenter: 'agents' }) },
  {
    name: 'wider-cidr',
    about: 'A wider network: callers from 10.0.0.0/12',
    configure: (input) => ({ ...input, network: { ...input.network, callerCidrs: ['10.0.0.0/12'] } }),
  },
  {
    name: 'new-permission',
    about: 'A new permission: Axon reads tables',
    edit: {
      file: 'modules/iam/main.tf.json',
      change: (document) => addStatements(document, ['axon_permissions_document', 'axon_boundary_document']),
    },
  },
  {
    name: 'table-replaced',
    about: 'A table replaced: the quotas get a range key',
    edit: {
      file: 'modules/governance/main.tf.json',
      change: (document) => {
        const { quotas = {} } = document.resource['aws_dynamodb_table'] ?? {};
        const keyed = {
          ...quotas,
          range_key: 'window',
          attribute: [...(quotas['attribute'] as object[]), { name: 'window', type: 'N' }],
        };
        const tables = { ...document.resource['aws_dynamodb_table'], quotas: keyed };
        return { ...document, resource: { ...document.resource, aws_dynamodb_table: tables } };
      },
    },
  },
  {
    name: 'new-service',
    about: 'A new service, Scribe, beside the modules',
    edit: { file: 'environments/dev/main.tf.json', change: addService },
  },
];

/** Axon may read what a new table of prompts holds. */
function addStatements(document: ModuleDocument, names: readonly string[]): ModuleDocument {
  const added = {
    sid: 'ReadPrompts',
    actions: ['dynamodb:GetItem', 'dynamodb:Query'],
    resources: [`arn:\${data.aws_partition.current_partition.partition}:dynamodb:*:${account}:table/*`],
  };
  const documents = { ...document.data['aws_iam_policy_document'] };
  for (const name of names) {
    const { statement = [], ...rest } = documents[name] ?? {};
    documents[name] = { ...rest, statement: [...(statement as object[]), added] };
  }
  return { ...document, data: { ...document.data, aws_iam_policy_document: documents } };
}

/** A third service, Scribe: its role, its group, its log, its store and its tasks, in the root beside the modules. */
function addService(document: ModuleDocument): ModuleDocument {
  const name = 'agent-runtime-dev-scribe';
  const service = { type: 'Service', identifiers: ['ecs-tasks.amazonaws.com'] };
  return {
    ...document,
    data: {
      ...document.data,
      aws_iam_policy_document: {
        ...document.data['aws_iam_policy_document'],
        scribe_trust: { statement: [{ actions: ['sts:AssumeRole'], principals: [service] }] },
        scribe_permissions: {
          statement: [
            { sid: 'Record', actions: ['s3:PutObject'], resources: ['${aws_s3_bucket.scribe.arn}/*'] },
            {
              sid: 'Invoke',
              actions: ['lambda:InvokeFunction'],
              resources: [`arn:${partition}:lambda:*:${account}:function:*`],
            },
          ],
        },
      },
    },
    resource: {
      ...document.resource,
      aws_iam_role: {
        scribe: { name: `${name}-role`, assume_role_policy: '${data.aws_iam_policy_document.scribe_trust.json}' },
      },
      aws_iam_role_policy: {
        scribe: {
          name: 'permissions',
          role: '${aws_iam_role.scribe.name}',
          policy: '${data.aws_iam_policy_document.scribe_permissions.json}',
        },
      },
      aws_ecs_task_definition: {
        scribe: {
          family: name,
          requires_compatibilities: ['FARGATE'],
          network_mode: 'awsvpc',
          cpu: '256',
          memory: '512',
          task_role_arn: '${aws_iam_role.scribe.arn}',
          execution_role_arn: '${module.iam.execution_axon_role_arn}',
          container_definitions: JSON.stringify([
            { name: 'scribe', image: 'public.ecr.aws/docker/library/node:24', essential: true, user: '1000' },
          ]),
        },
      },
      aws_ecs_service: {
        scribe: {
          name,
          cluster: '${module.ecs.cluster_name}',
          task_definition: '${aws_ecs_task_definition.scribe.arn}',
          desired_count: 1,
          launch_type: 'FARGATE',
          network_configuration: {
            subnets: '${module.networking.axon_runtime_subnet_ids}',
            security_groups: ['${aws_security_group.scribe.id}'],
          },
        },
      },
      aws_cloudwatch_log_group: { scribe: { name: `/${name}`, retention_in_days: 30 } },
      aws_s3_bucket: { scribe: { bucket: `${name}-records` } },
      aws_security_group: {
        scribe: { name, description: 'Scribe', vpc_id: '${module.networking.vpc_id}' },
      },
      aws_vpc_security_group_ingress_rule: {
        scribe: {
          security_group_id: '${aws_security_group.scribe.id}',
          referenced_security_group_id: '${module.networking.axon_security_group_id}',
          ip_protocol: 'tcp',
          from_port: 8443,
          to_port: 8443,
        },
      },
      aws_vpc_security_group_egress_rule: {
        scribe: {
          security_group_id: '${aws_security_group.scribe.id}',
          cidr_ipv4: '0.0.0.0/0',
          ip_protocol: 'tcp',
          from_port: 443,
          to_port: 443,
        },
      },
    },
  };
}
