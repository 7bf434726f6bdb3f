// Events that scheduler and kubelets record here are recorded on the server.

import type { KubeTransport } from '@evenkeel/kube';
import type { KubeObject } from '@evenkeel/resource';
import type { Collection, StoreEvent } from '../store/collection.ts';

/** Sends what is recorded from now on; returns how to stop. One event's requests go in order. */
export function sendEvents(
  transport: KubeTransport,
  collection: Collection,
  onError: (error: unknown) => void,
): () => void {
  const last = new Map<string, Promise<void>>();
  return collection.subscribe({
    event: ({ type, object }) => {
      if (type === 'DELETED') return;
      const key = `${object.metadata.namespace ?? ''}/${object.metadata.name ?? ''}`;
      const sent = (last.get(key) ?? Promise.resolve()).then(() => send(transport, type, object)).catch(onError);
      last.set(key, sent);
      void sent.then(() => last.get(key) === sent && last.delete(key));
    },
  });
}

// A namespace that is ending takes no events, and the server may be gone at the end: neither is a failure.
async function send(transport: KubeTransport, type: StoreEvent['type'], event: KubeObject): Promise<void> {
  const { namespace = '', name = '' } = event.metadata;
  const path = `/api/v1/namespaces/${namespace}/events`;
  if (type === 'ADDED') {
    await transport.send({ method: 'POST', path, body: { ...event, metadata: { name, namespace } } });
    return;
  }
  const body = {
    count: event['count'],
    message: event['message'],
    lastTimestamp: event['lastTimestamp'],
  } as unknown as KubeObject;
  await transport.send({
    method: 'PATCH',
    path: `${path}/${name}`,
    body,
    contentType: 'application/merge-patch+json',
  });
}
