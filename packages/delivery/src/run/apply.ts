// One object written as its delivery asks for it: by server-side apply, by client-side apply, or whole. One request where
// one is enough; a dry run sends the same request. Mirrors k8s.io/kubectl:pkg/cmd/apply (0.35) and
// argoproj/argo-cd:gitops-engine/pkg/sync/sync_context.go applyObject (3.6).

import {
  type ApplyMethod,
  type StepOptions,
  clientPatch,
  methodFor,
  takenOver,
  withLastApplied,
} from '@evenkeel/engine';
import { type ResourceType, isKubeError } from '@evenkeel/kube';
import { type JsonObject, type KubeObject, type ManagedFieldsEntry, gvkOf, refOf } from '@evenkeel/resource';
import type { Cluster } from '../cluster.ts';
import type { Delivery } from '../model.ts';

/** What to write, and into which cluster. */
export interface ApplyInput {
  readonly delivery: Delivery;
  readonly cluster: Cluster;
  readonly type: ResourceType;
  readonly object: KubeObject;
  /** The object as last seen; undefined where it is not there. */
  readonly live: KubeObject | undefined;
  readonly options?: StepOptions | undefined;
  readonly dryRun?: boolean | undefined;
  readonly signal: AbortSignal;
}

/** As often as kubectl tries a patch again that met a newer version of the object. */
const TRIES_MAX = 5;

/** Writes the object and answers it as the server has it now. Rejects with KubeError where the server refuses. */
export function applyObject(input: ApplyInput): Promise<KubeObject> {
  return methodOf(input) === 'client' ? clientSide(input) : serverSide(input);
}

/** How an object is applied: its own option before that of the delivery. */
export function methodOf({
  delivery,
  object,
  live,
  options,
}: Pick<ApplyInput, 'delivery' | 'object' | 'live' | 'options'>): ApplyMethod {
  const wanted = options?.apply ?? delivery.policy.apply ?? 'server';
  return methodFor({ wanted, desired: object, live, manager: delivery.frontEnd.fieldManager });
}

interface Settings {
  readonly fieldManager: string;
  readonly fieldValidation: 'Strict' | 'Ignore';
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
}

function settingsOf({ delivery, options, dryRun, signal }: ApplyInput): Settings {
  const validate = delivery.policy.validate && options?.skipValidation !== true;
  const fieldValidation = validate ? 'Strict' : 'Ignore';
  return { fieldManager: delivery.frontEnd.fieldManager, fieldValidation, dryRun: dryRun === true, signal };
}

async function serverSide(input: ApplyInput): Promise<KubeObject> {
  const { cluster, type, object } = input;
  if (input.dryRun !== true) await takeOver(input);
  return cluster.client.apply(type, object, { ...settingsOf(input), force: true });
}

/** Moves what was applied client-side to our server-side applies, so that fields that go from the source go from the object. */
async function takeOver(input: ApplyInput): Promise<void> {
  const { cluster, type, object, delivery, options, signal } = input;
  if (delivery.policy.migration === false) return;
  const handOver = {
    manager: delivery.frontEnd.fieldManager,
    migrateFrom: options?.migrateFrom ?? delivery.policy.migrateFrom,
  };
  let { live } = input;
  for (let attempt = 0; live && attempt < TRIES_MAX; attempt += 1) {
    const managedFields = takenOver(live, handOver);
    if (managedFields === undefined) return;
    try {
      await cluster.client.patch(type, refOf(object), 'json', ownershipPatch(live, managedFields), {
        fieldManager: handOver.manager,
        signal,
      });
      return;
    } catch (error) {
      if (isKubeError(error, 404)) return;
      if (!isKubeError(error, 409) && !isKubeError(error, 422)) throw error;
      live = await cluster.client.get(type, refOf(object), signal);
    }
  }
}

function ownershipPatch(live: KubeObject, managedFields: readonly ManagedFieldsEntry[]): readonly JsonObject[] {
  const value = managedFields as unknown as readonly JsonObject[];
  return [
    { op: 'replace', path: '/metadata/managedFields', value },
    // Names the version this was worked out for: another one is a conflict.
    { op: 'replace', path: '/metadata/resourceVersion', value: live.metadata.resourceVersion ?? '' },
  ];
}

async function clientSide(input: ApplyInput): Promise<KubeObject> {
  const { cluster, type, object, signal } = input;
  const settings = settingsOf(input);
  const schema = cluster.schemaOf(gvkOf(object));
  let { live } = input;
  for (let attempt = 0; ; attempt += 1) {
    try {
      if (!live) return await cluster.client.create(type, withLastApplied(object), settings);
      const patch = clientPatch(object, live, schema);
      if (!patch) return live;
      return await cluster.client.patch(type, refOf(object), patch.kind, patch.patch, settings);
    } catch (error) {
      // It came, went or changed while we looked at what the cache has.
      const isStale = isKubeError(error, live ? 404 : 409) || isKubeError(error, 409);
      if (!isStale || attempt >= TRIES_MAX) throw error;
      const seen = await cluster.client.get(type, refOf(object), signal);
      if (!live && !seen) throw error;
      live = seen;
    }
  }
}

/** Writes the whole object in place of what is there. */
export async function replaceObject(input: ApplyInput): Promise<KubeObject> {
  const { cluster, type, object, signal } = input;
  const settings = settingsOf(input);
  const whole = input.delivery.policy.apply === 'client' ? withLastApplied(object) : object;
  let { live } = input;
  for (let attempt = 0; ; attempt += 1) {
    try {
      if (!live) return await cluster.client.create(type, whole, settings);
      const { resourceVersion } = live.metadata;
      const metadata = { ...whole.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) };
      return await cluster.client.update(type, { ...whole, metadata }, settings);
    } catch (error) {
      const isStale = isKubeError(error, 409) || (live !== undefined && isKubeError(error, 404));
      if (!isStale || attempt >= TRIES_MAX) throw error;
      live = await cluster.client.get(type, refOf(object), signal);
    }
  }
}
