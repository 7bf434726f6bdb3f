// Desired beside live: what differs, what is missing, what is left over, and how everything fares. Reads the watch cache;
// sends a dry run only where the cache says that something differs, and remembers the answer.

import {
  type ComparedObject,
  type DiffContext,
  type DiffRules,
  type ObjectDiff,
  type Refusal,
  type StrayObject,
  answeredDiff,
  askedAbout,
  changesOf,
  diffObject,
  health,
  isEmptyRules,
  noDiff,
  withLiveValues,
  withoutIgnored,
} from '@evenkeel/engine';
import { KubeError, type ResourceType, isKubeError } from '@evenkeel/kube';
import { type KubeObject, type ObjectRef, gvkOf, lastAppliedAnnotation, refKey, refOf } from '@evenkeel/resource';
import type { Cluster } from '../cluster.ts';
import { forbiddenObject, forbiddenOtherwise, isForbiddenKind, isLeftAlone } from '../limits.ts';
import type { Delivery, DeliveryMemory, ResourceReport } from '../model.ts';
import type { Prepared, PreparedObject } from '../prepare.ts';
import { applyObject, methodOf } from '../run/apply.ts';
import type { Warning } from '../warning.ts';

/** The outcome of one comparison. */
export interface Comparison {
  readonly objects: readonly ComparedObject[];
  readonly strays: readonly StrayObject[];
  readonly resources: readonly ResourceReport[];
  readonly refusals: readonly Refusal[];
  readonly warnings: readonly Warning[];
}

export interface CompareInput {
  readonly delivery: Delivery;
  readonly prepared: Prepared;
  readonly memory: DeliveryMemory;
  readonly cluster: Cluster;
  /** Forget what the server refused earlier, and ask it again. */
  readonly askAnew: boolean;
  /** An operation is writing what differs: the server need not be asked about it. */
  readonly underWay?: boolean;
  readonly signal: AbortSignal;
}

/** Compares everything of a delivery. Resolves without a request where all is in sync. */
export async function compareDelivery(input: CompareInput): Promise<Comparison> {
  const { delivery, prepared, cluster } = input;
  const objects: ComparedObject[] = [];
  const resources: ResourceReport[] = [];
  const refusals: Refusal[] = [];
  // At the very first sync nothing is live that a half-done one could harm, and asking twice would cost a request an object.
  const isFirst = !prepared.objects.some(({ ref, desired }) => !desired.hook && cluster.live.get(ref) !== undefined);
  const results = await Promise.all(prepared.objects.map((object) => compareObject(object, { ...input, isFirst })));
  for (const [index, result] of results.entries()) {
    const object = prepared.objects[index];
    if (!object) continue;
    if (result.refusal) refusals.push(result.refusal);
    if (!result.refusal || object.desired.hook) objects.push(result.compared);
    const report = withOwner(reportOf(object, result.compared, delivery), result.refusal);
    resources.push(isForbiddenKind(object, delivery) ? { ...report, sync: 'unknown' } : report);
  }
  refusals.push(...forbiddenOtherwise(delivery, prepared, cluster));
  const strays = findStrays(input);
  for (const stray of strays) resources.push(strayReport(stray, delivery));
  return { objects, strays, resources, refusals, warnings: untold(resources) };
}

interface ObjectInput extends CompareInput {
  readonly isFirst: boolean;
}

interface ObjectResult {
  readonly compared: ComparedObject;
  readonly refusal?: Refusal;
}

async function compareObject(prepared: PreparedObject, input: ObjectInput): Promise<ObjectResult> {
  const { desired, ref, type } = prepared;
  const live = input.cluster.live.get(ref);
  const refusal = forbiddenObject(prepared, input);
  if (refusal) return { compared: { desired, live, diff: noDiff }, refusal };
  if (!type || desired.hook) return { compared: { desired, live, diff: noDiff } };
  if (!live) return { compared: { desired, live, diff: noDiff }, ...(await rehearsed(prepared, type, input)) };
  accepted.add(desired.object);
  if (desired.options?.onlyIfMissing === true) return { compared: { desired, live, diff: noDiff } };
  const otherOwner = input.cluster.live.ownerOf(live);
  if (otherOwner !== undefined && otherOwner !== input.delivery.key) {
    return { compared: { desired, live, diff: noDiff }, refusal: twoOwners(ref, otherOwner, input.delivery) };
  }
  return confirmedDiff({ prepared, live, type }, input);
}

/** Desired objects that the server is known to take: it said so, or they have been live as they are. */
const accepted = new WeakSet<KubeObject>();
const rejections = new WeakMap<KubeObject, Refusal>();

