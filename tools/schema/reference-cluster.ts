// A real kube-apiserver and etcd on loopback, for scripts that record facts: started on free ports, gone on dispose.
// Binaries come from tools/go/kube (see EVENKEEL_TOOLS_BIN); everything written goes to a temporary directory.

import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

/** A response, whatever its status. */
export interface ClusterResponse {
  readonly status: number;
  readonly body: string;
}

/** One request to the reference cluster. */
export interface ClusterRequest {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The running cluster. */
export interface ReferenceCluster extends AsyncDisposable {
  readonly url: string;
  readonly token: string;
  readonly request: (request: ClusterRequest) => Promise<ClusterResponse>;
}

/** Starts etcd and kube-apiserver and waits until /readyz says ok. `flags` are added to kube-apiserver's. */
export async function startReferenceCluster(flags: readonly string[] = []): Promise<ReferenceCluster> {
  const directory = mkdtempSync(join(tmpdir(), 'reference-cluster-'));
  const children: ChildProcess[] = [];
  const [etcdPort, peerPort, apiPort] = [await freePort(), await freePort(), await freePort()];
  const token = randomBytes(16).toString('hex');
  writeCredentials(directory, token);
  const etcdUrl = `http://127.0.0.1:${etcdPort}`;
  const peerUrl = `http://127.0.0.1:${peerPort}`;
  children.push(
    start(directory, 'etcd', [
      `--data-dir=${join(directory, 'etcd')}`,
      `--listen-client-urls=${etcdUrl}`,
      `--advertise-client-urls=${etcdUrl}`,
      `--listen-peer-urls=${peerUrl}`,
      `--initial-advertise-peer-urls=${peerUrl}`,
      `--initial-cluster=default=${peerUrl}`,
      '--unsafe-no-fsync',
    ]),
    start(directory, 'kube-apiserver', [
      `--etcd-servers=${etcdUrl}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${apiPort}`,
      `--cert-dir=${join(directory, 'certs')}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${join(directory, 'sa.pub')}`,
      `--service-account-signing-key-file=${join(directory, 'sa.key')}`,
      '--authorization-mode=AlwaysAllow',
      `--token-auth-file=${join(directory, 'tokens.csv')}`,
      '--service-cluster-ip-range=10.0.0.0/24',
      '--disable-admission-plugins=ServiceAccount',
      ...flags,
    ]),
  );
  const url = `https://127.0.0.1:${apiPort}`;
  const cluster: ReferenceCluster = {
    url,
    token,
    request: (request) => send(url, token, request),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(children.map(stop));
      rmSync(directory, { recursive: true, force: true });
    },
  };
  try {
    await ready(cluster, children, directory);
  } catch (error) {
    await cluster[Symbol.asyncDispose]();
    throw error;
  }
  return cluster;
}

function binary(name: string): string {
  const directory = process.env['EVENKEEL_TOOLS_BIN'] ?? join(homedir(), '.cache', 'evenkeel', 'tools', 'bin');
  const path = join(directory, name);
  if (!existsSync(path)) throw new Error(`${name} is not built: ${path} does not exist; see tools/go/kube`);
  return path;
}

function writeCredentials(directory: string, token: string): void {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  writeFileSync(join(directory, 'sa.key'), privateKey, { mode: 0o600 });
  writeFileSync(join(directory, 'sa.pub'), publicKey);
  writeFileSync(join(directory, 'tokens.csv'), `${token},admin,admin,system:masters\n`, { mode: 0o600 });
}

function start(directory: string, name: string, args: readonly string[]): ChildProcess {
  const log = openSync(join(directory, `${name}.log`), 'a');
  return spawn(binary(name), args, { stdio: ['ignore', log, log] });
}

function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const kill = setTimeout(() => child.kill('SIGKILL'), 5000);
    child.once('exit', () => {
      clearTimeout(kill);
      resolve();
    });
    child.kill('SIGTERM');
  });
}

async function ready(cluster: ReferenceCluster, children: readonly ChildProcess[], directory: string): Promise<void> {
  for (let attempt = 0; attempt < 240; attempt++) {
    const dead = children.find((child) => child.exitCode !== null);
    if (dead) throw new Error(`${dead.spawnfile} ended:\n${tail(directory, dead.spawnfile)}`);
    const response = await cluster.request({ path: '/readyz' }).catch(() => undefined);
    if (response?.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error('kube-apiserver did not become ready within a minute');
}

function tail(directory: string, program: string): string {
  const name = program.slice(program.lastIndexOf('/') + 1);
  return readFileSync(join(directory, `${name}.log`), 'utf8')
    .split('\n')
    .slice(-10)
    .join('\n');
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

// The certificate is the server's own, made at its start; loopback and the random token are the trust here.
function send(url: string, token: string, request: ClusterRequest): Promise<ClusterResponse> {
  return new Promise((resolve, reject) => {
    const outgoing = httpsRequest(
      `${url}${request.path}`,
      {
        method: request.method ?? 'GET',
        rejectUnauthorized: false,
        headers: { authorization: `Bearer ${token}`, ...request.headers },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(request.body);
  });
}
