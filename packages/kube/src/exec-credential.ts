// Runs a credential plugin and reads what it prints (kubernetes:client-go/plugin/pkg/client/auth/exec/exec.go, v1.35).

import { spawn } from 'node:child_process';
import type { ClusterConfig, ExecConfig } from './cluster-config.ts';
import { KubeUnreachable } from './errors.ts';

/** What a plugin grants. `expiresAtMs` is absent where it is good until the server refuses it. */
export interface ExecCredential {
  readonly token?: string;
  readonly clientCertificate?: string;
  readonly clientKey?: string;
  readonly expiresAtMs?: number;
}

/** Variables the plugin inherits: this module reads none itself. */
export type Environment = Readonly<Record<string, string | undefined>>;

const TIMEOUT_MS = 60_000;
const OUTPUT_LENGTH_MAX = 4 * 1024 * 1024;
const STDERR_LENGTH_SHOWN = 300;

/** Runs the plugin once. Rejects with KubeUnreachable (reason `credentials`) that says which command failed and how. */
export async function runExecPlugin(
  exec: ExecConfig,
  cluster: ClusterConfig,
  environment: Environment,
): Promise<ExecCredential> {
  if (exec.interactiveMode === 'Always') {
    throw failure(exec, 'it needs a terminal (interactiveMode: Always), and there is none here');
  }
  const info = {
    kind: 'ExecCredential',
    apiVersion: exec.apiVersion,
    spec: { interactive: false, ...(exec.provideClusterInfo ? { cluster: clusterInfo(exec, cluster) } : {}) },
  };
  const env = { ...environment, ...exec.env, KUBERNETES_EXEC_INFO: JSON.stringify(info) };
  return readCredential(exec, await run(exec, env));
}

function clusterInfo(exec: ExecConfig, cluster: ClusterConfig): Readonly<Record<string, unknown>> {
  const authority = cluster.certificateAuthority;
  return {
    server: cluster.server,
    ...(cluster.tlsServerName === undefined ? {} : { 'tls-server-name': cluster.tlsServerName }),
    ...(cluster.insecureSkipTlsVerify === true ? { 'insecure-skip-tls-verify': true } : {}),
    ...(authority === undefined ? {} : { 'certificate-authority-data': Buffer.from(authority).toString('base64') }),
    ...(cluster.proxyUrl === undefined ? {} : { 'proxy-url': cluster.proxyUrl }),
    config: exec.clusterExtension ?? null,
  };
}

function run(exec: ExecConfig, env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(exec.command, [...exec.args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const timer = setTimeout(() => child.kill(), TIMEOUT_MS);
    const output: Buffer[] = [];
    let length = 0;
    let complaint = '';
    child.stdout.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= OUTPUT_LENGTH_MAX) output.push(chunk);
      else child.kill();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (complaint.length < STDERR_LENGTH_SHOWN) complaint += text;
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      const missing = error.code === 'ENOENT' ? 'the command was not found' : error.message;
      const hint = exec.installHint === undefined ? '' : `. ${exec.installHint.trim()}`;
      reject(failure(exec, missing + hint, error));
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve(Buffer.concat(output).toString('utf8'));
      else reject(failure(exec, `${code === null ? `ended by ${signal}` : `exit code ${code}`}${shown(complaint)}`));
    });
  });
}

/** What the plugin said on stderr, short, with everything that looks like a token taken out. */
function shown(complaint: string): string {
  const text = complaint
    .trim()
    .slice(0, STDERR_LENGTH_SHOWN)
    .replace(/[A-Za-z0-9_\-.+/=]{32,}/g, '…');
  return text === '' ? '' : `: ${text}`;
}

function readCredential(exec: ExecConfig, output: string): ExecCredential {
  let read: {
    readonly apiVersion?: unknown;
    readonly kind?: unknown;
    readonly status?: Readonly<Record<string, unknown>> | null;
  };
  try {
    read = JSON.parse(output) as typeof read;
  } catch {
    throw failure(exec, 'what it printed is not JSON');
  }
  if (read.kind !== 'ExecCredential') throw failure(exec, 'what it printed is no ExecCredential');
  if (read.apiVersion !== exec.apiVersion) {
    throw failure(
      exec,
      `plugin returned version ${String(read.apiVersion)}, the kubeconfig asks for ${exec.apiVersion}`,
    );
  }
  const status = read.status ?? {};
  const text = (name: string): string | undefined => {
    const value = status[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const [token, certificate, key] = [text('token'), text('clientCertificateData'), text('clientKeyData')];
  if (token === undefined && certificate === undefined)
    throw failure(exec, 'it granted neither a token nor a certificate');
  if ((certificate === undefined) !== (key === undefined))
    throw failure(exec, 'it granted a certificate without a key, or a key without a certificate');
  const expiresAtMs = Date.parse(text('expirationTimestamp') ?? '');
  return {
    ...(token === undefined ? {} : { token }),
    ...(certificate === undefined ? {} : { clientCertificate: certificate }),
    ...(key === undefined ? {} : { clientKey: key }),
    ...(Number.isNaN(expiresAtMs) ? {} : { expiresAtMs }),
  };
}

function failure(exec: ExecConfig, what: string, cause?: unknown): KubeUnreachable {
  return new KubeUnreachable(`getting credentials: exec: ${exec.command}: ${what}`, { reason: 'credentials', cause });
}
