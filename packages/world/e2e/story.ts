// The stage of the end-to-end tests: the whole system on a copy of a fixture repository, with the real kubectl, the real
// git, and the command as a child process. Tests say what a person does, and what that person then sees.

import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type DeliveryDetail, apiPaths } from '@evenkeel/api';
import { type KubeObject, type ObjectRef, gvkOf, parseYamlDocuments } from '@evenkeel/resource';
import { type RecordingTransport, recordingTransport } from '@evenkeel/kube/testing';
import { type World, type WorldOptions, startWorld } from '@evenkeel/world';
import { onRealServer, startBed } from './bed.ts';
import { kubectlPath } from './kubectl.ts';

/** The URL the fixture's manifests name. */
export const shopUrl = 'https://git.example.com/shop/infra.git';

/** How a child process ended. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly input?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A running system with a person in front of it. */
export interface Story extends AsyncDisposable {
  readonly world: World;
  /** Everything the system asks of the cluster; what kubectl asks goes over HTTPS and is not among it. */
  readonly requests: RecordingTransport;
  readonly kubeconfig: string;
  /** A clone of the hosted repository, to push from. */
  readonly clone: string;
  readonly kubectl: (args: readonly string[], options?: RunOptions) => Promise<Ended>;
  readonly evenkeel: (args: readonly string[], options?: RunOptions) => Promise<Ended>;
  /** Applies manifests with kubectl; fails the test where kubectl fails. */
  readonly apply: (yaml: string) => Promise<void>;
  /** Writes (or, for undefined, deletes) files, commits and pushes. Answers the commit. */
  readonly push: (changes: Readonly<Record<string, string | undefined>>, message?: string) => Promise<string>;
  /** The object as the API server has it now. */
  readonly get: (ref: RefText) => Promise<KubeObject | undefined>;
  readonly app: (key: string) => Promise<DeliveryDetail>;
  /** Resolves when `look` answers something; fails with `what` and the last thing seen. */
  readonly until: <T>(what: string, look: () => Promise<T | undefined | false> | T | undefined | false) => Promise<T>;
  /** Resolves when an Application (by name) is in this state at the newest commit. */
  readonly untilApp: (name: string, sync: string, health?: string) => Promise<KubeObject>;
}

/** "deployment.apps/namespace/name", "service/namespace/name", "namespace//name". */
export type RefText = string;

const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
/** The fixture repository. */
export const shopDirectory: string = join(dirname(fileURLToPath(import.meta.url)), 'fixtures-story', 'shop');

/** Copies a directory and makes a git repository of it, with one commit. */
export async function makeRepository(from: string): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'evenkeel-story-'));
  process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
  const repository = join(directory, 'infra');
  cpSync(from, repository, { recursive: true });
  await git(repository, ['init', '-q', '-b', 'main']);
  await git(repository, ['add', '.']);
  await git(repository, ['commit', '-q', '-m', 'The shop opens']);
  return repository;
}

/** Runs git with an identity of its own; fails the test where git fails. */
export async function git(cwd: string, args: readonly string[]): Promise<string> {
  const identity = ['-c', 'user.name=Ada Keeper', '-c', 'user.email=ada@example.com', '-c', 'commit.gpgsign=false'];
  return succeed(await run('git', [...identity, ...args], { cwd }), `git ${args[0] ?? ''}`);
}

/** The output of a process that must have ended well. */
export function succeed(ended: Ended, what: string): string {
  if (ended.code !== 0) throw new Error(`${what} ended with ${ended.code}\n${ended.out}${ended.err}`);
  return ended.out;
}

/** Runs a program to its end. */
export function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const { promise, resolve } = Promise.withResolvers<Ended>();
  const child = execFile(
    program,
    [...args],
    { cwd: options.cwd, env: { ...process.env, ...options.env }, maxBuffer: 64 * 1024 * 1024 },
    (error, out, err) => resolve({ code: child.exitCode ?? (error ? 1 : 0), out, err }),
  );
  // A program that reads no input may be gone before its pipe is closed.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(options.input ?? '');
  return promise;
}

/** The arguments that run the command from its sources. */
export const commandLine: readonly string[] = ['--conditions=development', join(root, 'packages/cli/src/main.ts')];

