// The stage of the stories of hydration: a cluster, a forge of Git over HTTP with one user who may write and one who may only
// read, and the whole system beside them, which can be ended and started anew.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after } from 'node:test';
import { type GitHost, type PushEvent, createGit, startGitHost } from '@evenkeel/git';
import type { JsonObject, KubeObject } from '@evenkeel/resource';
import { type World, startWorld } from '@evenkeel/world';
import { startBed } from './bed.ts';
import { configMapYaml } from './manifests.ts';
import { at, git, look, run, untilTrue } from './story.ts';

export const directory: string = mkdtempSync(join(tmpdir(), 'evenkeel-hydrator-'));
const stack = new AsyncDisposableStack();
stack.defer(() => rmSync(directory, { recursive: true, force: true }));
after(() => stack.disposeAsync());

/** What changes during the stories. */
export const scene: { world: World; onPush: (event: PushEvent) => void } = {
  // Filled in below, before the first story.
  world: undefined as unknown as World,
  onPush: () => undefined,
};
let worlds = 0;
const bed = stack.use(await startBed());
const forge: GitHost = stack.use(
  await startGitHost(createGit({ directory: join(directory, 'git') }), {
    stateDirectory: join(directory, 'forge'),
    repositories: ['infra', 'deploy', 'torn'].map((name) => ({ name })),
    listen: { port: 0 },
    onPush: (event) => scene.onPush(event),
    authenticate: ({ user, password, access }) =>
      password === 'right' && (user === 'writer' || (user === 'reader' && access === 'read')),
  }),
);

/** Sets the scene. */
export async function begin(): Promise<void> {
  scene.world = await openWorld();
  stack.defer(() => scene.world[Symbol.asyncDispose]());
  await settings({});
  for (const name of ['infra', 'deploy', 'torn']) await secret(`read-${name}`, 'repository', name, 'reader');
}

/** The system on the same cluster and forge, knowing nothing of before. */
export function openWorld(): Promise<World> {
  return startWorld({
    port: 0,
    cluster: { transport: bed.transport },
    stateDirectory: join(directory, `world-${(worlds += 1)}`),
    environment: { PATH: process.env['PATH'] ?? '' },
    onNotice: (sentence) => process.stderr.write(`notice: ${sentence}\n`),
  });
}

export function urlOf(name: string): string {
  return `${forge.url}/${name}.git`;
}

/** What stands in a hosted repository, asked with the user's git. */
export async function show(name: string, ...args: readonly string[]): Promise<string> {
  const { gitDirectory = '' } = forge.repositories.get(name) ?? {};
  const { code, out } = await run('git', [`--git-dir=${gitDirectory}`, ...args]);
  return code === 0 ? out.trim() : '';
}

/** Commits files to a branch and pushes; answers the commit. */
export async function push(
  name: string,
  files: Readonly<Record<string, string | undefined>>,
  { branch = 'main', message = 'A change' } = {},
): Promise<string> {
  const work = join(directory, `work-${name}`);
  const url = urlOf(name).replace('//', '//writer:right@');
  if ((await run('git', ['rev-parse'], { cwd: dirname(work) })).code !== 0) mkdirSync(work, { recursive: true });
  await git(work, ['init', '-q', '-b', 'main']);
  await run('git', ['fetch', '-q', url, branch], { cwd: work });
  const there = (await run('git', ['rev-parse', 'FETCH_HEAD'], { cwd: work })).code === 0;
  if (there && (await show(name, 'rev-parse', '--verify', '-q', branch)) !== '')
    await git(work, ['checkout', '-q', '-f', '-B', branch, 'FETCH_HEAD']);
  for (const [path, text] of Object.entries(files)) {
    const file = join(work, path);
    mkdirSync(dirname(file), { recursive: true });
    if (text === undefined) rmSync(file);
    else writeFileSync(file, text);
  }
  await git(work, ['add', '-A']);
  await git(work, ['commit', '-q', '--allow-empty', '-m', message]);
  await git(work, ['push', '-q', url, `HEAD:${branch}`]);
  return (await git(work, ['rev-parse', 'HEAD'])).trim();
}

