// Roles of a project from the first command to the last: made, given policies, their tokens used by a pipeline that may sync one
// application and nothing else, and taken back.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { applicationYaml, configMapYaml } from './manifests.ts';
import { type Ended, at, shopUrl, startStory, succeed } from './story.ts';

const story = await startStory();
after(() => story[Symbol.asyncDispose]());
const server = 'https://kubernetes.default.svc';
const role = (...args: readonly string[]): Promise<Ended> => story.evenkeel(['proj', 'role', ...args]);
const moment = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)`;
const uuid = '[0-9a-f]{8}-[0-9a-f-]{27}';

await story.push({ 'pins/pin.yaml': configMapYaml('pin') });
succeed(
  await story.evenkeel([
    'proj',
    'create',
    'team',
    '-s',
    shopUrl,
    '-d',
    `${server},*`,
    '--allow-cluster-resource',
    '*/*',
  ]),
  'proj create',
);
for (const [name, project] of [
  ['web', 'team'],
  ['api', 'team'],
  ['shop', 'default'],
] as const)
  await story.apply(
    applicationYaml({
      name,
      path: 'pins',
      namespace: name,
      project,
      syncPolicy: 'syncOptions: [CreateNamespace=true]',
    }),
  );
await story.until(
  'the applications',
  async () => (await story.evenkeel(['app', 'list', '-o', 'name'])).out.trim().split('\n').length === 3,
);

test('proj role create, add-policy, add-group, list, get: as argocd prints them', async () => {
  assert.equal(
    succeed(await role('create', 'team', 'ci', '--description', 'The pipeline'), 'create'),
    "Role 'ci' created\n",
  );
  assert.equal(succeed(await role('create', 'team', 'ci'), 'again'), "Role 'ci' already exists\n");
  assert.equal(succeed(await role('add-policy', 'team', 'ci', '-a', 'get', '-o', '*'), 'add-policy'), '');
  succeed(await role('add-policy', 'team', 'ci', '-a', 'sync', '-o', 'web'), 'add-policy');
  succeed(await role('add-policy', 'team', 'ci', '-a', 'delete', '-o', 'web'), 'add-policy');
  assert.equal(succeed(await role('remove-policy', 'team', 'ci', '-a', 'delete', '-o', 'web'), 'remove-policy'), '');
  assert.equal(
    succeed(await role('add-group', 'team', 'ci', 'org:devs'), 'group'),
    "Group 'org:devs' added to role 'ci'\n",
  );
  assert.equal(
    succeed(await role('add-group', 'team', 'ci', 'org:devs'), 'group'),
    "Group 'org:devs' already present in role 'ci'\n",
  );
  assert.equal(succeed(await role('list', 'team'), 'list'), 'ROLE-NAME  DESCRIPTION\nci         The pipeline\n');
  assert.equal(
    succeed(await role('get', 'team', 'ci'), 'get'),
    `Role Name:     ci
