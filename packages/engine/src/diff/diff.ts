// What an apply would change, field by field, decided from the watch cache alone.

import { type FieldChange, type FieldSchema, type KubeObject, wouldApplyChange } from '@evenkeel/resource';
import { isSecret, maskPair } from './mask.ts';

/** One field that differs. Values of Secrets are masked. */
export interface FieldDiff {
  /** As Kubernetes prints it: `.spec.template.spec.containers[name="web"].image`. */
  readonly path: string;
  /** Undefined where applying removes the field. */
  readonly desired?: unknown;
  /** Undefined where the field is not there. */
  readonly live?: unknown;
  /** Who owns the live value, with the time of their last write where it is known. */
  readonly owners: readonly { readonly manager: string; readonly time?: string | undefined }[];
}

/** The difference between a desired and a live object. */
export interface ObjectDiff {
  readonly changed: boolean;
  readonly fields: readonly FieldDiff[];
}

/** No difference. */
export const noDiff: ObjectDiff = { changed: false, fields: [] };

/** What a comparison needs besides the two objects. */
export interface DiffContext {
  /** The field manager that will apply. */
  readonly manager: string;
  /** Undefined where the type is not known: maps merge, lists are atomic. */
  readonly schema: FieldSchema | undefined;
}

/**
 * Compares as a server-side apply by `context.manager` would: fields set in `desired` must have those values, and fields
 * the manager owned earlier and no longer sets must be gone. Everything else belongs to others and is no difference.
 */
export function diffObject(desired: KubeObject, live: KubeObject, context: DiffContext): ObjectDiff {
  const config = normaliseDesired(desired);
  const change = wouldApplyChange({ live, config, manager: context.manager, schema: context.schema });
  if (!change.changed) return noDiff;
  const secret = isSecret(desired);
  return { changed: true, fields: change.fields.map((field) => fieldDiff(field, secret)) };
}

function fieldDiff(change: FieldChange, secret: boolean): FieldDiff {
  const masked = secret && /^\.(data|stringData)\b/.test(change.field);
  const values = masked
    ? maskPair(change.desired, change.live)
    : {
        ...(change.desired === undefined ? {} : { desired: change.desired }),
        ...(change.live === undefined ? {} : { live: change.live }),
      };
  return {
    path: change.field,
    ...values,
    owners: change.owners.map(({ manager, time }) => ({ manager, time })),
  };
}

/**
 * What the API server makes of an object before it compares: stringData of a Secret becomes data, an empty
 * creationTimestamp and status say nothing.
 */
export function normaliseDesired(desired: KubeObject): KubeObject {
  const withoutTimestamp =
    'creationTimestamp' in desired.metadata ? { ...desired, metadata: withoutCreation(desired.metadata) } : desired;
  if (!isSecret(desired)) return withoutTimestamp;
  const { stringData, ...rest } = withoutTimestamp as KubeObject & {
    readonly stringData?: Readonly<Record<string, string>>;
  };
  if (!stringData) return withoutTimestamp;
  const data = { ...(rest['data'] as Readonly<Record<string, string>> | undefined) };
  for (const [key, value] of Object.entries(stringData)) data[key] = base64(value);
  return { ...rest, data };
}

function withoutCreation(metadata: KubeObject['metadata']): KubeObject['metadata'] {
  const { creationTimestamp: _dropped, ...rest } = metadata;
  return rest;
}

function base64(text: string): string {
  const bytes = new TextEncoder().encode(text);
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
