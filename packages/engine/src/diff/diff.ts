// What an apply would change, field by field, decided from the watch cache alone.

import {
  type FieldChange,
  type FieldSchema,
  type KubeObject,
  ownersOf,
  serverSideApply,
  wouldApplyChange,
} from '@evenkeel/resource';
import { type ApplyMethod, asClientApplied, asTakenOver, isBuiltin } from './client-side.ts';
import {
  type DiffRules,
  asTheyAreLive,
  confirmedChanges,
  isEmptyRules,
  leftToManagers,
  remainingChanges,
} from './ignore.ts';
import { isSecret, maskField } from './mask.ts';
import { normaliseDesired } from './normalise.ts';

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
  /** How the object would be written; by the server where nothing is said. */
  readonly method?: ApplyMethod;
  /** Another manager whose client-side applies a server-side apply takes over. */
  readonly migrateFrom?: string | undefined;
  /** Annotations of Secrets whose values are masked. */
  readonly sensitiveAnnotations?: readonly string[] | undefined;
  /** What is left out, asked for only where something differs. */
  readonly rules?: (() => DiffRules | undefined) | undefined;
}

/**
 * Compares as an apply by `context.manager` would: fields set in `desired` must have those values, and fields that were
 * applied earlier and are no longer set must be gone. Everything else belongs to others and is no difference.
 */
export function diffObject(desired: KubeObject, live: KubeObject, context: DiffContext): ObjectDiff {
  const changes = changesOf(desired, live, context);
  if (changes === undefined) return noDiff;
  const rules = context.rules?.();
  if (!rules || isEmptyRules(rules)) return told(changes, { desired, live, context });
  const left = remaining(ownedBy(live, changes), { desired, live, context, rules });
  // A configuration that cannot be applied differs in no one field.
  if (left.length > 0 || changes.length === 0) return told(left, { desired, live, context });
  return reordered({ desired, live, context, rules });
}

/** Another order of items is found where no field differs: looked for anew once what is left out is as it is live. */
function reordered({ desired, live, context, rules }: Remaining): ObjectDiff {
  const asked = askedAbout(desired, live, context);
  const changes = asked === desired ? [] : (changesOf(asked, live, context) ?? []);
  const left = remaining(ownedBy(live, changes), { desired: asked, live, context, rules });
  return left.length === 0 ? noDiff : told(left, { desired: asked, live, context });
}

function told(left: readonly FieldChange[], { desired, live, context }: Omit<Remaining, 'rules'>): ObjectDiff {
  const sensitive = isSecret(desired) ? (context.sensitiveAnnotations ?? []) : undefined;
  return { changed: true, fields: left.map((field) => fieldDiff(field, live, sensitive)) };
}

/** The fields an apply would change, ignored ones included; undefined where it would change nothing. */
export function changesOf(
  desired: KubeObject,
  live: KubeObject,
  context: DiffContext,
): readonly FieldChange[] | undefined {
  const change = wouldApplyChange(previewOf(desired, live, context));
  if (!change.changed) return undefined;
  return change.changed ? change.fields : undefined;
}

function previewOf(
  desired: KubeObject,
  live: KubeObject,
  { manager, schema, method, migrateFrom }: DiffContext,
): {
  readonly live: KubeObject;
  readonly config: KubeObject;
  readonly manager: string;
  readonly schema: FieldSchema | undefined;
} {
  const config = normaliseDesired(desired);
  if (method !== 'client') return { live: asTakenOver(live, { manager, migrateFrom }), config, manager, schema };
  // A JSON merge patch, which custom types take, knows maps and atomic lists only.
  const known = isBuiltin(schema) ? schema : undefined;
  return { live: asClientApplied(live, manager, known), config, manager, schema: known };
}

/**
 * The desired object as the server is asked about it: what is left out is as it is live, for the server makes other fields
 * of it (the older name of a service account), which would differ although nothing says to leave them out.
 */
export function askedAbout(desired: KubeObject, live: KubeObject, context: DiffContext): KubeObject {
  const rules = context.rules?.();
  const asked = context.method === 'client' ? withoutNulls(desired) : desired;
  if (!rules || isEmptyRules(rules)) return asked;
  const changes = ownedBy(live, changesOf(desired, live, context) ?? []);
  const left = new Set(remaining(changes, { desired, live, context, rules }));
  return asTheyAreLive(
    asked,
    changes.filter((change) => !left.has(change)),
  );
}

/** A null in the metadata (`labels: null`) says nothing, but a patch that names it takes away what others put there. */
function withoutNulls(desired: KubeObject): KubeObject {
  const fields = Object.entries(desired.metadata);
  if (!fields.some(([, value]) => value === null)) return desired;
  return { ...desired, metadata: Object.fromEntries(fields.filter(([, value]) => value !== null)) };
}

const noRules: DiffRules = { pointers: [], removals: [], managers: [] };

/** What the server has answered to a dry run, and what is told of it. */
export interface AnsweredDiff {
  /** The answer, with fields of trusted managers as they are live: equal to what is live where there is no difference. */
  readonly after: KubeObject;
  /** The fields an apply was thought to change and does change. */
  readonly diff: ObjectDiff;
}

/** The difference once the server has answered what an apply would make of the object (`after`). */
export function answeredDiff(
  desired: KubeObject,
  live: KubeObject,
  context: DiffContext,
  after: KubeObject,
): AnsweredDiff {
  const owned = ownedBy(live, changesOf(desired, live, context) ?? []);
  const rules = context.rules?.() ?? noRules;
  const settled = leftToManagers(after, owned, rules);
  const left = confirmedChanges(owned, { live, predicted: settled, schema: context.schema }, rules);
  return { after: settled, diff: left.length === 0 ? noDiff : told(left, { desired, live, context }) };
}

interface Remaining {
  readonly desired: KubeObject;
  readonly live: KubeObject;
  readonly context: DiffContext;
  readonly rules: DiffRules;
}

/** The changes with the owners that really stand in the live object. */
function ownedBy(live: KubeObject, changes: readonly FieldChange[]): readonly FieldChange[] {
  return changes.map((change) => ({ ...change, owners: ownersOf(live, change.path) }));
}

function remaining(
  owned: readonly FieldChange[],
  { desired, live, context, rules }: Remaining,
): readonly FieldChange[] {
  const preview = previewOf(desired, live, context);
  const applied = serverSideApply({ ...preview, force: true, time: '1970-01-01T00:00:00Z' });
  if (!applied.ok) return owned;
  return remainingChanges(
    owned,
    { live: preview.live, predicted: applied.value.object, schema: preview.schema },
    rules,
  );
}

/** `sensitive` is said of Secrets alone. */
function fieldDiff(change: FieldChange, live: KubeObject, sensitive: readonly string[] | undefined): FieldDiff {
  const values = sensitive
    ? maskField(change.field, change, sensitive)
    : {
        ...(change.desired === undefined ? {} : { desired: change.desired }),
        ...(change.live === undefined ? {} : { live: change.live }),
      };
  return {
    path: change.field,
    ...values,
    owners: ownersOf(live, change.path).map(({ manager, time }) => ({ manager, time })),
  };
}
