// The socket: HTTPS over HTTP/1.1 and HTTP/2 on loopback, and the kubeconfig that leads to it.

import type { IncomingMessage } from 'node:http';
import { createSecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Cluster } from '../cluster.ts';
import type { Credentials } from './credentials.ts';
import { trustingAuthority } from './client-certificate.ts';
import { handleRequest } from './handle.ts';

/** A socket that listens. */
export interface Listening {
  readonly url: string;
  /** host:port */
  readonly address: string;
  readonly kubeconfig: string;
  close(): Promise<void>;
}

/** Starts to listen. Rejects where the port is taken. */
export async function listen(options: {
  readonly cluster: Cluster;
  readonly credentials: Credentials;
  readonly at: { readonly host?: string; readonly port?: number };
  readonly closed: AbortSignal;
}): Promise<Listening> {
  const { cluster, credentials, closed } = options;
  const server = createSecureServer({
    key: credentials.server.key,
    cert: credentials.server.certificate,
    // No authority: client-certificate.ts checks who comes.
    ca: [],
    requestCert: true,
    // Clients without a certificate come with a token, or as anonymous.
    rejectUnauthorized: false,
    allowHTTP1: true,
  });
  const sockets = new Set<{ destroy(): void }>();
  const trust = trustingAuthority(credentials.authority.certificate);
  server.on('secureConnection', (socket) => {
    trust(socket);
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('session', (session) => session.on('error', () => undefined));
  server.on('request', (request, response) => void handleRequest({ cluster, closed }, request, response));
  // Loaded when the first one comes: most clusters stream nothing.
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    void import('../streams/upgrade.ts').then(({ handleUpgrade }) =>
      handleUpgrade({ cluster, request, socket, head, closed }),
    );
  });
  server.on('tlsClientError', () => undefined);
  const host = options.at.host ?? '127.0.0.1';
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.at.port ?? 0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const address = `${host}:${port}`;
  const url = `https://${address}`;
  return {
    url,
    address,
    kubeconfig: kubeconfigText(url, credentials),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function kubeconfigText(url: string, credentials: Credentials): string {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  return `apiVersion: v1
kind: Config
clusters:
- name: sandbox
  cluster:
    server: ${url}
    certificate-authority-data: ${base64(credentials.authority.certificate)}
contexts:
- name: sandbox
  context:
    cluster: sandbox
    user: kubernetes-admin
current-context: sandbox
users:
- name: kubernetes-admin
  user:
    client-certificate-data: ${base64(credentials.administrator.certificate)}
    client-key-data: ${base64(credentials.administrator.key)}
`;
}
