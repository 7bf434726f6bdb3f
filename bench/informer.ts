// What a watch cache costs: memory per object, and events per second from a TLS socket to the listener. The server
// writes from its own thread. `npm run bench -- informer`, or `node tools/run.mjs bench informer [objects] [events]`.

import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import { performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import {
  type Informer,
  type ResourceType,
  createHttpTransport,
  createInformer,
  createKubeClient,
} from '@evenkeel/kube';

interface Task {
  readonly objects: number;
  readonly events: number;
}

const tls = new URL('../packages/kube/testdata/tls/', import.meta.url);
const deployments: ResourceType = {
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
  singular: 'deployment',
  namespaced: true,
  verbs: ['list', 'watch'],
  shortNames: [],
  categories: [],
  subresources: [],
};

if (isMainThread) await measure();
else await serve(workerData as Task);

async function measure(): Promise<void> {
  const task: Task = { objects: Number(process.argv[2] ?? 10_000), events: Number(process.argv[3] ?? 50_000) };
  const worker = new Worker(new URL(import.meta.url), { workerData: task });
  const [port] = (await once(worker, 'message')) as [number];
  const certificateAuthority = await readFile(new URL('ca.crt', tls), 'utf8');
  const config = {
    server: `https://127.0.0.1:${port}`,
    certificateAuthority,
    user: {},
    namespace: 'default',
    context: 'bench',
  };
  const whole = await run(config, task, false);
  const slim = await run(config, task, true);
  await worker.terminate();
  const figures = {
    objects: task.objects,
    events: task.events,
    list_ms: Math.round(whole.listMs),
    events_per_s: Math.round(whole.eventsPerSecond),
    bytes_per_object: Math.round(whole.bytesPerObject),
    bytes_per_object_without_managed_fields: Math.round(slim.bytesPerObject),
    json_bytes_per_object: JSON.stringify(deployment(1, 1)).length,
  };
  console.log(
    `RESULT informer ${Object.entries(figures)
      .map(([name, value]) => `${name}=${value}`)
      .join(' ')}`,
  );
  await mkdir(new URL('../.results/', import.meta.url), { recursive: true });
  await writeFile(new URL('../.results/informer.json', import.meta.url), `${JSON.stringify(figures, null, 2)}\n`);
}

async function run(
  config: Parameters<typeof createHttpTransport>[0],
  task: Task,
  slim: boolean,
): Promise<{ listMs: number; eventsPerSecond: number; bytesPerObject: number }> {
  await using transport = createHttpTransport(config);
  const before = heapBytes();
  const startedAt = performance.now();
  await using informer = createInformer(createKubeClient(transport), deployments, {
    transform: slim
      ? ({ metadata: { managedFields: _dropped, ...metadata }, ...rest }) => ({
          ...rest,
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata,
        })
      : (object) => object,
  });
  await informer.synced;
  const listMs = performance.now() - startedAt;
  const bytesPerObject = (heapBytes() - before) / task.objects;
  const eventsPerSecond = await countEvents(informer, task.events);
  return { listMs, eventsPerSecond, bytesPerObject };
}

/** From the first event to the last one. */
async function countEvents(informer: Informer, events: number): Promise<number> {
  let seen = 0;
  let firstAt = 0;
  return new Promise((resolve) => {
    informer.onChange(() => {
      if (seen === 0) firstAt = performance.now();
      seen += 1;
      if (seen === events) resolve((events - 1) / ((performance.now() - firstAt) / 1000));
    });
  });
}

function heapBytes(): number {
  setFlagsFromString('--expose_gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

async function serve({ objects, events }: Task): Promise<void> {
  const [cert, key] = await Promise.all(
    ['server.crt', 'server.key'].map((name) => readFile(new URL(name, tls), 'utf8')),
  );
  const server = createServer(
    { ...(cert === undefined ? {} : { cert }), ...(key === undefined ? {} : { key }) },
    (request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const query = new URL(request.url ?? '', 'https://host').searchParams;
      if (query.get('watch') === null) {
        const from = Number(query.get('continue') ?? 0);
        const to = Math.min(objects, from + Number(query.get('limit') ?? objects));
        const items = Array.from({ length: to - from }, (_, at) => deployment(from + at, from + at + 1));
        const metadata = { resourceVersion: String(objects), ...(to < objects ? { continue: String(to) } : {}) };
        response.end(JSON.stringify({ kind: 'DeploymentList', apiVersion: 'apps/v1', metadata, items }));
        return;
      }
      let sent = 0;
      // Only after a pause, so that the reader has measured its memory.
      const pump = (): void => {
        while (sent < events) {
          const line = `${JSON.stringify({ type: 'MODIFIED', object: deployment(sent % objects, objects + sent + 1) })}\n`;
          sent += 1;
          if (!response.write(line)) return void response.once('drain', pump);
        }
      };
      setTimeout(pump, 1000);
    },
  );
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    parentPort?.postMessage(typeof address === 'object' && address !== null ? address.port : 0);
  });
}

/** A Deployment of everyday size: three containers' worth of fields, and who owns them. */
function deployment(at: number, version: number): object {
  const labels = { app: `app-${at}`, 'app.kubernetes.io/part-of': 'shop', team: `team-${at % 20}` };
  const containers = [0, 1].map((index) => ({
    name: `container-${index}`,
    image: `registry.example.test/shop/app-${at}:1.${index}.${at}`,
    ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
    env: Array.from({ length: 6 }, (_, one) => ({ name: `VARIABLE_${one}`, value: `value-${one}-${at}` })),
    resources: { limits: { cpu: '500m', memory: '256Mi' }, requests: { cpu: '100m', memory: '128Mi' } },
    livenessProbe: {
      httpGet: { path: '/healthz', port: 'http', scheme: 'HTTP' },
      periodSeconds: 10,
      timeoutSeconds: 1,
    },
    terminationMessagePath: '/dev/termination-log',
    imagePullPolicy: 'IfNotPresent',
  }));
  const owned = Object.fromEntries(
    containers.map(({ name }) => [
      `k:{"name":"${name}"}`,
      {
        '.': {},
        'f:image': {},
        'f:env': {},
        'f:ports': {},
        'f:resources': { 'f:limits': { 'f:cpu': {}, 'f:memory': {} } },
      },
    ]),
  );
  const managedFields = ['gitops', 'kube-controller-manager'].map((manager) => ({
    manager,
    operation: 'Apply',
    apiVersion: 'apps/v1',
    time: '2026-01-01T00:00:00Z',
    fieldsType: 'FieldsV1',
    fieldsV1: {
      'f:metadata': { 'f:labels': { 'f:app': {}, 'f:team': {} } },
      'f:spec': { 'f:replicas': {}, 'f:template': { 'f:spec': { 'f:containers': owned } } },
    },
  }));
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: `app-${at}`,
      namespace: `team-${at % 20}`,
      uid: `00000000-0000-0000-0000-${String(at).padStart(12, '0')}`,
      resourceVersion: String(version),
      generation: 1,
      creationTimestamp: '2026-01-01T00:00:00Z',
      labels,
      managedFields,
    },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers, restartPolicy: 'Always', dnsPolicy: 'ClusterFirst' } },
      strategy: { type: 'RollingUpdate' },
    },
    status: {
      observedGeneration: 1,
      replicas: 2,
      readyReplicas: 2,
      conditions: [
        {
          type: 'Available',
          status: 'True',
          reason: 'MinimumReplicasAvailable',
          lastUpdateTime: '2026-01-01T00:00:00Z',
        },
      ],
    },
  };
}