Description:   The pipeline
Policies:
p, proj:team:ci, projects, get, team, allow
p, proj:team:ci, applications, get, team/*, allow
p, proj:team:ci, applications, sync, team/web, allow
g, org:devs, proj:team:ci
Groups:
  - org:devs
JWT Tokens:
ID  ISSUED-AT  EXPIRES-AT
`,
  );
  assert.match(
    (await role('add-policy', 'team', 'ci', '-a', 'get', '-o', '*', '-r', 'accounts')).err,
    /a project has no "accounts"/,
  );
  assert.match((await role('get', 'team', 'ghost')).err, /role 'ghost' does not exist in project 'team'/);
});

let token = '';
let issuedAt = '';

test('proj role create-token, list-tokens: as argocd prints them; the key is made with the first', async () => {
  assert.equal(await story.get('secret/argocd/argocd-secret'), undefined);
  assert.equal(succeed(await role('list-tokens', 'team', 'ci'), 'list'), 'No tokens for team.ci\n');
  const made = succeed(await role('create-token', 'team', 'ci', '--expires-in', '12h'), 'create-token');
  const shape = `^Create token succeeded for proj:team:ci\\.\n  ID: (${uuid})\n  Issued At: ${moment}\n  Expires At: ${moment}\n  Token: (\\S+)\n$`;
  const [, id = '', text = ''] = new RegExp(shape).exec(made) ?? assert.fail(made);
  token = text;
  const key = at(await story.get('secret/argocd/argocd-secret'), 'data', 'server.secretkey');
  assert.match(Buffer.from(String(key), 'base64').toString(), /^[A-Za-z0-9+/]{43}=$/);
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
  assert.deepEqual(Object.keys(claims), ['iss', 'sub', 'exp', 'nbf', 'iat', 'jti']);
  issuedAt = String(claims['iat']);
  const bare = succeed(await role('create-token', 'team', 'ci', '-i', 'nightly', '-t'), 'create-token');
  assert.match(bare, /^[\w-]+\.[\w-]+\.[\w-]+\n$/);
  const listed = succeed(await role('list-tokens', 'team', 'ci'), 'list');
  assert.match(listed, new RegExp(`^${id}    ${moment}    ${moment}$`, 'm'));
  assert.match(listed, new RegExp(`^nightly +${moment}    Never$`, 'm'));
  assert.match(
    succeed(await role('list-tokens', 'team', 'ci', '-u'), 'list'),
    new RegExp(`^${id}    ${issuedAt}    \\d+$`, 'm'),
  );
  assert.match(
    succeed(await role('get', 'team', 'ci'), 'get'),
    new RegExp(`\n${issuedAt}  ${moment} \\((?:now|\\d+ seconds? ago)\\)  ${moment} \\(\\d+ hours from now\\)\n`),
  );
  assert.match(
    (await role('create-token', 'team', 'ci', '-e', 'soon')).err,
    /invalid since format 'soon', expected format <duration><unit>/,
  );
});

test('a pipeline with a token sees its project, syncs what it may, and is told what it may not', async () => {
  const as = (...args: readonly string[]): Promise<Ended> => story.evenkeel([...args, '--auth-token', token]);
  assert.equal(succeed(await as('app', 'list', '-o', 'name'), 'list'), 'argocd/api\nargocd/web\n');
  for (const name of ['EVENKEEL_AUTH_TOKEN', 'ARGOCD_AUTH_TOKEN']) {
    const listed = await story.evenkeel(['app', 'list', '-o', 'name'], { env: { [name]: token } });
    assert.equal(succeed(listed, name), 'argocd/api\nargocd/web\n');
  }
  succeed(await as('app', 'sync', 'web'), 'sync');
  await story.untilApp('web', 'Synced', 'Healthy');
  const by = at(
    await story.get('application.argoproj.io/argocd/web'),
    'status',
    'operationState',
    'operation',
    'initiatedBy',
  );
  assert.deepEqual(by, { username: 'proj:team:ci' });
  const denied = await as('app', 'sync', 'api');
  assert.notEqual(denied.code, 0);
  assert.match(
    denied.err,
    new RegExp(`^permission denied: applications, sync, team/api, sub: proj:team:ci, iat: ${moment}\n$`),
  );
  assert.match(
    (await as('app', 'delete', 'web', '-y')).err,
    /^permission denied: applications, delete, team\/web, sub: proj:team:ci/,
  );
  assert.match((await as('app', 'get', 'shop')).err, /there is no application "shop"/);
  assert.match((await as('app', 'get', 'argo/argocd/shop')).err, /there is no application/);
  assert.match(
    (await as('proj', 'get', 'default')).err,
    /^permission denied: projects, get, default, sub: proj:team:ci/,
  );
  assert.match(succeed(await as('proj', 'list'), 'proj list'), /^NAME.*\nteam .*\n$/);
  assert.match(
    (await as('proj', 'role', 'create-token', 'team', 'ci')).err,
    /^permission denied: projects, update, team, sub: proj:team:ci/,
  );
  assert.match((await as('cluster', 'get', 'in-cluster')).err, /^permission denied\n$/);
  assert.equal(succeed(await as('account', 'can-i', 'sync', 'applications', 'team/web'), 'can-i'), 'yes\n');
  assert.equal(succeed(await as('account', 'can-i', 'sync', 'applications', '*'), 'can-i'), 'no\n');
  assert.equal(succeed(await as('account', 'can-i', 'get', 'projects', 'team'), 'can-i'), 'yes\n');
});

test('argocd-rbac-cm is followed as it changes, and asked by admin settings rbac', async () => {
  const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'argocd-rbac-cm', namespace: 'argocd' } };
  const policy = 'g, proj:team:ci, role:readonly\np, proj:team:ci, applications, sync, team/web, deny\n';
  await story.apply(JSON.stringify({ ...config, data: { 'policy.csv': policy } }));
  const as = (...args: readonly string[]): Promise<Ended> => story.evenkeel([...args, '--auth-token', token]);
  await story.until('the denial', async () =>
    /applications, sync, team\/web/.test((await as('app', 'sync', 'web')).err),
  );
  assert.match(succeed(await as('cluster', 'list'), 'cluster list'), /in-cluster/);
  const rbac = ['admin', 'settings', 'rbac'];
  const can = await story.evenkeel([
    ...rbac,
    'can',
    'proj:team:ci',
    'get',
    'clusters',
    'x',
    '--namespace',
    'argocd',
    '--kubeconfig',
    story.kubeconfig,
  ]);
  assert.equal(succeed(can, 'can'), 'Yes\n');
  await story.apply(JSON.stringify({ ...config, data: { 'policy.csv': `${policy}p, broken\n` } }));
  await story.until('the broken line', async () =>
    /argocd-rbac-cm cannot be read: policy\.csv:3/.test((await as('proj', 'get', 'team')).err),
  );
  const validate = await story.evenkeel([
    ...rbac,
    'validate',
    '--namespace',
    'argocd',
    '--kubeconfig',
    story.kubeconfig,
  ]);
  assert.match(validate.err, /^Policy is invalid: policy\.csv:3: invalid RBAC policy: p, broken/);
  succeed(await story.kubectl(['delete', 'configmap', 'argocd-rbac-cm', '-n', 'argocd']), 'delete');
  await story.until('its end', async () => (await as('proj', 'get', 'team')).code === 0);
});

test('a token that is taken back, or whose role goes, is worth nothing; the owner needs none', async () => {
  const as = (...args: readonly string[]): Promise<Ended> => story.evenkeel([...args, '--auth-token', token]);
  assert.match((await role('delete-token', 'team', 'ci', 'x')).err, /strconv\.ParseInt: parsing "x": invalid syntax/);
  assert.equal(succeed(await role('delete-token', 'team', 'ci', issuedAt), 'delete-token'), '');
  const refused = await as('app', 'list');
  assert.notEqual(refused.code, 0);
  assert.match(
    refused.err,
    /^invalid session: JWT token for role 'ci' issued at '\d+' does not exist in project 'team'/,
  );
  const byVariable = await story.evenkeel(['proj', 'list'], { env: { ARGOCD_AUTH_TOKEN: token } });
  assert.match(byVariable.err, /does not exist in project 'team'\. The token is that of ARGOCD_AUTH_TOKEN\n$/);
  token = succeed(await role('create-token', 'team', 'ci', '-t'), 'create-token').trim();
  succeed(await as('app', 'list'), 'list');
  assert.equal(succeed(await role('delete', 'team', 'ci'), 'delete'), "Role 'ci' deleted\n");
  assert.equal(succeed(await role('delete', 'team', 'ci'), 'again'), "Role 'ci' does not exist in project\n");
  await story.until('the token to be refused', async () => (await as('app', 'list')).code !== 0);
  // A role of the same name is another one.
  succeed(await role('create', 'team', 'ci'), 'create');
  await story.until('the role', async () => (await role('list', 'team')).out.includes('ci'));
  assert.match((await as('app', 'list')).err, /does not exist in project 'team'/);
  assert.match(succeed(await story.evenkeel(['app', 'list', '-o', 'name']), 'list'), /shop/);
});
