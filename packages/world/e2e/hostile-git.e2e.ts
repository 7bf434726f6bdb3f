// Git repositories that turn bad: forges that refuse, lie, hang and send half, histories that are rewritten, content that is
// meant to harm. Whatever happens, what is live stays as the last good commit left it, one sentence says what is wrong, nothing
// is asked in a hurry, no credential is told, and things go on by themselves when the trouble is over.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { statfs } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGit, startGitHost } from '@evenkeel/git';
import { createKubeClient } from '@evenkeel/kube';
import { recordingTransport } from '@evenkeel/kube/testing';
import type { JsonObject, KubeObject } from '@evenkeel/resource';
import { startWorld } from '@evenkeel/world';
import { startBed } from './bed.ts';
import { configMapYaml } from './manifests.ts';
import { at, conditionsOf, git, look, run, textAt, untilTrue } from './story.ts';

const planted = 'pl4nted-p4ssword';
const stack = new AsyncDisposableStack();
after(() => stack.disposeAsync());
const directory = mkdtempSync(join(tmpdir(), 'evenkeel-hostile-git-'));
stack.defer(() => rmSync(directory, { recursive: true, force: true }));

type Mood = (request: IncomingMessage, response: ServerResponse, serve: () => void) => void;

const answer =
  (status: number, headers: Readonly<Record<string, string>> = {}): Mood =>
  (_request, response) =>
    response.writeHead(status, headers).end('no');

/** How a forge may be in a mood. */
const moods = {
  good: (_request, _response, serve) => serve(),
  'refuses (401)': answer(401, { 'www-authenticate': 'Basic realm="git"' }),
  'forbids (403)': answer(403),
  'does not know it (404)': answer(404),
  'is broken (500)': answer(500),
  'is overloaded (503)': answer(503, { 'retry-after': '1' }),
  'limits requests (429)': answer(429, { 'retry-after': '1' }),
  'hangs up': (request) => request.socket.destroy(),
  'sends half of what it promised': (_request, response) => {
    response.writeHead(200, {
      'content-type': 'application/x-git-upload-pack-advertisement',
      'content-length': '9999',
    });
    response.write('001e# service=git-upload-pack\n0000');
    setTimeout(() => response.destroy(), 50);
  },
  'sends a page instead': (_request, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Please sign in</html>'),
  'redirects in a circle': (request, response) =>
    response.writeHead(302, { location: `http://${request.headers.host ?? ''}${request.url ?? ''}` }).end(),
} as const satisfies Readonly<Record<string, Mood>>;

/** A forge with a repository, whose mood can be changed, and that counts what it is asked. */
async function startForge(): Promise<{ url: string; mood: Mood; asked: number; bare: (name: string) => string }> {
  const host = stack.use(
    await startGitHost(createGit({ directory: join(directory, 'git') }), {
      stateDirectory: join(directory, 'host'),
      repositories: ['apps', 'hooks', 'odd', 'refs', 'full', 'modules'].map((name) => ({ name })),
    }),
  );
  const forge = {
    url: '',
    mood: moods.good as Mood,
    asked: 0,
    bare: (name: string) => host.repositories.get(name)?.gitDirectory ?? '',
  };
  const server = createServer((request, response) => {
    forge.asked += 1;
    forge.mood(request, response, () => host.handle(request, response));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  stack.defer(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });
  forge.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return forge;
}

const forge = await startForge();
const bed = stack.use(await startBed());
const requests = recordingTransport(bed.transport);
const notices: string[] = [];
const state = join(directory, 'state');
const world = stack.use(
  await startWorld({
    port: 0,
    stateDirectory: state,
    cluster: { transport: requests },
    onNotice: (sentence) => notices.push(sentence),
    environment: { PATH: process.env['PATH'] ?? '' },
  }),
);
const client = createKubeClient(bed.transport);

/** A working tree that is pushed straight into the repository, whatever mood the forge is in. */
async function work(name: string): Promise<string> {
  const tree = join(directory, `work-${name}`);
  mkdirSync(tree, { recursive: true });
  await git(tree, ['init', '--quiet', '--initial-branch', 'main']);
  return tree;
}

async function push(name: string, files: Readonly<Record<string, string | undefined>>, ref = 'main'): Promise<string> {
  const tree = join(directory, `work-${name}`);
  for (const [path, text] of Object.entries(files)) {
    const file = join(tree, path);
    if (text === undefined) rmSync(file, { recursive: true });
    else {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }
  await git(tree, ['add', '--all']);
  await git(tree, ['commit', '--quiet', '--allow-empty', '-m', 'change']);
  await git(tree, ['push', '--quiet', '--force', forge.bare(name), `HEAD:refs/heads/${ref}`]);
  return (await git(tree, ['rev-parse', 'HEAD'])).trim();
}

async function typeOf(kind: string, group = ''): Promise<Parameters<typeof client.get>[0]> {
  const type = await client.discovery.preferred({ group, kind });
  assert.ok(type, kind);
  return type;
}

function applicationOf(name: string, repository: string, source: JsonObject = {}): JsonObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: 'argocd' },
    spec: {
      project: 'default',
      source: { repoURL: `${forge.url}/${repository}.git`, targetRevision: 'main', path: 'pins', ...source },
      destination: { server: 'https://kubernetes.default.svc', namespace: name },
      syncPolicy: { automated: { prune: true, selfHeal: true }, syncOptions: ['CreateNamespace=true'] },
    },
  };
}

