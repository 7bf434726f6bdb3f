// LimitRange: defaults for containers that say nothing, and refusals of what is too small or too large
// (kubernetes:plugin/pkg/admission/limitranger, 1.35).

import type { KubeObject } from '@evenkeel/resource';
import { type Quantity, formatQuantity } from '@evenkeel/resource';
import type { Write } from '../api/writer.ts';
import { forbidden } from '../api/status.ts';
import { bagsOf, memberBag } from '../defaulting/drafts.ts';
import { type Bag, type Draft, bagAt, scalarText } from '../store/draft.ts';
import type { Store } from '../store/store.ts';
import { type Amounts, amountsOf, thousandths } from './amounts.ts';
import { podAmounts } from './pod-amounts.ts';

const annotation = 'kubernetes.io/limit-ranger';

/** Gives the containers of a new pod the requests and limits they do not name. */
export function applyLimitRanges(store: Store, write: Write, draft: Draft, old: KubeObject | undefined): void {
  if (write.type.collection !== 'pods' || old !== undefined || write.subresource !== undefined) return;
  for (const range of rangesOf(store, draft)) {
    const limits: Bag = {};
    const requests: Bag = {};
    for (const item of itemsOf(range)) {
      if (item['type'] !== 'Container') continue;
      Object.assign(requests, bagAt(item, 'defaultRequest'));
      Object.assign(limits, bagAt(item, 'default'));
    }
    const spec = bagAt(draft, 'spec');
    const notes = [
      ...bagsOf(spec?.['containers']).flatMap((each) => complete(each, 'container', requests, limits)),
      ...bagsOf(spec?.['initContainers']).flatMap((each) => complete(each, 'init container', requests, limits)),
    ];
    if (notes.length > 0) {
      draft.metadata.annotations = {
        ...draft.metadata.annotations,
        [annotation]: `LimitRanger plugin set: ${notes.join('; ')}`,
      };
    }
  }
}

function complete(container: Bag, what: string, requests: Bag, limits: Bag): readonly string[] {
  const notes: string[] = [];
  for (const [side, word, given] of [
    ['requests', 'request', requests],
    ['limits', 'limit', limits],
  ] as const) {
    const own = bagAt(bagAt(container, 'resources'), side) ?? {};
    const missing = Object.keys(given).filter((name) => own[name] === undefined);
    if (missing.length === 0) continue;
    const target = memberBag(memberBag(container, 'resources'), side);
    for (const name of missing) target[name] = given[name];
    notes.push(`${missing.sort().join(', ')} ${word} for ${what} ${scalarText(container['name'])}`);
  }
  return notes;
}

/** Throws 403 for a pod or claim outside its namespace's limit ranges. */
export function checkLimitRanges(store: Store, write: Write, draft: Draft, old: KubeObject | undefined): void {
  const { collection } = write.type;
  if (write.subresource !== undefined || old?.metadata.deletionTimestamp !== undefined) return;
  const isNewPod = collection === 'pods' && old === undefined;
  if (!isNewPod && collection !== 'persistentvolumeclaims') return;
  for (const range of rangesOf(store, draft)) {
    const problems = itemsOf(range).flatMap((item) =>
      isNewPod ? podProblems(item, draft) : claimProblems(item, draft),
    );
    const distinct = [...new Set(problems)];
    if (distinct.length === 0) continue;
    const text = distinct.length === 1 ? (distinct[0] ?? '') : `[${distinct.join(', ')}]`;
    throw forbidden(write.type, draft.metadata.name ?? '', text);
  }
}

function rangesOf(store: Store, draft: Draft): readonly KubeObject[] {
  return store.collection('limitranges').list(draft.metadata.namespace ?? '');
}

function itemsOf(range: KubeObject): readonly Bag[] {
  return bagsOf(bagAt(range as unknown as Draft, 'spec')?.['limits']);
}

interface Asked {
  readonly requests: Amounts;
  readonly limits: Amounts;
}

