// Verbs of `evenkeel cluster` and `evenkeel proj` that change what is there already: another token, an editor, policies of signatures.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createKubeClient } from '@evenkeel/kube';
import { parseYaml } from '@evenkeel/resource';
import { Sandbox } from '@evenkeel/sandbox';
import { applicationYaml, configMapYaml } from './manifests.ts';
import { type Ended, at, startStory, succeed } from './story.ts';

const stack = new AsyncDisposableStack();
after(() => stack.disposeAsync());
const story = stack.use(await startStory());
const edge = await Sandbox.start({ listen: {}, speed: 50 });
stack.defer(() => edge.close());
const directory = mkdtempSync(join(tmpdir(), 'evenkeel-governance-'));
stack.defer(() => rmSync(directory, { recursive: true, force: true }));
const kubeconfig = join(directory, 'edge.kubeconfig');
writeFileSync(kubeconfig, edge.kubeconfig(), { mode: 0o600 });
const client = createKubeClient(edge.transport());

const refused = (ended: Ended, code: number, sentence: RegExp): void => {
  assert.deepEqual([ended.code, sentence.test(ended.err)], [code, true], ended.out + ended.err);
};

/** Names of the Secrets in which tokens of the manager are. */
async function tokens(): Promise<readonly string[]> {
  const type = await client.discovery.resolve({ group: '', version: 'v1', kind: 'Secret' });
  assert.ok(type);
  const { items } = await client.list(type, { namespace: 'kube-system' });
  return items
    .filter(({ metadata }) => metadata.annotations?.['kubernetes.io/service-account.name'] === 'argocd-manager')
    .map(({ metadata }) => metadata.name ?? '');
}

/** The kubeconfig of somebody who comes with a token and no certificate. */
async function withToken(): Promise<string> {
  const type = await client.discovery.resolve({ group: '', version: 'v1', kind: 'Secret' });
  assert.ok(type);
  const secret = await client.get(type, { namespace: 'kube-system', name: 'argocd-manager-long-lived-token' });
  const token = Buffer.from(String(at(secret, 'data', 'token')), 'base64').toString();
  const config = parseYaml(edge.kubeconfig(), { dialect: 'sigs' }) as unknown as { users: { user: object }[] };
  for (const entry of config.users) entry.user = { token };
  const file = join(directory, 'token.kubeconfig');
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  return file;
}

async function storedToken(): Promise<string> {
  const { out } = await story.kubectl([
    'get',
    'secret',
    '-n',
    'argocd',
    '-l',
    'argocd.argoproj.io/secret-type=cluster',
    '-o',
    'json',
  ]);
  const config = at(JSON.parse(out), 'items', 0, 'data', 'config');
  return String(at(JSON.parse(Buffer.from(String(config), 'base64').toString()), 'bearerToken'));
}

test('cluster rotate-auth makes another token, and the old one is worth nothing', async () => {
  const context = /current-context: (\S+)/.exec(edge.kubeconfig())?.[1] ?? '';
  const add = ['cluster', 'add', context, '--name', 'edge', '--upsert', '-y', '--kubeconfig'];
  succeed(await story.evenkeel([...add, kubeconfig]), 'add');
  refused(await story.evenkeel(['cluster', 'rotate-auth', 'edge']), 20, /does not use bearer token authentication/);
  succeed(await story.evenkeel([...add, await withToken()]), 'add with a token');
  const [before, old] = [await tokens(), await storedToken()];
  assert.deepEqual(before, ['argocd-manager-long-lived-token']);
  const rotated = await story.evenkeel(['cluster', 'rotate-auth', 'edge']);
  assert.equal(succeed(rotated, 'rotate-auth'), "Cluster 'edge' rotated auth\n");
  const now = await tokens();
  assert.equal(now.length, 1);
  assert.match(now[0] ?? '', /^argocd-manager-long-lived-[a-z0-9]{5}$/);
  assert.notEqual(await storedToken(), old);
  await story.push({ 'afar/value.yaml': configMapYaml('value') });
  const yaml = applicationYaml({ name: 'afar', path: 'afar', namespace: 'afar' });
  await story.apply(yaml.replace('server: https://kubernetes.default.svc', 'name: edge'));
  await story.untilApp('afar', 'Synced', 'Healthy');
  succeed(await story.evenkeel(['cluster', 'rotate-auth', 'edge']), 'once more');
  refused(
    await story.evenkeel(['cluster', 'rotate-auth', 'in-cluster']),
    20,
    /does not use bearer token authentication/,
  );
  refused(await story.evenkeel(['cluster', 'rotate-auth', 'moon']), 20, /cluster "moon" not found/);
});

