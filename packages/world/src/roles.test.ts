// Roles of projects over HTTP, on a whole world: who bears a token sees and does what policies permit, and nothing else.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { apiPaths, apiRoot } from '@evenkeel/api';
import { type KubeObject, gvkOf } from '@evenkeel/resource';
import { routesWithoutRule } from '@evenkeel/server';
import { present } from '@evenkeel/std';
import { startWorld } from './world.ts';

const notices: string[] = [];
const world = await startWorld({ clusterPort: false, gitPort: 0, onNotice: (sentence) => void notices.push(sentence) });
after(() => world[Symbol.asyncDispose]());
const { url, routes } = present(world.server, 'the server');

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

interface Sent {
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
  readonly body?: unknown;
}

async function ask(path: string, { token, headers, method = 'GET', body }: Sent = {}): Promise<Answer> {
  const response = await fetch(new URL(path, url), {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}

async function apply(object: object): Promise<void> {
  const typed = object as KubeObject;
  const type = present(await world.client.discovery.resolve(gvkOf(typed)), typed.kind);
  await world.client.apply(type, typed, { fieldManager: 'test', force: true });
}

function project(name: string, policies: readonly string[]): object {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    metadata: { name, namespace: 'argocd' },
    spec: {
      sourceRepos: ['*'],
      destinations: [{ server: '*', namespace: '*' }],
      roles: [{ name: 'ci', policies: policies.map((rest) => `p, proj:${name}:ci, ${rest}`) }, { name: 'idle' }],
    },
  };
}

function application(name: string, of: string): object {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: 'argocd' },
    spec: {
      project: of,
      source: { repoURL: 'https://example.invalid/repo.git', path: 'x', targetRevision: 'main' },
      destination: { server: 'https://kubernetes.default.svc', namespace: name },
    },
  };
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let count = 0; count < 500; count += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.fail(`waited for ${what}`);
}

async function tokenFor(of: string, role: string, body: object = {}): Promise<string> {
  const { status, body: answer } = await ask(apiPaths.roleToken(of, role), { method: 'POST', body });
  assert.equal(status, 200, JSON.stringify(answer));
  return String(answer['token']);
}

await apply(project('team', ['applications, get, team/*, allow', 'applications, sync, team/web, allow']));
await apply(project('other', ['applications, *, other/*, allow']));
await apply(application('web', 'team'));
await apply(application('api', 'team'));
await apply(application('shop', 'other'));
await until(
  'projects and applications',
  () => world.argo.projects().length >= 3 && world.argo.applications().length === 3,
);
const ci = await tokenFor('team', 'ci');
const idle = await tokenFor('team', 'idle');
const keyOf = (name: string): string => `argo/argocd/${name}`;
const denied = { code: 'FORBIDDEN', sentence: 'permission denied' };

function saysOf({ body }: Answer): string {
  return String(body['sentence']).replace(/iat: [^)]*Z/, 'iat: T');
}

test('every route has a rule for those who bear a token, or is closed to them', () => {
  const open = routes.filter((route) => route.includes(apiRoot));
  assert.ok(open.length > 30);
  assert.deepEqual(routesWithoutRule(open), [], 'say in server/src/access what a bearer must be permitted');
});

test('lists show what may be seen; the owner, who needs no token, sees all', async () => {
  const names = async (token?: string): Promise<unknown> =>
    ((await ask(apiPaths.deliveries(), { token })).body['items'] as readonly { readonly name: string }[]).map(
      ({ name }) => name,
    );
  assert.deepEqual(await names(), ['api', 'shop', 'web']);
  assert.deepEqual(await names(ci), ['api', 'web']);
  assert.deepEqual(await names(idle), []);
  const projects = await ask(apiPaths.projects(), { token: ci });
  const shown = projects.body['items'] as readonly { readonly metadata: { readonly name: string } }[];
  assert.deepEqual(
    shown.map(({ metadata }) => metadata.name),
    ['team'],
  );
  for (const path of [apiPaths.clusters(), apiPaths.repositories(), apiPaths.applicationSets()])
    assert.deepEqual((await ask(path, { token: ci })).body, { items: [] }, path);
  const strips = await ask(apiPaths.waterlines(1), { token: idle });
  assert.deepEqual(strips.body['items'], []);
  assert.deepEqual((await ask(apiPaths.timeline(), { token: idle })).body['entries'], []);
});

