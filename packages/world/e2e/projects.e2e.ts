// Projects on the running system: each restriction as the person meets it who is restricted, from the command to the objects.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { applicationYaml, automatic, configMapYaml } from './manifests.ts';
import { type Ended, at, conditionsOf, git, look, shopUrl, startStory, succeed } from './story.ts';

const story = await startStory();
after(() => story[Symbol.asyncDispose]());
const app = (name: string): string => `application.argoproj.io/argocd/${name}`;
const proj = (...args: readonly string[]): Promise<Ended> => story.evenkeel(['proj', ...args]);
const server = 'https://kubernetes.default.svc';
const everywhere = ['-d', `${server},*`, '-s', '*', '--allow-cluster-resource', '*/*'];

await story.push({
  'pins/pin.yaml': configMapYaml('pin'),
  'stray/pin.yaml': configMapYaml('pin').replace('name: pin', 'name: pin\n  namespace: kube-public'),
});

/** An Application of a project, in a namespace of its own name. */
function of(
  project: string,
  name: string,
  more: { readonly path?: string; readonly syncPolicy?: string } = {},
): string {
  const { path = 'pins', syncPolicy = automatic } = more;
  return applicationYaml({ name, path, namespace: name, project, syncPolicy });
}

/** What the last operation says of its objects. */
async function resultsOf(name: string): Promise<readonly string[]> {
  const resources = at(await story.get(app(name)), 'status', 'operationState', 'syncResult', 'resources');
  return ((resources ?? []) as unknown as readonly { readonly status: string; readonly message: string }[]).map(
    ({ status, message }) => `${status}: ${message}`,
  );
}

async function untilCondition(name: string, sentence: string): Promise<void> {
  await story.until(`${name}: ${sentence}`, async () =>
    look(conditionsOf(await story.get(app(name)))).includes(sentence),
  );
}

test('proj create, get, list, set: as argocd prints them', async () => {
  succeed(await proj('create', 'team', '--description', 'The team', '-s', shopUrl, '-d', `${server},team-*`), 'create');
  assert.match(succeed(await proj('get', 'team'), 'get'), /^Name: {24}team\nDescription: {17}The team\n/);
  assert.match(succeed(await proj('list'), 'list'), /^team +The team +https:\/\/kubernetes\.default\.svc,team-\* /m);
  succeed(await proj('set', 'team', '--orphaned-resources-warn'), 'set');
  assert.match(succeed(await proj('get', 'team'), 'get'), /Orphaned Resources: {10}enabled \(warn=true\)/);
  assert.match(succeed(await proj('list', '-o', 'name'), 'list'), /^team$/m);
});

test('what is wrong with a project is said before it is written', async () => {
  const wrong = await proj('create', 'wrong', '-s', '!*');
  assert.equal(wrong.code, 20);
  assert.match(wrong.err, /error validating project: source repository has an invalid format, '!\*'/);
  const again = await proj('create', 'team', '-s', 'https://elsewhere.example.com/x');
  assert.match(again.err, /existing project spec is different; use upsert flag to force update/);
  const policy = await proj('role', 'add-policy', 'team', 'ghost', '-a', 'sync', '-o', '*');
  assert.match(policy.err, /role 'ghost' does not exist/);
  succeed(await proj('role', 'create', 'team', 'deployer'), 'role create');
  assert.match(
    (await proj('role', 'add-policy', 'team', 'deployer', '-a', 'fly', '-o', '*')).err,
    /invalid action 'fly'/,
  );
  succeed(await proj('role', 'add-policy', 'team', 'deployer', '-a', 'sync', '-o', '*'), 'add-policy');
});

test('app create: what a project does not permit is refused before it is written', async () => {
  const create = (...flags: readonly string[]): Promise<Ended> =>
    story.evenkeel([
      'app',
      'create',
      'early',
      '--repo',
      shopUrl,
      '--path',
      'pins',
      '--dest-namespace',
      'early',
      ...flags,
    ]);
  assert.match((await create('--project', 'team')).err, /^application spec for early is invalid: InvalidSpecError: /);
  assert.match(
    (await create('--project', 'ghost')).err,
    /^app is not allowed in project "ghost", or the project does not exist/,
  );
  assert.match((await create('--dest-name', 'mars')).err, /there are no clusters with this name: mars/);
  assert.equal(await story.get(app('early')), undefined);
});