function podProblems(item: Bag, draft: Draft): readonly string[] {
  const spec = bagAt(draft, 'spec');
  if (item['type'] === 'Pod') {
    return problemsOf(item, { requests: podAmounts(spec, 'requests'), limits: podAmounts(spec, 'limits') });
  }
  if (item['type'] !== 'Container') return [];
  return [...bagsOf(spec?.['containers']), ...bagsOf(spec?.['initContainers'])].flatMap((container) => {
    const resources = bagAt(container, 'resources');
    return problemsOf(item, {
      requests: amountsOf(bagAt(resources, 'requests')),
      limits: amountsOf(bagAt(resources, 'limits')),
    });
  });
}

function problemsOf(item: Bag, asked: Asked): readonly string[] {
  const type = scalarText(item['type']);
  return [
    ...each(item, 'min', (name, bound) => tooSmall(`${name} usage per ${type}`, bound, [asked, name])),
    ...each(item, 'max', (name, bound) => tooLarge(`${name} usage per ${type}`, bound, [asked, name])),
    ...each(item, 'maxLimitRequestRatio', (name, bound) =>
      tooFarApart(`${name} max limit to request ratio per ${type}`, bound, [asked, name]),
    ),
  ];
}

function claimProblems(item: Bag, draft: Draft): readonly string[] {
  if (item['type'] !== 'PersistentVolumeClaim') return [];
  const requests = amountsOf(bagAt(bagAt(bagAt(draft, 'spec'), 'resources'), 'requests'));
  const asked: Asked = { requests, limits: new Map() };
  const what = (name: string): string => `${name} usage per PersistentVolumeClaim`;
  return [
    ...each(item, 'min', (name, bound) => tooSmall(what(name), bound, [asked, name])),
    ...each(item, 'max', (name, bound) => {
      const request = requests.get(name);
      if (request === undefined) return `maximum ${what(name)} is ${formatQuantity(bound)}.  No request is specified`;
      return exceeds(request, bound)
        ? `maximum ${what(name)} is ${formatQuantity(bound)}, but request is ${formatQuantity(request)}`
        : undefined;
    }),
  ];
}

function each(item: Bag, key: string, check: (name: string, bound: Quantity) => string | undefined): readonly string[] {
  return [...amountsOf(item[key])].flatMap(([name, bound]) => check(name, bound) ?? []);
}

function tooSmall(what: string, bound: Quantity, [asked, name]: readonly [Asked, string]): string | undefined {
  const request = asked.requests.get(name);
  const limit = asked.limits.get(name);
  const start = `minimum ${what} is ${formatQuantity(bound)}`;
  if (request === undefined) return `${start}.  No request is specified`;
  if (exceeds(bound, request)) return `${start}, but request is ${formatQuantity(request)}`;
  return limit !== undefined && exceeds(bound, limit) ? `${start}, but limit is ${formatQuantity(limit)}` : undefined;
}

function tooLarge(what: string, bound: Quantity, [asked, name]: readonly [Asked, string]): string | undefined {
  const request = asked.requests.get(name);
  const limit = asked.limits.get(name);
  const start = `maximum ${what} is ${formatQuantity(bound)}`;
  if (limit === undefined) return `${start}.  No limit is specified`;
  if (exceeds(limit, bound)) return `${start}, but limit is ${formatQuantity(limit)}`;
  return request !== undefined && exceeds(request, bound)
    ? `${start}, but request is ${formatQuantity(request)}`
    : undefined;
}

function tooFarApart(what: string, bound: Quantity, [asked, name]: readonly [Asked, string]): string | undefined {
  const request = asked.requests.get(name);
  const limit = asked.limits.get(name);
  const start = `${what} is ${formatQuantity(bound)}`;
  if (request === undefined || request.digits === 0n) return `${start}, but no request is specified or request is 0`;
  if (limit === undefined || limit.digits === 0n) return `${start}, but no limit is specified or limit is 0`;
  const ratio = Number(thousandths(limit)) / Number(thousandths(request));
  return ratio * 1000 > Number(thousandths(bound)) ? `${start}, but provided ratio is ${ratio.toFixed(6)}` : undefined;
}

function exceeds(a: Quantity, b: Quantity): boolean {
  return thousandths(a) > thousandths(b);
}
