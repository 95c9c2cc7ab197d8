// What a task definition changes for the containers in it: rights on the host, the file system, the user, which secrets they get.
// Next: scripts/review/security.ts, which collects the findings.
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';

import type { Finding } from './finding.ts';
import { code, codes } from './markdown.ts';
import { knownAfterApply, type PlannedResource } from './planned-resource.ts';

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html, the part that is judged. */
const Containers = z.array(
  z.looseObject({
    name: z.string(),
    privileged: z.boolean().optional(),
    readonlyRootFilesystem: z.boolean().optional(),
    user: z.string().optional(),
    image: z.string().optional(),
    command: z.array(z.string()).nullish(),
    entryPoint: z.array(z.string()).nullish(),
    environment: z.array(z.looseObject({ name: z.string(), value: z.string().nullish() })).nullish(),
    secrets: z.array(z.looseObject({ name: z.string(), valueFrom: z.string() })).nullish(),
    linuxParameters: z
      .looseObject({ capabilities: z.looseObject({ add: z.array(z.string()).nullish() }).nullish() })
      .nullish(),
  }),
);
type Container = z.infer<typeof Containers>[number];

/** Compares each container of a task definition with the one of its name before; a new one with a harmless one. */
export function findContainerChanges(resource: PlannedResource): Finding[] {
  if (resource.type !== 'aws_ecs_task_definition' || resource.after === null) return [];
  const { address, before, after } = resource;
  const say = (effect: Finding['effect'], loud: boolean, text: string): Finding => ({
    effect,
    loud,
    kind: 'container',
    address,
    text,
  });
  const given = after['container_definitions'];
  const now = parse(given);
  if (now === null)
    return [
      say(
        'unknown',
        false,
        `containers of ${code(address)} cannot be judged: they are ${given === knownAfterApply ? 'known only after the apply' : 'not shown'}`,
      ),
    ];
  const old = new Map((parse(before?.['container_definitions']) ?? []).map((each) => [each.name, each]));
  return now.flatMap((container) => {
    const subject = `container ${code(container.name)} of ${code(address)}`;
    const earlier = old.get(container.name);
    const risks = listRisks(container);
    const known = earlier === undefined ? [] : listRisks(earlier);
    const secrets = listSecrets(container).filter(
      (each) => earlier === undefined || !listSecrets(earlier).includes(each),
    );
    return [
      ...risks.filter((each) => !known.includes(each)).map((each) => say('widens', true, `${subject} ${each}`)),
      ...known
        .filter((each) => !risks.includes(each))
        .map((each) => say('narrows', false, `${subject} no longer ${each}`)),
      ...(secrets.length > 0 ? [say('widens', false, `${subject} now also gets ${codes(secrets)}`)] : []),
      ...listOthers(container, earlier, before === null).map((each) => say('changes', false, `${subject} ${each}`)),
    ];
  });
}

function listRisks({ privileged, readonlyRootFilesystem, user, linuxParameters }: Container): string[] {
  const added = linuxParameters?.capabilities?.add ?? [];
  return [
    ...(privileged === true ? ['runs privileged'] : []),
    ...(readonlyRootFilesystem === true ? [] : ['writes to its own file system']),
    ...(user === undefined || /^(?:root|0)(?::|$)/.test(user) ? ['runs as root unless its image says otherwise'] : []),
    ...(added.length > 0 ? [`has the capabilities ${codes(added)}`] : []),
  ];
}

/** What else it runs: a release, which only has another tag or digest, is no finding. */
function listOthers(now: Container, before: Container | undefined, isNewTask: boolean): string[] {
  if (before === undefined) return isNewTask ? [] : [`is new and runs ${code(now.image ?? '')}`];
  const repository = ({ image = '' }: Container): string => image.replace(/@.*$/, '').replace(/:[^:/]*$/, '');
  const environment = changedNames(before.environment ?? [], now.environment ?? []);
  return [
    ...(repository(now) === repository(before)
      ? []
      : [`runs another image: ${code(before.image ?? '')} to ${code(now.image ?? '')}`]),
    ...(['entryPoint', 'command'] as const).flatMap((each) =>
      isDeepStrictEqual(now[each] ?? [], before[each] ?? [])
        ? []
        : [
            `changes ${code(each)}: ${code(JSON.stringify(before[each] ?? []))} to ${code(JSON.stringify(now[each] ?? []))}`,
          ],
    ),
    ...(environment.length === 0 ? [] : [`gets other values in its environment: ${codes(environment)}`]),
  ];
}

function changedNames(
  before: NonNullable<Container['environment']>,
  now: NonNullable<Container['environment']>,
): string[] {
  const [old, fresh] = [before, now].map((all) => new Map(all.map(({ name, value }) => [name, value ?? ''])));
  const names = [...new Set([...before, ...now].map(({ name }) => name))].toSorted();
  return names.filter((name) => old?.get(name) !== fresh?.get(name));
}

function listSecrets({ secrets }: Container): string[] {
  return (secrets ?? []).map(({ name, valueFrom }) => `${name} from ${valueFrom}`);
}

function parse(definitions: unknown): Container[] | null {
  if (typeof definitions !== 'string') return null;
  try {
    return Containers.safeParse(JSON.parse(definitions)).data ?? null;
  } catch {
    return null;
  }
}