test('sourceRepos, destinations and sourceNamespaces: an Application that is not permitted says so', async () => {
  await story.apply(of('team', 'outside'));
  await untilCondition(
    'outside',
    `InvalidSpecError: application destination server '${server}' and namespace 'outside' do not match any of the allowed destinations in project 'team'`,
  );
  succeed(await proj('add-destination', 'team', server, 'outside'), 'add-destination');
  succeed(await proj('allow-cluster-resource', 'team', '', 'Namespace'), 'allow');
  await story.untilApp('outside', 'Synced', 'Healthy');
  const lost = await proj('remove-source', 'team', shopUrl);
  assert.match(lost.err, /as a result of project update 1 applications source became invalid/);
  const patch = '{"spec":{"sourceRepos":["https://elsewhere.example.com/*"]}}';
  succeed(await story.kubectl(['patch', 'appproject', 'team', '-n', 'argocd', '--type=merge', '-p', patch]), 'patch');
  await untilCondition('outside', `InvalidSpecError: application repo ${shopUrl} is not permitted in project 'team'`);
  assert.ok(await story.get('configmap/outside/pin'), 'nothing is taken away');
  succeed(await story.kubectl(['create', 'namespace', 'apps']), 'namespace');
  await story.apply(of('team', 'guest').replace('namespace: argocd', 'namespace: apps'));
  await story.until('the guest to be refused', async () =>
    look(conditionsOf(await story.get('application.argoproj.io/apps/guest'))).includes(
      "UnknownError: application 'guest' in namespace 'apps' is not permitted to use project 'team'",
    ),
  );
  succeed(await proj('add-source', 'team', shopUrl), 'add-source');
  succeed(await proj('add-source-namespace', 'team', 'apps'), 'add-source-namespace');
  succeed(await proj('add-destination', 'team', server, 'guest'), 'add-destination');
  await story.until('the guest to be let in', () => story.get('configmap/guest/pin'));
  await story.untilApp('outside', 'Synced', 'Healthy');
});

test('kinds and namespaces: an object that is not permitted fails the sync, and nothing is written', async () => {
  succeed(await proj('create', 'narrow', '-s', '*', '-d', `${server},narrow`, '-d', `${server},narrow-*`), 'create');
  await story.apply(of('narrow', 'narrow'));
  await story.until('the namespace to be refused', async () =>
    look(await resultsOf('narrow')).includes('SyncFailed: resource :Namespace is not permitted in project narrow'),
  );
  const state = at(await story.get(app('narrow')), 'status', 'operationState');
  assert.equal(at(state as never, 'phase'), 'Failed');
  assert.match(String(at(state as never, 'message')), /^one or more synchronization tasks are not valid/);
  assert.equal(await story.get('namespace//narrow'), undefined);
  succeed(await proj('allow-cluster-resource', 'narrow', '', 'Namespace', 'narrow*'), 'allow');
  await story.untilApp('narrow', 'Synced', 'Healthy');
  succeed(await proj('deny-namespace-resource', 'narrow', '', 'ConfigMap'), 'deny');
  await story.push({ 'pins/pin.yaml': configMapYaml('pin', {}, 'two') });
  await story.until('the ConfigMap to be refused', async () =>
    look(await resultsOf('narrow')).includes('SyncFailed: resource :ConfigMap is not permitted in project narrow'),
  );
  const [resource] = at(await story.get(app('narrow')), 'status', 'resources') as unknown as readonly {
    status: string;
  }[];
  assert.equal(resource?.status, 'Unknown');
  assert.equal(at(await story.get('configmap/narrow/pin'), 'data', 'value'), 'one');
  succeed(await proj('allow-namespace-resource', 'narrow', '', 'ConfigMap'), 'allow');
  await story.apply(of('narrow', 'narrow-too', { path: 'stray' }));
  await story.until('the namespace to be refused', async () =>
    look(await resultsOf('narrow-too')).includes(
      "SyncFailed: namespace kube-public is not permitted in project 'narrow'",
    ),
  );
  await story.untilApp('narrow', 'Synced', 'Healthy');
});