/** Starts the system on a copy of the shop, on the cluster that bed.ts chooses. */
export async function startStory(options: Partial<WorldOptions> & { readonly from?: string } = {}): Promise<Story> {
  const { from = shopDirectory, ...rest } = options;
  const repository = await makeRepository(from);
  const bed = await startBed();
  const requests = recordingTransport(bed.transport);
  const world = await startWorld({
    directory: repository,
    port: 0,
    cluster: { transport: requests },
    onNotice,
    ...rest,
  });
  await hurryWaves(world);
  const clone = `${repository}-clone`;
  const hosted = [...world.gitHost.repositories.values()].find(({ directory }) => directory === repository);
  await git(dirname(repository), ['clone', '-q', hosted?.url ?? '', clone]);
  const kubeconfig = join(dirname(repository), 'kubeconfig');
  writeFileSync(kubeconfig, bed.kubeconfig, { mode: 0o600 });
  const disposed = async (): Promise<void> => {
    await world[Symbol.asyncDispose]();
    await bed[Symbol.asyncDispose]();
    rmSync(dirname(repository), { recursive: true, force: true });
  };
  return tellStory(world, { requests, clone, kubeconfig, state: join(dirname(repository), 'xdg') }, disposed);
}

/** Two seconds between waves, which Argo CD gives other controllers, are two seconds of every story. */
async function hurryWaves({ client }: World): Promise<void> {
  const type = await client.discovery.resolve({ group: '', version: 'v1', kind: 'ConfigMap' });
  if (!type) return;
  await client.apply(
    type,
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'argocd-cmd-params-cm', namespace: 'argocd' },
      data: { 'controller.sync.wave.delay.seconds': '0' },
    },
    { fieldManager: 'stories' },
  );
}

/** What the system tells its operator belongs to the record of a test that fails. */
function onNotice(sentence: string): void {
  process.stderr.write(`notice: ${sentence}\n`);
}

interface Places {
  readonly requests: RecordingTransport;
  readonly clone: string;
  readonly kubeconfig: string;
  readonly state: string;
}

function tellStory(world: World, { requests, clone, kubeconfig, state }: Places, dispose: () => Promise<void>): Story {
  const kubectlBinary = kubectlPath();
  const story: Story = {
    world,
    requests,
    kubeconfig,
    clone,
    kubectl: (args, options = {}) =>
      run(kubectlBinary, args, { ...options, env: { KUBECONFIG: kubeconfig, ...options.env } }),
    evenkeel: (args, options = {}) =>
      run(process.execPath, [...commandLine, ...args], {
        ...options,
        env: {
          EVENKEEL_SERVER: world.server?.url ?? '',
          KUBECONFIG: kubeconfig,
          XDG_STATE_HOME: state,
          // Every command of a story loads the same sources.
          NODE_COMPILE_CACHE: `${state}-compiled`,
          ...options.env,
        },
      }),
    apply: async (yaml) => {
      succeed(await story.kubectl(['apply', '-f', '-'], { input: yaml }), 'kubectl apply');
    },
    push: (changes, message = 'A change') => pushChanges(clone, changes, message),
    get: (ref) => getObject(world, ref),
    app: async (key) => {
      const response = await fetch(new URL(apiPaths.delivery(key), world.server?.url));
      return (await response.json()) as DeliveryDetail;
    },
    until: (what, look) => untilTrue(what, look),
    untilApp: async (name, sync, health) => {
      const head = (await git(clone, ['rev-parse', 'HEAD'])).trim();
      return untilTrue(`${name} to be ${sync} ${health ?? ''}`, async () => {
        const app = await getObject(world, `application.argoproj.io/argocd/${name}`);
        seen = app?.['status'];
        const fits =
          at(app, 'status', 'sync', 'status') === sync &&
          (sync === 'Unknown' || at(app, 'status', 'sync', 'revision') === head) &&
          (health === undefined || at(app, 'status', 'health', 'status') === health);
        return fits ? app : undefined;
      });
    },
    [Symbol.asyncDispose]: dispose,
  };
  return story;
}

/** What a wait last looked at, for the message of its failure. */
let seen: unknown;

/** Notes what a wait looks at, so that its failure can tell. */
export function look<T>(value: T): T {
  seen = value;
  return value;
}

// The real controllers look again after seconds where the sandbox's do after milliseconds.
const WAIT_MAX_MS = onRealServer ? 60_000 : 10_000;
const LOOK_EVERY_MS = 20;

