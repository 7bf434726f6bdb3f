// Only a change for the URL itself is news.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { watchRemoteAccess } from './access-changes.ts';
import { SourceError } from './errors.ts';

test('only who is reached in another way is told', async () => {
  const passwords = new Map([['oci://a', 'one']]);
  const listeners = new Set<() => void>();
  const access = {
    git: () => ({}),
    remote: async (url: string) => {
      const password = passwords.get(url) ?? '';
      if (password === 'broken') throw new SourceError('access', 'unusable');
      return { access: { credentials: { username: 'me', password } } };
    },
    onChange(listener: () => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const told: string[] = [];
  const stops = ['oci://a', 'oci://b'].map((url) => watchRemoteAccess(access, url, () => told.push(url)));
  const change = async (url: string, password: string): Promise<readonly string[]> => {
    passwords.set(url, password);
    told.length = 0;
    for (const listener of listeners) listener();
    await new Promise((done) => setImmediate(done));
    return [...told];
  };
  assert.deepEqual(await change('oci://c', 'x'), []);
  assert.deepEqual(await change('oci://a', 'two'), ['oci://a']);
  assert.deepEqual(await change('oci://b', 'broken'), ['oci://b']);
  assert.deepEqual(await change('oci://b', 'whole'), ['oci://b']);
  for (const stop of stops) stop();
  assert.equal(listeners.size, 0);
});