test('sync windows: nothing by itself, a sentence that says until when, and manual syncs as the window says', async () => {
  succeed(await proj('create', 'calm', ...everywhere), 'create');
  const window = ['--schedule', '* * * * *', '--duration', '2h', '--applications', '*'];
  succeed(await proj('windows', 'add', 'calm', '-k', 'deny', ...window), 'windows add');
  assert.match(
    succeed(await proj('windows', 'list', 'calm'), 'list'),
    /^0 +Active +deny +\* \* \* \* \* +2h +\* +- +- +Disabled/m,
  );
  await story.apply(of('calm', 'calm'));
  const warning = await story.until('the sentence', async () =>
    (await story.app('argo/argocd/calm')).warnings?.find((one) =>
      one.startsWith('Sync operation blocked by sync window'),
    ),
  );
  assert.match(warning, /^Sync operation blocked by sync window: deny window "\* \* \* \* \*" of 2h$/);
  assert.equal(await story.get('configmap/calm/pin'), undefined);
  const shown = succeed(await story.evenkeel(['app', 'get', 'calm']), 'app get');
  assert.match(shown, /SyncWindow: +Sync Denied\nAssigned Windows: +deny:\* \* \* \* \*:2h\n/);
  assert.match(shown, /^Says: +Sync operation blocked by sync window: deny window/m);
  await untilCondition('calm', 'BlockedWarning: Sync operation blocked by sync window: deny window');
  const refused = await story.evenkeel(['app', 'sync', 'calm']);
  assert.notEqual(refused.code, 0);
  assert.match(refused.err, /cannot sync: blocked by sync window/);
  const operation = '{"operation":{"initiatedBy":{"username":"ada"},"sync":{}}}';
  succeed(
    await story.kubectl(['patch', 'application', 'calm', '-n', 'argocd', '--type=merge', '-p', operation]),
    'patch',
  );
  const waits = async (): Promise<boolean> => {
    const state = look(at(await story.get(app('calm')), 'status', 'operationState'));
    return (
      at(state as never, 'phase') === 'Running' &&
      String(at(state as never, 'message')).startsWith('Sync operation blocked')
    );
  };
  await story.until('the operation to wait', waits);
  succeed(await story.evenkeel(['app', 'terminate-op', 'calm']), 'terminate-op');
  await story.until('its end', async () => {
    const object = look(await story.get(app('calm')));
    return at(object, 'status', 'operationState', 'phase') === 'Failed' && object?.['operation'] === undefined;
  });
  succeed(
    await story.kubectl(['patch', 'application', 'calm', '-n', 'argocd', '--type=merge', '-p', operation]),
    'patch',
  );
  await story.until('the next operation to wait', waits);
  succeed(await proj('windows', 'enable-manual-sync', 'calm', '0'), 'enable');
  await story.untilApp('calm', 'Synced', 'Healthy');
  assert.equal(
    at(await story.get(app('calm')), 'status', 'operationState', 'operation', 'initiatedBy', 'username'),
    'ada',
  );
  const before = at(await story.get('configmap/calm/pin'), 'data', 'value');
  await story.push({ 'pins/pin.yaml': configMapYaml('pin', {}, 'three') });
  await story.until('the commit to wait', async () =>
    (await story.app('argo/argocd/calm')).warnings?.some((one) => one.includes('blocked by sync window')),
  );
  assert.equal(at(await story.get('configmap/calm/pin'), 'data', 'value'), before);
  succeed(await proj('windows', 'delete', 'calm', '0', '-y'), 'delete');
  await story.untilApp('calm', 'Synced', 'Healthy');
  assert.equal(conditionsOf(await story.get(app('calm'))), '');
});

test('orphanedResources: what nobody owns is counted, listed and warned of', async () => {
  succeed(await proj('create', 'tidy', ...everywhere, '--orphaned-resources-warn'), 'create');
  await story.apply(of('tidy', 'tidy'));
  await story.untilApp('tidy', 'Synced', 'Healthy');
  assert.equal(conditionsOf(await story.get(app('tidy'))), '');
  succeed(await story.kubectl(['create', 'configmap', 'left-over', '-n', 'tidy']), 'create');
  await untilCondition('tidy', 'OrphanedResourceWarning: Application has 1 orphaned resources');
  const { orphans } = (await story.app('argo/argocd/tidy')) as {
    readonly orphans?: readonly { readonly name: string }[];
  };
  assert.deepEqual(
    orphans?.map(({ name }) => name),
    ['left-over'],
  );
  succeed(await proj('add-orphaned-ignore', 'tidy', '', 'ConfigMap', '--name', 'left-*'), 'ignore');
  await story.until('the warning to go', async () => conditionsOf(await story.get(app('tidy'))) === '');
});

