// Killed at any moment, a cluster on a state file has lost nothing it answered for.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { Sandbox } from '../sandbox.ts';
import { call } from '../testing/client.ts';

const directory = mkdtempSync(join(tmpdir(), 'sandbox-durability-'));
after(() => rmSync(directory, { recursive: true, force: true }));

const kills = 8;

test('kill -9 under load, again and again', { timeout: 60_000 }, async () => {
  const stateFile = join(directory, 'state.db');
  const acknowledged = new Map<string, string>();
  for (let round = 0; round < kills; round++) {
    const child = spawn(
      process.execPath,
      ['--conditions=development', join(import.meta.dirname, '../testing/load.ts'), stateFile, String(round)],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    let lines = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      const [name = '', value = ''] = line.split(' ');
      acknowledged.set(name, value);
      // A different point each round: in the middle of creates, updates and what the controllers do meanwhile.
      if (++lines === 25 + round * 13) child.kill('SIGKILL');
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
  await using sandbox = await Sandbox.start({ listen: false, stateFile });
  const api = sandbox.transport();
  const list = await call(api, 'GET', '/api/v1/namespaces/default/configmaps');
  const found = new Map(
    (list['items'] as unknown as { metadata: { name: string }; data?: { value?: string } }[]).map((item) => [
      item.metadata.name,
      Number(item.data?.value ?? '-1'),
    ]),
  );
  assert.ok(acknowledged.size > kills * 5, `only ${acknowledged.size} writes were acknowledged`);
  for (const [name, value] of acknowledged) {
    // A later write may have been made durable and not yet acknowledged; an acknowledged one is never missing.
    assert.ok((found.get(name) ?? -1) >= Number(value), `${name} is ${String(found.get(name))}, not ${value}`);
  }
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
