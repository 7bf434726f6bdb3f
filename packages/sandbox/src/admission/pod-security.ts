// Pod Security admission: labels of a namespace say how strictly its pods are judged (pod-security-admission v0.35:admission,
// with the defaults of a stock server: privileged where no label says otherwise, nobody exempt). Audit annotations are kept
// nowhere.

import type { KubeObject } from '@evenkeel/resource';
import { ApiError, type Cause, forbidden, invalid } from '../api/status.ts';
import { bagsOf } from '../defaulting/drafts.ts';
import { type Bag, type Draft, bagAt, sameValue, scalarText } from '../store/draft.ts';
import type { Store } from '../store/store.ts';
import { Causes } from '../validation/causes.ts';
import { type Objection, objections } from './pod-security-checks.ts';
import type { Replays } from './replay.ts';
import type { Attributes } from './webhook-matching.ts';

export interface PodSecurityDeps {
  readonly store: Store;
  readonly replays: Replays;
}

type Level = 'privileged' | 'baseline' | 'restricted';

interface Standard {
  readonly level: Level;
  /** A minor version; undefined for the latest. */
  readonly minor: number | undefined;
}

interface Policy {
  readonly enforce: Standard;
  readonly warn: Standard;
  readonly problems: readonly Cause[];
}

const podPaths: Readonly<Record<string, readonly string[]>> = {
  podtemplates: ['template'],
  replicationcontrollers: ['spec', 'template'],
  'replicasets.apps': ['spec', 'template'],
  'deployments.apps': ['spec', 'template'],
  'statefulsets.apps': ['spec', 'template'],
  'daemonsets.apps': ['spec', 'template'],
  'jobs.batch': ['spec', 'template'],
  'cronjobs.batch': ['spec', 'jobTemplate', 'spec', 'template'],
};

/** Throws where a namespace's labels refuse a pod or are wrong themselves; warns of pods and templates. */
export function checkPodSecurity(deps: PodSecurityDeps, attributes: Attributes): void {
  const { type, object, operation, subresource } = attributes;
  if (operation === 'DELETE' || object === undefined) return;
  if (type.collection === 'namespaces') {
    if (subresource === '') checkNamespace(deps, attributes, object);
    return;
  }
  if (type.collection === 'pods') {
    if (['', 'ephemeralcontainers', 'resize'].includes(subresource)) checkPod(deps, attributes, object);
    return;
  }
  const path = podPaths[type.collection];
  if (path === undefined || subresource !== '') return;
  const { warn } = policyOf(deps, attributes);
  if (warn.level === 'privileged') return;
  let template: Bag | undefined = object as unknown as Bag;
  for (const key of path) template = bagAt(template, key);
  if (template !== undefined) warnOf(deps, warn, template);
}

function policyOf({ store }: PodSecurityDeps, { namespace }: Attributes): Policy {
  return readPolicy(store.collection('namespaces').get('', namespace)?.metadata.labels);
}

function checkPod(deps: PodSecurityDeps, attributes: Attributes, object: KubeObject): void {
  const { enforce, warn } = policyOf(deps, attributes);
  if (enforce.level === 'privileged' && warn.level === 'privileged') return;
  if (attributes.old !== undefined && !isSignificant(object, attributes.old)) return;
  const found = judge(enforce, object as unknown as Bag);
  if (found.length > 0) throw refusal(attributes, `violates PodSecurity "${textOf(enforce)}": ${detailsOf(found)}`);
  warnOf(deps, warn, object as unknown as Bag);
}

function warnOf(deps: PodSecurityDeps, standard: Standard, pod: Bag): void {
  const found = judge(standard, pod);
  if (found.length === 0) return;
  deps.replays.current?.warnings.push(`would violate PodSecurity "${textOf(standard)}": ${detailsOf(found)}`);
}

function judge({ level, minor }: Standard, pod: Bag): readonly Objection[] {
  if (level === 'privileged') return [];
  const annotations = bagAt(bagAt(pod, 'metadata'), 'annotations') ?? {};
  return objections({ annotations, spec: bagAt(pod, 'spec') ?? {} }, level, minor);
}

function detailsOf(found: readonly Objection[]): string {
  return found.map(({ reason, detail }) => `${reason} (${detail})`).join(', ');
}

function textOf({ level, minor }: Standard): string {
  return `${level}:${minor === undefined ? 'latest' : `v1.${minor}`}`;
}

function refusal(attributes: Attributes, why: string): ApiError {
  const { type, name } = attributes;
  const named = forbidden(type, name, why);
  if (name !== '') return named;
  const details = named.status['details'] as ConstructorParameters<typeof ApiError>[3];
  return new ApiError(403, 'Forbidden', `${type.plural} is forbidden: ${why}`, details);
}