/** Looks again and again until there is an answer. */
export async function untilTrue<T>(
  what: string,
  asks: () => Promise<T | undefined | false> | T | undefined | false,
  waitMaxMs: number = WAIT_MAX_MS,
): Promise<T> {
  const deadline = performance.now() + waitMaxMs;
  seen = undefined;
  for (;;) {
    const answer = await asks();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > deadline)
      throw new Error(`waited ${waitMaxMs / 1000} s for ${what}; last seen: ${JSON.stringify(seen, null, 1)}`);
    await sleep(LOOK_EVERY_MS);
  }
}

async function pushChanges(
  clone: string,
  changes: Readonly<Record<string, string | undefined>>,
  message: string,
): Promise<string> {
  for (const [path, text] of Object.entries(changes)) {
    const file = join(clone, path);
    if (text === undefined) rmSync(file, { recursive: true });
    else {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }
  await git(clone, ['add', '-A']);
  await git(clone, ['commit', '-q', '--allow-empty', '-m', message]);
  await git(clone, ['push', '-q', 'origin', 'HEAD']);
  return (await git(clone, ['rev-parse', 'HEAD'])).trim();
}

async function getObject({ client }: World, ref: RefText): Promise<KubeObject | undefined> {
  const { kind, group, namespace, name } = readRef(ref);
  const types = await client.discovery.everyVersion();
  const type = types.find((entry) => entry.group === group && entry.kind.toLowerCase() === kind);
  if (!type) throw new Error(`the cluster serves no "${ref}"`);
  return client.get(type, { namespace, name });
}

function readRef(ref: RefText): ObjectRef {
  const [typed = '', namespace = '', name = ''] = ref.split('/');
  const dot = typed.indexOf('.');
  return { kind: dot < 0 ? typed : typed.slice(0, dot), group: dot < 0 ? '' : typed.slice(dot + 1), namespace, name };
}

/** The value at a path of an object; undefined where anything on the way is missing. */
export function at(object: unknown, ...path: readonly (string | number)[]): unknown {
  let found: unknown = object;
  for (const key of path) {
    if (found === null || typeof found !== 'object') return undefined;
    found = (found as Readonly<Record<string | number, unknown>>)[key];
  }
  return found;
}

/** The image of the first container of a workload. */
export function imageOf(object: KubeObject | undefined): unknown {
  return at(object, 'spec', 'template', 'spec', 'containers', 0, 'image');
}

/** The condition messages of an Application, one per line. */
export function conditionsOf(app: KubeObject | undefined): string {
  const list = (at(app, 'status', 'conditions') ?? []) as readonly {
    readonly type: string;
    readonly message: string;
  }[];
  return list.map(({ type, message }) => `${type}: ${message}`).join('\n');
}

/** A condition of an object by its type. */
export function conditionOf(
  object: KubeObject | undefined,
  type: string,
): { readonly status: string; readonly reason: string; readonly message: string } | undefined {
  const list = (at(object, 'status', 'conditions') ?? []) as readonly {
    readonly type: string;
    readonly status: string;
    readonly reason: string;
    readonly message: string;
  }[];
  return list.find((condition) => condition.type === type);
}

/** The objects of YAML text. */
export function objectsOf(yaml: string): readonly KubeObject[] {
  return parseYamlDocuments(yaml, { dialect: 'sigs' }).filter((value) => value !== null) as unknown as KubeObject[];
}

/** Kind, namespace and name, as tests write them. */
export function refText(object: KubeObject): RefText {
  const { group, kind } = gvkOf(object);
  return `${kind.toLowerCase()}${group === '' ? '' : `.${group}`}/${object.metadata.namespace ?? ''}/${object.metadata.name ?? ''}`;
}

/** resourceVersion and uid of objects, to tell later that nothing touched them. */
export async function versionsOf(story: Story, refs: readonly RefText[]): Promise<Readonly<Record<RefText, string>>> {
  const entries = await Promise.all(
    refs.map(async (ref) => {
      const object = await story.get(ref);
      return [ref, `${object?.metadata.uid ?? 'absent'}@${object?.metadata.resourceVersion ?? ''}`] as const;
    }),
  );
  return Object.fromEntries(entries);
}

/** The text at a path of an object, '' where there is none. */
export function textAt(object: unknown, ...path: readonly (string | number)[]): string {
  const found = at(object, ...path);
  return typeof found === 'string' ? found : '';
}
