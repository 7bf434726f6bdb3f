// ApplicationSets through the whole system: directories become Applications that sync, what is edited by hand stays where
// the set does not own it, and what leaves Git leaves the cluster.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { configMapYaml } from './manifests.ts';
import { at, look, shopUrl, startStory, succeed } from './story.ts';

const story = await startStory();
after(() => story[Symbol.asyncDispose]());
const app = (name: string): string => `application.argoproj.io/argocd/${name}`;
const set = (name: string): string => `applicationset.argoproj.io/argocd/${name}`;

interface SetWish {
  readonly name: string;
  readonly generators: string;
  readonly app: string;
  readonly path: string;
  readonly spec?: string;
  readonly labels?: string;
}

function setYaml(wish: SetWish): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata:
  name: ${wish.name}
  namespace: argocd
spec:
  goTemplate: true
  goTemplateOptions: [missingkey=error]
${wish.spec ?? ''}  generators:
${wish.generators}
  template:
    metadata:
      name: '${wish.app}'
      labels: ${wish.labels ?? '{made: by-set}'}
    spec:
      project: default
      source:
        repoURL: ${shopUrl}
        targetRevision: main
        path: '${wish.path}'
      destination:
        server: https://kubernetes.default.svc
        namespace: '${wish.app}'
      syncPolicy:
        automated: {prune: true, selfHeal: true}
        syncOptions: [CreateNamespace=true]
