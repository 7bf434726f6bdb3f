// One cluster that deliveries go to: its client, what is live in it, and the schemas of the types it serves.

import { type Informer, type KubeClient, createInformer } from '@evenkeel/kube';
import {
  type FieldSchema,
  type GroupVersionKind,
  type KubeObject,
  builtinSchema,
  schemaFromCrd,
} from '@evenkeel/resource';
import { type LiveState, createLiveState } from './live/live-state.ts';
import type { FrontEnd } from './model.ts';

export interface Cluster extends AsyncDisposable {
  readonly name: string;
  readonly client: KubeClient;
  readonly live: LiveState;
  /** One sentence while the cluster gives no answer; undefined while it does. */
  readonly unreachable: string | undefined;
  /** Calls the listener when kinds were defined, changed or taken away. */
  onKindsChange(listener: () => void): () => void;
  /** The schema of a kind: built in, or from the cluster's own definitions; undefined where neither is known. */
  schemaOf(gvk: GroupVersionKind): FieldSchema | undefined;
}

/** Connects to a cluster: watches its custom definitions, so that new kinds are known as soon as they are served. */
export async function connectCluster(
  name: string,
  client: KubeClient,
  frontEnds: () => readonly FrontEnd[],
): Promise<Cluster> {
  const type = await client.discovery.preferred({ group: 'apiextensions.k8s.io', kind: 'CustomResourceDefinition' });
  if (!type) throw new Error(`cluster "${name}" serves no CustomResourceDefinitions`);
  let unreachable: string | undefined;
  const listeners = new Set<() => void>();
  const definitions = createInformer(client, type, {
    onError: (error) => {
      unreachable = `cluster "${name}" does not answer: ${error.message}`;
    },
  });
  await definitions.synced;
  definitions.onChange(() => {
    unreachable = undefined;
    client.discovery.invalidate();
    for (const listener of listeners) listener();
  });
  const live = createLiveState(client, frontEnds);
  const schemas = new WeakMap<KubeObject, Map<string, FieldSchema>>();
  return {
    name,
    client,
    live,
    get unreachable() {
      return unreachable;
    },
    onKindsChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    schemaOf: (gvk) => builtinSchema(gvk) ?? customSchema(gvk, definitions, schemas),
    async [Symbol.asyncDispose]() {
      await live[Symbol.asyncDispose]();
      await definitions[Symbol.asyncDispose]();
    },
  };
}

interface DefinitionSpec {
  readonly group?: string;
  readonly names?: { readonly kind?: string };
  readonly versions?: readonly {
    readonly name?: string;
    readonly schema?: { readonly openAPIV3Schema?: Readonly<Record<string, never>> };
  }[];
}

function customSchema(
  gvk: GroupVersionKind,
  definitions: Informer,
  schemas: WeakMap<KubeObject, Map<string, FieldSchema>>,
): FieldSchema | undefined {
  for (const definition of definitions.list()) {
    const spec = definition['spec'] as DefinitionSpec | undefined;
    if (spec?.group !== gvk.group || spec.names?.kind !== gvk.kind) continue;
    const known = schemas.get(definition) ?? new Map<string, FieldSchema>();
    schemas.set(definition, known);
    const cached = known.get(gvk.version);
    if (cached) return cached;
    const schema = spec.versions?.find((version) => version.name === gvk.version)?.schema?.openAPIV3Schema;
    if (!schema) return undefined;
    const read = schemaFromCrd(schema);
    known.set(gvk.version, read);
    return read;
  }
  return undefined;
}
