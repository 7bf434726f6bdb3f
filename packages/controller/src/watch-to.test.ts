import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ObjectChange } from '@evenkeel/kube';
import type { KubeObject } from '@evenkeel/resource';
import { changesMoreThanStatus, watchTo } from './index.ts';

function owned(owner: string, more: Partial<KubeObject['metadata']> = {}, status = ''): KubeObject {
  return { apiVersion: 'v1', kind: 'X', metadata: { name: 'x', generation: 1, labels: { owner }, ...more }, status };
}
const ownerOf = (object: KubeObject): readonly string[] => [object.metadata.labels?.['owner'] ?? ''];

test('what is there, what changes, and whom it was taken from', () => {
  let listener: ((change: ObjectChange) => void) | undefined;
  let stopped = false;
  const added: string[] = [];
  const informer = {
    list: () => [owned('first')],
    onChange: (heard: (change: ObjectChange) => void) => {
      listener = heard;
      return () => {
        stopped = true;
      };
    },
  };
  const stop = watchTo(informer, ownerOf, { add: (key: string) => added.push(key) }, { filter: changesMoreThanStatus });
  assert.deepEqual(added.splice(0), ['first']);
  listener?.({ kind: 'updated', object: owned('second'), previous: owned('first') });
  assert.deepEqual(added.splice(0), ['first', 'second']);
  listener?.({ kind: 'updated', object: owned('second', {}, 'busy'), previous: owned('second') });
  assert.deepEqual(added.splice(0), []);
  listener?.({ kind: 'deleted', object: owned('second'), previous: owned('second') });
  assert.deepEqual(added.splice(0), ['second', 'second']);
  stop();
  assert.ok(stopped);
});

test('changesMoreThanStatus sees spec, labels, finalizers and deletion', () => {
  const previous = owned('a');
  const updated = (object: KubeObject): boolean => changesMoreThanStatus({ kind: 'updated', object, previous });
  assert.equal(updated(owned('a', {}, 'new status')), false);
  assert.equal(updated(owned('b')), true);
  assert.equal(updated(owned('a', { generation: 2 })), true);
  assert.equal(updated(owned('a', { finalizers: ['f'] })), true);
  assert.equal(updated(owned('a', { deletionTimestamp: '2026-01-01T00:00:00Z' })), true);
});
