// What one step does to the cluster: writes its object as its options say, or deletes it.

import type { Step } from '@evenkeel/engine';
import { type ResourceType, isKubeError } from '@evenkeel/kube';
import { type KubeObject, parseApiVersion } from '@evenkeel/resource';
import type { Cluster } from '../cluster.ts';
import type { StepReport } from '../model.ts';
import { type ApplyInput, applyObject, methodOf, replaceObject } from './apply.ts';
import { type RunContext, untilGone } from './context.ts';

/** What was done, in kubectl's words. */
export interface Done {
  readonly message: string;
  readonly change?: StepReport['change'];
}

/** Carries a step out. Rejects with KubeError where the server refuses. */
export function perform(step: Step, type: ResourceType, context: RunContext): Promise<Done> {
  if (step.action === 'prune') return prune(step, type, context);
  return isPlainNamespace(step) ? once(step, type, context) : write(step, type, context);
}

/** A destination that an application makes and has no wishes for. */
function isPlainNamespace({ action, ref, phase, options, hook }: Step): boolean {
  const isMade = action === 'create' && phase === 'before' && hook === undefined && options === undefined;
  return isMade && ref.kind === 'Namespace' && ref.group === '';
}

const making = new WeakMap<Cluster, Map<string, Promise<Done>>>();

/** Hundreds of applications that go to one namespace start at once: one of them makes it. */
async function once(step: Step, type: ResourceType, context: RunContext): Promise<Done> {
  const { cluster } = context;
  const names = making.get(cluster) ?? new Map<string, Promise<Done>>();
  making.set(cluster, names);
  const { name } = step.ref;
  for (let other = names.get(name); other; other = names.get(name)) await other.catch(() => undefined);
  if (cluster.live.get(step.ref)) return { message: `${kubectlName(step)} unchanged` };
  const mine = write(step, type, context);
  names.set(name, mine);
  try {
    return await mine;
  } finally {
    if (names.get(name) === mine) names.delete(name);
  }
}

/** "deployment.apps/web" */
export function kubectlName({ object, ref }: Step): string {
  const { group } = parseApiVersion(object.apiVersion);
  return `${ref.kind.toLowerCase()}${group === '' ? '' : `.${group}`}/${ref.name}`;
}

async function prune(step: Step, type: ResourceType, { cluster, delivery, signal }: RunContext): Promise<Done> {
  const { uid, deletionTimestamp } = step.object.metadata;
  if (deletionTimestamp !== undefined) return { message: 'pruned', change: 'deleted' };
  await cluster.client.delete(type, step.ref, {
    propagationPolicy: delivery.policy.propagation,
    ...(uid === undefined ? {} : { preconditions: { uid } }),
    signal,
  });
  return { message: 'pruned', change: 'deleted' };
}

/** What to send for a step, and how. */
export function applyInputOf(step: Step, type: ResourceType, { cluster, delivery, signal }: RunContext): ApplyInput {
  const live = cluster.live.get(step.ref);
  return { delivery, cluster, type, object: step.object, live, options: step.options, signal };
}

async function write(step: Step, type: ResourceType, context: RunContext): Promise<Done> {
  const { cluster, delivery } = context;
  const input = applyInputOf(step, type, context);
  const { live } = input;
  const said = live && delivery.frontEnd.optionsOf?.(live);
  const replace = delivery.policy.replace || step.options?.replace === true || said?.replace === true;
  const recreate = delivery.policy.recreate || step.options?.recreate === true || said?.recreate === true;
  // Replacing by force deletes first, as `kubectl replace --force` does; what would take others along is never deleted for it.
  if (replace && recreate && live && !isContainer(step)) return recreateObject(step, input, context);
  try {
    const written = await (replace ? replaceObject(input) : applyObject(input));
    cluster.live.observe(type, written);
    return describeWrite(step, input, { written, replace });
  } catch (error) {
    if (!recreate || isContainer(step) || !isKubeError(error, 422)) throw error;
    return recreateObject(step, input, context);
  }
}

/** Deleting one of these deletes what is in it. */
function isContainer({ ref }: Step): boolean {
  return ref.kind === 'Namespace' || ref.kind === 'CustomResourceDefinition';
}

async function recreateObject(step: Step, input: ApplyInput, context: RunContext): Promise<Done> {
  const { cluster, signal } = context;
  await cluster.client.delete(input.type, step.ref, { propagationPolicy: 'Foreground', signal });
  await untilGone(step, input.type, context);
  const written = await applyObject({ ...input, live: undefined });
  cluster.live.observe(input.type, written);
  return { message: `${kubectlName(step)} deleted and created anew`, change: 'updated' };
}

function describeWrite(
  step: Step,
  input: ApplyInput,
  { written, replace }: { readonly written: KubeObject; readonly replace: boolean },
): Done {
  const { live } = input;
  const change = live ? 'updated' : 'created';
  const name = kubectlName(step);
  if (replace) return { message: `${name} ${live ? 'replaced' : 'created'}`, change };
  if (methodOf(input) === 'server') return { message: `${name} serverside-applied`, change };
  if (!live) return { message: `${name} created`, change };
  const same = live.metadata.resourceVersion === written.metadata.resourceVersion;
  return same ? { message: `${name} unchanged` } : { message: `${name} configured`, change };
}
