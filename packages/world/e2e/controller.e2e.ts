// `evenkeel controller` as a process of its own: started, signalled, cut off from its server, beside a second one, and with
// kubeconfigs that lead nowhere.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGit, startGitHost } from '@evenkeel/git';
import { createKubeClient } from '@evenkeel/kube';
import { tiedToParent } from '@evenkeel/kube/testing';
import { type JsonObject, type KubeObject, parseYaml } from '@evenkeel/resource';
import { Sandbox } from '@evenkeel/sandbox';
import { startBed } from './bed.ts';
import { configMapYaml, jobYaml } from './manifests.ts';
import { type Ended, at, commandLine, git, look, run, textAt, untilTrue } from './story.ts';

await using stack = new AsyncDisposableStack();
const directory = mkdtempSync(join(tmpdir(), 'evenkeel-controller-'));
stack.defer(() => rmSync(directory, { recursive: true, force: true }));
const bed = stack.use(await startBed());
const line = stack.use(await startLine(serverOf(bed.kubeconfig)));
const kubeconfig = kubeconfigFile('kubeconfig', bed.kubeconfig, line.url);
const client = createKubeClient(bed.transport);

const repository = join(directory, 'infra');
mkdirSync(repository);
await git(repository, ['init', '-q', '-b', 'main']);
await push('web', { 'value.yaml': configMapYaml('value') });
const host = stack.use(
  await startGitHost(createGit({ directory: join(directory, 'git-home') }), {
    stateDirectory: join(directory, 'git'),
    repositories: [{ name: 'infra', directory: repository }],
    listen: { port: 0 },
  }),
);
const owned = stack.move();
after(() => owned[Symbol.asyncDispose]());

interface Line extends AsyncDisposable {
  readonly url: string;
  /** Where connections lead from now on; undefined refuses them. Those that are open end. */
  lead(to: string | undefined): void;
}

