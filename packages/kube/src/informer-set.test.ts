import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createInformerSet, createKubeClient } from './index.ts';
import { recordingTransport } from './testing/index.ts';
import { createJournal, journalType } from './testing/journal-transport.ts';

test('users of one type share one list and one watch, and the last one closes it', async () => {
  const journal = createJournal();
  journal.put('web', 'a', { team: 'x' });
  const recorder = recordingTransport(journal.transport);
  await using informers = createInformerSet(createKubeClient(recorder));
  const names = { names: () => ['first'] };
  const first = informers.for(journalType, { indexes: names });
  const second = informers.for(journalType, { indexes: { names: () => ['second'] } });
  await Promise.all([first.synced, second.synced]);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(
    recorder.recorded.map(({ kind }) => kind),
    ['send', 'watch'],
  );
  assert.equal(first.byIndex('names', 'first').length, 1);
  assert.equal(second.byIndex('names', 'first').length, 0);
  assert.throws(() => second.byIndex('other', ''), /has no index/);

  const heard: string[] = [];
  first.onChange(() => heard.push('first'));
  const told = new Promise<void>((resolve) => {
    second.onChange(() => {
      heard.push('second');
      resolve();
    });
  });
  await first[Symbol.asyncDispose]();
  await first[Symbol.asyncDispose]();
  assert.equal(informers.size, 1);
  journal.put('web', 'b', {});
  await told;
  assert.deepEqual(heard, ['second']);
  informers.observe(journalType, journal.put('web', 'c', {}));
  assert.ok(second.get('web', 'c'));
  await second[Symbol.asyncDispose]();
  assert.equal(informers.size, 0);
});

test('another selection is another informer', async () => {
  const journal = createJournal();
  await using informers = createInformerSet(createKubeClient(journal.transport));
  informers.for(journalType, { namespace: 'web' });
  informers.for(journalType, { labelSelector: 'a=b' });
  assert.equal(informers.size, 2);
});
