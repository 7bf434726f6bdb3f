// Which turns objects take, and the order of whole syncs, beside Argo CD's engine run to its end against a made-up cluster.

import { isDeepStrictEqual } from 'node:util';
import { argoFrontEnd, readApplication, translateApplication } from '@evenkeel/argo';
import { type Plan, type Step, makePlan } from '@evenkeel/engine';
import { type KubeObject, type ObjectRef, parseApiVersion, refKey, refOf } from '@evenkeel/resource';
import { prepareObjects } from '../../packages/delivery/src/prepare.ts';
import { Picker } from './reposerver-picker.ts';
import type { Original, Told } from './reposerver-process.ts';
import { type Stage, finished, firstTurns, lines } from './reposerver-stages.ts';
import { Tally } from './reposerver-tally.ts';

const namespace = 'live';

interface TypeRow {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

/** Kinds with their scope; '!' marks those without a namespace. */
const kinds: readonly string[] = [
  'v1/Namespace!',
  'v1/ConfigMap',
  'v1/Secret',
  'v1/Service',
  'v1/ServiceAccount',
  'v1/Pod',
  'v1/PersistentVolume!',
  'v1/PersistentVolumeClaim',
  'v1/ResourceQuota',
  'v1/LimitRange',
  'v1/ReplicationController',
  'apps/v1/Deployment',
  'apps/v1/StatefulSet',
  'apps/v1/DaemonSet',
  'apps/v1/ReplicaSet',
  'batch/v1/Job',
  'batch/v1/CronJob',
  'policy/v1/PodDisruptionBudget',
  'autoscaling/v2/HorizontalPodAutoscaler',
  'networking.k8s.io/v1/NetworkPolicy',
  'networking.k8s.io/v1/Ingress',
  'networking.k8s.io/v1/IngressClass!',
  'storage.k8s.io/v1/StorageClass!',
  'rbac.authorization.k8s.io/v1/Role',
  'rbac.authorization.k8s.io/v1/RoleBinding',
  'rbac.authorization.k8s.io/v1/ClusterRole!',
  'rbac.authorization.k8s.io/v1/ClusterRoleBinding!',
  'apiregistration.k8s.io/v1/APIService!',
  'apiextensions.k8s.io/v1/CustomResourceDefinition!',
  'admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration!',
  'scheduling.k8s.io/v1/PriorityClass!',
  'cert-manager.io/v1/Certificate',
  'example.com/v1/Widget',
  'example.com/v1/Gadget!',
];
const types: readonly TypeRow[] = kinds.map((text) => {
  const parts = text.replace('!', '').split('/');
  const kind = parts.at(-1) ?? '';
  return {
    group: parts.length > 2 ? (parts[0] ?? '') : '',
    version: parts.at(-2) ?? '',
    kind,
    plural: `${kind.toLowerCase()}s`,
    namespaced: !text.endsWith('!'),
  };
});

const annotation = {
  hook: 'argocd.argoproj.io/hook',
  deletion: 'argocd.argoproj.io/hook-delete-policy',
  wave: 'argocd.argoproj.io/sync-wave',
  options: 'argocd.argoproj.io/sync-options',
} as const;

const waves: readonly string[] = [
  '-5',
  '-1',
  '0',
  '1',
  '2',
  '10',
  '+3',
  'soon',
  '',
  ' 1',
  '1.5',
  '0x2',
  '99999999999999999999',
  '-0',
  '007',
];
const hookTypes: readonly string[] = [
  'PreSync',
  'Sync',
  'PostSync',
  'SyncFail',
  'Skip',
  'PreDelete',
  'PostDelete',
  'PreSync,PostSync',
  'Skip,PreSync',
  'Skip,PreDelete',
  'Skip,Garbage',
  'Skip,Skip',
  'Garbage',
  '',
  ' PreSync , Sync ',
  'presync',
  'Sync,Sync',
];
const helmTypes: readonly string[] = [
  'pre-install',
  'pre-upgrade',
  'pre-install,pre-upgrade',
  'post-install',
  'post-install,post-upgrade',
  'pre-delete',
  'post-delete,pre-install',
  'test',
  'test-success',
  'pre-rollback',
  'crd-install',
  'crd-install,pre-install',
  '',
  'pre-install, post-install',
];
const policies: readonly string[] = [
  'HookSucceeded',
  'HookFailed',
  'BeforeHookCreation',
  'HookSucceeded,HookFailed',
  ' HookSucceeded , BeforeHookCreation',
  'garbage',
  '',
];
const helmPolicies: readonly string[] = [
  'before-hook-creation',
  'hook-succeeded,hook-failed',
  'garbage',
  'hook-failed',
];

interface Read {
  readonly hook: boolean;
  readonly skip: boolean;
  readonly ignored: boolean;
  readonly types: readonly string[];
  readonly policies: readonly string[];
  readonly wave: number;
}

const phaseOf: Readonly<Record<string, string>> = {
  PreSync: 'before',
  Sync: 'main',
  PostSync: 'after',
  SyncFail: 'failure',
};
const ruleOf: Readonly<Record<string, string>> = {
  HookSucceeded: 'succeeded',
  HookFailed: 'failed',
  BeforeHookCreation: 'recreate',
};

/** What annotations make of objects, every pair of them. */
export async function compareHooks(original: Original, seed: number): Promise<Tally> {
  const tally = new Tally('hooks');
  for (const object of annotated(new Picker(seed))) {
    const told: Told<Read> = await original.ask('hooks', { object });
    if (told.error !== undefined) throw new Error(told.error);
    const { value } = told;
    const found = ourReading(object);
    const wanted = {
      hook: value.hook,
      left: value.skip,
      wave: value.wave,
      phases: value.hook ? sorted(value.types.flatMap((type) => phaseOf[type] ?? [])) : value.skip ? [] : ['main'],
      rules:
        value.hook && found.phases.length > 0 ? sorted(value.policies.flatMap((policy) => ruleOf[policy] ?? [])) : [],
    };
    if (isDeepStrictEqual(found, wanted)) tally.equal();
    else tally.differs(JSON.stringify(object.metadata.annotations), { wanted, found });
  }
  return tally;
}

function ourReading(object: KubeObject): {
  readonly hook: boolean;
  readonly left: boolean;
  readonly wave: number;
  readonly phases: readonly string[];
  readonly rules: readonly string[];
} {
  const turns = argoFrontEnd.place(object);
  if (!Array.isArray(turns)) throw new Error('refused');
  const hook = argoFrontEnd.ignores(object);
  const rules = turns.flatMap((turn) => turn.hook?.deletion ?? []);
  return {
    hook,
    left: !hook && turns.length === 0,
    // A wave of what is never applied means nothing.
    wave: argoFrontEnd.stray(object, { policy: {} } as Parameters<typeof argoFrontEnd.stray>[1]).wave,
    phases: sorted(turns.map(({ phase }) => phase)),
    rules: sorted(rules),
  };
}

/** Each text once. */
function sorted(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].toSorted((left, right) => (left < right ? -1 : 1));
}

