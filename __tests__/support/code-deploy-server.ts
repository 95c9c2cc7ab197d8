// ECS, CodeDeploy and the smoke function as a deployment sees them: services, one task definition after another, and an end that is set beforehand.
// Next: __tests__/scripts/deploy/deploy.test.ts, which deploys to it.
import { hash } from 'node:crypto';
import { listenLoopback, type LoopbackServer, readWireRequest } from '../../services/local/loopback-server.ts';

/** A call as it arrived. */
export interface RecordedCall {
  readonly operation: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** How a deployment goes: what GetDeployment answers, one after the other, and whose the traffic is then. */
export interface DeploymentCourse {
  readonly states: readonly Readonly<Record<string, unknown>>[];
  /** Whether the new task definition gets the traffic. @defaultValue by the last state */
  readonly shifts?: boolean;
}

/** A stand-in that keeps what it was asked. */
export interface CodeDeployServer extends LoopbackServer {
  readonly calls: RecordedCall[];
  /** Status and error type of the next answers; then it serves. */
  readonly failing: [number, string][];
  course: DeploymentCourse;
  /** Of an alias of Governance, where it goes otherwise. */
  courses: Readonly<Record<string, DeploymentCourse>>;
  /** Governance: the code of each version, which alias is where, and what is said of a version that is new. */
  readonly governance: { codes: string[]; readonly aliases: Record<string, string>; state: string; published?: string };
  /** What the smoke function answers, and how. */
  verification: { readonly status: number; readonly headers?: Record<string, string>; readonly body: unknown };
}

const arnOf = (family: string, revision: number): string =>
  `arn:aws:ecs:eu-central-1:000000000000:task-definition/${family}:${revision}`;

/** The definition that runs at first, with what AWS adds in its answers. */
const runningOf = (family: string, service: string) => ({
  family,
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
});

/** Starts it. */
export async function startCodeDeployServer(): Promise<CodeDeployServer> {
  const calls: RecordedCall[] = [];
  const failing: [number, string][] = [];
  const services = new Map(['orbit', 'axon'].map((name) => [`agent-runtime-dev-${name}`, serviceOf(name)]));
  let asked = 0;
  const listening = await listenLoopback(
    (incoming, outgoing) =>
      void readWireRequest(incoming, 100_000).then((request) => {
        const operation = String(incoming.headers['x-amz-target']).split('.')[1] ?? '';
        const body = JSON.parse(request.body.toString() || '{}') as Record<string, unknown>;
        const [, functionName] = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/u.exec(request.target) ?? [];
        if (functionName !== undefined) {
          calls.push({ operation: `Invoke ${functionName}`, body });
          const { status, headers = {}, body: said } = server.verification;
          outgoing.writeHead(status, headers).end(JSON.stringify(said));
          return;
        }
        if (request.target.startsWith('/2015-03-31/')) {
          calls.push({ operation: `${incoming.method} ${request.target.split('/functions/')[1]}`, body });
          outgoing.end(JSON.stringify(answerOfLambda(request.target, body)));
          return;
        }
        const failure = failing.shift();
        calls.push({ operation, body });
        outgoing.writeHead(failure?.[0] ?? 200, { 'content-type': 'application/x-amz-json-1.1' });
        outgoing.end(JSON.stringify(failure ? { __type: failure[1], message: failure[1] } : answer(operation, body)));
      }),
    0,
    { name: 'codedeploy', setting: 'none' },
  );
  const server: CodeDeployServer = {
    ...listening,
    calls,
    failing,
    course: { states: [] },
    courses: {},
    governance: { codes: ['one', 'two'], aliases: { smoke: '2', orbit: '2', live: '2' }, state: 'Active' },
    verification: { status: 200, body: {} },
  };
  return server;

  function answer(operation: string, body: Record<string, unknown>): unknown {
    switch (operation) {
      case 'DescribeTaskDefinition':
        return { taskDefinition: find(String(body['taskDefinition'])), tags: [{ key: 'Service', value: 'orbit' }] };
      case 'RegisterTaskDefinition': {
        const family = String(body['family']);
        const { definitions } = known(family);
        const revision = definitions.length + 3;
        const registered = { ...body, family, revision, taskDefinitionArn: arnOf(family, revision) };
        definitions.push(registered);
        return { taskDefinition: { ...registered, containerDefinitions: body['containerDefinitions'] } };
      }
      case 'CreateDeployment':
        asked = 0;
        return { deploymentId: 'd-1' };
      case 'GetDeployment':
        return { deploymentInfo: nextState() };
      case 'DescribeServices': {
        const [family = ''] = body['services'] as string[];
        const taskSets = [
          { status: 'ACTIVE', taskDefinition: arnOf(family, 1) },
          { status: 'PRIMARY', taskDefinition: known(family).primary },
        ];
        return { services: [{ taskSets }] };
      }
      default:
        throw new Error(`got ${operation}, expected an operation of a deployment`);
    }
  }

  /** https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html and its neighbours. */
  function answerOfLambda(target: string, body: Record<string, unknown>): unknown {
    const { governance } = server;
    const [, alias] = /\/aliases\/(\w+)$/u.exec(target) ?? [];
    if (alias !== undefined) return { FunctionVersion: governance.aliases[alias], RoutingConfig: null };
    const [, qualifier] = /\?Qualifier=(\d+)$/u.exec(target) ?? [];
    if (qualifier !== undefined)
      return { CodeSha256: governance.codes[Number(qualifier) - 1] ?? 'none', State: governance.state };
    const code = governance.published ?? hash('sha256', Buffer.from(String(body['ZipFile']), 'base64'), 'base64');
    governance.codes.push(code);
    return { Version: String(governance.codes.length), CodeSha256: code };
  }

  function nextState(): unknown {
    const { states, shifts } = server.courses[wantedAlias()?.[0] ?? ''] ?? server.course;
    const state = states[Math.min(asked, states.length - 1)] ?? {};
    asked += 1;
    if (asked >= states.length && (shifts ?? state['status'] === 'Succeeded')) moveTraffic();
    return state;
  }

  function moveTraffic(): void {
    const [alias, version] = wantedAlias() ?? [];
    if (alias === undefined || version === undefined) shift(wantedArn());
    else server.governance.aliases[alias] = version;
  }

  /** Alias and version, where the last deployment is one of a function. */
  function wantedAlias(): [string, string] | undefined {
    const created = JSON.stringify(calls.findLast(({ operation }) => operation === 'CreateDeployment')?.body ?? {});
    const [, alias, version] = /"Alias":"(\w+)".*"TargetVersion":"(\d+)"/u.exec(created.replaceAll('\\"', '"')) ?? [];
    return alias === undefined || version === undefined ? undefined : [alias, version];
  }

  /** What the AppSpec of the last CreateDeployment names. */
  function wantedArn(): string {
    const created = calls.findLast(({ operation }) => operation === 'CreateDeployment')?.body;
    const match = /"TaskDefinition":"([^"]+)"/u.exec(JSON.stringify(created).replaceAll('\\"', '"'));
    return match?.[1] ?? '';
  }

  function shift(arn: string): void {
    known(familyOf(arn)).primary = arn;
  }

  /** By ARN, by family and revision, or the newest of a family. */
  function find(name: string): unknown {
    const { definitions } = known(familyOf(name));
    return definitions.find(({ revision }) => name.endsWith(`:${revision}`)) ?? definitions.at(-1);
  }

  function known(family: string): Service {
    const service = services.get(family);
    if (service === undefined) throw new Error(`got ${family}, expected one of ${[...services.keys()].join(', ')}`);
    return service;
  }
}

interface Service {
  readonly definitions: { readonly family: string; readonly revision: number; readonly taskDefinitionArn: string }[];
  /** What has the traffic. */
  primary: string;
}

function serviceOf(name: string): Service {
  const family = `agent-runtime-dev-${name}`;
  const definitions = [3, 4].map((revision) => ({
    ...runningOf(family, name),
    revision,
    taskDefinitionArn: arnOf(family, revision),
  }));
  return { definitions, primary: arnOf(family, 4) };
}

function familyOf(name: string): string {
  return /([\w-]+):\d+$/u.exec(name)?.[1] ?? name;
}