/** Asks whether a missing object would be accepted, before anything of its sync is written. */
async function rehearsed(
  prepared: PreparedObject,
  type: ResourceType,
  input: ObjectInput,
): Promise<Pick<ObjectResult, 'refusal'>> {
  const { object } = prepared.desired;
  if (input.isFirst || input.underWay === true || accepted.has(object)) return {};
  const known = rejections.get(object);
  if (known && !input.askAnew) return { refusal: known };
  try {
    await dryRun(prepared, type, input);
    accepted.add(object);
    rejections.delete(object);
    return {};
  } catch (error) {
    // Its namespace may be created by the very sync this is asked for.
    if (isKubeError(error, 404)) return {};
    if (!isVerdict(error)) throw error;
    const refusal = rejected(prepared, error);
    if (isLasting(error)) rejections.set(object, refusal);
    return { refusal };
  }
}

/** Conflict, too many requests, unavailable, timed out: these say nothing about the object, and pass. */
const passing: ReadonlySet<number> = new Set([409, 429, 502, 503, 504]);

/** True where the server refuses this object. An unknown field in an apply is a 500 in Kubernetes, so that counts too. */
function isVerdict(error: unknown): error is KubeError {
  return error instanceof KubeError && !passing.has(error.code);
}

/** A verdict that the same question would get again. */
function isLasting(error: KubeError): boolean {
  return (error.code !== 403 && error.code < 500) || error.message.includes('field not declared in schema');
}

function dryRun(
  { desired }: PreparedObject,
  type: ResourceType,
  { delivery, cluster, signal }: CompareInput,
  live?: KubeObject,
): Promise<KubeObject> {
  const { object, options } = desired;
  return applyObject({ delivery, cluster, type, object, live, options, dryRun: true, signal });
}

/** Answers of the server to "would this change anything?", by desired object; the key names exactly what was asked. */
const confirmations = new WeakMap<KubeObject, { readonly question: string; readonly result: Confirmation }>();

type Confirmation =
  | { readonly kind: 'diff'; readonly diff: ObjectDiff }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly lasting: boolean };

interface Pair {
  readonly prepared: PreparedObject;
  readonly live: KubeObject;
  readonly type: ResourceType;
}

async function confirmedDiff(pair: Pair, input: CompareInput): Promise<ObjectResult> {
  const { live } = pair;
  const context = contextOf(pair, input);
  const prepared = withRespect(pair, input, context);
  const { desired } = prepared;
  const local = diffObject(desired.object, live, context);
  const confirm = input.delivery.compare?.confirm;
  if (!local.changed && confirm !== 'always') return { compared: { desired, live, diff: noDiff } };
  const asksAlways = !local.changed && `/${live.metadata.resourceVersion ?? ''}`;
  const question = `${live.metadata.uid}/${live.metadata.generation ?? 0}/${JSON.stringify(local.fields)}${asksAlways || ''}`;
  const key = pair.prepared.desired.object;
  const known = confirmations.get(key);
  const isOpen = input.underWay === true && known?.question !== question;
  if (confirm === 'never' || isOpen) return { compared: { desired, live, diff: local } };
  const stale = input.askAnew && (known?.result.kind === 'refused' || confirm === 'always');
  const reusable = known?.question === question && !stale;
  const answer = reusable ? known.result : await askServer({ ...pair, prepared }, local, { ...input, context });
  if (answer.kind !== 'refused' || answer.lasting) confirmations.set(key, { question, result: answer });
  if (answer.kind === 'refused') return { compared: { desired, live, diff: local }, refusal: answer.refusal };
  return { compared: { desired, live, diff: answer.diff } };
}

function contextOf({ prepared, live }: Pair, { delivery, cluster }: CompareInput): DiffContext {
  const { object, options } = prepared.desired;
  return {
    manager: delivery.frontEnd.fieldManager,
    schema: cluster.schemaOf(gvkOf(object)),
    method: methodOf({ delivery, object, live, options }),
    migrateFrom: options?.migrateFrom ?? delivery.policy.migrateFrom,
    sensitiveAnnotations: delivery.frontEnd.sensitiveAnnotations?.(),
    rules: () => delivery.compare?.rulesFor(object),
  };
}

/** Objects as they are written where ignored fields are respected, by desired object and what was live then. */
const respecting = new WeakMap<KubeObject, { readonly live: KubeObject; readonly prepared: PreparedObject }>();