function annotated(pick: Picker): readonly KubeObject[] {
  const all: Record<string, string>[] = [];
  for (const [name, values] of [
    [annotation.hook, hookTypes],
    ['helm.sh/hook', helmTypes],
    [annotation.wave, waves],
    ['helm.sh/hook-weight', waves],
  ] as const) {
    for (const value of values) all.push({ [name]: value });
  }
  for (const own of policies) {
    for (const helm of ['', ...helmPolicies]) {
      all.push({
        [annotation.hook]: 'Sync',
        [annotation.deletion]: own,
        ...(helm === '' ? {} : { 'helm.sh/hook-delete-policy': helm }),
      });
    }
  }
  for (let index = 0; index < 300; index += 1) {
    all.push({
      ...pick.maybe(0.5, { [annotation.hook]: pick.of(hookTypes) }),
      ...pick.maybe(0.5, { 'helm.sh/hook': pick.of(helmTypes) }),
      ...pick.maybe(0.5, { [annotation.wave]: pick.of(waves) }),
      ...pick.maybe(0.4, { 'helm.sh/hook-weight': pick.of(waves) }),
      ...pick.maybe(0.4, { [annotation.deletion]: pick.of(policies) }),
      ...pick.maybe(0.4, { 'helm.sh/hook-delete-policy': pick.of(helmPolicies) }),
    });
  }
  return all.map((annotations) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', namespace, annotations } }));
}

/** One sync: what is wanted, what is there. */
interface SyncCase {
  readonly name: string;
  readonly desired: readonly KubeObject[];
  readonly live: readonly KubeObject[];
  readonly prune: boolean;
  readonly pruneLast: boolean;
  readonly skipHooks: boolean;
}

function madeSync(pick: Picker, index: number): SyncCase {
  const count = 2 + pick.below(14);
  const desired = new Map<string, KubeObject>();
  for (let at = 0; at < count; at += 1) {
    const object = madeObject(pick, at);
    desired.set(refKey(refOf(object)), object);
  }
  const there = [...desired.values()].filter((object) => object.metadata.name && pick.chance(0.4)).map(asLive);
  // One object of a name: namespaces have few names, and may be made twice.
  const live = new Map(there.map((object) => [refKey(refOf(object)), object]));
  for (let at = 0; at < pick.below(5); at += 1) {
    const object = asLive(madeObject(pick, 100 + at));
    const key = refKey(refOf(object));
    if (object.metadata.name && !isDefinition(object) && !live.has(key)) live.set(key, object);
  }
  return {
    name: `sync ${index}`,
    desired: [...desired.values()],
    live: [...live.values()],
    prune: pick.chance(0.8),
    pruneLast: pick.chance(0.2),
    skipHooks: pick.chance(0.1),
  };
}

function isDefinition({ kind }: KubeObject): boolean {
  return kind === 'CustomResourceDefinition';
}

function madeObject(pick: Picker, at: number): KubeObject {
  const type = pick.of(types);
  const isHook = pick.chance(0.3);
  const annotations = {
    ...pick.maybe(0.6, { [annotation.wave]: pick.of(['-5', '-1', '0', '1', '2', '10']) }),
    ...(isHook && pick.chance(0.7) ? { [annotation.hook]: pick.of(hookTypes) } : {}),
    ...(isHook && pick.chance(0.4) ? { 'helm.sh/hook': pick.of(helmTypes) } : {}),
    ...(isHook && pick.chance(0.5) ? { [annotation.deletion]: pick.of(policies) } : {}),
    ...pick.maybe(0.1, { 'helm.sh/hook-weight': pick.of(['-3', '4']) }),
    ...pick.maybe(0.1, {
      [annotation.options]: pick.of(['PruneLast=true', 'Prune=false', 'Replace=true', 'PruneLast=true,Prune=false']),
    }),
  };
  const place = type.namespaced && pick.chance(0.4) ? { namespace: pick.of(['more', 'live', 'other']) } : {};
  const name =
    type.kind === 'Namespace'
      ? pick.of(['more', 'other', `ns-${at}`])
      : `${type.kind.slice(0, 3).toLowerCase()}-${pick.below(50)}-${at}`;
  const runs = /^(Pre|Post)?Sync$/.test(annotations[annotation.hook] ?? '');
  const named = type.kind === 'Job' && runs && pick.chance(0.5) ? { generateName: `${name}-` } : { name };
  const spec = isDefinitionRow(type)
    ? { spec: { group: 'example.com', names: { kind: pick.of(['Widget', 'Gadget']) } } }
    : {};
  return {
    apiVersion: type.group === '' ? type.version : `${type.group}/${type.version}`,
    kind: type.kind,
    metadata: { ...named, ...place, annotations },
    ...spec,
  } as KubeObject;
}

function isDefinitionRow({ kind }: TypeRow): boolean {
  return kind === 'CustomResourceDefinition';
}

let uids = 0;
function asLive(object: KubeObject): KubeObject {
  const row = types.find(({ kind }) => kind === object.kind);
  const place = row?.namespaced === true ? { namespace: object.metadata.namespace ?? namespace } : {};
  const { namespace: _namespace, ...metadata } = object.metadata;
  uids += 1;
  return { ...object, metadata: { ...metadata, ...place, uid: `uid-${uids}` } };
}

/** Whole syncs, in their order. */
export async function compareSyncs(original: Original, seed: number, count: number): Promise<Tally> {
  const tally = new Tally('sync');
  const pick = new Picker(seed);
  for (let index = 0; index < count; index += 1) {
    const each = madeSync(pick, index);
    const [wanted, found] = [await theirStages(original, each), await ourStages(each)];
    if (isDeepStrictEqual(found, wanted)) tally.equal();
    else if (isDeepStrictEqual(firstTurns(found), firstTurns(wanted))) tally.equal('deliberate');
    else
      tally.differs(each.name, { case: process.env['CASES'] ? each : '', wanted: lines(wanted), found: lines(found) });
  }
  return tally;
}

interface Ran {
  readonly phase: string;
  readonly message: string;
  readonly tasks: readonly string[];
}

const phaseNames: Readonly<Record<string, string>> = {
  before: 'PreSync',
  main: 'Sync',
  after: 'PostSync',
  failure: 'SyncFail',
};
const taskLine = /^(\w+)\/(-?\d+) (hook|resource) ([^/]*)\/([^:]*):([^/]*)\/(\S*) (\w+)->(\w+)/;

async function theirStages(original: Original, each: SyncCase): Promise<readonly Stage[]> {
  const told: Told<Ran> = await original.ask('sync', { ...each, types, namespace });
  if (told.error !== undefined) throw new Error(told.error);
  const { phase, message, tasks } = told.value;
  if (phase !== 'Succeeded') throw new Error(`${each.name}: ${phase} ${message}`);
  const stages = new Map<string, { pruned: string[]; writes: ObjectRef[] }>();
  for (const task of tasks) {
    const [, taskPhase = '', wave = '', , group = '', kind = '', place = '', name = '', , target] =
      taskLine.exec(task) ?? [];
    const at = taskPhase === 'SyncFail' ? 'SyncFail' : `${taskPhase}/${wave}`;
    const stage = stages.get(at) ?? { pruned: [], writes: [] };
    stages.set(at, stage);
    const row = types.find((type) => type.kind === kind);
    const ref = {
      group,
      kind,
      namespace: row?.namespaced === true ? place : '',
      name: name.replace(/-?0123456-\w+-\d+$/, ''),
    };
    if (target === 'nil') {
      if (each.prune && !isKept(ref, each) && !becomesHook(ref, each)) stage.pruned.push(refKey(ref));
    } else stage.writes.push(ref);
  }
  return finished(stages);
}

/** A live object that Git has as a hook now is pruned upstream, and made again by the hook. */
function becomesHook(ref: ObjectRef, { desired }: SyncCase): boolean {
  return desired.some((object) => object.kind === ref.kind && object.metadata.name === ref.name);
}

function isKept(ref: ObjectRef, { live }: SyncCase): boolean {
  const object = live.find((candidate) => refKey(refOf(candidate)) === refKey(ref));
  return object?.metadata.annotations?.[annotation.options]?.includes('Prune=false') === true;
}

async function ourStages(each: SyncCase): Promise<readonly Stage[]> {
  const application = readApplication({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'web', namespace: 'argocd' },
    spec: {
      project: 'default',
      source: { repoURL: 'https://git.example.com/a.git', path: 'a' },
      destination: { name: 'in-cluster', namespace },
    },
  } as unknown as Parameters<typeof readApplication>[0]);
  const translation = translateApplication(application, argoFrontEnd);
  if (translation.kind === 'refused') throw new Error(JSON.stringify(translation.refusals));
  const { delivery } = translation;
  const discovery = {
    resolve: async ({ group, kind }: { readonly group: string; readonly kind: string }) => {
      const row = types.find((type) => type.group === group && type.kind === kind);
      return row && { ...row, verbs: ['list'] };
    },
  } as unknown as Parameters<typeof prepareObjects>[2];
  const rendered = each.desired.map((object) => ({ object }));
  const prepared = await prepareObjects(rendered, delivery, discovery);
  if (prepared.refusals.length > 0) throw new Error(JSON.stringify(prepared.refusals));
  const live = new Map(each.live.map((object) => [refKey(refOf(object)), object]));
  const wanted = new Set(prepared.objects.map(({ ref }) => refKey(ref)));
  const objects = prepared.objects.map(({ desired, ref }) => ({
    desired,
    live: live.get(refKey(ref)),
    diff: { changed: true, fields: [] },
  }));
  const strays = each.live
    .filter((object) => !wanted.has(refKey(refOf(object))) && !prepared.spared.has(refKey(refOf(object))))
    .filter((object) => !argoFrontEnd.ignores(object))
    .map((object) => argoFrontEnd.stray(object, delivery));
  const policy = {
    prune: each.prune,
    ordering: 'waves',
    pruneLast: each.pruneLast,
    applyInSync: true,
    skipHooks: each.skipHooks,
  } as const;
  return stagesOf(makePlan({ objects, strays, policy }));
}

function stagesOf(plan: Plan): readonly Stage[] {
  const stages = new Map<string, { pruned: string[]; writes: ObjectRef[] }>();
  for (const { phase, wave, groups } of plan.stages) {
    const at = phase === 'failure' ? 'SyncFail' : `${phaseNames[phase]}/${wave}`;
    const stage: { pruned: string[]; writes: ObjectRef[] } = { pruned: [], writes: [] };
    for (const step of groups.flat()) {
      if (step.action === 'prune') stage.pruned.push(refKey(step.ref));
      else stage.writes.push(nameOf(step));
    }
    stages.set(at, stage);
  }
  return finished(stages);
}

/** Names that are generated are compared by their beginning. */
function nameOf({ ref, object }: Step): ObjectRef {
  const { group } = parseApiVersion(object.apiVersion);
  const name = object.metadata.name ? ref.name : (object.metadata.generateName ?? '').replace(/-$/, '');
  return { ...ref, group, name };
}