async function create(name: string, repository: string, source: JsonObject = {}): Promise<void> {
  const object = applicationOf(name, repository, source);
  await client.create(await typeOf('Application', 'argoproj.io'), object as unknown as KubeObject);
}

/** How many bytes a file system has room for. */
async function roomOf(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}

async function app(name: string): Promise<KubeObject | undefined> {
  return client.get(await typeOf('Application', 'argoproj.io'), { namespace: 'argocd', name });
}

async function pin(namespace: string, name = 'pin'): Promise<KubeObject | undefined> {
  return client.get(await typeOf('ConfigMap'), { namespace, name });
}

/** Asks for a look at Git, as `argocd app get --refresh` does. */
async function refresh(name: string): Promise<void> {
  const metadata = { annotations: { 'argocd.argoproj.io/refresh': 'normal' } };
  await client.patch(await typeOf('Application', 'argoproj.io'), { namespace: 'argocd', name }, 'merge', { metadata });
}

async function untilSynced(name: string, sha?: string): Promise<void> {
  await untilTrue(
    `${name} to be synced at ${sha ?? 'anything'}`,
    async () => {
      const found = await app(name);
      look([conditionsOf(found), at(found, 'status', 'sync')]);
      return (
        textAt(found, 'status', 'sync', 'status') === 'Synced' &&
        (sha === undefined || textAt(found, 'status', 'sync', 'revision') === sha) &&
        conditionsOf(found) === ''
      );
    },
    20_000,
  );
}

async function untilSays(name: string, says: RegExp): Promise<string> {
  return untilTrue(
    `${name} to say ${says.source}`,
    async () => {
      const said = look(conditionsOf(await app(name)));
      return says.test(said) && said;
    },
    20_000,
  );
}

/** Nothing is asked of cluster or forge in a hurry. */
async function assertCalm(seconds = 4): Promise<void> {
  await sleep(1500);
  requests.clear();
  const before = forge.asked;
  await sleep(seconds * 1000);
  const lines = requests.lines().filter((line) => !line.startsWith('WATCH'));
  assert.ok(lines.length <= 3, lines.join('\n'));
  assert.ok(forge.asked - before <= 4, `the forge was asked ${forge.asked - before} times`);
}

async function assertNothingTold(name: string): Promise<void> {
  const events = await client.list(await typeOf('Event'), { namespace: 'argocd' });
  const detail = await fetch(new URL(`/api/deliveries/argo/argocd/${name}`, world.server?.url)).then((each) =>
    each.text(),
  );
  const told = JSON.stringify([
    (await app(name))?.['status'],
    events.items,
    notices,
    detail,
    world.deliveries.reports(),
  ]);
  for (const secret of [planted, Buffer.from(planted).toString('base64')]) assert.ok(!told.includes(secret), name);
}

