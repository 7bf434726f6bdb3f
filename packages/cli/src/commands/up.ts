// `evenkeel up [DIR]`: the whole system here, until Ctrl-C.

import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { workloadIdentityFrom } from '@evenkeel/argo';
import { gvkOf } from '@evenkeel/resource';
import { parseRepositoryMapping } from '@evenkeel/source';
import { type World, rootManifests, startWorld } from '@evenkeel/world';
import { gitEnvironment } from '../environment.ts';
import { CommandFailure, type Io } from '../io.ts';
import { readManifests } from '../manifests.ts';
import { clearSession, writeSession } from '../session.ts';
import { pageDirectory } from '../page.ts';
import { version } from '../version.ts';

export interface UpOptions {
  readonly state?: string;
  readonly repo: readonly string[];
  readonly apply: readonly string[];
  readonly port?: string;
  readonly clusterPort?: string;
  readonly gitPort?: string;
  readonly speed?: string;
}

/** Runs until the signal aborts. */
export async function up(directory: string | undefined, options: UpOptions, io: Io): Promise<void> {
  const started = performance.now();
  const place = directory === undefined ? undefined : resolve(io.cwd, directory);
  if (place !== undefined && !(existsSync(place) && statSync(place).isDirectory())) {
    throw new CommandFailure(`${directory} is no directory; name the directory that holds your manifests`);
  }
  const stateDirectory = options.state === undefined ? undefined : resolve(io.cwd, options.state);
  if (stateDirectory !== undefined) mkdirSync(stateDirectory, { recursive: true });
  await using world = await startWorld({
    ...(place === undefined ? {} : { directory: place }),
    ...(stateDirectory === undefined ? {} : { stateDirectory }),
    repositories: options.repo.map((text) => mapping(text, io)),
    port: await pagePort(options.port),
    ...portOption('clusterPort', options.clusterPort, undefined),
    ...portOption('gitPort', options.gitPort, undefined),
    ...(options.speed === undefined ? {} : { speed: Number(options.speed) }),
    ...pageDirectory(),
    version,
    environment: gitEnvironment(io),
    credentialEnvironment: io.environment,
    workloadIdentity: workloadIdentityFrom(io.environment),
    onNotice: (sentence) => io.err(`${sentence}\n`),
  });
  const kubeconfig = join(world.stateDirectory, 'kubeconfig');
  if (world.sandbox) writeFileSync(kubeconfig, world.sandbox.kubeconfig(), { mode: 0o600 });
  writeSession(io, { server: world.server?.url ?? '', kubeconfig, pid: io.pid });
  for (const path of options.apply) await applyFile(world, resolveManifest(path, place, io));
  printPlaces({ world, kubeconfig, place, tookMs: performance.now() - started, applied: options.apply.length > 0 }, io);
  await untilAborted(io.signal);
  io.err('\nstopping …\n');
  clearSession(io, io.pid);
}

function mapping(text: string, io: Io): { readonly url: string; readonly directory: string } {
  try {
    const { url, directory } = parseRepositoryMapping(text);
    return { url, directory: resolve(io.cwd, directory) };
  } catch (error) {
    throw new CommandFailure(error instanceof Error ? error.message : String(error));
  }
}

function portOption<Name extends string>(
  name: Name,
  text: string | undefined,
  otherwise: number | undefined,
): { readonly [key in Name]?: number } {
  const port = text === undefined ? otherwise : Number(text);
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port < 65536)) {
    throw new CommandFailure(`"${text}" is no port number`);
  }
  return (port === undefined ? {} : { [name]: port }) as { readonly [key in Name]?: number };
}

const PAGE_PORT = 7070;

/** The port asked for; without one the usual port, or any free one where that is taken. */
async function pagePort(text: string | undefined): Promise<number> {
  const { port } = portOption('port', text, undefined);
  return port ?? ((await isFree(PAGE_PORT)) ? PAGE_PORT : 0);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const probe = createServer();
    probe.once('error', () => done(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => done(true)));
  });
}

function resolveManifest(path: string, place: string | undefined, io: Io): string {
  const here = resolve(io.cwd, path);
  if (existsSync(here)) return here;
  const inside = place === undefined ? here : join(place, path);
  if (!existsSync(inside))
    throw new CommandFailure(`${path} does not exist, neither here nor in the directory that is served`);
  return inside;
}

async function applyFile(world: World, path: string): Promise<void> {
  for (const object of readManifests(path)) {
    const type = await world.client.discovery.resolve(gvkOf(object));
    if (!type) throw new CommandFailure(`${path}: the cluster serves no kind "${object.kind}" of ${object.apiVersion}`);
    const namespaced =
      type.namespaced && object.metadata.namespace === undefined
        ? { ...object, metadata: { ...object.metadata, namespace: 'default' } }
        : object;
    await world.client.apply(type, namespaced, { fieldManager: 'evenkeel-up', force: true });
  }
}

interface Places {
  readonly world: World;
  readonly kubeconfig: string;
  readonly place: string | undefined;
  readonly tookMs: number;
  readonly applied: boolean;
}

function printPlaces({ world, kubeconfig, place, tookMs, applied }: Places, io: Io): void {
  const { server, gitHost, repositories } = world;
  io.out(`Evenkeel is up (${(tookMs / 1000).toFixed(1)} s)\n\n`);
  io.out(`  page and API   ${server?.url ?? 'off'}\n`);
  for (const { name, url } of gitHost.repositories.values()) io.out(`  git host       ${url ?? name}\n`);
  io.out(`  kubeconfig     ${kubeconfig}\n\n`);
  for (const { url, directory, because } of repositories)
    io.out(`  ${url}\n    is served from ${directory} (${because})\n`);
  if (place !== undefined && repositories.length === 0) {
    io.out(`  No repository URL leads to ${place} yet: map one with --repo URL=${place}\n`);
  }
  io.out(`\n  export KUBECONFIG=${kubeconfig}\n`);
  if (!applied) {
    const roots = place === undefined ? [] : rootManifests(place).map((path) => join(place, path));
    for (const root of roots.length > 0 ? roots.slice(0, 5) : ['<your Application or Kustomization>'])
      io.out(`  kubectl apply -f ${root}\n`);
  }
  io.out('\nCtrl-C stops everything.\n');
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    signal.addEventListener('abort', () => done(), { once: true });
  });
}
