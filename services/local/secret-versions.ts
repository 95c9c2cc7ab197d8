// The versions of one secret and their staging labels, moved as Secrets Manager moves them.
// Next: services/local/secrets-endpoint.ts, which serves them.
import { randomUUID } from 'node:crypto';
import { AwsFault } from './aws-json-endpoint.ts';

/** A version with its value. */
export interface StoredVersion {
  readonly id: string;
  readonly text: string;
  readonly stages: readonly string[];
}

/** The versions of one secret. Every method throws AwsFault for what Secrets Manager would refuse. */
export interface SecretVersions {
  /** By id, by label, or by both; the label AWSCURRENT where neither is given. */
  find(id: string | undefined, label: string | undefined): StoredVersion;
  /** Labels of every version that has one, as DescribeSecret answers them. */
  stages(): Record<string, string[]>;
  /** Stores a value once: a version never changes. Answers its labels. */
  put(id: string, text: string, labels: readonly string[]): string[];
  /** A pending version without a value, as a rotation begins; answers its id. */
  addEmpty(): string;
  /** Moves a label; without `from`, no other version may have it. */
  move(label: string, move: { readonly from: string | undefined; readonly to: string | undefined }): void;
}

/** No versions yet. */
export function createSecretVersions(): SecretVersions {
  const texts = new Map<string, string | null>();
  /** Label → version id: a label is on one version at most. */
  const labelled = new Map<string, string>();

  return {
    find(id, label = id === undefined ? 'AWSCURRENT' : undefined) {
      const found = id ?? labelled.get(label ?? '');
      const text = found === undefined ? undefined : texts.get(found);
      const fits = label === undefined || labelled.get(label) === found;
      if (found === undefined || typeof text !== 'string' || !fits)
        throw new AwsFault(
          'ResourceNotFoundException',
          `Secrets Manager can't find the specified secret value for ${id === undefined ? `staging label: ${label ?? ''}` : `VersionId: ${id}`}`,
        );
      return { id: found, text, stages: labelsOf(found) };
    },
    stages: () =>
      Object.fromEntries(
        [...texts.keys()].map((id) => [id, labelsOf(id)] as const).filter(([, labels]) => labels.length > 0),
      ),
    put(id, text, labels) {
      const stored = texts.get(id);
      if (typeof stored === 'string') {
        if (stored === text) return labelsOf(id);
        throw new AwsFault('ResourceExistsException', `got another value for version ${id}, which has one`);
      }
      const isFirst = [...texts.values()].every((other) => other === null);
      texts.set(id, text);
      // The first value becomes the current one, whatever labels it came with.
      for (const label of isFirst ? new Set([...labels, 'AWSCURRENT']) : labels) attach(label, id);
      return labelsOf(id);
    },
    addEmpty() {
      const id = randomUUID();
      const pending = labelled.get('AWSPENDING');
      if (pending !== undefined && pending !== labelled.get('AWSCURRENT'))
        throw new AwsFault(
          'InvalidRequestException',
          'A previous rotation isn’t complete. That rotation will be reattempted.',
        );
      texts.set(id, null);
      labelled.set('AWSPENDING', id);
      return id;
    },
    move(label, { from, to }) {
      if (label === '' || (from === undefined && to === undefined))
        throw new AwsFault('InvalidParameterException', 'got no label or no version to move it between, expected them');
      const holder = labelled.get(label);
      if (holder !== undefined && holder !== from && holder !== to)
        throw new AwsFault(
          'InvalidParameterException',
          `got another version than the one that has ${label}, expected it`,
        );
      if (to === undefined) return void labelled.delete(label);
      if (!texts.has(to)) throw new AwsFault('ResourceNotFoundException', `got version ${to}, which is not there`);
      attach(label, to);
    },
  };

  function attach(label: string, id: string): void {
    const holder = labelled.get(label);
    labelled.set(label, id);
    if (label === 'AWSCURRENT' && holder !== undefined && holder !== id) labelled.set('AWSPREVIOUS', holder);
    // What has no label is deprecated, and Secrets Manager deletes it; here at once.
    for (const version of texts.keys()) if (labelsOf(version).length === 0) texts.delete(version);
  }

  function labelsOf(id: string): string[] {
    return [...labelled].flatMap(([label, holder]) => (holder === id ? [label] : []));
  }
}