await work('apps');
let head = await push('apps', { 'pins/pin.yaml': configMapYaml('pin') });
const secret = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'apps', namespace: 'argocd', labels: { 'argocd.argoproj.io/secret-type': 'repository' } },
  stringData: { type: 'git', url: `${forge.url}/apps.git`, username: 'bot', password: planted },
};
await client.create(await typeOf('Secret'), secret);
await create('apps', 'apps');
await untilSynced('apps', head);

for (const [mood, behave] of Object.entries(moods)) {
  if (mood === 'good') continue;
  test(`a forge that ${mood}: one sentence, nothing lost, and on it goes`, async () => {
    const before = (await pin('apps'))?.metadata.resourceVersion;
    forge.mood = behave;
    await refresh('apps');
    const said = await untilSays('apps', /^ComparisonError: /);
    assert.equal(said.split('\n').length, 1, said);
    assert.match(said, /127\.0\.0\.1/);
    assert.equal(textAt(await app('apps'), 'status', 'health', 'status'), 'Healthy');
    await assertCalm(3);
    assert.equal((await pin('apps'))?.metadata.resourceVersion, before);
    await assertNothingTold('apps');
    forge.mood = moods.good;
    await refresh('apps');
    await untilSynced('apps', head);
    assert.equal((await pin('apps'))?.metadata.resourceVersion, before);
  });
}

test('a forge that comes back is found again by itself', async () => {
  await work('hooks');
  await push('hooks', { 'pins/pin.yaml': configMapYaml('pin') });
  await create('hooks', 'hooks');
  await untilSynced('hooks');
  forge.mood = moods['is broken (500)'];
  await refresh('hooks');
  await untilSays('hooks', /^ComparisonError: /);
  const sha = await push('hooks', { 'pins/pin.yaml': configMapYaml('pin', {}, 'while away') });
  forge.mood = moods.good;
  await untilSynced('hooks', sha);
  assert.equal(at(await pin('hooks'), 'data', 'value'), 'while away');
});

test('a forge that breaks off in the middle of a pack', async () => {
  head = await push('apps', { 'pins/pin.yaml': configMapYaml('pin', {}, 'after half a pack') });
  forge.mood = (request, response, serve) => {
    if (request.method !== 'POST') return serve();
    const end = response.end.bind(response);
    response.write = ((chunk: Buffer) => {
      end(chunk.subarray(0, 20));
      setTimeout(() => response.destroy(), 20);
      return true;
    }) as typeof response.write;
    return serve();
  };
  await refresh('apps');
  const said = await untilSays('apps', /^ComparisonError: /);
  assert.equal(said.split('\n').length, 1, said);
  forge.mood = moods.good;
  await refresh('apps');
  await untilSynced('apps', head);
});

test('history that is rewritten, a branch that is deleted, and a repository that is emptied', async () => {
  const tree = join(directory, 'work-apps');
  await git(tree, ['checkout', '--quiet', '--orphan', 'again']);
  head = await push('apps', { 'pins/pin.yaml': configMapYaml('pin', {}, 'rewritten') });
  await refresh('apps');
  await untilSynced('apps', head);
  const before = (await pin('apps'))?.metadata.resourceVersion;
  await git(forge.bare('apps'), ['update-ref', '-d', 'refs/heads/main']);
  await refresh('apps');
  const said = await untilSays('apps', /^ComparisonError: [^\n]*main[^\n]*$/);
  assert.doesNotMatch(said, /fatal|error:/);
  await assertCalm();
  assert.equal((await pin('apps'))?.metadata.resourceVersion, before, 'nothing is pruned');
  head = await push('apps', {});
  await refresh('apps');
  await untilSynced('apps', head);
  // A commit without a file: pruning everything is refused.
  head = await push('apps', { 'pins/pin.yaml': undefined });
  await refresh('apps');
  await untilSays('apps', /^ComparisonError: [^\n]*pins[^\n]*$/);
  assert.equal((await pin('apps'))?.metadata.resourceVersion, before, 'nothing is pruned');
  head = await push('apps', { 'pins/nothing.txt': 'x' });
  await refresh('apps');
  await untilSays('apps', /^SyncError: [^\n]*renders to nothing[^\n]*$/);
  assert.equal((await pin('apps'))?.metadata.resourceVersion, before, 'nothing is pruned');
  head = await push('apps', { 'pins/pin.yaml': configMapYaml('pin', {}, 'rewritten') });
  await refresh('apps');
  await untilSynced('apps', head);
});

