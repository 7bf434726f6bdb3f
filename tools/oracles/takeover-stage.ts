// Where the takeover is played: a real API server with its audit log, controllers and simulated nodes, a git host over
// HTTP, and a user each for Argo CD and for Evenkeel, so that the server itself tells who wrote what.

import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KubeClient, type ResourceType, createHttpTransport, createKubeClient } from '@evenkeel/kube';
import { startReferenceCluster } from '@evenkeel/kube/reference';
import type { KubeObject } from '@evenkeel/resource';
import { startPodSimulator } from '@evenkeel/sandbox/simulator';

/** Who writes. */
export type Actor = 'argocd' | 'evenkeel';

/** A write, as the audit log of the server has it. */
export interface Write {
  readonly user: string;
  readonly verb: string;
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly uri: string;
  readonly code: number;
}

export interface Stage extends AsyncDisposable {
  readonly client: KubeClient;
  readonly directory: string;
  kubeconfigOf(actor: Actor): string;
  /** What was written since the last call; dry runs are no writes. */
  writes(): readonly Write[];
  /** How many requests somebody has sent so far, watches left out. */
  requestsOf(actor: Actor): number;
  /** Every object that somebody could care for, by type, namespace and name. */
  snapshot(): Promise<ReadonlyMap<string, KubeObject>>;
}

const policy = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived', 'ResponseStarted'],
  rules: [
    { level: 'None', verbs: ['watch'] },
    { level: 'None', resources: [{ group: 'coordination.k8s.io' }, { group: 'events.k8s.io' }] },
    { level: 'Metadata', omitManagedFields: true },
  ],
};

/** Pods run so many times faster than life. */
const speed = 50;

/** Starts everything but the two that are compared. */
export async function startStage(): Promise<Stage> {
  await using stack = new AsyncDisposableStack();
  const directory = mkdtempSync(join(tmpdir(), 'takeover-'));
  stack.defer(() => rmSync(directory, { recursive: true, force: true }));
  const log = join(directory, 'audit.log');
  const policyFile = join(directory, 'policy.json');
  writeFileSync(policyFile, JSON.stringify(policy));
  writeFileSync(log, '');
  const tokens = { argocd: randomBytes(16).toString('hex'), evenkeel: randomBytes(16).toString('hex') };
  const cluster = stack.use(
    await startReferenceCluster({
      controllerManager: true,
      users: {
        [tokens.argocd]: { user: 'argocd', groups: ['system:masters'] },
        [tokens.evenkeel]: { user: 'evenkeel', groups: ['system:masters'] },
      },
      apiServerFlags: [
        `--audit-policy-file=${policyFile}`,
        `--audit-log-path=${log}`,
        '--service-cluster-ip-range=10.0.0.0/16',
        '--kubelet-preferred-address-types=InternalIP',
      ],
      controllerManagerFlags: ['--kube-api-qps=1000', '--kube-api-burst=1000'],
    }),
  );
  const kubeconfig = JSON.parse(readFileSync(cluster.kubeconfig, 'utf8')) as { users: { user: { token: string } }[] };
  for (const [user, token] of Object.entries(tokens))
    writeFileSync(
      join(directory, `${user}.json`),
      JSON.stringify({ ...kubeconfig, users: [{ name: 'admin', user: { token } }] }),
      { mode: 0o600 },
    );
  stack.use(await startPodSimulator({ transport: stack.use(createHttpTransport(cluster.config)), speed, seed: 7 }));
  const client = createKubeClient(stack.use(createHttpTransport(cluster.config)));
  const audit = new Audit(log);
  const owned = stack.move();
  return {
    client,
    directory,
    kubeconfigOf: (actor) => join(directory, `${actor}.json`),
    writes: () => audit.writes(),
    requestsOf: (actor) => audit.requestsOf(actor),
    snapshot: () => snapshotOf(client),
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
}

interface AuditEvent {
  readonly user: { readonly username: string };
  readonly verb: string;
  readonly requestURI: string;
  readonly responseStatus?: { readonly code?: number };
  readonly objectRef?: {
    readonly resource?: string;
    readonly namespace?: string;
    readonly name?: string;
    readonly subresource?: string;
  };
}

/** Reads the log on from where it was read last. */
class Audit {
  readonly #file: string;
  readonly #requests = new Map<string, number>();
  #offset = 0;
  #writes: Write[] = [];

  constructor(file: string) {
    this.#file = file;
  }

  writes(): readonly Write[] {
    this.#read();
    const writes = this.#writes;
    this.#writes = [];
    return writes;
  }

  requestsOf(actor: Actor): number {
    this.#read();
    return this.#requests.get(actor) ?? 0;
  }

  #read(): void {
    const bytes = readFileSync(this.#file).subarray(this.#offset);
    const whole = bytes.subarray(0, bytes.lastIndexOf(10) + 1);
    this.#offset += whole.length;
    for (const line of whole.toString('utf8').split('\n')) {
      if (line !== '') this.#note(JSON.parse(line) as AuditEvent);
    }
  }

  #note({ user, verb, requestURI, responseStatus, objectRef = {} }: AuditEvent): void {
    this.#requests.set(user.username, (this.#requests.get(user.username) ?? 0) + 1);
    const isReading = ['get', 'list', 'watch'].includes(verb) || requestURI.includes('dryRun=All');
    const isQuestion = (objectRef.resource ?? '').endsWith('reviews') || objectRef.resource === 'events';
    if (isReading || isQuestion) return;
    const { resource = '', subresource } = objectRef;
    this.#writes.push({
      user: user.username,
      verb,
      resource: subresource === undefined ? resource : `${resource}/${subresource}`,
      namespace: objectRef.namespace ?? '',
      name: objectRef.name ?? '',
      uri: requestURI,
      code: responseStatus?.code ?? 0,
    });
  }
}

/** What comes and goes by itself, and what only the cluster's own parts write. */
const passing = new Set(['events', 'leases', 'pods', 'endpointslices', 'controllerrevisions', 'nodes', 'apiservices']);

async function snapshotOf(client: KubeClient): Promise<ReadonlyMap<string, KubeObject>> {
  client.discovery.invalidate();
  const types = (await client.discovery.everyVersion()).filter(
    (type) => type.verbs.includes('list') && type.verbs.includes('watch') && !passing.has(type.plural),
  );
  const chosen = new Map<string, ResourceType>();
  for (const type of types)
    if (!chosen.has(`${type.plural}.${type.group}`)) chosen.set(`${type.plural}.${type.group}`, type);
  const found = new Map<string, KubeObject>();
  for (const [name, type] of chosen) {
    for (const object of (await client.list(type)).items)
      found.set(`${name}/${object.metadata.namespace ?? ''}/${object.metadata.name ?? ''}`, object);
  }
  return found;
}