export async function typeOf(kind: string, group = ''): Promise<Parameters<World['client']['get']>[0]> {
  const type = await scene.world.client.discovery.preferred({ group, kind });
  assert.ok(type);
  return type;
}

export async function secret(name: string, kind: string, repository: string, username: string): Promise<void> {
  const data = { url: urlOf(repository), username, password: 'right' };
  const encoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')] as const);
  const labels = { 'argocd.argoproj.io/secret-type': kind };
  const object = { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'argocd', labels } };
  await apply({ ...object, data: Object.fromEntries(encoded) } as unknown as KubeObject);
}

/** argocd-cm: repositories are asked every second, since no forge tells us here. */
export async function settings(data: Readonly<Record<string, string>>): Promise<void> {
  const metadata = { name: 'argocd-cm', namespace: 'argocd' };
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'timeout.reconciliation': '1s', ...data } };
  await apply(object as unknown as KubeObject);
}

export async function apply(object: KubeObject): Promise<void> {
  const group = object.apiVersion.includes('/') ? (object.apiVersion.split('/')[0] ?? '') : '';
  await scene.world.client.apply(await typeOf(object.kind, group), object, { fieldManager: 'ada', force: true });
}

export interface Wish {
  readonly path?: string;
  readonly dry?: JsonObject;
  readonly sync?: JsonObject;
  readonly hydrateTo?: JsonObject;
  readonly project?: string;
}

/** An Application whose dry source is the directory of its name, hydrated to env/dev. */
export async function application(name: string, wish: Wish = {}): Promise<void> {
  const { path = name, dry = {}, sync = {}, hydrateTo, project = 'default' } = wish;
  await apply({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: 'argocd' },
    spec: {
      project,
      sourceHydrator: {
        drySource: { repoURL: urlOf('infra'), targetRevision: 'main', path, ...dry },
        syncSource: { targetBranch: 'env/dev', path: name, ...sync },
        ...(hydrateTo ? { hydrateTo } : {}),
      },
      destination: { server: 'https://kubernetes.default.svc', namespace: 'default' },
      syncPolicy: { automated: { prune: true } },
    },
  });
}

export async function app(name: string): Promise<KubeObject | undefined> {
  return scene.world.client.get(await typeOf('Application', 'argoproj.io'), { namespace: 'argocd', name });
}

/** Pushes and polls of a second on a machine that does much else. */
const WAIT_MAX_MS = 60_000;

/** The Application once its hydration stands as `fits` has it. */
export async function untilHydration(
  name: string,
  what: string,
  fits: (status: JsonObject) => boolean,
): Promise<JsonObject> {
  return untilTrue(
    `${name}: ${what}`,
    async () => {
      const found = look(await app(name));
      const status = (at(found, 'status', 'sourceHydrator') ?? {}) as JsonObject;
      return fits(status) ? status : undefined;
    },
    WAIT_MAX_MS,
  );
}

export function phaseIs(phase: string, drySHA?: string): (status: JsonObject) => boolean {
  return (status) =>
    at(status, 'currentOperation', 'phase') === phase &&
    (drySHA === undefined || at(status, 'currentOperation', 'drySHA') === drySHA);
}

export function messageOf(status: JsonObject): string {
  return String(at(status, 'currentOperation', 'message'));
}

/** The value that is live in a ConfigMap of the name. */
export async function untilLive(name: string, value: string, app: string = name): Promise<void> {
  await untilTrue(
    `${name} to be ${value}`,
    async () => {
      const found = await scene.world.client.get(await typeOf('ConfigMap'), { namespace: 'default', name });
      look(
        await scene.world.client.get(await typeOf('Application', 'argoproj.io'), { namespace: 'argocd', name: app }),
      );
      return at(found, 'data', 'value') === value;
    },
    WAIT_MAX_MS,
  );
}

export function valued(name: string, value: string): string {
  return `${configMapYaml(name).trimEnd().split('\ndata:')[0]}\ndata:\n  value: "${value}"\n`;
}
