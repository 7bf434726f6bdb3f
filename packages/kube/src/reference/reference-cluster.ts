// A real kube-apiserver over a real etcd on loopback, with generated keys: what everything that speaks to Kubernetes is
// compared with. For tests, conformance runs and benches; `npm test` does not need it.

import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterConfig } from '../cluster-config.ts';
import { KubeUnreachable } from '../errors.ts';
import { createHttpTransport } from '../http-transport.ts';
import { systemClock } from '../system-clock.ts';
import { tiedToParent } from '../testing/tied-process.ts';

/** Where the binaries are looked for unless told otherwise. */
export const referenceToolsDirectory: string = join(homedir(), '.cache', 'evenkeel', 'tools', 'bin');

export interface ReferenceClusterOptions {
  /** Holds `etcd`, `kube-apiserver` and, where asked for, `kube-controller-manager`. */
  readonly toolsDirectory?: string;
  /** Also run kube-controller-manager (garbage collection, namespaces, workloads without nodes). Default false. */
  readonly controllerManager?: boolean;
  /** 'AlwaysAllow' (default) or 'RBAC'; the cluster's own user is in system:masters either way. */
  readonly authorization?: 'AlwaysAllow' | 'RBAC';
  /** More users by token: `{ token: { user, groups } }`. */
  readonly users?: Readonly<Record<string, { readonly user: string; readonly groups?: readonly string[] }>>;
  /** More flags of kube-apiserver. */
  readonly apiServerFlags?: readonly string[];
  /** More flags of kube-controller-manager. */
  readonly controllerManagerFlags?: readonly string[];
}

/** A running cluster. Disposing ends its processes and removes its files. */
export interface ReferenceCluster extends AsyncDisposable {
  readonly config: ClusterConfig;
  /** Path of a kubeconfig file for kubectl and others. */
  readonly kubeconfig: string;
  /** The same cluster as the owner of another token given in `users`. */
  configFor(token: string): ClusterConfig;
  /** What the processes wrote last, for messages of failed tests. */
  log(): string;
}

/** Why no reference cluster can be started here, as a sentence for `skip`; undefined where it can. */
export function referenceClusterMissing(toolsDirectory: string = referenceToolsDirectory): string | undefined {
  const missing = ['etcd', 'kube-apiserver'].filter((name) => !existsSync(join(toolsDirectory, name)));
  return missing.length === 0 ? undefined : `${missing.join(' and ')} not found in ${toolsDirectory}`;
}

/** Starts etcd and kube-apiserver and waits until the API is ready (2 to 10 seconds). Throws where they do not come up. */
export async function startReferenceCluster(options: ReferenceClusterOptions = {}): Promise<ReferenceCluster> {
  const directory = await mkdtemp(join(tmpdir(), 'evenkeel-reference-'));
  const processes = new ProcessGroup(options.toolsDirectory ?? referenceToolsDirectory);
  const dispose = async (): Promise<void> => {
    await processes.stop();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const [etcdPort = 0, peerPort = 0, apiPort = 0] = await freePorts(3);
    const token = randomBytes(24).toString('hex');
    await writeSecrets(directory, token, options.users ?? {});
    processes.start('etcd', etcdFlags(directory, etcdPort, peerPort));
    processes.start('kube-apiserver', apiServerFlags({ directory, etcdPort, apiPort, options }));
    const server = `https://127.0.0.1:${apiPort}`;
    const config = await whenReady({ directory, server, token, processes });
    const kubeconfig = join(directory, 'kubeconfig.json');
    await writeFile(kubeconfig, JSON.stringify(kubeconfigOf(config, token)));
    if (options.controllerManager === true)
      processes.start('kube-controller-manager', [
        ...controllerManagerFlags(directory, kubeconfig),
        ...(options.controllerManagerFlags ?? []),
      ]);
    return {
      config,
      kubeconfig,
      configFor: (other) => ({ ...config, user: { token: other } }),
      log: () => processes.log(),
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function writeSecrets(directory: string, token: string, users: ReferenceClusterOptions['users']): Promise<void> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  await mkdir(join(directory, 'certs'));
  await writeFile(join(directory, 'sa.key'), privateKey);
  await writeFile(join(directory, 'sa.pub'), publicKey);
  const rows = Object.entries(users ?? {}).map(
    ([key, { user, groups = [] }]) => `${key},${user},${user},"${groups.join(',')}"`,
  );
  await writeFile(join(directory, 'tokens.csv'), [`${token},admin,admin,"system:masters"`, ...rows, ''].join('\n'));
}

function etcdFlags(directory: string, clientPort: number, peerPort: number): readonly string[] {
  const [client, peer] = [`http://127.0.0.1:${clientPort}`, `http://127.0.0.1:${peerPort}`];
  return [
    `--data-dir=${join(directory, 'etcd')}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    '--unsafe-no-fsync',
    '--log-level=error',
  ];
}

interface ApiServerSetup {
  readonly directory: string;
  readonly etcdPort: number;
  readonly apiPort: number;
  readonly options: ReferenceClusterOptions;
}

function apiServerFlags({ directory, etcdPort, apiPort, options }: ApiServerSetup): readonly string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${etcdPort}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${apiPort}`,
    `--cert-dir=${join(directory, 'certs')}`,
    `--token-auth-file=${join(directory, 'tokens.csv')}`,
    `--authorization-mode=${options.authorization ?? 'AlwaysAllow'}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${join(directory, 'sa.pub')}`,
    `--service-account-signing-key-file=${join(directory, 'sa.key')}`,
    '--service-cluster-ip-range=10.0.0.0/24',
    '--disable-admission-plugins=ServiceAccount',
    '--allow-privileged=true',
    ...(options.apiServerFlags ?? []),
  ];
}

function controllerManagerFlags(directory: string, kubeconfig: string): readonly string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    `--service-account-private-key-file=${join(directory, 'sa.key')}`,
    '--leader-elect=false',
    '--secure-port=0',
    '--use-service-account-credentials=false',
  ];
}

