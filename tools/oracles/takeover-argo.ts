// The real Argo CD as processes of ours: cache, repo-server, application controller and ApplicationSet controller, against a
// cluster given by a kubeconfig. Built by tools/go/build.sh … --argocd.

import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { referenceToolsDirectory } from '@evenkeel/kube/reference';

export interface ArgoOptions {
  readonly binary: string;
  readonly kubeconfig: string;
  /** Namespaces besides its own that may hold Applications. */
  readonly applicationNamespaces: readonly string[];
  /** Where its programs write what they have to say. */
  readonly logDirectory: string;
}

/** Argo CD's programs, running. Disposing ends them. */
export interface RunningArgo extends AsyncDisposable {
  readonly pids: readonly number[];
}

/** Where the binary is; `ARGOCD` names another one, of another version. */
export const argoBinary: string = process.env['ARGOCD'] ?? join(referenceToolsDirectory, 'argocd');

/** Why Argo CD cannot be run here, as a sentence. */
export function argoMissing(): string | undefined {
  const needed = [argoBinary, ...['helm', 'kustomize'].map((name) => join(referenceToolsDirectory, name))];
  const missing = needed.filter((path) => !existsSync(path));
  return missing.length === 0 ? undefined : `${missing.join(' and ')} not found: tools/go/build.sh DIRECTORY --argocd`;
}

/** Starts everything; resolves when the cache and the repo-server listen and the controllers run. */
export async function startArgo(options: ArgoOptions): Promise<RunningArgo> {
  const home = mkdtempSync(join(tmpdir(), 'takeover-argo-'));
  const children: ChildProcess[] = [];
  const dispose = async (): Promise<void> => {
    for (const child of children.toReversed()) await end(child);
    rmSync(home, { recursive: true, force: true });
  };
  try {
    const start = starter(options, home, children);
    const [cache = 0, repo = 0, ...others] = await freePorts(7);
    start('redis', [String(cache)]);
    await whenListening(cache);
    const redis = `--redis=127.0.0.1:${cache}`;
    const metrics = others.map(String);
    const listen = ['--address=127.0.0.1', `--port=${repo}`];
    const served = [...listen, '--metrics-address=127.0.0.1', `--metrics-port=${metrics[0] ?? ''}`];
    start('argocd-repo-server', [redis, ...served]);
    await whenListening(repo);
    const shared = ['--namespace=argocd', `--kubeconfig=${options.kubeconfig}`];
    const namespaces = options.applicationNamespaces.join(',');
    start('argocd-application-controller', [
      ...shared,
      redis,
      `--repo-server=127.0.0.1:${repo}`,
      `--metrics-port=${metrics[1] ?? ''}`,
      `--application-namespaces=${namespaces}`,
      '--repo-error-grace-period-seconds=0',
    ]);
    start('argocd-applicationset-controller', [
      ...shared,
      `--argocd-repo-server=127.0.0.1:${repo}`,
      `--metrics-addr=127.0.0.1:${metrics[2] ?? ''}`,
      `--probe-addr=127.0.0.1:${metrics[3] ?? ''}`,
      `--webhook-addr=127.0.0.1:${metrics[4] ?? ''}`,
    ]);
    return { pids: children.flatMap(({ pid }) => pid ?? []), [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

type Start = (name: string, flags: readonly string[]) => void;

/** How one of the programs is started: its name says which it is, and it finds helm, kustomize and git on its PATH. */
function starter({ binary, kubeconfig, logDirectory }: ArgoOptions, home: string, children: ChildProcess[]): Start {
  const programs = join(home, 'bin');
  const env = {
    PATH: `${programs}:${referenceToolsDirectory}:${process.env['PATH'] ?? ''}`,
    HOME: home,
    TMPDIR: home,
    KUBECONFIG: kubeconfig,
    ARGOCD_FAKE_IN_CLUSTER: 'true',
    ARGOCD_GPG_ENABLED: 'false',
    ARGOCD_TLS_DATA_PATH: join(home, 'tls'),
    ARGOCD_SSH_DATA_PATH: join(home, 'ssh'),
    ARGOCD_GPG_DATA_PATH: join(home, 'gpg'),
    ARGOCD_PLUGINSOCKFILEPATH: join(home, 'plugins'),
    ARGOCD_APPLICATION_CONTROLLER_NAME: 'argocd-application-controller',
  };
  for (const directory of [programs, env.ARGOCD_PLUGINSOCKFILEPATH, env.ARGOCD_TLS_DATA_PATH, env.ARGOCD_SSH_DATA_PATH])
    mkdirSync(directory, { recursive: true });
  // The container's script that reads signatures; nothing of the estate is signed.
  writeFileSync(join(programs, 'git-verify-wrapper.sh'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
  return (name, flags) => {
    const path = name === 'redis' ? binary : join(programs, name);
    if (name !== 'redis') symlinkSync(binary, path);
    const log = createWriteStream(join(logDirectory, `${name}.log`), { flags: 'a' });
    const child = spawn(path, name === 'redis' ? ['redis', ...flags] : [...flags], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    children.push(child);
    process.once('exit', () => child.kill('SIGKILL'));
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await gone;
  clearTimeout(timer);
}

/** Ports that were free a moment ago, each another. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(async (server) => {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const address = server.address();
      return typeof address === 'object' && address !== null ? address.port : 0;
    }),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

const LISTENING_TRIES = 600;

async function whenListening(port: number): Promise<void> {
  for (let attempt = 0; attempt < LISTENING_TRIES; attempt += 1) {
    const isThere = await new Promise<boolean>((resolve) => {
      const socket = createConnection({ host: '127.0.0.1', port });
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (isThere) return;
    await sleep(100);
  }
  throw new Error(`nothing listens on port ${port}`);
}