test("what may be seen but not done is refused in Argo CD's sentence; the rest as if it were not there", async () => {
  const sync = { method: 'POST', body: {} };
  assert.equal((await ask(apiPaths.sync(keyOf('web')), { ...sync, token: ci })).status, 202);
  const refused = await ask(apiPaths.sync(keyOf('api')), { ...sync, token: ci });
  assert.equal(refused.status, 403);
  assert.equal(saysOf(refused), 'permission denied: applications, sync, team/api, sub: proj:team:ci, iat: T');
  for (const name of ['shop', 'ghost']) {
    const hidden = await ask(apiPaths.sync(keyOf(name)), { ...sync, token: ci });
    assert.deepEqual([hidden.status, hidden.body], [403, denied], name);
    assert.deepEqual((await ask(apiPaths.delivery(keyOf(name)), { token: ci })).body, denied);
    assert.deepEqual(
      (await ask(apiPaths.rollback(keyOf(name)), { method: 'POST', body: { id: 1 }, token: ci })).body,
      denied,
    );
  }
  const pod = { group: '', kind: 'Pod', namespace: 'api', name: 'x' };
  const wishes: readonly (readonly [string, Sent, string])[] = [
    [apiPaths.delivery(keyOf('web')), { method: 'DELETE' }, 'applications, delete, team/web'],
    [apiPaths.logs(keyOf('web'), pod, ''), {}, 'logs, get, team/web'],
    [apiPaths.terminate(keyOf('api')), { method: 'POST', body: {} }, 'applications, sync, team/api'],
    [
      apiPaths.runResourceAction(keyOf('api')),
      { method: 'POST', body: { ref: { ...pod, group: 'apps', kind: 'Deployment' }, action: 'restart' } },
      'applications, action/apps/Deployment/restart, team/api',
    ],
    [
      `${apiPaths.delivery(keyOf('web'))}/resource`,
      { method: 'DELETE', body: { ref: pod } },
      'applications, delete//Pod/api/x, team/web',
    ],
    [
      `${apiPaths.delivery(keyOf('web'))}/resource`,
      { method: 'PATCH', body: { ref: pod, patch: '{}', patchType: 'merge' } },
      'applications, update//Pod/api/x, team/web',
    ],
    [apiPaths.project('other'), {}, 'projects, get, other'],
    [apiPaths.project('team'), { method: 'DELETE' }, 'projects, delete, team'],
    [apiPaths.project('team'), { method: 'PUT', body: { project: project('team', []) } }, 'projects, update, team'],
    [apiPaths.projects(), { method: 'POST', body: { project: project('mine', []) } }, 'projects, create, mine'],
    [apiPaths.roleToken('team', 'ci'), { method: 'POST', body: {} }, 'projects, update, team'],
    [apiPaths.certificates(), {}, 'certificates, get, '],
    [
      apiPaths.clusters(),
      { method: 'POST', body: { cluster: { server: 'https://x', config: {}, project: 'team' } } },
      'clusters, create, team/https://x',
    ],
    [
      apiPaths.repositories(),
      { method: 'POST', body: { fields: { url: 'https://x/y' } } },
      'repositories, create, https://x/y',
    ],
  ];
  for (const [path, sent, what] of wishes) {
    const { status, body } = await ask(path, { ...sent, token: ci });
    const [sentence] = [saysOf({ status, body })];
    assert.deepEqual([status, sentence], [403, `permission denied: ${what}, sub: proj:team:ci, iat: T`], path);
  }
  assert.deepEqual((await ask(apiPaths.cluster('in-cluster'), { token: ci })).body, denied);
  const crossed = { method: 'PUT', body: { project: project('other', []) }, token: ci };
  assert.match(saysOf(await ask(apiPaths.project('team'), crossed)), /the body names another project than the path/);
});