`;
}

const directories = `  - git:
      repoURL: ${shopUrl}
      revision: main
      directories: [{path: 'tenants/*'}, {path: tenants/skipped, exclude: true}]`;

await story.push({
  'tenants/ada/config.yaml': configMapYaml('settings'),
  'tenants/bob/config.yaml': configMapYaml('settings'),
  'tenants/skipped/config.yaml': configMapYaml('settings'),
});

/** What must be there by now; says so where it is not. */
function seen<T>(value: T | undefined): T {
  assert.ok(look(value) !== undefined, 'it does not exist');
  return value as T;
}

test('directories become Applications that sync', async () => {
  await story.apply(
    setYaml({ name: 'tenants', generators: directories, app: 'tenant-{{.path.basename}}', path: '{{.path.path}}' }),
  );
  for (const name of ['tenant-ada', 'tenant-bob']) await story.untilApp(name, 'Synced', 'Healthy');
  assert.equal(await story.get(app('tenant-skipped')), undefined);
  assert.ok(await story.get('configmap/tenant-ada/settings'));
  const found = seen(await story.get(app('tenant-ada')));
  const [owner] = found.metadata.ownerReferences ?? [];
  assert.deepEqual([owner?.kind, owner?.name, owner?.controller], ['ApplicationSet', 'tenants', true]);
  assert.deepEqual(found.metadata.finalizers, ['resources-finalizer.argocd.argoproj.io']);
  await story.until('the status to tell', async () => {
    const status = seen(await story.get(set('tenants')));
    return at(status, 'status', 'health', 'status') === 'Healthy' && at(status, 'status', 'resourcesCount') === 2;
  });
});

test('what a person sets beside the template stays; what the template says comes back', async () => {
  const patch = JSON.stringify({
    metadata: { labels: { mine: 'yes', made: 'by-hand' }, annotations: { note: 'kept' } },
    spec: { revisionHistoryLimit: 3, source: { path: 'elsewhere' } },
  });
  succeed(
    await story.kubectl(['patch', 'application', 'tenant-ada', '-n', 'argocd', '--type=merge', '-p', patch]),
    'patch',
  );
  const found = await story.until('the template to win', async () => {
    const now = seen(await story.get(app('tenant-ada')));
    return at(now, 'spec', 'source', 'path') === 'tenants/ada' && now.metadata.labels?.['made'] === 'by-set' && now;
  });
  assert.equal(found.metadata.labels?.['mine'], 'yes');
  assert.equal(found.metadata.annotations?.['note'], 'kept');
  assert.equal(at(found, 'spec', 'revisionHistoryLimit'), 3);
});

test('a new directory is one push away, and a removed one takes its Application and objects along', async () => {
  await story.push({ 'tenants/eve/config.yaml': configMapYaml('settings'), 'tenants/bob/config.yaml': undefined });
  await story.untilApp('tenant-eve', 'Synced', 'Healthy');
  await story.until('bob to go', async () => (await story.get(app('tenant-bob'))) === undefined);
  await story.until('his objects to go', async () => (await story.get('configmap/tenant-bob/settings')) === undefined);
  assert.ok(await story.get(app('tenant-ada')));
});

test('a set at rest asks nothing and writes nothing', async () => {
  await story.until('rest', async () => at(seen(await story.get(set('tenants'))), 'status', 'resourcesCount') === 2);
  story.requests.clear();
  story.world.sets.refresh('argocd', 'tenants');
  await story.push({ 'README-sets.md': 'nothing to do with it' });
  await story.untilApp('tenant-ada', 'Synced', 'Healthy');
  const writes = story.requests.lines().filter((line) => /^(PATCH|POST|PUT|DELETE) \S*applicationsets?\//.test(line));
  assert.deepEqual(writes, []);
});

test('a generator that fails deletes nothing and says so', async () => {
  const patch = '[{"op": "replace", "path": "/spec/generators/0/git/revision", "value": "no-such-branch"}]';
  succeed(
    await story.kubectl(['patch', 'applicationset', 'tenants', '-n', 'argocd', '--type=json', '-p', patch]),
    'patch',
  );
  await story.until('the condition', async () => {
    const conditions = (at(seen(await story.get(set('tenants'))), 'status', 'conditions') ?? []) as readonly {
      type: string;
      status: string;
    }[];
    return conditions.some(({ type, status }) => type === 'ErrorOccurred' && status === 'True');
  });
  assert.ok(await story.get(app('tenant-ada')));
  assert.ok(await story.get(app('tenant-eve')));
  const back = patch.replace('no-such-branch', 'main');
  succeed(
    await story.kubectl(['patch', 'applicationset', 'tenants', '-n', 'argocd', '--type=json', '-p', back]),
    'patch',
  );
  await story.until(
    'health',
    async () => at(seen(await story.get(set('tenants'))), 'status', 'health', 'status') === 'Healthy',
  );
});

test('deleting many at once asks first', async () => {
  const names = Array.from({ length: 12 }, (_, index) => `{name: many-${index}}`).join(', ');
  const wish = { name: 'many', app: '{{.name}}', path: 'tenants/ada', spec: '' };
  await story.apply(setYaml({ ...wish, generators: `  - list: {elements: [${names}]}` }));
  await story.until('twelve', async () => at(seen(await story.get(set('many'))), 'status', 'resourcesCount') === 12);
  await story.apply(setYaml({ ...wish, generators: '  - list: {elements: []}' }));
  const message = await story.until('the question', async () => {
    const conditions = (at(seen(await story.get(set('many'))), 'status', 'conditions') ?? []) as readonly {
      type: string;
      status: string;
      message: string;
    }[];
    return conditions.find(({ type, status }) => type === 'ErrorOccurred' && status === 'True')?.message;
  });
  assert.match(message, /^12 of 12 Applications would be deleted \(many-0, many-1, many-10, …\)/);
  assert.ok(await story.get(app('many-3')));
  const approval = `argocd.argoproj.io/deletion-approved=${new Date(Date.now() + 2000).toISOString()}`;
  succeed(await story.kubectl(['annotate', 'applicationset', 'many', '-n', 'argocd', approval]), 'annotate');
  await story.until('them to go', async () => (await story.get(app('many-3'))) === undefined);
});

test('a rolling sync goes step by step', async () => {
  await story.push({ 'rings/one/config.yaml': configMapYaml('ring'), 'rings/two/config.yaml': configMapYaml('ring') });
  const spec = `  strategy:
    type: RollingSync
    rollingSync:
      steps:
      - matchExpressions: [{key: ring, operator: In, values: [one]}]
      - matchExpressions: [{key: ring, operator: In, values: [two]}]
        maxUpdate: 100%
`;
  const generators = '  - list: {elements: [{ring: one}, {ring: two}]}';
  await story.apply(
    setYaml({
      name: 'rings',
      generators,
      app: 'ring-{{.ring}}',
      path: 'rings/{{.ring}}',
      labels: "{ring: '{{.ring}}'}",
      spec,
    }),
  );
  await story.until('both rings Healthy', async () => {
    const statuses = (at(seen(await story.get(set('rings'))), 'status', 'applicationStatus') ?? []) as readonly {
      status: string;
    }[];
    return statuses.length === 2 && statuses.every(({ status }) => status === 'Healthy');
  });
  const [one, two] = [look(await story.get(app('ring-one'))), look(await story.get(app('ring-two')))];
  assert.equal(at(one, 'spec', 'syncPolicy', 'automated', 'enabled'), false);
  const finished = Date.parse(String(at(one, 'status', 'operationState', 'finishedAt')));
  const started = Date.parse(String(at(two, 'status', 'operationState', 'startedAt')));
  assert.ok(finished <= started, `${finished} ${started}`);
});

const listOf = (...names: readonly string[]): string =>
  `  - list: {elements: [${names.map((name) => `{name: ${name}}`).join(', ')}]}`;
const plain = { app: '{{.name}}', path: 'tenants/ada' };

test('an Application written by Argo CD is taken over: what the template no longer says goes', async () => {
  const old = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: taken, namespace: argocd, labels: {old: 'yes', made: by-set}}
spec:
  project: default
  source: {repoURL: ${shopUrl}, targetRevision: main, path: tenants/ada, tagPrefix: old-}
  destination: {server: https://kubernetes.default.svc, namespace: taken}
`;
  const create = ['create', '--field-manager=argocd-applicationset-controller', '-f', '-'];
  succeed(await story.kubectl(create, { input: old }), 'create');
  await story.apply(setYaml({ name: 'takes', generators: listOf('taken'), ...plain }));
  const found = await story.until('the take-over', async () => {
    const now = seen(await story.get(app('taken')));
    return now.metadata.ownerReferences?.[0]?.name === 'takes' && now;
  });
  assert.equal(found.metadata.labels?.['old'], undefined);
  assert.equal(at(found, 'spec', 'source', 'tagPrefix'), undefined);
});

