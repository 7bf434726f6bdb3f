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
  'ServerSideApply=perhaps',
  'Prune=false',
]) {
  test(`"${option}" is refused by name`, () => {
    assert.deepEqual(
      readSyncOptions([option]).refusals.map(({ sentence }) => sentence),
      [`spec.syncPolicy.syncOptions: "${option}" is not supported`],
    );
  });
}

test('how objects are applied', () => {
  const read = (...options: readonly string[]): readonly boolean[] => {
    const { serverSide, migration, respectIgnored } = readSyncOptions(options).options;
    return [serverSide, migration, respectIgnored];
  };
  assert.deepEqual(read(), [false, true, false]);
  assert.deepEqual(read('ServerSideApply=true', 'ClientSideApplyMigration=false'), [true, false, false]);
  assert.deepEqual(read('ServerSideApply=false', 'RespectIgnoreDifferences=true'), [false, true, true]);
});

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
