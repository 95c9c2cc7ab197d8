// What CodeDeploy shifts, as ECS and Lambda answer of it: task definitions, one after another, and the versions and aliases of Governance.
// Next: __tests__/support/code-deploy-server.ts, which serves both.
import { hash } from 'node:crypto';

type Body = Readonly<Record<string, unknown>>;

/** The services of dev. */
export interface DeployedServices {
  /** Of an operation of ECS; undefined where it is none of those a deployment needs. */
  answer(operation: string, body: Body): unknown;
  /** Gives a task definition the traffic. */
  shift(arn: string): void;
  /** As an apply does: the newest task definition once more with other contents, and without traffic. */
  apply(family: string, changes: Body): void;
}

interface TaskDefinition {
  readonly family: string;
  readonly revision: number;
  readonly taskDefinitionArn: string;
}

const arnOf = (family: string, revision: number): string =>
  `arn:aws:ecs:eu-central-1:000000000000:task-definition/${family}:${revision}`;

/** Makes them: Orbit and Axon, each with revisions 3 and 4, of which 4 has the traffic. */
export function createServices(): DeployedServices {
  const services = new Map(['orbit', 'axon'].map((name) => [`agent-runtime-dev-${name}`, serviceOf(name)]));
  const known = (family: string) => {
    const service = services.get(family);
    if (service === undefined) throw new Error(`got ${family}, expected one of ${[...services.keys()].join(', ')}`);
    return service;
  };
  const familyOf = (name: string): string => /([\w-]+):\d+$/u.exec(name)?.[1] ?? name;
  const register = (family: string, contents: Body): TaskDefinition => {
    const { definitions } = known(family);
    const revision = (definitions.at(-1)?.revision ?? 0) + 1;
    const registered = { ...contents, family, revision, taskDefinitionArn: arnOf(family, revision) };
    definitions.push(registered);
    return registered;
  };
  return {
    answer(operation, body) {
      switch (operation) {
        case 'DescribeTaskDefinition': {
          // By ARN, by family and revision, or the newest of a family.
          const name = String(body['taskDefinition']);
          const { definitions } = known(familyOf(name));
          const found = definitions.find(({ revision }) => name.endsWith(`:${revision}`)) ?? definitions.at(-1);
          return { taskDefinition: found, tags: [{ key: 'Service', value: 'orbit' }] };
        }
        case 'RegisterTaskDefinition':
          return { taskDefinition: register(String(body['family']), body) };
        case 'DescribeServices': {
          const [family = ''] = body['services'] as string[];
          const taskSets = [
            { status: 'ACTIVE', taskDefinition: arnOf(family, 1) },
            { status: 'PRIMARY', taskDefinition: known(family).primary },
          ];
          return { services: [{ taskSets }] };
        }
        default:
          return undefined;
      }
    },
    shift(arn) {
      known(familyOf(arn)).primary = arn;
    },
    apply(family, changes) {
      register(family, { ...known(family).definitions.at(-1), ...changes });
    },
  };
}

function serviceOf(service: string): { readonly definitions: TaskDefinition[]; primary: string } {
  const family = `agent-runtime-dev-${service}`;
  const definitions = [3, 4].map((revision) => ({
    family,
    revision,
    taskDefinitionArn: arnOf(family, revision),
    networkMode: 'awsvpc',
    executionRoleArn: 'arn:aws:iam::000000000000:role/agent-runtime-dev-execution-orbit-role',
    containerDefinitions: [
      { name: service, image: `registry.example/${service}@sha256:old`, readonlyRootFilesystem: true, environment: [] },
      { name: 'collector', image: 'registry.example/collector@sha256:kept' },
    ],
    volumes: [],
    requiresCompatibilities: ['FARGATE'],
    cpu: '256',
    memory: '512',
    // Answered, never taken.
    status: 'ACTIVE',
    requiresAttributes: [{ name: 'com.amazonaws.ecs.capability.docker-remote-api.1.19' }],
    compatibilities: ['EC2', 'FARGATE'],
    registeredAt: 1_700_000_000,
    registeredBy: 'somebody',
  }));
  return { definitions, primary: arnOf(family, 4) };
}

/** Governance, of which version 2 decides. */
export interface DeployedFunction {
  /** Which version each alias is at. */
  readonly aliases: Record<string, string>;
  /** Which part of its calls an alias gives to another version, while somebody shifts it. */
  readonly weights: Record<string, Record<string, number>>;
  /** What is said of a version: Active, unless set. */
  state: string;
  /** The code that Lambda says it has published, where it is not what it got. */
  published: string | undefined;
  /** Of a request below `/2015-03-31/functions/`; undefined where there is no such version or alias. */
  answer(target: string, body: Body): unknown;
  /** As an apply of another configuration does: a version of the same code, without traffic. */
  apply(): void;
}

/** Makes it (https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html and its neighbours). */
export function createFunction(): DeployedFunction {
  const codes = ['one', 'two'];
  const deployed: DeployedFunction = {
    aliases: { smoke: '2', orbit: '2', live: '2' },
    weights: {},
    state: 'Active',
    published: undefined,
    answer(target, body) {
      const [, alias] = /\/aliases\/(\w+)$/u.exec(target) ?? [];
      if (alias !== undefined) {
        const weights = deployed.weights[alias];
        return {
          FunctionVersion: deployed.aliases[alias],
          RoutingConfig: weights === undefined ? null : { AdditionalVersionWeights: weights },
        };
      }
      const [, qualifier] = /\?Qualifier=(\d+)$/u.exec(target) ?? [];
      if (qualifier === undefined) return publish(String(body['ZipFile']));
      const code = codes[Number(qualifier) - 1];
      return code === undefined ? undefined : { CodeSha256: code, State: deployed.state };
    },
    apply() {
      codes.push(codes.at(-1) ?? '');
    },
  };
  return deployed;

  /** No version is made where nothing has changed (https://docs.aws.amazon.com/lambda/latest/api/API_PublishVersion.html). */
  function publish(archive: string): unknown {
    const code = deployed.published ?? hash('sha256', Buffer.from(archive, 'base64'), 'base64');
    if (codes.at(-1) !== code) codes.push(code);
    return { Version: String(codes.length), CodeSha256: code };
  }
}