test('tags that move, annotated ones, and ten thousand of them', async () => {
  const tree = await work('refs');
  const first = await push('refs', { 'pins/pin.yaml': configMapYaml('pin', {}, 'first') });
  await git(tree, ['tag', '-a', '-m', 'annotated', 'v1.0.0']);
  await git(tree, ['push', '--quiet', forge.bare('refs'), 'v1.0.0']);
  const updates = Array.from({ length: 10_000 }, (_tag, index) => `create refs/tags/t${index} ${first}`);
  const updating = git(forge.bare('refs'), ['-c', 'core.logAllRefUpdates=false', 'version']);
  await updating;
  writeFileSync(
    join(forge.bare('refs'), 'packed-refs'),
    `# pack-refs with: peeled fully-peeled sorted \n${updates
      .map((line) => line.split(' '))
      .map(([, name = '', sha = '']) => `${sha} ${name}`)
      .toSorted((left, right) => (left.slice(41) < right.slice(41) ? -1 : 1))
      .join('\n')}\n`,
  );
  await create('refs', 'refs', { targetRevision: 'v1.*' });
  await untilSynced('refs', first);
  const second = await push('refs', { 'pins/pin.yaml': configMapYaml('pin', {}, 'second') });
  await git(tree, ['tag', '-f', '-a', '-m', 'moved', 'v1.0.0']);
  await git(tree, ['push', '--quiet', '--force', forge.bare('refs'), 'v1.0.0']);
  await refresh('refs');
  await untilSynced('refs', second);
  assert.equal(at(await pin('refs'), 'data', 'value'), 'second');
});

test('a mirror that is damaged while it is used is made anew', async () => {
  const mirrors = join(state, 'mirrors');
  for (const name of readdirSync(mirrors)) {
    for (const file of readdirSync(join(mirrors, name, 'objects'), { recursive: true, withFileTypes: true })) {
      if (file.isFile()) {
        rmSync(join(file.parentPath, file.name));
        writeFileSync(join(file.parentPath, file.name), 'damaged');
      }
    }
  }
  head = await push('apps', { 'pins/pin.yaml': configMapYaml('pin', {}, 'after the damage') });
  await refresh('apps');
  await untilSynced('apps', head);
  assert.equal(at(await pin('apps'), 'data', 'value'), 'after the damage');
});

test('a mirror whose directory is gone is made anew', async () => {
  for (const name of readdirSync(join(state, 'mirrors'))) rmSync(join(state, 'mirrors', name), { recursive: true });
  head = await push('apps', { 'pins/pin.yaml': configMapYaml('pin', {}, 'after the loss') });
  await refresh('apps');
  await untilSynced('apps', head);
  assert.equal(at(await pin('apps'), 'data', 'value'), 'after the loss');
});

