// Options written as K=V: what they mean, and the refusal of those that mean nothing here.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { optionDoubts, readObjectOptions, readSyncOptions } from './sync-options.ts';

test('every option upstream knows is accepted, with each of its values', () => {
  const known = [
    'ServerSideApply=true',
    'ServerSideApply=false',
    'ApplyOutOfSyncOnly=true',
    'ApplyOutOfSyncOnly=false',
    'ClientSideApplyMigration=false',
    'FailOnSharedResource=true',
    'SkipDryRunOnMissingResource=true',
    'RespectIgnoreDifferences=true',
    'Validate=true',
    'Validate=false',
    'CreateNamespace=false',
    'PruneLast=true',
    'Prune=false',
    'Prune=confirm',
    'Delete=false',
    'Delete=confirm',
    'Replace=true',
    'PrunePropagationPolicy=background',
  ];
  assert.deepEqual(readSyncOptions(known).refusals, []);
});

for (const option of [
  'Bogus=true',
  'CreateNamespace',
  'CreateNamespace=maybe',
  'PrunePropagationPolicy=sideways',
  'ServerSideApply=perhaps',
  'Prune=perhaps',
  'Force=perhaps',
  'constructor=true',
]) {
  test(`"${option}" is refused by name`, () => {
    assert.deepEqual(
      readSyncOptions([option]).refusals.map(({ sentence }) => sentence),
      [`spec.syncPolicy.syncOptions: "${option}" is not supported`],
    );
  });
}

test('an option of objects does nothing at an Application, and is told', () => {
  assert.deepEqual(readSyncOptions(['Force=true']).refusals, []);
  assert.deepEqual(optionDoubts(['Replace=true', 'Force=true']), [
    'spec.syncPolicy.syncOptions: "Force=true" does nothing at an Application; it is an option of objects (argocd.argoproj.io/sync-options)',
  ]);
});

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