interface Readiness {
  readonly directory: string;
  readonly server: string;
  readonly token: string;
  readonly processes: ProcessGroup;
}

const START_TIMEOUT_MS = 60_000;

/** The server writes its certificate when it starts; with that as authority we ask until it says it is ready. */
async function whenReady({ directory, server, token, processes }: Readiness): Promise<ClusterConfig> {
  const giveUpAtMs = systemClock.now() + START_TIMEOUT_MS;
  while (systemClock.now() < giveUpAtMs && !processes.anyEnded()) {
    const certificateAuthority = await readFile(join(directory, 'certs', 'apiserver.crt'), 'utf8').catch(() => '');
    const config: ClusterConfig = {
      server,
      certificateAuthority,
      user: { token },
      namespace: 'default',
      context: 'reference',
    };
    if (certificateAuthority !== '' && (await isReady(config))) return config;
    await systemClock.sleep(100);
  }
  throw new Error(`the reference cluster did not come up:\n${processes.log()}`);
}

async function isReady(config: ClusterConfig): Promise<boolean> {
  await using transport = createHttpTransport(config);
  try {
    return (await transport.send({ method: 'GET', path: '/readyz' })).status === 200;
  } catch (error) {
    if (error instanceof KubeUnreachable) return false;
    throw error;
  }
}

function kubeconfigOf({ server, certificateAuthority = '' }: ClusterConfig, token: string): object {
  const authority = Buffer.from(certificateAuthority).toString('base64');
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'reference', cluster: { server, 'certificate-authority-data': authority } }],
    users: [{ name: 'admin', user: { token } }],
    contexts: [{ name: 'reference', context: { cluster: 'reference', user: 'admin' } }],
    'current-context': 'reference',
  };
}

const LOG_LENGTH_MAX = 16_000;

/** Processes that live and die together. */
class ProcessGroup {
  readonly #tools: string;
  readonly #children: ChildProcess[] = [];
  readonly #onExit = (): void => {
    for (const child of this.#children) child.kill('SIGKILL');
  };
  #log = '';

  constructor(tools: string) {
    this.#tools = tools;
    process.once('exit', this.#onExit);
  }

  start(name: string, flags: readonly string[]): void {
    const [program, args] = tiedToParent(join(this.#tools, name), flags);
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const note = (text: string): void => {
      this.#log = (this.#log + text).slice(-LOG_LENGTH_MAX);
    };
    child.stdout.setEncoding('utf8').on('data', note);
    child.stderr.setEncoding('utf8').on('data', note);
    child.on('error', (error) => note(`${name}: ${error.message}\n`));
    this.#children.push(child);
  }

  anyEnded(): boolean {
    return this.#children.some(hasEnded);
  }

  log(): string {
    return this.#log;
  }

  async stop(): Promise<void> {
    process.removeListener('exit', this.#onExit);
    // Clients first: a server that loses its store only fills the log.
    for (const child of this.#children.toReversed()) {
      if (hasEnded(child) || child.pid === undefined) continue;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    }
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Ports that were free a moment ago. All are held until the last is known, so that they differ. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