test('content that is meant to harm is content', async () => {
  const tree = await work('odd');
  const { symlinkSync } = await import('node:fs');
  await push('odd', {
    'pins/pin.yaml': configMapYaml('pin'),
    'pins/$(touch evenkeel-was-here).yaml': configMapYaml('dollar'),
    'pins/--help.yaml': configMapYaml('dashes'),
    'pins/new\nline.yaml': configMapYaml('newline'),
    'pins/PIN.yaml': configMapYaml('shout'),
    'pins/ünïcödé-☃.yaml': configMapYaml('snow'),
    'huge/huge.yaml': `${configMapYaml('huge')}  more: ${'x'.repeat(30 * 1024 * 1024)}\n`,
    'out/pin.yaml': configMapYaml('pin'),
    'loop/pin.yaml': configMapYaml('pin'),
    'absolute/pin.yaml': configMapYaml('pin'),
    'inside/pin.yaml': configMapYaml('pin'),
    'kustomized/kustomization.yaml': 'resources: [../kustomized]\n',
    'escaping/kustomization.yaml': 'resources: [../../../../../../etc/passwd]\n',
    'remote/kustomization.yaml': 'resources: ["https://127.0.0.1:9/nothing.yaml"]\n',
    'secrets/kustomization.yaml': 'secretGenerator:\n- name: a\n  files: [/etc/passwd]\n',
  });
  symlinkSync('../../../../../../etc/passwd', join(tree, 'out/passwd.yaml'));
  symlinkSync('loop.yaml', join(tree, 'loop/loop.yaml'));
  symlinkSync('.', join(tree, 'loop/again'));
  symlinkSync('/etc/passwd', join(tree, 'absolute/passwd.yaml'));
  symlinkSync('pin.yaml', join(tree, 'inside/again.yaml'));
  head = await push('odd', {});
  await create('odd', 'odd');
  await untilSynced('odd', head);
  for (const name of ['pin', 'dollar', 'dashes', 'newline', 'shout', 'snow']) assert.ok(await pin('odd', name), name);
  const wrong: Readonly<Record<string, RegExp>> = {
    huge: /^\w+Error: [^\n]+$/,
    out: /^ComparisonError: [^\n]*passwd\.yaml[^\n]*$/,
    loop: /^ComparisonError: [^\n]*too many links[^\n]*$/,
    absolute: /^ComparisonError: [^\n]*passwd\.yaml[^\n]*$/,
    kustomized: /^ComparisonError: [^\n]*cycle[^\n]*$/,
    escaping: /^ComparisonError: [^\n]*passwd[^\n]*$/,
    remote: /^ComparisonError: [^\n]*127\.0\.0\.1:9[^\n]*$/,
    secrets: /^ComparisonError: [^\n]*passwd[^\n]*$/,
  };
  for (const path of Object.keys(wrong)) {
    const recurse = path === 'loop' ? { directory: { recurse: true } } : {};
    await create(`odd-${path}`, 'odd', { path, ...recurse });
  }
  await untilTrue(
    'all of them to be looked at',
    async () => {
      const found = await Promise.all(Object.keys(wrong).map((path) => app(`odd-${path}`)));
      return found.every((each) => at(each, 'status', 'sync', 'status') !== undefined);
    },
    60_000,
  );
  await sleep(3000);
  const said = new Map<string, string>();
  for (const path of Object.keys(wrong)) said.set(path, conditionsOf(await app(`odd-${path}`)));
  const failed = Object.entries(wrong).filter(([path, says]) => !says.test(said.get(path) ?? ''));
  assert.deepEqual(
    failed.map(([path, says]) => [path, says.source, said.get(path)]),
    [],
  );
  for (const sentence of said.values()) assert.doesNotMatch(sentence, /root:x:0/);
});

test('a submodule of itself ends, and says so', async () => {
  const tree = await work('modules');
  const url = `${forge.url}/modules.git`;
  await push('modules', {
    'pins/pin.yaml': configMapYaml('pin'),
    '.gitmodules': `[submodule "self"]\n\tpath = self\n\turl = ${url}\n`,
  });
  const sha = (await git(tree, ['rev-parse', 'HEAD'])).trim();
  await git(tree, ['update-index', '--add', '--cacheinfo', `160000,${sha},self`]);
  await git(tree, ['commit', '--quiet', '-m', 'itself']);
  await git(tree, ['push', '--quiet', forge.bare('modules'), 'HEAD:refs/heads/main']);
  head = (await git(tree, ['rev-parse', 'HEAD'])).trim();
  await create('modules', 'modules');
  await untilSynced('modules', head);
  await create('modules-within', 'modules', { path: 'self/pins' });
  await untilSynced('modules-within', head);
  await create('modules-deep', 'modules', { path: 'self/self/self/pins' });
  await untilSays('modules-deep', /^ComparisonError: [^\n]+$/);
  await assertCalm();
});

