import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Condition, isConditionTrue, removeCondition, setCondition } from './index.ts';

const t0 = Date.parse('2026-01-01T00:00:00Z');
const ready = { type: 'Ready', status: 'True', reason: 'Ok', message: 'fine' } as const;

test('lastTransitionTime moves with the status only; nothing changed is the same list', () => {
  const first = setCondition(undefined, ready, t0);
  assert.deepEqual(first, [{ ...ready, lastTransitionTime: '2026-01-01T00:00:00Z' }]);
  assert.equal(setCondition(first, ready, t0 + 5000), first);
  const reworded = setCondition(first, { ...ready, message: 'still fine', observedGeneration: 2 }, t0 + 5000);
  assert.equal(reworded[0]?.lastTransitionTime, '2026-01-01T00:00:00Z');
  const failed = setCondition(reworded, { ...ready, status: 'False' }, t0 + 5000);
  assert.deepEqual(failed, [
    { ...ready, status: 'False', observedGeneration: 2, lastTransitionTime: '2026-01-01T00:00:05Z' },
  ]);
  assert.equal(isConditionTrue(failed, 'Ready'), false);
});

test('order is kept, removal of what is not there is nothing', () => {
  let list: readonly Condition[] = [];
  for (const type of ['A', 'B', 'C']) list = setCondition(list, { ...ready, type }, t0);
  list = setCondition(list, { ...ready, type: 'B', message: 'new' }, t0);
  assert.deepEqual(
    list.map(({ type }) => type),
    ['A', 'B', 'C'],
  );
  assert.equal(removeCondition(list, 'X'), list);
  assert.deepEqual(
    removeCondition(list, 'B').map(({ type }) => type),
    ['A', 'C'],
  );
});