test('a token without rights gets nothing out of any route, whatever it sends', async () => {
  // Its own project every role may read, unless that is denied.
  const config = (data: object): Promise<void> =>
    apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'argocd-rbac-cm', namespace: 'argocd' }, data });
  await config({ 'policy.csv': 'p, proj:team:idle, *, *, *, deny' });
  await until('the denial', async () => (await ask(apiPaths.project('team'), { token: idle })).status === 403);
  const bodies: readonly unknown[] = [
    undefined,
    {},
    [],
    { project: { metadata: { name: ['team'] }, spec: { destinations: [null, 1, {}], sourceRepos: {} } }, upsert: true },
    { project: { ...project('team', []), metadata: { name: 'team' } }, upsert: true },
    { cluster: { server: 'https://x/', project: 'team' }, upsert: true },
    { fields: { url: 'https://x', project: { name: 'team' } } },
    { application: application('web', 'team'), applicationSet: application('web', 'team'), upsert: true },
    { ref: { kind: 'Pod', name: 'x' }, action: 'restart', patch: '{}', patchType: 'merge', id: 1, manifests: [] },
  ];
  const open = new Set([
    `GET ${apiRoot}/account/can-i/:resource/:action/*`,
    `GET ${apiRoot}/info`,
    `GET ${apiRoot}/stream`,
  ]);
  for (const route of routes.filter((one) => one.includes(apiRoot) && !open.has(one))) {
    const [method = '', pattern = ''] = route.split(' ');
    const names: Readonly<Record<string, string>> = {
      frontEnd: 'argo',
      namespace: 'argocd',
      name: 'web',
      id: 'in-cluster',
    };
    const path = pattern.replaceAll(/:(\w+)/g, (_whole, name: string) => names[name] ?? '1');
    for (const body of method === 'GET' ? [undefined] : bodies) {
      const answer = await ask(`${path}?kind=Pod&name=x&url=https://x`, { method, body, token: idle });
      const isEmpty =
        answer.status === 200 &&
        [answer.body['items'], answer.body['entries']].flat().every((one) => one === undefined);
      assert.ok(
        isEmpty || [400, 403].includes(answer.status),
        `${route} ${JSON.stringify(body)}: ${JSON.stringify(answer)}`,
      );
    }
  }
  await config({});
  await until('its end', async () => (await ask(apiPaths.project('team'), { token: idle })).status === 200);
});

test('a token that is not good is refused, and never taken for none', async () => {
  const path = apiPaths.deliveries();
  const expected: readonly (readonly [Readonly<Record<string, string>>, string])[] = [
    [{ authorization: 'Bearer x' }, 'token is malformed: token contains an invalid number of segments'],
    [{ authorization: 'bearer' }, 'token is malformed: token contains an invalid number of segments'],
    [{ authorization: ci.replace('.', '') }, 'token is malformed: token contains an invalid number of segments'],
    [{ token: 'x' }, 'token is malformed: token contains an invalid number of segments'],
    [{ cookie: 'argocd.token=x' }, 'token is malformed: token contains an invalid number of segments'],
    [{ authorization: `Bearer ${ci.slice(0, -3)}abc` }, 'token signature is invalid: signature is invalid'],
  ];
  for (const [headers, why] of expected) {
    const answer = await ask(path, { headers });
    assert.deepEqual(
      [answer.status, answer.body['sentence']],
      [401, `invalid session: ${why}`],
      JSON.stringify(headers),
    );
  }
  const [head, tail] = [ci.slice(0, 50), ci.slice(50)];
  for (const cookie of [`a=b; argocd.token=${ci}`, `argocd.token=2:${head}; argocd.token-1=${tail}`])
    assert.equal((await ask(path, { headers: { cookie } })).status, 200, cookie);
  assert.equal((await ask(path, { headers: { cookie: 'argocd.token=' } })).status, 200, 'logged out of');
});