test('a repository whose objects are named by SHA-256', async () => {
  const bare = join(directory, 'sha256.git');
  await git(directory, ['init', '--quiet', '--bare', '--object-format=sha256', '--initial-branch', 'main', bare]);
  const tree = join(directory, 'work-sha256');
  await git(directory, ['init', '--quiet', '--object-format=sha256', '--initial-branch', 'main', tree]);
  mkdirSync(join(tree, 'pins'));
  writeFileSync(join(tree, 'pins/pin.yaml'), configMapYaml('pin'));
  await git(tree, ['add', '--all']);
  await git(tree, ['commit', '--quiet', '-m', 'first']);
  await git(tree, ['push', '--quiet', bare, 'main']);
  const sha = (await git(tree, ['rev-parse', 'HEAD'])).trim();
  await create('sha256', 'unused', { repoURL: `file://${bare}` });
  await untilTrue(
    'a word',
    async () =>
      look(conditionsOf(await app('sha256'))) !== '' ||
      textAt(await app('sha256'), 'status', 'sync', 'status') === 'Synced',
  );
  const found = await app('sha256');
  if (conditionsOf(found) === '') assert.equal(textAt(found, 'status', 'sync', 'revision'), sha);
  else assert.match(conditionsOf(found), /^ComparisonError: [^\n]+$/);
});

const mountMissing = process.getuid?.() === 0 ? false : 'it needs to mount a small disk';

test('a disk that is full is told, and room for it is enough', { skip: mountMissing }, async (context) => {
  const disk = join(directory, 'disk');
  mkdirSync(disk);
  const mounted = await run('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'none', disk]);
  if (mounted.code !== 0) return context.skip(`nothing can be mounted here: ${mounted.err}`);
  try {
    await work('full');
    const small = await push('full', { 'pins/pin.yaml': configMapYaml('pin') });
    const inner = stack.use(await startBed());
    await using tight = await startWorld({
      port: false,
      stateDirectory: disk,
      cluster: { transport: inner.transport },
      onNotice: (sentence) => notices.push(sentence),
      environment: { PATH: process.env['PATH'] ?? '' },
    });
    const there = createKubeClient(inner.transport);
    const type = await there.discovery.preferred({ group: 'argoproj.io', kind: 'Application' });
    assert.ok(type);
    const see = async (): Promise<KubeObject | undefined> => there.get(type, { namespace: 'argocd', name: 'full' });
    const again = async (): Promise<void> => {
      const metadata = { annotations: { 'argocd.argoproj.io/refresh': 'normal' } };
      await there.patch(type, { namespace: 'argocd', name: 'full' }, 'merge', { metadata });
    };
    await there.create(type, applicationOf('full', 'full') as unknown as KubeObject);
    const synced = async (sha: string): Promise<boolean> => {
      const found = await see();
      look([conditionsOf(found), at(found, 'status', 'sync')]);
      return textAt(found, 'status', 'sync', 'revision') === sha && conditionsOf(found) === '';
    };
    await untilTrue('the first sync', () => synced(small), 20_000);
    // Nothing that can be packed well, and with each commit its blobs.
    const noise = randomBytes(1_500_000).toString('base64');
    const large = await push('full', {
      'pins/pin.yaml': configMapYaml('pin', {}, 'two'),
      'pins/noise.yaml': configMapYaml('noise', {}, noise),
    });
    writeFileSync(join(disk, 'filler'), Buffer.alloc(Math.max(0, (await roomOf(disk)) - 200_000)));
    await again();
    await untilTrue(
      'the word',
      async () => /^ComparisonError: [^\n]*disk is full[^\n]*$/.test(look(conditionsOf(await see()))),
      30_000,
    );
    rmSync(join(disk, 'filler'));
    await push('full', { 'pins/noise.yaml': undefined });
    const after_ = (await git(join(directory, 'work-full'), ['rev-parse', 'HEAD'])).trim();
    assert.notEqual(after_, large);
    await again();
    await untilTrue('the sync', () => synced(after_), 30_000);
    assert.ok(tight.deliveries.report('argo/argocd/full'));
  } finally {
    await run('umount', ['-l', disk]);
  }
});

test('nothing of all this left the process with an error nobody caught, or a password in a word', async () => {
  await assertNothingTold('apps');
  const internal = /Cannot read|is not a function|is not iterable|Maximum call|undefined/;
  assert.deepEqual(
    notices.filter((sentence) => internal.test(sentence)),
    [],
  );
});
