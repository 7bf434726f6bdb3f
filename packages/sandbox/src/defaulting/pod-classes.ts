// Admission of pods by their priority class and runtime class (kubernetes:plugin/pkg/admission/{priority,runtimeclass}, 1.35).

import type { KubeObject } from '@evenkeel/resource';
import { forbidden } from '../api/status.ts';
import { type Bag, type Draft, bagAt, copyValue, sameValue, scalarText } from '../store/draft.ts';
import type { Store } from '../store/store.ts';
import { bagsOf, specOf } from './drafts.ts';

const pods = { group: '', plural: 'pods', kind: 'Pod' };

const systemPriorities: Readonly<Record<string, number>> = {
  'system-node-critical': 2_000_001_000,
  'system-cluster-critical': 2_000_000_000,
};

/** Sets the priority of a new pod by its class. Throws 403 for unknown classes and for priorities that differ. */
export function applyPriority(store: Store, draft: Draft): void {
  const spec = specOf(draft);
  const refuse = (why: string): Error => forbidden(pods, draft.metadata.name ?? '', why);
  const given = scalarText(spec['priorityClassName'] ?? '');
  const found = given === '' ? standardClass(store) : classes(store, 'priorityclasses.scheduling.k8s.io', given);
  if (given !== '' && found === undefined && systemPriorities[given] === undefined)
    throw refuse(`no PriorityClass with name ${given} was found`);
  if (given === '' && found !== undefined) spec['priorityClassName'] = found.metadata.name ?? '';
  const value = found?.['value'];
  const priority = typeof value === 'number' ? value : (systemPriorities[given] ?? 0);
  if (spec['priority'] !== undefined && spec['priority'] !== priority) {
    const why = `the integer value of priority (${scalarText(spec['priority'])}) must not be provided in pod spec; priority admission controller computed ${priority} from the given PriorityClass name`;
    throw refuse(why);
  }
  spec['priority'] = priority;
  const policy = scalarText(found?.['preemptionPolicy'] ?? 'PreemptLowerPriority');
  if (spec['preemptionPolicy'] !== undefined && spec['preemptionPolicy'] !== policy) {
    const why = `the string value of PreemptionPolicy (${scalarText(spec['preemptionPolicy'])}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`;
    throw refuse(why);
  }
  spec['preemptionPolicy'] = policy;
}

function classes(store: Store, collection: string, name: string): KubeObject | undefined {
  return store.collection(collection).get('', name);
}

// Of several defaults the one of the lowest value counts.
function standardClass(store: Store): KubeObject | undefined {
  const value = (each: KubeObject): number => Number(each['value'] ?? 0);
  return store
    .collection('priorityclasses.scheduling.k8s.io')
    .list()
    .filter((each) => each['globalDefault'] === true)
    .sort((a, b) => value(a) - value(b))[0];
}

/** Adds what a pod's runtime class costs and asks of nodes. Throws 403 for unknown classes. */
export function applyRuntimeClass(store: Store, draft: Draft): void {
  const spec = specOf(draft);
  const name = scalarText(spec['runtimeClassName'] ?? '');
  if (name === '') return;
  const refuse = (why: string): Error => forbidden(pods, draft.metadata.name ?? '', why);
  const found = classes(store, 'runtimeclasses.node.k8s.io', name) as Draft | undefined;
  if (found === undefined) throw refuse(`pod rejected: RuntimeClass "${name}" not found`);
  const overhead = bagAt(bagAt(found, 'overhead'), 'podFixed');
  if (overhead !== undefined) {
    if (spec['overhead'] !== undefined && !sameValue(spec['overhead'], overhead))
      throw refuse("pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
    spec['overhead'] = copyValue(overhead as never) as Bag;
  }
  const scheduling = bagAt(found, 'scheduling');
  for (const [key, value] of Object.entries(bagAt(scheduling, 'nodeSelector') ?? {})) {
    const selector = bagAt(spec, 'nodeSelector') ?? {};
    if (selector[key] !== undefined && selector[key] !== value)
      throw refuse(
        `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${scalarText(value)}; pod.spec.nodeSelector[${key}] = ${scalarText(selector[key])}`,
      );
    spec['nodeSelector'] = { ...selector, [key]: value };
  }
  const tolerations = bagsOf(spec['tolerations']);
  for (const toleration of bagsOf(scheduling?.['tolerations'])) {
    if (!tolerations.some((each) => sameValue(each, toleration))) tolerations.push({ ...toleration });
  }
  if (tolerations.length > 0) spec['tolerations'] = tolerations;
}