test('proj edit changes the spec in an editor, and keeps what is refused', async () => {
  succeed(await story.evenkeel(['proj', 'create', 'team', '--description', 'before', '-s', '*']), 'create');
  const edit = (editor: string): Promise<Ended> =>
    story.evenkeel(['proj', 'edit', 'team'], { env: { EDITOR: editor } });
  succeed(await edit("sed -i 's/before/after/'"), 'edit');
  assert.match(succeed(await story.evenkeel(['proj', 'get', 'team']), 'get'), /after/);
  assert.match((await edit('true')).err, /^Edit cancelled, no changes made\.$/m);
  refused(await edit("sed -i '1s/^/{/'"), 20, /what you wrote is in \S+team-edit\.yaml/);
  refused(await edit('false'), 1, /the editor "false" ended with 1; nothing was changed/);
});

test('policies of signatures are added, listed, changed and deleted', async () => {
  const policies = (...args: readonly string[]): Promise<Ended> =>
    story.evenkeel(['proj', 'source-integrity', 'git', 'policies', ...args]);
  refused(await policies('list', 'team'), 1, /no source integrity git policies defined in project "team"/);
  refused(await policies('add', 'team', '--repo-url', 'https://a/*'), 1, /^gpg-mode must be set$/m);
  refused(await policies('add', 'team', '--gpg-mode', 'lax'), 1, /^gpg-mode must be one of: strict, head, none$/m);
  refused(await policies('add', 'team', '--gpg-mode', 'head', '--gpg-key', 'zz'), 1, /^invalid GPG key ID 'zz'$/m);
  const added = await policies(
    'add',
    'team',
    '--repo-url',
    'https://a/*',
    '--gpg-mode',
    'strict',
    '--gpg-key',
    'd56c4fca57a46444',
  );
  assert.match(
    succeed(added, 'add'),
    /^ID +GPG-MODE +GPG-KEYS +REPO-URLS\n0 +strict +D56C4FCA57A46444 +https:\/\/a\/\*/,
  );
  succeed(await policies('add', 'team', '--repo-url', 'https://b/*', '--gpg-mode', 'none'), 'add');
  const changed = await policies(
    'update',
    'team',
    '0',
    '--add-repo-url',
    'https://c',
    '--delete-repo-url',
    'https://a/*',
    '--gpg-mode',
    'head',
  );
  assert.match(succeed(changed, 'update'), /^0 +head +D56C4FCA57A46444 +https:\/\/c$/m);
  refused(await policies('update', 'team', '7', '--gpg-mode', 'head'), 1, /^the POLICY_ID 7 is out of range \(0-1\)$/m);
  refused(
    await policies('update', 'team', '0', '--gpg-key', 'A'.repeat(16), '--add-gpg-key', 'B'.repeat(16)),
    1,
    /cannot be combined/,
  );
  succeed(await policies('delete', 'team', '1', '-y'), 'delete');
  assert.doesNotMatch(succeed(await policies('list', 'team'), 'list'), /https:\/\/b/);
  succeed(await policies('delete', 'team', '0', '-y'), 'delete');
  const { out } = await story.kubectl(['get', 'appproject', 'team', '-n', 'argocd', '-o', 'json']);
  assert.equal(at(JSON.parse(out), 'spec', 'sourceIntegrity'), undefined);
});