test('global projects restrict those they select', async () => {
  succeed(await proj('create', 'rules', '--deny-namespaced-resource', 'ConfigMap'), 'create');
  const globals = `- projectName: rules\n  labelSelector: {matchLabels: {tier: strict}}\n`;
  const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'argocd-cm', namespace: 'argocd' } };
  await story.apply(JSON.stringify({ ...config, data: { globalProjects: globals } }));
  succeed(await proj('create', 'strict', ...everywhere), 'create');
  succeed(await story.kubectl(['label', 'appproject', 'strict', '-n', 'argocd', 'tier=strict']), 'label');
  await story.apply(of('strict', 'strict'));
  await story.until('the ConfigMap to be refused', async () =>
    look(await resultsOf('strict')).includes('SyncFailed: resource :ConfigMap is not permitted in project strict'),
  );
});

test('a project that is referred to is not deleted; one with a finalizer waits for its Applications', async () => {
  assert.match((await proj('delete', 'tidy')).err, /project is referenced by 1 applications/);
  assert.match((await proj('delete', 'default')).err, /name 'default' is reserved and cannot be deleted/);
  const patch = '{"metadata":{"finalizers":["resources-finalizer.argocd.argoproj.io"]}}';
  succeed(await story.kubectl(['patch', 'appproject', 'tidy', '-n', 'argocd', '--type=merge', '-p', patch]), 'patch');
  succeed(await story.kubectl(['delete', 'appproject', 'tidy', '-n', 'argocd', '--wait=false']), 'delete');
  assert.ok(await story.get('appproject.argoproj.io/argocd/tidy'));
  succeed(await story.kubectl(['delete', 'application', 'tidy', '-n', 'argocd']), 'delete');
  await story.until(
    'the project to go',
    async () => (await story.get('appproject.argoproj.io/argocd/tidy')) === undefined,
  );
});

test('signatureKeys and sourceIntegrity: commits nobody trusted are compared, but not let in', async () => {
  const home = mkdtempSync(join(tmpdir(), 'evenkeel-gpg-'));
  const gpg = (...args: readonly string[]): string =>
    execFileSync('gpg', ['--homedir', home, '--batch', '--pinentry-mode', 'loopback', '--passphrase', '', ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  try {
    gpg('--quick-generate-key', 'Ada <ada@example.com>', 'ed25519', 'sign');
    const key = /^pub:[^:]*:\d+:\d+:([0-9A-F]{16}):/m.exec(gpg('--list-keys', '--with-colons'))?.[1] ?? '';
    const keys = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'argocd-gpg-keys-cm', namespace: 'argocd' } };
    await story.apply(JSON.stringify({ ...keys, data: { [key]: gpg('--armor', '--export') } }));
    succeed(await proj('create', 'sealed', ...everywhere, '--signature-keys', key), 'create');
    const unsigned = await story.push({ 'pins/pin.yaml': configMapYaml('pin', {}, 'unsigned') });
    await story.apply(of('sealed', 'sealed'));
    await untilCondition(
      'sealed',
      `ComparisonError: GIT/GPG: Failed verifying revision ${unsigned} by 'Ada Keeper <ada@example.com>': unsigned (key_id=)`,
    );
    assert.equal(await story.get('configmap/sealed/pin'), undefined);
    process.env['GNUPGHOME'] = home;
    await git(story.clone, ['commit', '-q', '--allow-empty', `-S${key}`, '-m', 'Signed']);
    await git(story.clone, ['push', '-q', 'origin', 'HEAD']);
    await story.untilApp('sealed', 'Synced', 'Healthy');
  } finally {
    delete process.env['GNUPGHOME'];
    execFileSync('gpgconf', ['--homedir', home, '--kill', 'all']);
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
});