function withRespect({ prepared, live }: Pair, { delivery }: CompareInput, context: DiffContext): PreparedObject {
  if (delivery.compare?.respectIgnored !== true) return prepared;
  const { object } = prepared.desired;
  const known = respecting.get(object);
  if (known?.live === live && known.prepared.at === prepared.at) return known.prepared;
  const rules = context.rules?.();
  if (!rules || isEmptyRules(rules)) return prepared;
  const changes = changesOf(object, live, context) ?? [];
  const written = withLiveValues(object, { live, schema: context.schema }, rules, changes);
  const result = { ...prepared, desired: { ...prepared.desired, object: written } };
  respecting.set(object, { live, prepared: result });
  return result;
}

interface ConfirmInput extends CompareInput {
  readonly context: DiffContext;
}

/** A dry run tells whether the server sees a difference too, after its defaults, its canonical forms and its webhooks. */
async function askServer(
  { prepared, live, type }: Pair,
  local: ObjectDiff,
  input: ConfirmInput,
): Promise<Confirmation> {
  const { delivery } = input;
  const { options } = prepared.desired;
  try {
    const object = askedAbout(prepared.desired.object, live, input.context);
    const asked = { ...prepared, desired: { ...prepared.desired, object } };
    const after = await dryRun(local.changed ? asked : byTheServer(asked), type, input, live);
    const answered = answeredDiff(prepared.desired.object, live, input.context, after);
    if (sameContent(live, answered.after, input.context.rules?.())) return { kind: 'diff', diff: noDiff };
    if (!local.changed) return { kind: 'diff', diff: foreignDiff(live, after) };
    // What differs in no field by itself is as it was thought: orders of lists, for one.
    return { kind: 'diff', diff: answered.diff.changed ? answered.diff : local };
  } catch (error) {
    if (!isVerdict(error)) throw error;
    // What cannot be patched may well be replaced.
    const isReplaced = delivery.policy.recreate || options?.recreate || delivery.policy.replace || options?.replace;
    if (isReplaced) return { kind: 'diff', diff: local };
    return { kind: 'refused', refusal: rejected(prepared, error), lasting: isLasting(error) };
  }
}

/** Asks what a server-side apply would make of an object, webhooks included, however the object is applied. */
function byTheServer(prepared: PreparedObject): PreparedObject {
  const { desired } = prepared;
  return { ...prepared, desired: { ...desired, options: { ...desired.options, apply: 'server' } } };
}

/** What others make of an object that would be applied: its parts that differ. Values of Secrets are not told. */
function foreignDiff(live: KubeObject, after: KubeObject): ObjectDiff {
  const [left, right] = [live, after] as unknown as readonly Readonly<Record<string, unknown>>[];
  const keys = [...new Set([...Object.keys(left ?? {}), ...Object.keys(right ?? {})])];
  const differing = keys.filter((key) => canonical(left?.[key]) !== canonical(right?.[key]));
  return { changed: true, fields: differing.map((key) => ({ path: `.${key}`, owners: [] })) };
}

/** Equal but for what the server counts, what is ignored, and the note of client-side apply. */
function sameContent(left: KubeObject, right: KubeObject, rules: DiffRules | undefined): boolean {
  const strip = (object: KubeObject): KubeObject => (rules ? withoutIgnored(object, rules) : object);
  return contentOf(strip(left)) === contentOf(strip(right));
}

function contentOf(object: KubeObject): string {
  const {
    managedFields: _owners,
    resourceVersion: _version,
    generation: _generation,
    ...metadata
  } = metadataOf(object);
  const { [lastAppliedAnnotation]: _applied, ...annotations } = metadata.annotations ?? {};
  return canonical({ ...object, metadata: { ...metadata, annotations } });
}

/** What is ignored may be all of it. */
function metadataOf({ metadata }: Partial<Pick<KubeObject, 'metadata'>>): Partial<KubeObject['metadata']> {
  return metadata ?? {};
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, entry: unknown) =>
    entry !== null && typeof entry === 'object' && !Array.isArray(entry)
      ? Object.fromEntries(Object.entries(entry).sort(([left], [right]) => (left < right ? -1 : 1)))
      : entry,
  );
}

/** Says that the server rejects an object, with the place of the object in the source. */
export function rejected(prepared: PreparedObject, error: Error): Refusal {
  const place = prepared.at ? `${prepared.at.file}${prepared.at.line ? `:${prepared.at.line}` : ''}: ` : '';
  return {
    code: 'INVALID_OBJECT',
    sentence: `${place}the cluster rejects ${prepared.ref.kind} "${prepared.ref.name}": ${error.message}`,
    remedy: 'Correct the manifest in Git; what is live stays as it is.',
    at: prepared.at,
    about: { ...prepared.ref, version: gvkOf(prepared.desired.object).version },
  };
}

