// What variables and volumes may take from the pod itself (pkg/apis/core/validation, Kubernetes 1.35).

import { type Bag, scalarText } from '../store/draft.ts';
import type { Causes } from './causes.ts';
import { qualifiedNameProblem } from './names.ts';

const convertible = new Set([
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.restartPolicy',
  'spec.serviceAccountName',
  'spec.schedulerName',
  'status.phase',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
]);
const fields = {
  variable: [
    'metadata.name',
    'metadata.namespace',
    'metadata.uid',
    'spec.nodeName',
    'spec.serviceAccountName',
    'status.hostIP',
    'status.hostIPs',
    'status.podIP',
    'status.podIPs',
  ],
  volume: ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid'],
} as const;

/** Checks a fieldRef. */
export function checkFieldSelector(causes: Causes, reference: Bag, at: string, use: keyof typeof fields): void {
  const version = scalarText(reference['apiVersion'] ?? 'v1');
  const path = scalarText(reference['fieldPath'] ?? '');
  if (path === '') return causes.required(`${at}.fieldPath`);
  const refuse = (why: string): void => causes.invalid(`${at}.fieldPath`, path, `error converting fieldPath: ${why}`);
  if (version !== 'v1') return refuse(`unsupported pod version: ${version}`);
  const subscript = /^(.+)\['(.*)'\]$/.exec(path);
  if (subscript === null) {
    if (!convertible.has(path)) return refuse(`field label not supported: ${path}`);
    const supported: readonly string[] = fields[use];
    if (!supported.includes(path)) causes.notSupported(`${at}.fieldPath`, path, supported);
    return undefined;
  }
  const [, base = '', key = ''] = subscript;
  if (base !== 'metadata.annotations' && base !== 'metadata.labels')
    return refuse(`field label does not support subscript: ${path}`);
  const problem = qualifiedNameProblem(base === 'metadata.annotations' ? key.toLowerCase() : key);
  if (problem !== undefined) causes.invalid(at, key, problem);
  return undefined;
}

const amounts = ['cpu', 'ephemeral-storage', 'memory'];
const resources = [...amounts.map((each) => `limits.${each}`), ...amounts.map((each) => `requests.${each}`)];
const sizes = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei'];

/** Checks a resourceFieldRef. */
export function checkResourceSelector(causes: Causes, reference: Bag, at: string, volume: boolean): void {
  const name = scalarText(reference['resource'] ?? '');
  if (volume && (reference['containerName'] ?? '') === '') causes.required(`${at}.containerName`);
  else if (name === '') causes.required(`${at}.resource`);
  else if (!resources.includes(name) && !/^(limits|requests)\.hugepages-/.test(name))
    causes.notSupported(`${at}.resource`, name, resources);
  const divisor = scalarText(reference['divisor'] ?? '0');
  if (divisor === '0' || divisor === '') return;
  if (name.endsWith('.cpu')) {
    if (divisor !== '1' && divisor !== '1m')
      causes.invalid(`${at}.divisor`, name, "only divisor's values 1m and 1 are supported with the cpu resource");
  } else if (!sizes.includes(divisor)) {
    const kind = name.endsWith('.memory')
      ? 'memory'
      : name.endsWith('.ephemeral-storage')
        ? 'local ephemeral storage'
        : 'hugepages';
    const message = `only divisor's values ${sizes.join(', ')} are supported with the ${kind} resource`;
    causes.invalid(`${at}.divisor`, name, message);
  }
}
