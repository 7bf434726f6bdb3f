// Writes of status and finalizers that cost nothing where nothing changes.

import { type KubeClient, type ResourceType, type WriteOptions, isKubeError } from '@evenkeel/kube';
import type { Json, JsonObject, KubeObject } from '@evenkeel/resource';

export interface PatchStatusOptions extends Pick<WriteOptions, 'fieldManager' | 'signal'> {
  /** Fail with 409 where the object changed since it was read. Default false: fields of others are left alone anyway. */
  readonly lock?: boolean;
  /** 'status' (default), or undefined-by-choice 'none' for types without the subresource. */
  readonly subresource?: 'status' | 'none';
}

/**
 * Sends the smallest merge patch that turns `object.status` into `status`; nothing at all where they are equal.
 * Returns the object as the server has it now, or `object` itself where nothing was sent.
 */
export async function patchStatus(
  client: KubeClient,
  type: ResourceType,
  change: { readonly object: KubeObject; readonly status: JsonObject },
  options: PatchStatusOptions = {},
): Promise<KubeObject> {
  const { object, status } = change;
  const difference = mergePatch((object['status'] as Json | undefined) ?? {}, status);
  if (difference === undefined) return object;
  const version = object.metadata.resourceVersion;
  const lock = options.lock === true && version !== undefined ? { metadata: { resourceVersion: version } } : {};
  return client.patch(
    type,
    locationOf(object),
    'merge',
    { ...lock, status: difference },
    {
      ...(options.fieldManager === undefined ? {} : { fieldManager: options.fieldManager }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      ...(options.subresource === 'none' ? {} : { subresource: 'status' }),
    },
  );
}

/** The RFC 7386 merge patch from `before` to `after`, or undefined where they are equal. Lists are replaced whole. */
export function mergePatch(before: Json, after: Json): Json | undefined {
  if (!isObject(before) || !isObject(after)) return equalJson(before, after) ? undefined : after;
  const patch: Record<string, Json> = {};
  for (const name of Object.keys(before)) {
    if (before[name] !== undefined && before[name] !== null && (after[name] ?? undefined) === undefined)
      patch[name] = null;
  }
  for (const [name, value] of Object.entries(after)) {
    if (value === undefined || value === null) continue;
    const known = before[name];
    const difference = known === undefined || known === null ? withoutNulls(value) : mergePatch(known, value);
    if (difference !== undefined) patch[name] = difference;
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
}

/** Adds a finalizer; sends nothing where it is there. Retries on conflict with the newest object. */
export function addFinalizer(
  client: KubeClient,
  type: ResourceType,
  object: KubeObject,
  finalizer: string,
): Promise<KubeObject | undefined> {
  return changeFinalizers(client, type, object, (list) => (list.includes(finalizer) ? list : [...list, finalizer]));
}

/** Removes a finalizer; sends nothing where it is not there. Resolves to undefined where the object is gone. */
export function removeFinalizer(
  client: KubeClient,
  type: ResourceType,
  object: KubeObject,
  finalizer: string,
): Promise<KubeObject | undefined> {
  return changeFinalizers(client, type, object, (list) =>
    list.includes(finalizer) ? list.filter((name) => name !== finalizer) : list,
  );
}

export function hasFinalizer(object: KubeObject, finalizer: string): boolean {
  return object.metadata.finalizers?.includes(finalizer) === true;
}

const CONFLICT_RETRIES_MAX = 5;

/** Lists are replaced whole by a merge patch, so it carries the version read: nobody's finalizer is overwritten. */
async function changeFinalizers(
  client: KubeClient,
  type: ResourceType,
  object: KubeObject,
  change: (list: readonly string[]) => readonly string[],
): Promise<KubeObject | undefined> {
  let current = object;
  for (let attempt = 0; ; attempt += 1) {
    const before = current.metadata.finalizers ?? [];
    const after = change(before);
    if (after === before) return current;
    const { resourceVersion } = current.metadata;
    const metadata = {
      finalizers: after.length === 0 ? null : after,
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    };
    try {
      return await client.patch(type, locationOf(current), 'merge', { metadata });
    } catch (error) {
      if (isKubeError(error, 404)) return undefined;
      if (!isKubeError(error, 409) || attempt >= CONFLICT_RETRIES_MAX) throw error;
      const newest = await client.get(type, locationOf(current));
      if (!newest || newest.metadata.uid !== object.metadata.uid) return undefined;
      current = newest;
    }
  }
}

function locationOf(object: KubeObject): { readonly namespace: string | undefined; readonly name: string } {
  return { namespace: object.metadata.namespace, name: object.metadata.name ?? '' };
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A merge patch cannot say null: a null member means "absent", in what is new as well. */
function withoutNulls(value: Json): Json {
  if (!isObject(value)) return value;
  const kept: (readonly [string, Json])[] = [];
  // A loop, since every call counts where values are nested thousands of levels deep.
  for (const [name, member] of Object.entries(value)) {
    if (member !== undefined && member !== null) kept.push([name, withoutNulls(member as Json)]);
  }
  return Object.fromEntries(kept);
}

function equalJson(left: Json, right: Json): boolean {
  if (left === right) return true;
  if (Array.isArray(left) && Array.isArray(right)) {
    return (
      left.length === right.length &&
      left.every((item: Json, at) => equalJson(item, (right as readonly Json[])[at] ?? null))
    );
  }
  if (!isObject(left) || !isObject(right)) return false;
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...names].every((name) => {
    const [one, other] = [left[name], right[name]];
    return one === undefined || other === undefined ? one === other : equalJson(one, other);
  });
}
