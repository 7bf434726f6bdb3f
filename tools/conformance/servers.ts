// The two servers a conformance run compares: the real kube-apiserver with etcd, and the sandbox, both over HTTPS.

import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:http2';
import { Agent, request } from 'node:https';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Sandbox } from '@evenkeel/sandbox';

/** An answer to compare. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly warnings: readonly string[];
  /** The headers that the request wants compared. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request. `{1.metadata.uid}` in path or body stands for what step 1 of the case answered there. */
export interface Ask {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  /** Sent as it stands instead of `body`. */
  readonly text?: string;
  readonly contentType?: string;
  readonly accept?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent over HTTP/2, on a connection of its own. */
  readonly http2?: boolean;
  /** Names of headers of the answer to compare. */
  readonly compareHeaders?: readonly string[];
}

/** A server under comparison. */
export interface Server extends AsyncDisposable {
  readonly name: string;
  /** What kubectl needs to reach it. */
  readonly kubeconfig: string;
  ask(ask: Ask): Promise<Answer>;
}

const tools = join(homedir(), '.cache/evenkeel/tools/bin');

/** True where the real server's programs are on this machine. */
export function hasRealServer(): boolean {
  return existsSync(join(tools, 'kube-apiserver')) && existsSync(join(tools, 'etcd'));
}

/** Starts the sandbox, without controllers. */
export async function startSandbox(): Promise<Server> {
  const sandbox = await Sandbox.start({ controllers: false });
  const text = (name: string): string =>
    Buffer.from(new RegExp(`${name}: (\\S+)`).exec(sandbox.kubeconfig())?.[1] ?? '', 'base64').toString();
  const agent = new Agent({
    keepAlive: true,
    ca: text('certificate-authority-data'),
    cert: text('client-certificate-data'),
    key: text('client-key-data'),
  });
  return {
    name: 'sandbox',
    kubeconfig: sandbox.kubeconfig(),
    ask: (ask) => send(sandbox.url, agent, {}, ask),
    [Symbol.asyncDispose]: async () => {
      agent.destroy();
      await sandbox.close();
    },
  };
}

/** Starts etcd and kube-apiserver on free ports in a directory of their own. */
export async function startReal(): Promise<Server> {
  const directory = mkdtempSync(join(tmpdir(), 'sandbox-conformance-'));
  const [client, peer, port] = [await freePort(), await freePort(), await freePort()];
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(join(directory, 'sa.key'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(join(directory, 'sa.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
  writeFileSync(join(directory, 'tokens.csv'), 'conformance,kubernetes-admin,,"system:masters"\n');
  const etcd = `http://127.0.0.1:${client}`;
  const processes = [
    run('etcd', directory, [
      '--data-dir',
      join(directory, 'etcd'),
      '--listen-client-urls',
      etcd,
      '--advertise-client-urls',
      etcd,
      '--listen-peer-urls',
      `http://127.0.0.1:${peer}`,
      '--initial-advertise-peer-urls',
      `http://127.0.0.1:${peer}`,
      '--initial-cluster',
      `default=http://127.0.0.1:${peer}`,
      '--unsafe-no-fsync',
      '--log-level',
      'error',
    ]),
    run('kube-apiserver', directory, [
      `--etcd-servers=${etcd}`,
      `--secure-port=${port}`,
      '--bind-address=127.0.0.1',
      `--cert-dir=${join(directory, 'certs')}`,
      `--service-account-key-file=${join(directory, 'sa.pub')}`,
      `--service-account-signing-key-file=${join(directory, 'sa.key')}`,
      '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
      '--service-cluster-ip-range=10.96.0.0/16',
      `--token-auth-file=${join(directory, 'tokens.csv')}`,
      '--authorization-mode=RBAC',
      // As kubeadm and its kin set it.
      '--allow-privileged=true',
      '--v=0',
    ]),
  ];
  const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });
  const url = `https://127.0.0.1:${port}`;
  const headers = { authorization: 'Bearer conformance' };
  for (let attempt = 0; ; attempt++) {
    const ready = await send(url, agent, headers, { method: 'GET', path: '/readyz' }).catch(() => undefined);
    if (ready?.status === 200) break;
    if (attempt > 120) throw new Error(`kube-apiserver did not get ready; see ${directory}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  return {
    name: 'real',
    kubeconfig: JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'real', cluster: { server: url, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'real', user: { token: 'conformance' } }],
      contexts: [{ name: 'real', context: { cluster: 'real', user: 'real' } }],
      'current-context': 'real',
    }),
    ask: (ask) => send(url, agent, headers, ask),
    [Symbol.asyncDispose]: async () => {
      agent.destroy();
      await Promise.all(processes.toReversed().map((stop) => stop()));
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function run(program: string, directory: string, args: readonly string[]): () => Promise<void> {
  const child = spawn(join(tools, program), args, { cwd: directory, stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  return () => {
    child.kill('SIGKILL');
    return ended;
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

function send(url: string, agent: Agent, headers: Readonly<Record<string, string>>, ask: Ask): Promise<Answer> {
  const body = ask.text ?? (ask.body === undefined ? undefined : JSON.stringify(ask.body));
  const all = {
    ...headers,
    accept: ask.accept ?? 'application/json',
    'user-agent': 'conformance/1',
    ...(body === undefined
      ? {}
      : { 'content-type': ask.contentType ?? 'application/json', 'content-length': Buffer.byteLength(body) }),
    ...ask.headers,
  };
  if (ask.http2 === true) return sendOverHttp2(url, agent, { ask, headers: all, body });
  return new Promise((resolve, reject) => {
    const outgoing = request(`${url}${ask.path}`, { method: ask.method, agent, headers: all }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve(answerOf(ask, response.statusCode ?? 0, response.headers, Buffer.concat(chunks))),
      );
      response.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

interface Outgoing {
  readonly ask: Ask;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body: string | undefined;
}

async function sendOverHttp2(url: string, agent: Agent, { ask, headers, body }: Outgoing): Promise<Answer> {
  const { ca, cert, key, rejectUnauthorized = true } = agent.options;
  const session = connect(url, { ca, cert, key, rejectUnauthorized });
  try {
    const stream = session.request({ ...headers, ':method': ask.method, ':path': ask.path });
    stream.end(body);
    const [answered] = (await once(stream, 'response')) as [IncomingHttpHeaders & { ':status'?: number }];
    const chunks: Buffer[] = [];
    for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
    return answerOf(ask, answered[':status'] ?? 0, answered, Buffer.concat(chunks));
  } finally {
    session.close();
  }
}

function answerOf(ask: Ask, status: number, headers: IncomingHttpHeaders, bytes: Buffer): Answer {
  const warning = headers['warning'];
  const warnings = warning === undefined ? [] : String(warning).split(/, (?=299 )/);
  const text = (headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString();
  const compared = Object.fromEntries((ask.compareHeaders ?? []).map((name) => [name, String(headers[name])]));
  return {
    status,
    body: parsed(text),
    warnings,
    ...(ask.compareHeaders === undefined ? {} : { headers: compared }),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // A watch is one object a line; other text stays text.
    const lines = text.trim().split('\n');
    try {
      return lines.map((line) => JSON.parse(line) as unknown);
    } catch {
      return text;
    }
  }
}
