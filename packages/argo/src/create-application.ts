// An Application as somebody hands it in over the API: created, left as it is, or changed where that is wanted.
// Mirrors argoproj/argo-cd:server/application/application.go (3.6) Create.

import { type KubeClient, isKubeError } from '@evenkeel/kube';
import type { KubeObject } from '@evenkeel/resource';
import { present } from '@evenkeel/std';
import { readApplication } from './application.ts';
import { EditRefused } from './edits.ts';
import { newApplicationProblem } from './projects/new-application.ts';
import { controlPlaneNamespace } from './tracking.ts';

export interface CreateOptions {
  readonly upsert: boolean;
  /** Asked before an Application that exists is changed, with the projects it is in before and afterwards; throws where it may not be. */
  readonly mayChange?: (before: string, after: string) => void;
}

/** What became of it. */
export interface CreatedApplication {
  readonly action: 'created' | 'updated' | 'unchanged';
  readonly application: KubeObject;
}

const fieldManager = 'evenkeel-server';

/** Writes the Application. Rejects with {@link EditRefused} in upstream's words. What is handed in as an operation is left out. */
export async function createApplication(
  client: KubeClient,
  object: KubeObject,
  { upsert, mayChange }: CreateOptions,
): Promise<CreatedApplication> {
  const { name = '', namespace = controlPlaneNamespace, labels, annotations, finalizers } = object.metadata;
  const said = Object.entries({ labels, annotations, finalizers }).filter(([, value]) => value !== undefined);
  const wanted = {
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: { name, namespace, ...Object.fromEntries(said) },
    spec: object['spec'] ?? {},
  } as unknown as KubeObject;
  const type = present(
    await client.discovery.resolve({ group: 'argoproj.io', version: 'v1alpha1', kind: 'Application' }),
    'the definition of Application',
  );
  const problem = await newApplicationProblem(client, wanted);
  if (problem !== undefined) throw new EditRefused(problem);
  try {
    return { action: 'created', application: await client.create(type, wanted, { fieldManager }) };
  } catch (error) {
    if (!isKubeError(error, 409)) throw error;
  }
  const existing = await client.get(type, { namespace, name });
  if (!existing) throw new EditRefused(`unable to check existing application details (${namespace})`);
  if (said.every(([key]) => same(existing.metadata, wanted.metadata, key)) && same(existing, wanted, 'spec'))
    return { action: 'unchanged', application: existing };
  if (!upsert) throw new EditRefused('existing application spec is different, use upsert flag to force update');
  mayChange?.(projectOf(existing), projectOf(wanted));
  const changed = {
    ...existing,
    metadata: {
      ...existing.metadata,
      ...(labels ? { labels: { ...existing.metadata.labels, ...labels } } : {}),
      ...(annotations ? { annotations: { ...existing.metadata.annotations, ...annotations } } : {}),
      ...(finalizers ? { finalizers } : {}),
    },
    spec: wanted['spec'],
  } as KubeObject;
  return { action: 'updated', application: await client.update(type, changed, { fieldManager }) };
}

function projectOf(object: KubeObject): string {
  return readApplication(object).spec.project || 'default';
}

function same(left: object, right: object, key: string): boolean {
  const textOf = (from: object): string | undefined => JSON.stringify((from as Readonly<Record<string, unknown>>)[key]);
  return textOf(left) === textOf(right);
}
