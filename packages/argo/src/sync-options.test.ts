// Options written as K=V: what they mean, and the refusal of those that mean nothing here.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readObjectOptions, readSyncOptions } from './sync-options.ts';

test('options without effect are accepted, because they hold anyway', () => {
  const harmless = [
    'ServerSideApply=true',
    'ApplyOutOfSyncOnly=true',
    'FailOnSharedResource=true',
    'Validate=true',
    'CreateNamespace=false',
  ];
  assert.deepEqual(readSyncOptions(harmless).refusals, []);
});

for (const option of [
  'Bogus=true',
  'CreateNamespace',
  'CreateNamespace=maybe',
  'PrunePropagationPolicy=sideways',
  'ServerSideApply=false',
  'Prune=false',
]) {
  test(`"${option}" is refused by name`, () => {
    assert.deepEqual(
      readSyncOptions([option]).refusals.map(({ sentence }) => sentence),
      [`spec.syncPolicy.syncOptions: "${option}" is not supported`],
    );
  });
}

test('options of one object are read leniently', () => {
  assert.deepEqual(
    [...readObjectOptions(' Prune=false , Replace=true,,')],
    [
      ['Prune', 'false'],
      ['Replace', 'true'],
    ],
  );
  assert.equal(readObjectOptions(undefined).size, 0);
});
