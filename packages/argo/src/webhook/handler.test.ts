// From a forge's request to who looks again.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import type { KubeClient } from '@evenkeel/kube';
import type { KubeObject } from '@evenkeel/resource';
import type { SourceStore } from '@evenkeel/source';
import { readApplication } from '../application.ts';
import { type WebhookAnswer, createWebhookHandler } from './handler.ts';

interface Told {
  readonly answer: WebhookAnswer;
  readonly poked: readonly string[];
  readonly marked: readonly string[];
}

const encode = (text: string): string => Buffer.from(text).toString('base64');

/** Answers for the two Secrets, and notes what is asked of repositories and written to Applications. */
async function deliver(
  payload: unknown,
  headers: Readonly<Record<string, string>>,
  secrets: Readonly<Record<string, string>> = {},
): Promise<Told> {
  const [poked, marked]: [string[], string[]] = [[], []];
  const objects: Readonly<Record<string, unknown>> = {
    'argocd-secret': {
      metadata: {},
      data: Object.fromEntries(Object.entries(secrets).map(([key, value]) => [key, encode(value)])),
    },
    hooks: { metadata: { labels: { 'app.kubernetes.io/part-of': 'argocd' } }, data: { key: encode('s3cret') } },
    'argocd-cm': { metadata: {}, data: { 'webhook.maxPayloadSizeMB': '2' } },
    foreign: { metadata: {}, data: { key: encode('s3cret') } },
  };
  const client = {
    discovery: { resolve: (wanted: { readonly kind: string }) => Promise.resolve(wanted) },
    get: (_type: unknown, { name }: { readonly name: string }) => Promise.resolve(objects[name]),
    patch(_type: unknown, { name }: { readonly name: string }) {
      marked.push(name);
      return Promise.resolve({});
    },
  } as unknown as KubeClient;
  const store = { poke: (url: string) => void poked.push(url) } as unknown as SourceStore;
  const application = (name: string, repoURLs: readonly string[]): ReturnType<typeof readApplication> =>
    readApplication({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: { name, namespace: 'argocd' },
      spec: { sources: repoURLs.map((repoURL) => ({ repoURL, targetRevision: 'main' })) },
    } as unknown as KubeObject);
  const applications = [
    application('web', ['git@github.com:org/repo.git', 'https://github.com/org/values']),
    application('other', ['https://github.com/org/other']),
  ];
  const handler = createWebhookHandler({
    client,
    store,
    applications: () => applications,
    sets: () => [],
    refreshSet: () => undefined,
  });
  const body = Buffer.from(JSON.stringify(payload));
  const answer = await handler({ method: 'POST', headers, query: new URLSearchParams(), body });
  await new Promise((done) => setImmediate(done));
  return { answer, poked, marked };
}

const push = {
  ref: 'refs/heads/main',
  repository: { html_url: 'https://github.com/org/repo', default_branch: 'main' },
};
const github = { 'x-github-event': 'push' };
const sign = (key: string): Readonly<Record<string, string>> => ({
  ...github,
  'x-hub-signature-256': `sha256=${createHmac('sha256', key).update(JSON.stringify(push)).digest('hex')}`,
});

test('only what was pushed to is asked, once for all its spellings, and only who uses it is told', async () => {
  const { answer, poked, marked } = await deliver(push, github);
  assert.deepEqual([answer.status, poked, marked], [200, ['git@github.com:org/repo.git'], ['web']]);
});

test('the secret may stand elsewhere: under another key, or in another Secret that is a part of Argo CD', async () => {
  const cases: readonly (readonly [Readonly<Record<string, string>>, string, number])[] = [
    [{ 'webhook.github.secret': 's3cret' }, 's3cret', 200],
    [{ 'webhook.github.secret': 's3cret' }, 'other', 401],
    [{ 'webhook.github.secret': '$own', own: 's3cret' }, 's3cret', 200],
    [{ 'webhook.github.secret': '$hooks:key' }, 's3cret', 200],
    [{ 'webhook.github.secret': '$hooks:none' }, 's3cret', 401],
    [{ 'webhook.github.secret': '$foreign:key' }, 's3cret', 401],
  ];
  for (const [secrets, key, status] of cases) {
    const { answer, marked } = await deliver(push, sign(key), secrets);
    assert.deepEqual([answer.status, marked.length], [status, status === 200 ? 1 : 0], JSON.stringify(secrets));
    assert.ok(!answer.message.includes('s3cret'));
  }
});

test('a payload may be as large as the settings say', async () => {
  const padded = (megabytes: number): unknown => ({ ...push, padding: 'x'.repeat(megabytes * 1024 * 1024 - 512) });
  assert.equal((await deliver(padded(2), github)).answer.status, 200);
  const { answer, poked } = await deliver(padded(3), github);
  assert.equal(answer.status, 400);
  assert.match(answer.message, /must be under 2 MB/);
  assert.deepEqual(poked, []);
});