/** A line to a server that can be cut, and led to another. */
async function startLine(server: string): Promise<Line> {
  let target: string | undefined = server;
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  };
  const listener = createServer((near) => {
    keep(near);
    if (target === undefined) {
      near.destroy();
      return;
    }
    const { hostname, port } = new URL(target);
    const far = connect(Number(port), hostname);
    keep(far);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const lead = (to: string | undefined): void => {
    target = to;
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `https://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    lead,
    [Symbol.asyncDispose]() {
      lead(undefined);
      return new Promise((resolve) => listener.close(() => resolve()));
    },
  };
}

function parsed(text: string): { clusters: { cluster: { server: string } }[]; users: { user: JsonObject }[] } {
  return parseYaml(text, { dialect: 'sigs' }) as unknown as ReturnType<typeof parsed>;
}

function serverOf(text: string): string {
  return parsed(text).clusters[0]?.cluster.server ?? '';
}

/** The kubeconfig with another server, and another user where one is given. */
function kubeconfigFile(name: string, text: string, server: string, user?: JsonObject): string {
  const config = parsed(text);
  for (const { cluster } of config.clusters) cluster.server = server;
  if (user) for (const entry of config.users) entry.user = user;
  const file = join(directory, name);
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  return file;
}

async function push(name: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(repository, name, path)), { recursive: true });
    writeFileSync(join(repository, name, path), text);
  }
  await git(repository, ['add', '-A']);
  await git(repository, ['commit', '-q', '-m', name]);
}

interface Running extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly err: () => string;
  /** Resolves when it prints this. */
  until(what: RegExp): Promise<void>;
  /** Sends a signal and answers the exit code. */
  end(signal: NodeJS.Signals): Promise<number | null>;
  ended(): Promise<number | null>;
}

let states = 0;

/** Starts the controller; its state is its own unless given. */
function start(...args: readonly string[]): Running {
  const state = join(directory, `state-${(states += 1)}`);
  const all = ['controller', '--kubeconfig', kubeconfig, '--port', '0', '--state', state, ...args];
  const [program, tied] = tiedToParent(process.execPath, [...commandLine, ...all]);
  const child = spawn(program, tied, { stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const exited = once(child, 'exit');
  const ended = async (): Promise<number | null> => {
    await exited;
    return child.exitCode;
  };
  return {
    child,
    out: () => out,
    err: () => err,
    until: async (what) => {
      await untilTrue(
        `the controller to say ${String(what)}`,
        () => {
          look({ out, err, code: child.exitCode });
          if (what.test(out + err)) return true;
          assert.equal(child.exitCode, null, `it ended: ${err}`);
          return false;
        },
        60_000,
      );
    },
    end: (signal) => {
      child.kill(signal);
      return ended();
    },
    ended,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await exited;
    },
  };
}

const ready = /page and API +http/;

async function typeOf(kind: string, group: string): Promise<Parameters<typeof client.get>[0]> {
  client.discovery.invalidate();
  const type = await client.discovery.preferred({ group, kind });
  assert.ok(type, kind);
  return type;
}

const read = async (group: string, kind: string, namespace: string, name: string): Promise<KubeObject | undefined> =>
  client.get(await typeOf(kind, group), { namespace, name });
const app = (name: string): Promise<KubeObject | undefined> => read('argoproj.io', 'Application', 'argocd', name);

async function install(name: string): Promise<void> {
  await client.create(await typeOf('Application', 'argoproj.io'), {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: 'argocd' },
    spec: {
      project: 'default',
      source: { repoURL: `${host.url}/infra.git`, targetRevision: 'main', path: name },
      destination: { server: 'https://kubernetes.default.svc', namespace: name },
      syncPolicy: { automated: { prune: true, selfHeal: true }, syncOptions: ['CreateNamespace=true'] },
    },
  });
}

async function refresh(name: string): Promise<void> {
  const change = { metadata: { annotations: { 'argocd.argoproj.io/refresh': 'normal' } } };
  await client.patch(await typeOf('Application', 'argoproj.io'), { namespace: 'argocd', name }, 'merge', change);
}

async function untilLive(name: string, value: string): Promise<void> {
  await untilTrue(
    `${name} to be ${value}`,
    async () => {
      const found = look(await app(name));
      const live = at(await read('', 'ConfigMap', name, 'value'), 'data', 'value');
      return live === value && at(found, 'status', 'sync', 'status') === 'Synced';
    },
    60_000,
  );
}

test('it makes live what Git says, and ends on SIGTERM with code 0', async () => {
  await using controller = start();
  await controller.until(ready);
  await install('web');
  await untilLive('web', 'one');
  assert.equal(await controller.end('SIGTERM'), 0, controller.err());
  const lease = await read('coordination.k8s.io', 'Lease', 'argocd', 'evenkeel-controller');
  assert.equal(at(lease, 'spec', 'holderIdentity'), '', 'the lease is given back');
});

test('a signal in the midst of a sync leaves it to the next process, and no hook runs twice', async () => {
  const hook = { 'argocd.argoproj.io/hook': 'PreSync' };
  await push('halfway', {
    'job.yaml': jobYaml('migrate', hook, { image: 'registry.example.com/shop/migrate:does-not-exist' }),
    'value.yaml': configMapYaml('value'),
  });
  const job = (): Promise<KubeObject | undefined> => read('batch', 'Job', 'halfway', 'migrate');
  await using first = start();
  await first.until(ready);
  await install('halfway');
  const before = await untilTrue('the hook', job, 30_000);
  assert.equal(await first.end('SIGTERM'), 0, first.err());
  assert.equal(at(await app('halfway'), 'status', 'operationState', 'phase'), 'Running');
  await using second = start();
  await second.until(ready);
  await sleep(1000);
  assert.equal((await job())?.metadata.uid, before.metadata.uid);
  const done = { type: 'Complete', status: 'True', lastTransitionTime: new Date().toISOString().replace(/\.\d+/, '') };
  const met = { ...done, type: 'SuccessCriteriaMet' };
  const startTime = textAt(await job(), 'status', 'startTime') || done.lastTransitionTime;
  const times = { startTime, completionTime: done.lastTransitionTime };
  const status = { conditions: [met, done], ...times, succeeded: 1, active: 0, uncountedTerminatedPods: {} };
  const place = { namespace: 'halfway', name: 'migrate' };
  await client.patch(await typeOf('Job', 'batch'), place, 'merge', { status }, { subresource: 'status' });
  await untilLive('halfway', 'one');
  const history = at(await app('halfway'), 'status', 'history') as readonly unknown[];
  assert.equal(history.length, 1);
  assert.equal(await second.end('SIGINT'), 0, second.err());
});

test('a second replica waits, takes over when the first goes, and ends when the lease is taken from it', async () => {
  await using first = start();
  await first.until(ready);
  await using second = start();
  await second.until(/waiting for the lease argocd\/evenkeel-controller, which \S+ holds/);
  assert.doesNotMatch(second.out(), ready);
  assert.equal(await first.end('SIGTERM'), 0);
  await second.until(ready);
  const type = await typeOf('Lease', 'coordination.k8s.io');
  const spec = { holderIdentity: 'somebody-else', renewTime: new Date().toISOString().replace('Z', '000Z') };
  await client.patch(type, { namespace: 'argocd', name: 'evenkeel-controller' }, 'merge', { spec });
  assert.equal(await second.ended(), 1);
  assert.match(
    second.err(),
    /^somebody-else has taken the lease argocd\/evenkeel-controller; this process ends, so that no two lead$/m,
  );
  await client.delete(type, { namespace: 'argocd', name: 'evenkeel-controller' });
});

test('one that was killed is succeeded when its lease has run out, and one that waits ends on a signal', async () => {
  await using first = start('--lease-duration', '3');
  await first.until(ready);
  await first.end('SIGKILL');
  await using second = start('--lease-duration', '3');
  await second.until(/waiting for the lease/);
  await using third = start('--lease-duration', '3');
  await third.until(/waiting for the lease/);
  assert.equal(await third.end('SIGTERM'), 0);
  await second.until(ready);
  assert.equal(await second.end('SIGTERM'), 0);
});

test('a server that is away for ten seconds is waited for', async () => {
  await using controller = start();
  await controller.until(ready);
  await refresh('web');
  await untilLive('web', 'one');
  line.lead(undefined);
  await push('web', { 'value.yaml': configMapYaml('value', {}, 'two') });
  await sleep(10_000);
  assert.equal(controller.child.exitCode, null, controller.err());
  line.lead(serverOf(bed.kubeconfig));
  await refresh('web');
  await untilLive('web', 'two');
  assert.equal(await controller.end('SIGTERM'), 0);
});

test('a server that comes back with other certificates is not trusted, and is named', async () => {
  await using stranger = await Sandbox.start({ seed: 8, listen: {} });
  await using follower = start('--lease-duration', '6');
  await follower.until(ready);
  line.lead(stranger.url);
  assert.equal(await follower.ended(), 1);
  assert.match(
    follower.err(),
    /the lease \S+ could not be renewed for \d+ s: .*certificate is not signed by an authority/,
  );
  line.lead(serverOf(bed.kubeconfig));
  await using loner = start('--no-leader-elect');
  await loner.until(ready);
  line.lead(stranger.url);
  await push('web', { 'value.yaml': configMapYaml('value', {}, 'three') });
  await sleep(2000);
  line.lead(serverOf(bed.kubeconfig));
  await refresh('web');
  await untilLive('web', 'three');
  assert.equal(await loner.end('SIGTERM'), 0);
});

test('what is wrong with a kubeconfig is one sentence and an exit code', async () => {
  const home = join(directory, 'empty-home');
  mkdirSync(home);
  const attempt = (...args: readonly string[]): Promise<Ended> =>
    run(process.execPath, [...commandLine, 'controller', '--port', '0', ...args], {
      env: { HOME: home, KUBECONFIG: '', KUBERNETES_SERVICE_HOST: '' },
    });
  const file = (name: string, text: string): string => {
    writeFileSync(join(directory, name), text);
    return join(directory, name);
  };
  const server = serverOf(bed.kubeconfig);
  await using stranger = await Sandbox.start({ seed: 9, listen: {} });
  const cases: readonly [readonly string[], RegExp][] = [
    [[], /^no kubeconfig found: \S+config does not exist$/],
    [['--kubeconfig', join(directory, 'absent')], /^no kubeconfig found: \S+absent does not exist$/],
    [['--kubeconfig', file('broken', 'clusters: [')], /broken.*: .+/],
    [['--kubeconfig', file('empty', '')], /^current-context is not set$/],
    [['--kubeconfig', kubeconfig, '--context', 'nowhere'], /^context "nowhere" does not exist$/],
    [
      ['--kubeconfig', kubeconfigFile('token', bed.kubeconfig, server, { token: 'expired' })],
      /Unauthorized|not logged in/,
    ],
    [['--kubeconfig', kubeconfigFile('gone', bed.kubeconfig, 'https://127.0.0.1:9')], /127\.0\.0\.1:9.*refused/],
    [['--kubeconfig', kubeconfigFile('other', bed.kubeconfig, stranger.url)], /not signed by an authority known here/],
    [['--kubeconfig', kubeconfig, '--lease-duration', 'soon'], /^--lease-duration "soon" is no number of seconds/],
    [['--kubeconfig', kubeconfig, '--port', '99999'], /^"99999" is no port number$/],
  ];
  for (const [args, sentence] of cases) {
    const { code, out, err } = await attempt(...args);
    assert.deepEqual([code, out], [1, ''], `${args.join(' ')}: ${err}`);
    assert.match(err.trimEnd(), sentence, args.join(' '));
    assert.equal(err.trimEnd().split('\n').length, 1, err);
  }
});