test('one invalid Application leaves the others unharmed', async () => {
  const generators = '  - list: {elements: [{name: fine}, {name: fine}, {name: broken, project: nope}]}';
  const yaml = setYaml({ name: 'mixed', generators, ...plain }).replace(
    'project: default',
    'project: \'{{ default "default" (get . "project") }}\'',
  );
  await story.apply(yaml);
  await story.until('the fine one', async () => (await story.get(app('fine'))) !== undefined);
  await story.until('the refusal', async () => {
    const conditions = (at(seen(await story.get(set('mixed'))), 'status', 'conditions') ?? []) as readonly {
      type: string;
      message: string;
    }[];
    return conditions.some(({ type, message }) => type === 'ErrorOccurred' && message.endsWith('(and 1 more)'));
  });
  assert.equal(await story.get(app('broken')), undefined);
});

test('an Application that two sets generate is the first one’s, and the other’s as soon as that one goes', async () => {
  await story.apply(setYaml({ name: 'first', generators: listOf('both'), ...plain }));
  await story.until('the Application', async () => (await story.get(app('both'))) !== undefined);
  await story.apply(setYaml({ name: 'second', generators: listOf('both', 'second-own'), ...plain }));
  await story.until('the other one', async () => (await story.get(app('second-own'))) !== undefined);
  const refused = await story.until('the refusal', async () => {
    const conditions = (at(seen(await story.get(set('second'))), 'status', 'conditions') ?? []) as readonly {
      type: string;
      message: string;
    }[];
    return conditions.find(({ type, message }) => type === 'ErrorOccurred' && message.includes('already owned'));
  });
  assert.equal(refused.message, 'Object argocd/both is already owned by another ApplicationSet controller first');
  const before = seen(await story.get(app('both'))).metadata.uid;
  succeed(await story.kubectl(['delete', 'applicationset', 'first', '-n', 'argocd']), 'delete');
  const taken = await story.until('the second set to have it', async () => {
    const now = look(await story.get(app('both')));
    return now?.metadata.ownerReferences?.[0]?.name === 'second' && now;
  });
  assert.notEqual(taken.metadata.uid, before);
});

test('create-only neither changes nor deletes; a set goes with its Applications', async () => {
  const spec = '  syncPolicy: {applicationsSync: create-only, preserveResourcesOnDeletion: true}\n';
  await story.apply(setYaml({ name: 'once', generators: listOf('stay-a', 'stay-b'), ...plain, spec }));
  await story.until('both', async () => (await story.get(app('stay-b'))) !== undefined);
  await story.apply(
    setYaml({ name: 'once', generators: listOf('stay-a', 'stay-c'), ...plain, path: 'tenants/eve', spec }),
  );
  await story.until('the new one', async () => (await story.get(app('stay-c'))) !== undefined);
  assert.equal(at(seen(await story.get(app('stay-a'))), 'spec', 'source', 'path'), 'tenants/ada');
  assert.ok(await story.get(app('stay-b')));
  assert.equal(seen(await story.get(app('stay-a'))).metadata.finalizers, undefined);
  succeed(await story.kubectl(['delete', 'applicationset', 'once', '-n', 'argocd']), 'delete');
  await story.until('them to go', async () => (await story.get(app('stay-a'))) === undefined);
});