function twoOwners(ref: ObjectRef, other: string, delivery: Delivery): Refusal {
  const said = `${ref.kind} "${ref.name}" in namespace "${ref.namespace}" belongs to ${other} already`;
  return {
    code: 'TWO_OWNERS',
    sentence: delivery.frontEnd.sayShared?.(ref, delivery, other) ?? said,
    remedy: 'Keep the object in one source only; whichever owns it now goes on doing so.',
  };
}

/** Live objects of ours that nothing desires any more. */
function findStrays({ delivery, prepared, memory, cluster }: CompareInput): readonly StrayObject[] {
  const wanted = new Set(prepared.objects.map(({ ref }) => refKey(ref)));
  const candidates = new Map<string, KubeObject>();
  if (delivery.frontEnd.straysAmong === 'marked') {
    for (const live of cluster.live.owned(delivery.key)) candidates.set(refKey(refOf(live)), live);
  }
  for (const entry of memory.inventory) {
    const live = cluster.live.get(entry);
    if (live && delivery.frontEnd.ownerOf(live) === delivery.key) candidates.set(refKey(refOf(live)), live);
  }
  return (
    [...candidates]
      .filter(
        ([key, live]) =>
          !wanted.has(key) && !prepared.spared.has(key) && !delivery.frontEnd.ignores(live) && !isControlled(live),
      )
      // What is left alone is not pruned either.
      .filter(
        ([, live]) => delivery.compare?.excludes(gvkOf(live)) !== true && !isLeftAlone(live, { delivery, cluster }),
      )
      .map(([, live]) => delivery.frontEnd.stray(live, delivery))
  );
}

function isControlled(live: KubeObject): boolean {
  return (live.metadata.ownerReferences ?? []).some((owner) => owner.controller === true);
}

function reportOf(
  { ref, desired }: PreparedObject,
  { live, diff }: ComparedObject,
  delivery: Delivery,
): ResourceReport {
  const asks = needsApproval(desired.object, delivery) || (live !== undefined && needsApproval(live, delivery));
  const base = {
    ref,
    version: gvkOf(desired.object).version,
    wave: desired.wave,
    hook: desired.hook !== undefined,
    ...(asks ? { needsApproval: true } : {}),
  };
  if (desired.hook) return { ...base, sync: 'synced', fields: [], ...(live ? { present: true } : {}) };
  if (!live) return { ...base, sync: 'drifted', reason: 'missing', health: { status: 'missing' }, fields: [] };
  const found = health(live, delivery.frontEnd.health);
  const state: Pick<ResourceReport, 'sync' | 'reason'> = diff.changed
    ? { sync: 'drifted', reason: 'changed' }
    : { sync: 'synced' };
  return { ...base, ...state, ...(found ? { health: found } : {}), fields: diff.fields };
}

/** Health that a user's check could not tell: the rest of the comparison stands. The sentence is Argo CD's. */
function untold(resources: readonly ResourceReport[]): readonly Warning[] {
  return resources.flatMap(({ ref, health: found }) =>
    found?.failure === undefined
      ? []
      : [
          {
            kind: 'health',
            sentence: `error setting app health: failed to get resource health for "${ref.kind}" with name "${ref.name}" in namespace "${ref.namespace}": ${found.failure}`,
          },
        ],
  );
}

/** What belongs to somebody else is not as we want it, and will not be. */
function withOwner(report: ResourceReport, refusal: Refusal | undefined): ResourceReport {
  if (refusal?.code !== 'TWO_OWNERS') return report;
  return { ...report, sync: 'drifted', reason: 'changed', foreign: true };
}

function strayReport({ live, wave, extraneous, confirm }: StrayObject, delivery: Delivery): ResourceReport {
  const found = health(live, delivery.frontEnd.health);
  return {
    ref: refOf(live),
    version: gvkOf(live).version,
    sync: 'drifted',
    reason: 'stray',
    wave,
    hook: false,
    ...(found ? { health: found } : {}),
    ...(extraneous === true ? { extraneous } : {}),
    ...(confirm === true || needsApproval(live, delivery) ? { needsApproval: true } : {}),
    fields: [],
  };
}

function needsApproval(object: KubeObject, delivery: Delivery): boolean {
  const { frontEnd } = delivery;
  return frontEnd.departure?.(object, delivery) === 'confirm' || frontEnd.stray(object, delivery).confirm === true;
}
