// CodeDeploy as a deployment sees it, with ECS, Lambda and the smoke function beside it: what is begun goes as is set beforehand.
// Next: __tests__/scripts/deploy, whose tests deploy to it; __tests__/support/deployed-programs.ts, what is deployed.
import { listenLoopback, type LoopbackServer, readWireRequest } from '../../services/local/loopback-server.ts';
import { createFunction, createServices, type DeployedFunction, type DeployedServices } from './deployed-programs.ts';

/** A call as it arrived. */
export interface RecordedCall {
  readonly operation: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** How a deployment goes: what GetDeployment answers, one after the other, and whose the traffic is then. */
export interface DeploymentCourse {
  readonly states: readonly Readonly<Record<string, unknown>>[];
  /** Whether what is deployed gets the traffic. @defaultValue by the last state */
  readonly shifts?: boolean;
}

/** A deployment as CodeDeploy keeps it. */
interface Deployment {
  readonly body: Readonly<Record<string, unknown>>;
  readonly course: DeploymentCourse;
  asked: number;
}

/** A stand-in that keeps what it was asked. */
export interface CodeDeployServer extends LoopbackServer {
  readonly calls: RecordedCall[];
  /** Status and error type of the next answers; then it serves. */
  readonly failing: [number, string][];
  /** Sees each call of ECS and CodeDeploy before it is answered. */
  onCall: (operation: string, body: Readonly<Record<string, unknown>>) => void;
  course: DeploymentCourse;
  /** Of an alias of Governance, where it goes otherwise. */
  courses: Readonly<Record<string, DeploymentCourse>>;
  readonly services: DeployedServices;
  readonly governance: DeployedFunction;
  /** What the smoke function answers, and how. */
  verification: { readonly status: number; readonly headers?: Record<string, string>; readonly body: unknown };
}

const pageSize = 2;

/** Starts it. */
export async function startCodeDeployServer(): Promise<CodeDeployServer> {
  const calls: RecordedCall[] = [];
  const failing: [number, string][] = [];
  const deployments: Deployment[] = [];
  const services = createServices();
  const governance = createFunction();
  const listening = await listenLoopback(
    (incoming, outgoing) =>
      void readWireRequest(incoming, 100_000).then((request) => {
        const body = JSON.parse(request.body.toString() || '{}') as Record<string, unknown>;
        const [, path] = /^\/2015-03-31\/functions\/(.+)$/u.exec(request.target) ?? [];
        const [, invoked] = /^([^/]+)\/invocations$/u.exec(path ?? '') ?? [];
        if (invoked !== undefined) {
          calls.push({ operation: `Invoke ${invoked}`, body });
          const { status, headers = {}, body: said } = server.verification;
          outgoing.writeHead(status, headers).end(JSON.stringify(said));
          return;
        }
        if (path !== undefined) {
          calls.push({ operation: `${incoming.method} ${path}`, body });
          const answered = governance.answer(path, body);
          if (answered === undefined) outgoing.writeHead(404, { 'x-amzn-errortype': 'ResourceNotFoundException' });
          outgoing.end(JSON.stringify(answered ?? { Message: 'no such function' }));
          return;
        }
        const operation = String(incoming.headers['x-amz-target']).split('.')[1] ?? '';
        calls.push({ operation, body });
        server.onCall(operation, body);
        const failure = failing.shift();
        outgoing.writeHead(failure?.[0] ?? 200, { 'content-type': 'application/x-amz-json-1.1' });
        outgoing.end(
          JSON.stringify(
            failure
              ? { __type: failure[1], message: failure[1] }
              : (services.answer(operation, body) ?? answer(operation, body)),
          ),
        );
      }),
    0,
    { name: 'codedeploy', setting: 'none' },
  );
  const server: CodeDeployServer = {
    ...listening,
    calls,
    failing,
    onCall: () => {},
    course: { states: [] },
    courses: {},
    services,
    governance,
    verification: { status: 200, body: {} },
  };
  return server;

  function answer(operation: string, body: Record<string, unknown>): unknown {
    switch (operation) {
      case 'CreateDeployment': {
        const course = server.courses[wantedOf(body).alias ?? ''] ?? server.course;
        deployments.push({ body, course, asked: 0 });
        return { deploymentId: `d-${deployments.length}` };
      }
      case 'GetDeployment':
        return { deploymentInfo: nextState(String(body['deploymentId'])) };
      case 'ListDeployments':
        return listPage(body);
      case 'BatchGetDeployments':
        return { deploymentsInfo: (body['deploymentIds'] as string[]).map(recorded) };
      default:
        throw new Error(`got ${operation}, expected an operation of a deployment`);
    }
  }

  function nextState(id: string): unknown {
    const deployment = found(id);
    // What CodeDeploy begins by itself, to undo another.
    if (deployment === undefined) return { status: 'Succeeded' };
    const state = stateOf(deployment);
    deployment.asked += 1;
    const { states, shifts = state['status'] === 'Succeeded' } = deployment.course;
    if (deployment.asked >= states.length && shifts) moveTraffic(deployment.body);
    return state;
  }

  function listPage(body: Record<string, unknown>): unknown {
    const ids = deployments.flatMap(({ body: { deploymentGroupName: group } }, index) => {
      const id = `d-${index + 1}`;
      const isWanted =
        group === body['deploymentGroupName'] && (body['includeOnlyStatuses'] as string[]).includes(statusOf(id));
      return isWanted ? [id] : [];
    });
    const first = Number(body['nextToken'] ?? 0);
    const next = first + pageSize;
    return { deployments: ids.slice(first, next), nextToken: next < ids.length ? String(next) : null };
  }

  function recorded(id: string): unknown {
    const deployment = found(id);
    if (deployment === undefined) throw new Error(`got ${id}, expected a deployment that was begun`);
    const { description } = deployment.body;
    return { deploymentId: id, description, createTime: 1_700_000_000 + Number(id.slice(2)), ...stateOf(deployment) };
  }

  function statusOf(id: string): string {
    return String(stateOf(found(id))['status']);
  }

  function found(id: string): Deployment | undefined {
    return deployments[Number(id.slice(2)) - 1];
  }

  function moveTraffic(body: Readonly<Record<string, unknown>>): void {
    const { alias, version, taskDefinition } = wantedOf(body);
    if (alias !== undefined && version !== undefined) governance.aliases[alias] = version;
    else if (taskDefinition !== undefined) services.shift(taskDefinition);
  }
}

function stateOf(deployment: Deployment | undefined): Readonly<Record<string, unknown>> {
  const { states = [] } = deployment?.course ?? {};
  return states[Math.min(deployment?.asked ?? 0, states.length - 1)] ?? {};
}

/** What an AppSpec wants. */
function wantedOf(body: Readonly<Record<string, unknown>>): {
  alias?: string | undefined;
  version?: string | undefined;
  taskDefinition?: string | undefined;
} {
  const { appSpecContent } = body['revision'] as { appSpecContent: { content: string } };
  const { Resources: resources } = JSON.parse(appSpecContent.content) as {
    Resources: Record<string, { Properties: Record<string, string> }>[];
  };
  const { Properties: properties } = Object.values(resources[0] ?? {})[0] ?? { Properties: {} };
  const { Alias: alias, TargetVersion: version, TaskDefinition: taskDefinition } = properties;
  return { alias, version, taskDefinition };
}
