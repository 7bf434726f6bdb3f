// Names of Secrets, as argoproj/argo-cd:util/db/repository_test.go (3.6) has them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EntryError, entryOf, secretName } from './secrets.ts';

test('names of Secrets are those that Argo CD gives', () => {
  assert.equal(secretName('repository', 'git://git@github.com:argoproj/ARGO-cd.git', ''), 'repo-83273445');
  const templates = [
    ['git://git@github.com:argoproj', 'creds-2483499391'],
    ['git://git@github.com:argoproj/', 'creds-1465032944'],
    ['git@github.com:argoproj', 'creds-2666065091'],
    ['git@github.com:argoproj/', 'creds-346879876'],
  ] as const;
  for (const [url, name] of templates) assert.equal(secretName('repo-creds', url, ''), name);
});

test('a wish that does not read is refused', () => {
  const wish = (fields: Readonly<Record<string, string>>) => () =>
    entryOf({ kind: 'repository', fields, upsert: false }, 'argocd');
  assert.throws(wish({}), EntryError);
  assert.throws(wish({ url: 'https://x', insecure: 'maybe' }), /insecure must be/);
  const { secret } = wish({ url: 'https://x', username: '', password: 'p' })();
  assert.deepEqual(Object.keys(secret['data'] as object), ['url', 'password']);
});