test('deletionOrder Reverse deletes the last step first', async () => {
  const steps = ['one', 'two']
    .map((ring) => `      - matchExpressions: [{key: ring, operator: In, values: [${ring}]}]`)
    .join('\n');
  const spec = `  strategy:\n    type: RollingSync\n    deletionOrder: Reverse\n    rollingSync:\n      steps:\n${steps}\n`;
  const generators = '  - list: {elements: [{ring: one}, {ring: two}]}';
  await story.apply(
    setYaml({
      name: 'back',
      generators,
      app: 'back-{{.ring}}',
      path: 'rings/{{.ring}}',
      labels: "{ring: '{{.ring}}'}",
      spec,
    }),
  );
  await story.until('the finalizer', async () => seen(await story.get(set('back'))).metadata.finalizers !== undefined);
  await story.until('both', async () => (await story.get(app('back-two'))) !== undefined);
  story.requests.clear();
  succeed(await story.kubectl(['delete', 'applicationset', 'back', '-n', 'argocd', '--wait=false']), 'delete');
  await story.until(
    'all to go',
    async () => (await story.get(set('back'))) === undefined && (await story.get(app('back-one'))) === undefined,
  );
  const deletes = story.requests.lines().filter((line) => /^DELETE \S*applications\/back-/.test(line));
  assert.deepEqual(
    deletes.map((line) => line.replace(/^.*applications\//, '').replace(/\W*\?.*$/, '')),
    ['back-two', 'back-one'],
  );
});

test('the command lists, previews, creates and deletes sets', async () => {
  assert.match(
    succeed(await story.evenkeel(['appset', 'list']), 'list'),
    /argocd\/tenants +default +nil +Healthy +ParametersGenerated,ResourcesUpToDate/,
  );
  assert.match(
    succeed(await story.evenkeel(['appset', 'get', 'tenants']), 'get'),
    /Health Status: +Healthy[\s\S]*ErrorOccurred +False/,
  );
  const yaml = setYaml({
    name: 'preview',
    generators: '  - list: {elements: [{name: seen}]}',
    app: '{{.name}}',
    path: 'tenants/ada',
  });
  await story.push({ 'preview.yaml': yaml });
  const file = `${story.clone}/preview.yaml`;
  assert.match(
    succeed(await story.evenkeel(['appset', 'generate', file, '-o', 'yaml']), 'generate'),
    /kind: Application\nmetadata:[\s\S]*name: seen/,
  );
  assert.equal(await story.get(app('seen')), undefined);
  await story.push({ 'ghost.yaml': yaml.replace('project: default', 'project: ghost') });
  for (const verb of [['generate'], ['create', '--dry-run'], ['create', '--upsert']]) {
    const ghost = await story.evenkeel(['appset', ...verb, `${story.clone}/ghost.yaml`]);
    assert.deepEqual([ghost.code, ghost.out], [20, '']);
    assert.match(ghost.err, /^ApplicationSet references project ghost which does not exist$/m);
  }
  const dry = await story.evenkeel(['appset', 'create', file, '--dry-run']);
  assert.match(dry.err, /ApplicationSet 'preview' created \(dry-run\)/);
  assert.equal(await story.get(set('preview')), undefined);
  succeed(await story.evenkeel(['appset', 'create', file, '--wait']), 'create');
  assert.ok(await story.get(app('seen')));
  await story.push({ 'preview.yaml': yaml.replace('name: seen}', 'name: other}') });
  const refused = await story.evenkeel(['appset', 'create', file]);
  assert.deepEqual([refused.code, /use upsert flag to force update/.test(refused.err)], [20, true]);
  assert.match(
    succeed(await story.evenkeel(['appset', 'delete', 'preview', '--wait']), 'delete'),
    /applicationset 'preview' deleted/,
  );
  await story.until('its Application to go', async () => (await story.get(app('seen'))) === undefined);
  assert.equal((await story.evenkeel(['appset', 'get', 'nope'])).code, 20);
});

test('a webhook has what it concerns look again', async () => {
  const { server } = story.world;
  assert.ok(server);
  const payload = {
    ref: 'refs/heads/main',
    repository: { html_url: shopUrl.replace(/\.git$/, ''), default_branch: 'main' },
    commits: [],
  };
  const headers = { 'x-github-event': 'push', 'content-type': 'application/json' };
  const send = (body: unknown): Promise<Response> =>
    fetch(new URL('/api/webhook', server.url), { method: 'POST', headers, body: JSON.stringify(body) });
  assert.match(await (await send(payload)).text(), /^\d+ applications and [1-9]\d* application sets look again$/);
  assert.equal(
    (await send({ ...payload, repository: { html_url: 'https://git.example.com/other', default_branch: 'main' } }))
      .status,
    200,
  );
  await story.apply(`apiVersion: v1
kind: Secret
metadata: {name: argocd-secret, namespace: argocd}
stringData: {webhook.github.secret: s3cret}
`);
  assert.equal((await send(payload)).status, 401);
});
