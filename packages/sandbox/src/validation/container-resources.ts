// Requests and limits of containers and pods (pkg/apis/core/validation, Kubernetes 1.35).

import { bagsOf } from '../defaulting/drafts.ts';
import { type Bag, type Value, bagAt, scalarText } from '../store/draft.ts';
import type { Causes } from './causes.ts';
import { qualifiedNameProblem } from './names.ts';
import { compareAmounts, parseAmount } from './quantities.ts';

/** Resources that pods request and are limited in, as quotas name them. */
export const computeResources: readonly string[] = [
  'cpu',
  'memory',
  'ephemeral-storage',
  'requests.cpu',
  'requests.memory',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
];
/** The standard resources that a quota can count. */
export const quotaResources: ReadonlySet<string> = new Set([
  ...computeResources,
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'requests.storage',
  'services.nodeports',
  'services.loadbalancers',
]);
const standard = new Set([...quotaResources, 'storage']);
const ofContainers = new Set(['cpu', 'memory', 'ephemeral-storage']);

type NameCheck = (causes: Causes, name: string, at: string) => void;

/** Checks the resources of a container. */
export function checkContainerResources(
  causes: Causes,
  resources: Bag | undefined,
  at: string,
  claims: ReadonlySet<string>,
): void {
  checkAmounts(causes, resources, at, checkContainerResourceName);
  for (const [index, claim] of bagsOf(resources?.['claims']).entries()) {
    const name = scalarText(claim['name'] ?? '');
    if (name === '') causes.required(`${at}.claims[${index}]`);
    else if (claims.size === 0) {
      causes.notFound(
        `${at}.claims[${index}]`,
        name,
        'must be one of the names in pod.spec.resourceClaims which is empty',
      );
    } else if (!claims.has(name))
      causes.notFound(`${at}.claims[${index}]`, name, 'must be one of the names in pod.spec.resourceClaims');
  }
}

/** Checks the resources of a pod as a whole. */
export function checkPodResources(causes: Causes, resources: Bag | undefined, at: string): void {
  checkAmounts(causes, resources, at, (list, name, field) => {
    if (checkStandardName(list, name, field)) return;
    if (name !== 'cpu' && name !== 'memory' && !name.startsWith('hugepages-'))
      list.notSupported(field, name, ['cpu', 'hugepages-', 'memory']);
  });
}

function checkAmounts(causes: Causes, resources: Bag | undefined, at: string, checkName: NameCheck): void {
  const limits = sorted(bagAt(resources, 'limits'));
  const requests = sorted(bagAt(resources, 'requests'));
  for (const [name, amount] of limits) checkAmount(causes, name, amount, `${at}.limits[${name}]`, checkName);
  for (const [name, amount] of requests) {
    checkAmount(causes, name, amount, `${at}.requests[${name}]`, checkName);
    const limit = limits.find(([key]) => key === name)?.[1];
    const overcommit = isNative(name) && !name.startsWith('hugepages-');
    if (limit === undefined) {
      if (!overcommit) causes.required(`${at}.limits`, 'Limit must be set for non overcommitable resources');
    } else if (!overcommit && compareAmounts(amount, limit) !== 0) {
      causes.invalid(
        `${at}.requests`,
        scalarText(amount as Value),
        `must be equal to ${name} limit of ${scalarText(limit as Value)}`,
      );
    } else if (compareAmounts(amount, limit) > 0) {
      const message = `must be less than or equal to ${name} limit of ${scalarText(limit as Value)}`;
      causes.invalid(`${at}.requests`, scalarText(amount as Value), message);
    }
  }
  const names = [...limits, ...requests].map(([name]) => name);
  if (names.some((name) => name.startsWith('hugepages-')) && !names.includes('cpu') && !names.includes('memory'))
    causes.forbidden(at, 'HugePages require cpu or memory');
}

function sorted(bag: Bag | undefined): readonly (readonly [string, unknown])[] {
  return Object.entries(bag ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
}

function checkAmount(causes: Causes, name: string, amount: unknown, at: string, checkName: NameCheck): void {
  checkName(causes, name, at);
  checkResourceAmount(causes, name, amount, at);
}

/** Checks an amount of a resource: not negative, and whole where the resource comes in pieces. */
export function checkResourceAmount(causes: Causes, name: string, amount: unknown, at: string): void {
  const parsed = parseAmount(amount);
  if (parsed === undefined) return;
  if (parsed < 0n) causes.invalid(at, scalarText(amount as Value), 'must be greater than or equal to 0');
  if (!isNative(name) && parsed % 1_000_000_000n !== 0n)
    causes.invalid(at, scalarText(amount as Value), 'must be an integer');
}

function isNative(name: string): boolean {
  return !name.includes('/') || name.split('/')[0]?.endsWith('kubernetes.io') === true;
}

/** Says what is wrong with a resource's name; true where something is. */
export function checkStandardName(causes: Causes, name: string, at: string): boolean {
  const problem = qualifiedNameProblem(name);
  if (problem !== undefined) causes.invalid(at, name, problem);
  else if (!name.includes('/') && !standard.has(name) && !name.startsWith('hugepages-'))
    causes.invalid(at, name, 'must be a standard resource type or fully qualified');
  else return false;
  return true;
}

/** Checks the name of a resource of containers. */
export function checkContainerResourceName(causes: Causes, name: string, at: string): void {
  checkStandardName(causes, name, at);
  if (!name.includes('/')) {
    if (!ofContainers.has(name) && !name.startsWith('hugepages-'))
      causes.invalid(at, name, 'must be a standard resource for containers');
  } else if (
    !isNative(name) &&
    (name.startsWith('requests.') || qualifiedNameProblem(`requests.${name}`) !== undefined)
  )
    causes.invalid(at, name, "doesn't follow extended resource name standard");
}