test('a token stands in its project, expires, and is gone when it is taken back', async () => {
  const type = present(await world.client.discovery.resolve(gvkOf(project('team', []) as KubeObject)), 'AppProject');
  const listed = async (): Promise<readonly { readonly id: string; readonly iat: number; readonly exp?: number }[]> => {
    const object = present(await world.client.get(type, { namespace: 'argocd', name: 'team' }), 'team');
    const { roles } = object['spec'] as unknown as { readonly roles: readonly { readonly jwtTokens?: never }[] };
    const { jwtTokensByRole } = object['status'] as unknown as {
      readonly jwtTokensByRole: { readonly ci: { readonly items: never } };
    };
    assert.deepEqual(roles[0]?.jwtTokens, jwtTokensByRole.ci.items);
    return jwtTokensByRole.ci.items;
  };
  const short = await tokenFor('team', 'ci', { expiresIn: 1, id: 'short' });
  const { iat = 0, exp = 0 } = (await listed()).find(({ id }) => id === 'short') ?? {};
  assert.equal(exp, iat + 1);
  const again = await ask(apiPaths.roleToken('team', 'ci'), { method: 'POST', body: { id: 'short' } });
  assert.deepEqual([again.status, again.body['sentence']], [400, "Token id 'short' has been used. "]);
  await until('its end', async () => (await ask(apiPaths.deliveries(), { token: short })).status === 401);
  assert.match(
    saysOf(await ask(apiPaths.deliveries(), { token: short })),
    /token has invalid claims: token is expired/,
  );
  const once = await tokenFor('team', 'ci', { id: 'once' });
  assert.equal((await ask(apiPaths.deliveries(), { token: once })).status, 200);
  const { iat: at = 0 } = (await listed()).find(({ id }) => id === 'once') ?? {};
  assert.equal((await ask(apiPaths.oldRoleToken('team', 'ci', String(at)), { method: 'DELETE' })).status, 200);
  const gone = await ask(apiPaths.deliveries(), { token: once });
  assert.match(saysOf(gone), /JWT token for role 'ci' issued at '\d+' does not exist in project 'team'/);
  const nobody = await ask(apiPaths.roleToken('team', 'ghost'), { method: 'POST', body: {} });
  assert.equal(nobody.body['sentence'], "project 'team' does not have role 'ghost'");
});

test('argocd-rbac-cm: grants, denials and the default role hold at once; what cannot be read permits nothing', async () => {
  const config = (data: Readonly<Record<string, string>>): Promise<void> =>
    apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'argocd-rbac-cm', namespace: 'argocd' }, data });
  const count = async (): Promise<number> =>
    ((await ask(apiPaths.deliveries(), { token: ci })).body['items'] as readonly unknown[]).length;
  await config({ 'policy.csv': 'p, proj:team:ci, applications, get, team/web, deny' });
  await until('the denial', async () => (await count()) === 1);
  await config({ 'policy.default': 'role:readonly' });
  await until('the default role', async () => (await count()) === 3);
  await config({ 'policy.csv': '\np, proj:team:ci, applications' });
  await until('the broken line', async () => (await count()) === 0);
  const answer = await ask(apiPaths.project('team'), { token: ci });
  assert.match(saysOf(answer), /, iat: T \(argocd-rbac-cm cannot be read: policy\.csv:2\)$/);
  assert.match(
    notices.join('\n'),
    /argocd-rbac-cm: policy\.csv:2: invalid RBAC policy: p, proj:team:ci, applications \(a p line/,
  );
  await config({});
  await until('it to be mended', async () => (await count()) === 2);
});

test('who may delete an application may delete its objects only where that is inherited', async () => {
  const config = (inherited: string | undefined): Promise<void> =>
    apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'argocd-cm', namespace: 'argocd' },
      data: inherited === undefined ? {} : { 'server.rbac.disableApplicationFineGrainedRBACInheritance': inherited },
    });
  const whole = await tokenFor('other', 'ci');
  await apply(project('other', ['applications, delete, other/*, allow']));
  await until('the policy', async () => (await ask(apiPaths.delivery(keyOf('shop')), { token: whole })).status === 403);
  const body = { ref: { group: '', kind: 'Pod', namespace: 'shop', name: 'x' } };
  const remove = (): Promise<Answer> =>
    ask(`${apiPaths.delivery(keyOf('shop'))}/resource`, { method: 'DELETE', body, token: whole });
  assert.deepEqual((await remove()).body, denied, 'by default it is not');
  await config('false');
  await until('the setting', async () => (await remove()).status !== 403);
  await config(undefined);
});

