// Killed at any moment, a cluster on a state file has lost nothing it answered for.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Sandbox } from '../sandbox.ts';
import { call } from '../testing/client.ts';
import { crash } from '../testing/crash.ts';

const directory = mkdtempSync(join(tmpdir(), 'sandbox-durability-'));
after(() => rmSync(directory, { recursive: true, force: true }));

test('kill -9 under load, again and again', { timeout: 120_000 }, async () => {
  // `npm run crash:sandbox -- 300` does it for long.
  const results = await Promise.all([crash(20, 1), crash(20, 2)]);
  assert.deepEqual(
    results.flatMap(({ problems }) => problems),
    [],
  );
  const acknowledged = results.reduce((sum, result) => sum + result.acknowledged, 0);
  assert.ok(acknowledged > 200, `only ${acknowledged} writes were acknowledged`);
});

test('a closed cluster resumes with its objects, revisions and certificates', async () => {
  const stateFile = join(directory, 'resume.db');
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kept' }, data: { a: '1' } };
  let before = '';
  let kubeconfig = '';
  {
    await using sandbox = await Sandbox.start({ stateFile });
    const created = await call(sandbox.transport(), 'POST', '/api/v1/namespaces/default/configmaps', { body });
    before = created.metadata.resourceVersion ?? '';
    kubeconfig = sandbox.kubeconfig();
  }
  await using sandbox = await Sandbox.start({ stateFile });
  const api = sandbox.transport();
  const read = await call(api, 'GET', '/api/v1/namespaces/default/configmaps/kept');
  assert.equal(read.metadata.resourceVersion, before);
  const next = await call(api, 'PATCH', '/api/v1/namespaces/default/configmaps/kept', {
    body: { data: { b: '2' } },
    contentType: 'application/merge-patch+json',
  });
  assert.ok(Number(next.metadata.resourceVersion) > Number(before));
  const authority = (text: string): string | undefined => /certificate-authority-data: (\S+)/.exec(text)?.[1];
  assert.equal(authority(sandbox.kubeconfig()), authority(kubeconfig));
});
