import assert from 'node:assert/strict';
import { test } from 'node:test';

import { installOrder, sortByKind, uninstallOrder } from './kind-order.ts';

test('removal is the reverse of installation, but for Services', () => {
  const reversed = installOrder(4).toReversed();
  const withoutService = (kinds: readonly string[]): string[] => kinds.filter((kind) => kind !== 'Service');
  assert.deepEqual(withoutService(uninstallOrder(4)), withoutService(reversed));
  const order = uninstallOrder(4);
  assert.deepEqual(order.slice(0, 7), [
    'ValidatingWebhookConfiguration',
    'MutatingWebhookConfiguration',
    'APIService',
    'Ingress',
    'IngressClass',
    'Service',
    'CronJob',
  ]);
  assert.equal(uninstallOrder(3)[0], 'APIService');
});

test('unknown kinds come last, by name; equal kinds keep their order', () => {
  const items = ['Zeta/1', 'Deployment/1', 'Alpha/1', 'Namespace/1', 'Zeta/0', 'Deployment/0'];
  const sorted = sortByKind(items, (item) => item.split('/')[0] ?? '', installOrder(4));
  assert.deepEqual(sorted, ['Namespace/1', 'Deployment/1', 'Deployment/0', 'Alpha/1', 'Zeta/1', 'Zeta/0']);
});
