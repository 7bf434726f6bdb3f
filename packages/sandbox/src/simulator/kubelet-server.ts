// What a real API server asks of its nodes, over HTTPS on loopback: the logs of containers, and what pods use. Other requests
// (exec, attach, port-forward) are refused by name: the API server speaks SPDY to kubelets.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { ApiError } from '../api/status.ts';
import { issueCertificate } from '../http/certificates.ts';
import type { Store } from '../store/store.ts';
import type { ContainerLogs } from '../workloads/logs.ts';
import { answerMetrics } from './metrics.ts';

export interface KubeletServer extends AsyncDisposable {
  readonly port: number;
}

const dayMs = 24 * 3_600_000;

/** Listens on a free port. */
export async function listenAsKubelet(store: Store, logs: ContainerLogs, signal: AbortSignal): Promise<KubeletServer> {
  const { key, certificate } = issueCertificate({
    commonName: 'sandbox-kubelet',
    serial: 1,
    use: 'server',
    notBefore: new Date(Date.now() - dayMs),
    notAfter: new Date(Date.now() + 365 * dayMs),
    addresses: ['127.0.0.1'],
  });
  const server = createServer({ key, cert: certificate }, (request, response) => {
    void answer(store, logs, request, response, signal);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  store: Store,
  logs: ContainerLogs,
  request: IncomingMessage,
  response: ServerResponse,
  closed: AbortSignal,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'https://kubelet');
  const [, verb, namespace = '', name = '', container = ''] = url.pathname.split('/');
  const metrics = answerMetrics(store, url, store.now());
  if (metrics !== undefined) {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(metrics));
    return;
  }
  const refuse = (status: number, text: string): void => {
    response.writeHead(status, { 'content-type': 'text/plain' }).end(text);
  };
  if (verb !== 'containerLogs') {
    refuse(501, `${verb ?? ''} is not supported by simulated nodes\n`);
    return;
  }
  const pod = store.collection('pods').get(namespace, name);
  if (pod === undefined) {
    refuse(404, `pod ${namespace}/${name} not found\n`);
    return;
  }
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  try {
    const lines = logs.open(pod, { ...Object.fromEntries(url.searchParams), container });
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.flushHeaders();
    for await (const line of lines(AbortSignal.any([gone.signal, closed]))) response.write(`${line}\n`);
    response.end();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    refuse(400, error.message);
  }
}
