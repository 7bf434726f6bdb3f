// ResourceQuota: refuses what would exceed a quota's status and counts what is let through
// (apiserver:pkg/admission/plugin/resourcequota, 1.35).

import { type KubeObject, compareQuantities } from '@evenkeel/resource';
import { kubeTime } from '@evenkeel/std';
import type { Registry } from '../api/registry.ts';
import { recordOwnership } from '../apply/ownership.ts';
import { forbidden } from '../api/status.ts';
import type { Write } from '../api/writer.ts';
import { type Draft, bagAt, sealed, withMeta } from '../store/draft.ts';
import type { Store } from '../store/store.ts';
import { type Amounts, addAmounts, amountsBag, amountsOf, growth, onlyAmounts, printAmounts } from './amounts.ts';
import { isInScope, isUsedBy, unnamedAmounts, usageOf } from './quota-usage.ts';

export interface QuotaDeps {
  readonly store: Store;
  readonly registry: Registry;
}

/** Books a write on the quotas of its namespace. Throws 403 where one is exceeded; dry runs are checked and not booked. */
export function bookOnQuotas(deps: QuotaDeps, write: Write, draft: Draft, old: KubeObject | undefined): void {
  if (!counts(write, draft, old)) return;
  const { store } = deps;
  const quotas = store.collection('resourcequotas').list(draft.metadata.namespace ?? '');
  const booked = quotas.flatMap((quota) => checkQuota(quota, { store, write, draft, old }) ?? []);
  if (write.parameters.dryRun) return;
  for (const { quota, used } of booked) store.collection('resourcequotas').put(withUsed(deps, quota, used));
}

// The server books under a name of its own.
function withUsed({ store, registry }: QuotaDeps, quota: KubeObject, used: Amounts): Draft {
  const type = registry.byCollection('resourcequotas');
  const next = withMeta(quota, () => undefined);
  next['status'] = { ...bagAt(next, 'status'), used: amountsBag(used) };
  if (type === undefined) return next;
  const managedFields = recordOwnership({
    type,
    before: quota,
    after: sealed(next),
    manager: 'kube-apiserver',
    subresource: 'status',
    time: kubeTime(store.now()),
  });
  if (managedFields !== undefined) next.metadata.managedFields = managedFields;
  return next;
}

// Services and claims are counted again when they change; pods when their deadline comes or goes.
function counts({ type, subresource }: Write, draft: Draft, old: KubeObject | undefined): boolean {
  if (!type.namespaced || subresource !== undefined) return false;
  if (old === undefined || type.collection === 'services' || type.collection === 'persistentvolumeclaims') return true;
  const deadline = (object: Draft): boolean => bagAt(object, 'spec')?.['activeDeadlineSeconds'] !== undefined;
  return type.collection === 'pods' && deadline(draft) !== deadline(old as unknown as Draft);
}

interface Booking {
  readonly store: Store;
  readonly write: Write;
  readonly draft: Draft;
  readonly old: KubeObject | undefined;
}

function checkQuota(
  quota: KubeObject,
  { store, write, draft, old }: Booking,
): { readonly quota: KubeObject; readonly used: Amounts } | undefined {
  const { collection } = write.type;
  const status = bagAt(quota as unknown as Draft, 'status');
  const hard = amountsOf(status?.['hard']);
  const used = amountsOf(status?.['used']);
  const names = [...hard.keys()].filter((name) => isUsedBy(collection, name));
  if (names.length === 0 || !isInScope(quota, collection, draft)) return undefined;
  const refuse = (why: string): Error => forbidden(write.type, draft.metadata.name ?? '', why);
  const quotaName = quota.metadata.name ?? '';
  const unnamed = collection === 'pods' ? unnamedAmounts(draft, names) : undefined;
  if (unnamed !== undefined) throw refuse(`failed quota: ${quotaName}: ${unnamed}`);
  if (names.some((name) => !used.has(name)))
    throw refuse(`status unknown for quota: ${quotaName}, resources: ${names.sort().join(',')}`);
  const now = store.now();
  const usage = usageOf(collection, draft, now);
  const before = old !== undefined && isInScope(quota, collection, old) ? usageOf(collection, old, now) : new Map();
  const requested = onlyAmounts(growth(usage, before), (name) => hard.has(name));
  if (requested.size === 0) return undefined;
  const total = addAmounts(used, requested);
  const exceeded = (name: string): boolean => {
    const [sum, bound] = [total.get(name), hard.get(name)];
    return requested.has(name) && sum !== undefined && bound !== undefined && compareQuantities(sum, bound) > 0;
  };
  if (![...requested.keys()].some(exceeded)) return { quota, used: total };
  const shown = [requested, used, hard].map((amounts) => printAmounts(onlyAmounts(amounts, exceeded)));
  throw refuse(
    `exceeded quota: ${quotaName}, requested: ${shown[0] ?? ''}, used: ${shown[1] ?? ''}, limited: ${shown[2] ?? ''}`,
  );
}