// Of what an update may change in a pod, only images and new containers matter.
function isSignificant(object: KubeObject, old: KubeObject): boolean {
  const list = (of: KubeObject, key: string): readonly Bag[] => bagsOf(bagAt(of as unknown as Draft, 'spec')?.[key]);
  for (const key of ['containers', 'initContainers']) {
    const [now, before] = [list(object, key), list(old, key)];
    if (now.length !== before.length) return true;
    if (now.some((each, index) => each['image'] !== before[index]?.['image'])) return true;
  }
  const before = list(old, 'ephemeralContainers');
  return list(object, 'ephemeralContainers').some((each) => {
    const known = before.find(({ name }) => name === each['name']);
    return known?.['image'] !== each['image'];
  });
}

const prefix = 'pod-security.kubernetes.io/';
const levels: readonly Level[] = ['privileged', 'baseline', 'restricted'];

function readPolicy(labels: Readonly<Record<string, string>> = {}): Policy {
  const causes = new Causes();
  const refuse = (label: string, text: string, why: string): void =>
    causes.invalid(`metadata.labels[${prefix}${label}]`, text, why);
  const levelOf = (mode: string, otherwise: Level): Level | undefined => {
    const text = labels[prefix + mode];
    if (text === undefined) return undefined;
    const found = levels.find((each) => each === text);
    if (found === undefined) refuse(mode, text, `must be one of ${levels.join(', ')}`);
    return found ?? otherwise;
  };
  const minorOf = (mode: string): number | undefined => {
    const text = labels[`${prefix}${mode}-version`] ?? 'latest';
    const match = /^v1\.(0|[1-9]\d*)$/.exec(text);
    if (match === null && text !== 'latest') refuse(`${mode}-version`, text, 'must be "latest" or "v1.x"');
    return match === null ? undefined : Number(match[1]);
  };
  const enforce = { level: levelOf('enforce', 'restricted') ?? 'privileged', minor: minorOf('enforce') } as const;
  levelOf('audit', 'privileged');
  minorOf('audit');
  const given = levelOf('warn', 'privileged');
  const minor = minorOf('warn');
  const isClear = levels.some((each) => each === labels[`${prefix}enforce`]);
  // What is enforced is warned of too, where templates show it before there are pods.
  const follows = given === undefined && isClear && enforce.level !== 'privileged';
  const warnMinor = follows && labels[`${prefix}warn-version`] === undefined ? enforce.minor : minor;
  const warn = { level: given ?? (follows ? enforce.level : 'privileged'), minor: warnMinor };
  return { enforce, warn, problems: causes.list };
}

function checkNamespace(deps: PodSecurityDeps, attributes: Attributes, object: KubeObject): void {
  const { enforce, problems } = readPolicy(object.metadata.labels);
  const { old, type, name } = attributes;
  const before = old === undefined ? undefined : readPolicy(old.metadata.labels);
  if (problems.length > 0 && (before === undefined || !sameValue(problems, before.problems)))
    throw invalid(type, name, problems);
  if (before === undefined || enforce.level === 'privileged') return;
  const sameVersion = enforce.minor === before.enforce.minor;
  if (sameVersion && levels.indexOf(enforce.level) <= levels.indexOf(before.enforce.level)) return;
  deps.replays.current?.warnings.push(...warningsOfPods(deps.store, name, enforce));
}

const podsMax = 3000;

interface Group {
  readonly names: string[];
}

function warningsOfPods(store: Store, namespace: string, enforce: Standard): readonly string[] {
  const pods = firstOfOwners(store.collection('pods').list(namespace));
  const groups = new Map<string, Group>();
  for (const pod of pods.slice(0, podsMax)) {
    const found = judge(enforce, pod as unknown as Bag);
    if (found.length === 0) continue;
    const text = found.map(({ reason }) => reason).join(', ');
    const group = groups.get(text) ?? { names: [] };
    group.names.push(pod.metadata.name ?? '');
    groups.set(text, group);
  }
  const warnings = [...groups].map(([text, { names }]) => `${whose(names)}: ${text}`).sort();
  const head = `existing pods in namespace "${namespace}" violate the new PodSecurity enforce level "${textOf(enforce)}"`;
  const cut = `new PodSecurity enforce level only checked against the first ${podsMax} of ${pods.length} existing pods`;
  return [...(pods.length > podsMax ? [cut] : []), ...(warnings.length > 0 ? [head] : []), ...warnings];
}

function whose(names: readonly string[]): string {
  const [first = ''] = [...names].sort();
  const others = names.length - 1;
  return others === 0 ? first : `${first} (and ${others} other ${others === 1 ? 'pod' : 'pods'})`;
}

// One pod of each owner comes before the rest.
function firstOfOwners(pods: readonly KubeObject[]): readonly KubeObject[] {
  const seen = new Set<string>();
  const isFirst = (pod: KubeObject): boolean => {
    const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller === true);
    if (owner === undefined) return true;
    const known = seen.has(scalarText(owner.uid));
    seen.add(scalarText(owner.uid));
    return !known;
  };
  const first = pods.filter(isFirst);
  return [...first, ...pods.filter((pod) => !first.includes(pod))];
}