test('a policy of a project that cannot be read makes all of them count for nothing, and is told', async () => {
  await apply(project('careless', ['applications, get, careless/*, allow']));
  await until('the project', () => world.argo.project('careless') !== undefined);
  const token = await tokenFor('careless', 'ci');
  const path = apiPaths.project('careless');
  assert.equal((await ask(path, { token })).status, 200);
  await apply(project('careless', ['applications, get, careless/*, allow', 'applications']));
  await until('the bad line', async () => (await ask(path, { token })).status === 403);
  assert.match(
    saysOf(await ask(path, { token })),
    /iat: T \(policies of project careless cannot be read, so none of them counts\)$/,
  );
  const { warnings } = (await ask(path)).body as { readonly warnings: readonly string[] };
  assert.match(warnings.join(), /invalid policy rule 'p, proj:careless:ci, applications': must be of the form/);
});

test('an Application is created where that is permitted, and changed or moved only where that is', async () => {
  await apply(project('maker', ['applications, create, maker/*, allow', 'applications, update, maker/made, allow']));
  await until('the project', () => world.argo.project('maker') !== undefined);
  const maker = await tokenFor('maker', 'ci');
  const create = (object: object, upsert = false): Promise<Answer> =>
    ask(apiPaths.applications(), { method: 'POST', body: { application: object, upsert }, token: maker });
  const made = application('made', 'maker') as { readonly spec: object };
  const done = await create({ ...made, operation: { sync: { revision: 'x' } } });
  assert.deepEqual([done.status, done.body['action']], [200, 'created']);
  assert.equal(
    (done.body['application'] as KubeObject)['operation'],
    undefined,
    'operations are asked for, not handed in',
  );
  assert.equal((await create(made)).body['action'], 'unchanged');
  const changed = { ...made, spec: { ...made.spec, revisionHistoryLimit: 3 } };
  assert.match(
    saysOf(await create(changed)),
    /existing application spec is different, use upsert flag to force update/,
  );
  assert.equal((await create(changed, true)).body['action'], 'updated');
  const elsewhere = await create(application('mine', 'team'));
  assert.equal(saysOf(elsewhere), 'permission denied: applications, create, team/mine, sub: proj:maker:ci, iat: T');
  const taken = await create({ ...application('web', 'maker'), metadata: { name: 'web' } }, true);
  assert.equal(saysOf(taken), 'permission denied: applications, update, maker/web, sub: proj:maker:ci, iat: T');
  assert.match(saysOf(await create({ ...made, kind: 'AppProject' })), /a AppProject is no Application/);
});

test('can-i: yes and no, and words that nobody knows', async () => {
  const canI = async (token: string | undefined, ...what: readonly [string, string, string]): Promise<unknown> =>
    (await ask(apiPaths.canI(...what), { token })).body;
  assert.deepEqual(await canI(ci, 'applications', 'sync', 'team/web'), { value: 'yes' });
  assert.deepEqual(await canI(ci, 'applications', 'sync', 'team/argocd/web'), { value: 'yes' });
  assert.deepEqual(await canI(ci, 'applications', 'rollback', 'team/web'), { value: 'yes' });
  assert.deepEqual(await canI(ci, 'applications', 'delete', 'team/web'), { value: 'no' });
  assert.deepEqual(await canI(undefined, 'clusters', 'delete', '*'), { value: 'yes' });
  const [fly] = [await canI(ci, 'applications', 'fly', '*')];
  assert.match(
    JSON.stringify(fly),
    /\[get create update delete sync rollback override action invoke\] does not contain fly/,
  );
});

test('the stream shows what may be seen', async () => {
  const abort = new AbortController();
  const response = await fetch(new URL(apiPaths.stream(), url), {
    headers: { authorization: `Bearer ${ci}` },
    signal: abort.signal,
  });
  let text = '';
  const reader = present(response.body ?? undefined, 'a body').getReader();
  while (!text.includes('\n\n')) text += new TextDecoder().decode((await reader.read()).value);
  abort.abort();
  const { items } = JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? '{}') as {
    items: readonly { readonly name: string }[];
  };
  assert.deepEqual(items.map(({ name }) => name).toSorted(), ['api', 'web']);
});
