// The process that `bench:floor` measures: it sends what cannot be left out (each object once, by a server-side apply or by
// a create, and one status for each Application) over kept-alive connections, reads every answer to its end and nothing else.

import { readFileSync } from 'node:fs';
import { Agent, type RequestOptions, request } from 'node:https';
import { type Written, fleetApplication, objectsOf, statusOf } from './fleet.ts';

interface Kubeconfig {
  readonly clusters: readonly [
    { readonly cluster: { readonly server: string; readonly 'certificate-authority-data': string } },
  ];
  readonly users: readonly [{ readonly user: { readonly token: string } }];
}

const [file = '', appsText = '', lanesText = '', repoURL = '', write = ''] = process.argv.slice(2);
const [count, lanes] = [Number(appsText), Number(lanesText)];
const kubeconfig = JSON.parse(readFileSync(file, 'utf8')) as Kubeconfig;
const { server, 'certificate-authority-data': authority } = kubeconfig.clusters[0].cluster;
const { hostname, port } = new URL(server);
const agent = new Agent({ keepAlive: true, maxSockets: lanes, ca: Buffer.from(authority, 'base64') });
const applications = '/apis/argoproj.io/v1alpha1/namespaces/argocd/applications';
const shared = { hostname, port, agent };
const authorization = `Bearer ${kubeconfig.users[0].user.token}`;

/** The content type of each way to write. */
const types = {
  create: 'application/json',
  apply: 'application/apply-patch+yaml',
  merge: 'application/merge-patch+json',
} as const;

function send(type: keyof typeof types, path: string, body: unknown): Promise<void> {
  const method = type === 'create' ? 'POST' : 'PATCH';
  const bytes = Buffer.from(JSON.stringify(body));
  const options: RequestOptions = {
    ...shared,
    method,
    path,
    headers: {
      authorization,
      'content-type': types[type],
      'content-length': bytes.length,
    },
  };
  return new Promise((resolve, reject) => {
    const sent = request(options, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        if ((response.statusCode ?? 500) >= 300) text += chunk.toString();
      });
      response.on('end', () =>
        (response.statusCode ?? 500) < 300
          ? resolve()
          : reject(new Error(`${method} ${path}: ${response.statusCode} ${text}`)),
      );
    });
    sent.on('error', reject);
    sent.end(bytes);
  });
}

function sendObject({ path, object }: Written): Promise<void> {
  return write === 'apply'
    ? send('apply', `${path}/${object.metadata.name ?? ''}?fieldManager=argocd-controller&force=true`, object)
    : send('create', `${path}?fieldManager=argocd-controller`, object);
}

async function sendApp(index: number): Promise<void> {
  await send('create', `${applications}?fieldManager=bench`, fleetApplication(index, repoURL));
  await Promise.all(objectsOf(index, write === 'apply' ? 'apply' : 'create').map(sendObject));
  await send('merge', `${applications}/app-${index}?fieldManager=argocd-controller`, statusOf(index, repoURL));
}

const started = performance.now();
const cpu = process.cpuUsage();
await send('create', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'apps' } });
let next = 0;
const lane = async (): Promise<void> => {
  while (next < count) await sendApp(next++);
};
await Promise.all(Array.from({ length: lanes }, lane));
const { user, system } = process.cpuUsage(cpu);
const figures = {
  wallMs: performance.now() - started,
  cpuSeconds: (user + system) / 1e6,
  peakRssMib: process.resourceUsage().maxRSS / 1024,
};
process.stdout.write(`floor ${JSON.stringify(figures)}\n`);
agent.destroy();
