// The project's own client over both ways into the sandbox: what works on one must work on the other.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type KubeTransport,
  createHttpTransport,
  createInformer,
  createKubeClient,
  loadKubeconfig,
} from '@evenkeel/kube';
import { Sandbox } from './sandbox.ts';
import { deployment } from './testing/client.ts';

async function tellStory(transport: KubeTransport): Promise<void> {
  const client = createKubeClient(transport);
  const type = await client.discovery.resolve({ group: 'apps', version: 'v1', kind: 'Deployment' });
  assert.ok(type !== undefined);
  await using informer = createInformer(client, type, { namespace: 'default' });
  await informer.synced;
  const seen = new Promise<void>((resolve) => {
    informer.onChange(({ object }) => {
      if ((object['status'] as { availableReplicas?: number } | undefined)?.availableReplicas === 2) resolve();
    });
  });
  const body = deployment('web');
  const object = { ...body, metadata: { ...body.metadata, namespace: 'default' } };
  const applied = await client.apply(type, object, { fieldManager: 'tester' });
  assert.equal(applied.metadata.generation, 1);
  await seen;
  assert.equal(informer.get('default', 'web')?.kind, 'Deployment');
  assert.equal(await client.delete(type, { namespace: 'default', name: 'web' }), true);
  assert.equal(await client.delete(type, { namespace: 'default', name: 'nothing' }), false);
}

test('in process', async () => {
  await using sandbox = await Sandbox.start({ listen: false, speed: 100 });
  await tellStory(sandbox.transport());
});

test('over HTTPS, with the kubeconfig', async () => {
  await using sandbox = await Sandbox.start({ speed: 100 });
  await using transport = createHttpTransport(await loadKubeconfig({ text: sandbox.kubeconfig() }));
  await tellStory(transport);
});
