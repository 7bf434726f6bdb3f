// Source hydration in the whole system, on real Git over HTTP: what a dry source comes to is pushed to a branch by a user who
// may write there, and synced from it by one who may only read.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, test } from 'node:test';
import type { JsonObject, KubeObject } from '@evenkeel/resource';
import {
  type Wish,
  app,
  application,
  apply,
  begin,
  directory,
  messageOf,
  openWorld,
  phaseIs,
  push,
  scene,
  secret,
  settings,
  show,
  typeOf,
  untilHydration,
  untilLive,
  urlOf,
  valued,
} from './hydrator-stage.ts';
import { at, commandLine, conditionsOf, git, look, run, succeed, untilTrue } from './story.ts';

before(begin);

test('nobody may write: it is said by name, and goes on by itself as the Secret is there', async () => {
  const sha = await push('infra', { 'web/a.yaml': valued('web', '1') }, { message: 'web: begin\n\nWith a body.' });
  await application('web');
  const status = await untilHydration('web', 'the refusal', phaseIs('Failed', sha));
  assert.match(
    messageOf(status),
    /^Failed to hydrate: failed to get hydrator credentials: no Secret says how to write to http:\/\/127\.0\.0\.1:\d+\/infra\.git for project "default"; add one labelled argocd\.argoproj\.io\/secret-type: repository-write/,
  );
  assert.equal(status['lastComparedDryRevision'], sha);
  assert.equal(await show('infra', 'branch', '--list', 'env/dev'), '');
  await secret('write-infra', 'repository-write', 'infra', 'writer');
  await untilLive('web', '1');
});

test('the branch, the note and the status say where everything comes from', async () => {
  const dry = await show('infra', 'rev-parse', 'main');
  const hydrated = await show('infra', 'rev-parse', 'env/dev');
  assert.equal(
    await show('infra', 'log', '--format=%s|%an <%ae>', 'env/dev'),
    `${dry.slice(0, 7)}: web: begin|Argo CD <argo-cd@example.com>\nInitial commit for env/dev|Argo CD <argo-cd@example.com>`,
  );
  assert.equal(
    await show('infra', 'log', '-1', '--format=%b', 'env/dev'),
    'With a body.\n\nCo-authored-by: Ada Keeper <ada@example.com>',
  );
  assert.equal(
    await show('infra', 'ls-tree', '-r', '--format=%(objectmode) %(path)', 'env/dev'),
    [
      '100644 .gitattributes',
      '100644 hydrator.metadata',
      '100644 web/README.md',
      '100644 web/hydrator.metadata',
      '100755 web/manifest.yaml',
    ].join('\n'),
  );
  const metadata = JSON.parse(await show('infra', 'show', 'env/dev:hydrator.metadata')) as JsonObject;
  const { date, ...rest } = metadata;
  assert.match(date as string, /^20\d\d-.*Z$/);
  assert.deepEqual(rest, {
    repoURL: urlOf('infra'),
    drySha: dry,
    author: 'Ada Keeper <ada@example.com>',
    subject: 'web: begin',
    body: 'With a body.\n',
  });
  assert.equal(
    await show('infra', 'show', 'env/dev:web/manifest.yaml'),
    'apiVersion: v1\ndata:\n  value: "1"\nkind: ConfigMap\nmetadata:\n  name: web',
  );
  assert.equal(await show('infra', 'notes', '--ref=hydrator.metadata', 'show', 'env/dev'), `{"drySha":"${dry}"}`);
  const found = await app('web');
  const { startedAt, finishedAt, ...operation } = at(
    found,
    'status',
    'sourceHydrator',
    'currentOperation',
  ) as JsonObject;
  assert.ok(Date.parse(finishedAt as string) >= Date.parse(startedAt as string));
  const sourceHydrator = at(found, 'spec', 'sourceHydrator') as JsonObject;
  const ending = { drySHA: dry, hydratedSHA: hydrated, sourceHydrator };
  assert.deepEqual(operation, { phase: 'Hydrated', message: '', ...ending });
  assert.deepEqual(at(found, 'status', 'sourceHydrator', 'lastSuccessfulOperation'), ending);
  assert.equal(at(found, 'status', 'sync', 'revision'), hydrated);
  const source = { repoURL: urlOf('infra'), path: 'web', targetRevision: 'env/dev' };
  assert.deepEqual(at(found, 'status', 'sync', 'comparedTo', 'source'), source);
});

test('a dry change goes live by the branch; one that changes no manifest makes no commit', async () => {
  const second = await push('infra', { 'web/a.yaml': valued('web', '2') });
  await untilLive('web', '2');
  await untilHydration('web', 'the second commit', phaseIs('Hydrated', second));
  const before = await show('infra', 'rev-parse', 'env/dev');
  const third = await push('infra', { 'elsewhere.txt': 'x' });
  const status = await untilHydration('web', 'the third commit', phaseIs('Hydrated', third));
  assert.equal(at(status, 'currentOperation', 'hydratedSHA'), before);
  assert.equal(await show('infra', 'rev-parse', 'env/dev'), before);
  assert.equal(await show('infra', 'notes', '--ref=hydrator.metadata', 'show', 'env/dev'), `{"drySha":"${third}"}`);
});

test('what somebody else has on the branch stays', async () => {
  await push('infra', { '.github/workflow.yaml': 'on: push\n', 'web/extra.md': 'mine\n' }, { branch: 'env/dev' });
  const dry = await push('infra', { 'web/a.yaml': valued('web', '3') });
  await untilHydration('web', 'the commit', phaseIs('Hydrated', dry));
  await untilLive('web', '3');
  assert.equal(await show('infra', 'show', 'env/dev:.github/workflow.yaml'), 'on: push');
  assert.equal(await show('infra', 'show', 'env/dev:web/extra.md'), 'mine');
});

const chart = {
  'two/Chart.yaml': 'apiVersion: v2\nname: two\nversion: 0.1.0\n',
  'two/values.yaml': 'value: from-values\n',
  'two/templates/a.yaml':
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: two\n  namespace: {{ .Release.Namespace }}\ndata:\n  value: {{ .Values.value | quote }}\n',
};

test('two Applications of one branch are one commit, each with what a person would type', async () => {
  const kustomization = 'resources: [a.yaml]\nnamePrefix: k-\n';
  const sha = await push('infra', {
    ...chart,
    'one/a.yaml': valued('one', '1'),
    'one/kustomization.yaml': kustomization,
  });
  const helm = { releaseName: 'release', parameters: [{ name: 'value', value: 'set, twice' }] };
  const wish = {
    dry: { repoURL: urlOf('infra').toUpperCase().replace('HTTP:', 'http:').replace('/INFRA.GIT', '/infra.git') },
  };
  await application('one', { ...wish, sync: { targetBranch: 'env/two' } });
  await application('two', { dry: { helm }, sync: { targetBranch: 'env/two' } });
  for (const name of ['one', 'two']) await untilHydration(name, 'hydrated', phaseIs('Hydrated', sha));
  await untilLive('k-one', '1', 'one');
  await untilLive('two', 'set, twice');
  const dry = await push('infra', { 'two/values.yaml': 'value: other\n', 'one/a.yaml': valued('one', '2') });
  for (const name of ['one', 'two']) await untilHydration(name, 'hydrated again', phaseIs('Hydrated', dry));
  const heads = await Promise.all(
    ['one', 'two'].map(async (name) =>
      at(await app(name), 'status', 'sourceHydrator', 'currentOperation', 'hydratedSHA'),
    ),
  );
  assert.equal(new Set(heads).size, 1);
  assert.match(
    await show('infra', 'show', 'env/two:two/README.md'),
    /^# Manifest Hydration\n\nTo hydrate the manifests in this repository, run the following commands:\n\n```shell\ngit clone http:.*infra\.git\n# cd into the cloned directory\ngit checkout [0-9a-f]{40}\nhelm template \. --name-template release --namespace default --set "value=set\\\\, twice" --include-crds\n```$/,
  );
  assert.match(await show('infra', 'show', 'env/two:one/README.md'), /\nkustomize build \.\/one\n```$/);
});

test('nobody writes over anybody, out of the repository, or where the project says no', async () => {
  const rows: readonly (readonly [name: string, wish: Wish, said: RegExp])[] = [
    [
      'climber',
      { sync: { path: '../climber' } },
      /path "\.\.\/climber" which is not allowed: it leads out of the repository/,
    ],
    [
      'rooted',
      { sync: { path: 'a/..' } },
      /hydrate to the repository root \(branch "env\/rooted", path "a\/\.\."\) which is not allowed/,
    ],
    ['hooks', { sync: { path: '.git/hooks' } }, /it leads into the directory of Git itself/],
    ['nowhere', { path: 'nowhere' }, /failed to get manifests: the path "nowhere" does not exist in the repository/],
    ['branchy', { sync: { targetBranch: 'a..b' } }, /"a\.\.b" cannot be the name of a branch/],
  ];
  for (const [name, wish] of rows) {
    await application(name, { path: 'web', ...wish, sync: { targetBranch: `env/${name}`, ...wish.sync } });
  }
  for (const [name, , said] of rows) {
    assert.match(messageOf(await untilHydration(name, 'the refusal', phaseIs('Failed'))), said, name);
  }
  await application('twin-a', { path: 'web', sync: { targetBranch: 'env/twins', path: 'same' } });
  await application('twin-b', { path: 'web', sync: { targetBranch: 'env/twins', path: './same/' } });
  await application('bystander', { path: 'web', sync: { targetBranch: 'env/twins' } });
  const said = async (name: string): Promise<string> =>
    messageOf(
      await untilHydration(
        name,
        'the refusal',
        (status) => /argocd\/twin|bystander/.test(messageOf(status)) && phaseIs('Failed')(status),
      ),
    );
  assert.match(
    await said('twin-a'),
    /^Failed to hydrate: app argocd\/twin-b hydrator uses the same destination: repo=.*, path=/,
  );
  assert.match(await said('twin-b'), /^Failed to hydrate: app argocd\/twin-a hydrator uses the same destination/);
  await nudge('bystander');
  await untilHydration('bystander', 'the others to be named', (status) =>
    messageOf(status).endsWith('cannot hydrate because application argocd/twin-a and 1 more have errors'),
  );
  assert.equal(await show('infra', 'branch', '--list', 'env/climber', 'env/rooted', 'env/hooks'), '');
});

/** Asks for a hydration as the tools of upstream do. */
async function nudge(name: string, how = 'normal'): Promise<void> {
  const change = { metadata: { annotations: { 'argocd.argoproj.io/hydrate': how } } };
  await scene.world.client.patch(
    await typeOf('Application', 'argoproj.io'),
    { namespace: 'argocd', name },
    'merge',
    change,
  );
}

test('a project has to permit both repositories', async () => {
  const destinations = [{ server: '*', namespace: '*' }];
  const project = (sourceRepos: readonly string[]): KubeObject =>
    ({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'AppProject',
      metadata: { name: 'narrow', namespace: 'argocd' },
      spec: { sourceRepos, destinations },
    }) as unknown as KubeObject;
  await apply(project([urlOf('infra')]));
  await secret('write-deploy', 'repository-write', 'deploy', 'writer');
  await application('narrow', { path: 'web', project: 'narrow', sync: { repoURL: urlOf('deploy') } });
  const status = await untilHydration('narrow', 'the refusal', phaseIs('Failed'));
  assert.match(messageOf(status), /destination repo .*\/deploy\.git is not permitted in project 'narrow'$/);
  assert.match(
    conditionsOf(await app('narrow')),
    /InvalidSpecError: sync source repo .*deploy\.git is not permitted in project 'narrow'/,
  );
  await apply(project([urlOf('infra'), urlOf('deploy')]));
  await nudge('narrow');
  const { lastComparedDryRevision } = await untilHydration('narrow', 'hydrated', phaseIs('Hydrated'));
  const metadata = JSON.parse(await show('deploy', 'show', 'env/dev:hydrator.metadata')) as JsonObject;
  // The commit is one of the dry repository, which is what is named with it.
  assert.deepEqual([metadata['repoURL'], metadata['drySha']], [urlOf('infra'), lastComparedDryRevision]);
  await untilTrue('the question to be taken away', async () => {
    const { annotations = {} } = look(await app('narrow'))?.metadata ?? {};
    return annotations['argocd.argoproj.io/hydrate'] === undefined;
  });
});

test('manifests may be staged in another branch, from where somebody takes them on', async () => {
  const dry = await push('infra', { 'staged/a.yaml': valued('staged', '1') });
  await application('staged', { sync: { targetBranch: 'env/prod' }, hydrateTo: { targetBranch: 'env/prod-next' } });
  await untilHydration('staged', 'hydrated', phaseIs('Hydrated', dry));
  await untilTrue('the hint', async () =>
    /waiting for an external process to update env\/prod from env\/prod-next/.test(
      look(conditionsOf(await app('staged'))),
    ),
  );
  assert.equal(await show('infra', 'log', '--format=%s', 'env/prod'), 'Initial commit for env/prod');
  assert.equal(
    await show('infra', 'merge-base', 'env/prod', 'env/prod-next'),
    await show('infra', 'rev-parse', 'env/prod'),
  );
  await push('infra', {}, { branch: 'env/prod-next', message: 'Approved' });
  await git(join(directory, 'work-infra'), [
    'push',
    '-q',
    urlOf('infra').replace('//', '//writer:right@'),
    'HEAD:env/prod',
  ]);
  await untilLive('staged', '1');
});

test('the template and the author are those of argocd-cm, and another wish is hydrated at the same commit', async () => {
  const data = {
    'sourceHydrator.commitMessageTemplate':
      'hydrate {{ .metadata.drySha | trunc 4 }}\n\n\n\nby {{ .metadata.author }}  \n',
    'sourceHydrator.readmeMessageTemplate': '{{ .DrySHA | upper }} {{ len .Commands }}',
    'commit.author.name': 'Robot <of> us',
    'commit.author.email': 'robot@example.com',
  };
  await settings(data);
  const before = await show('infra', 'rev-parse', 'main');
  await application('web', { dry: { directory: { exclude: 'b.yaml' } }, sync: { path: 'moved' } });
  await untilTrue('the new path', async () => (await show('infra', 'show', 'env/dev:moved/manifest.yaml')) !== '');
  assert.equal(
    await show('infra', 'log', '-1', '--format=%an|%ae|%B', 'env/dev'),
    `Robot of us|robot@example.com|hydrate ${before.slice(0, 4)}\n\nby Ada Keeper <ada@example.com>`,
  );
  assert.equal(await show('infra', 'show', 'env/dev:moved/README.md'), `${before.toUpperCase()} 0`);
  await settings({});
});

test('whoever joins later, asks again, or was overwritten by hand is hydrated at the same dry commit', async () => {
  const dry = await push('infra', { 'late/a.yaml': valued('late', '1') });
  await untilHydration('one', 'the newest commit', phaseIs('Hydrated', dry));
  await application('late', { sync: { targetBranch: 'env/two' } });
  await untilLive('late', '1');
  assert.equal(at(await app('late'), 'status', 'sourceHydrator', 'currentOperation', 'drySHA'), dry);
  await push('infra', { 'late/manifest.yaml': valued('late', 'by hand') }, { branch: 'env/two' });
  await untilLive('late', 'by hand');
  await nudge('late', 'hard');
  await untilLive('late', '1');
  assert.equal(await show('infra', 'log', '-1', '--format=%s', 'env/two'), `${dry.slice(0, 7)}: A change`);
});

test('a commit that touches none of the paths named is compared and no more', async () => {
  const dry = await push('infra', { 'paths/a.yaml': valued('paths', '1') });
  await application('paths', { sync: { targetBranch: 'env/paths' } });
  await untilHydration('paths', 'hydrated', phaseIs('Hydrated', dry));
  const annotations = { 'argocd.argoproj.io/manifest-generate-paths': '.' };
  const type = await typeOf('Application', 'argoproj.io');
  await scene.world.client.patch(type, { namespace: 'argocd', name: 'paths' }, 'merge', { metadata: { annotations } });
  const next = await push('infra', { 'elsewhere.txt': 'y' });
  const status = await untilHydration(
    'paths',
    'compared',
    ({ lastComparedDryRevision }) => lastComparedDryRevision === next,
  );
  assert.equal(at(status, 'currentOperation', 'drySHA'), dry);
  const last = await push('infra', { 'paths/a.yaml': valued('paths', '2') });
  await untilHydration('paths', 'hydrated again', phaseIs('Hydrated', last));
});

test('a webhook of the dry repository is enough', async () => {
  await settings({ 'timeout.reconciliation': '0' });
  const dry = await push('infra', { 'paths/a.yaml': valued('paths', '3') });
  const body = JSON.stringify({
    ref: 'refs/heads/main',
    before: '0'.repeat(40),
    after: dry,
    repository: { html_url: urlOf('infra').replace(/\.git$/, ''), default_branch: 'main' },
    commits: [{ added: [], modified: ['paths/a.yaml'], removed: [] }],
  });
  const headers = { 'content-type': 'application/json', 'x-github-event': 'push' };
  const answer = await fetch(new URL('/api/webhook', scene.world.server?.url), { method: 'POST', headers, body });
  assert.equal(answer.status, 200, await answer.text());
  await untilLive('paths', '3');
  await settings({});
});

test('plain directories and plugins are dry sources too', async () => {
  const data = {
    'plugin.yaml':
      'apiVersion: argoproj.io/v1alpha1\nkind: ConfigManagementPlugin\nmetadata: {name: shout}\nspec:\n  generate: {command: [sh, -c, "sed s/quiet/$ARGOCD_ENV_WORD/ template.txt"]}\n',
  };
  const metadata = {
    name: 'plugin-shout',
    namespace: 'argocd',
    labels: { 'evenkeel.dev/config-management-plugin': 'true' },
  };
  await apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data } as unknown as KubeObject);
  await push('infra', {
    'plugged/template.txt': valued('plugged', 'quiet'),
    'nested/a/b.yaml': valued('nested', '1'),
    'nested/skip.yaml': valued('skipped', '1'),
  });
  const env = [{ name: 'WORD', value: 'LOUD' }];
  await application('plugged', { dry: { plugin: { name: 'shout', env } }, sync: { targetBranch: 'env/plugged' } });
  const directory = { recurse: true, exclude: 'skip.yaml' };
  await application('nested', { dry: { directory }, sync: { targetBranch: 'env/nested' } });
  await untilLive('plugged', 'LOUD');
  await untilLive('nested', '1');
  assert.doesNotMatch(await show('infra', 'show', 'env/nested:nested/manifest.yaml'), /skipped/);
});

test('the command waits for hydration', async () => {
  const env = { EVENKEEL_SERVER: scene.world.server?.url ?? '' };
  const waited = await run(process.execPath, [...commandLine, 'app', 'wait', 'web', '--hydrated', '--timeout', '30'], {
    env,
  });
  assert.match(succeed(waited, 'app wait --hydrated'), /\nHydration: +Hydrated from [0-9a-f]{7} at [0-9a-f]{7}\n/);
  const told = succeed(await run(process.execPath, [...commandLine, 'app', 'get', 'climber'], { env }), 'app get');
  assert.match(told, /\nHydration: +Failed\n(.*\n)*Says: +Failed to hydrate: app is configured to hydrate to path/);
  const stuck = await run(
    process.execPath,
    [...commandLine, 'app', 'wait', 'climber', '--hydrated', '--timeout', '1'],
    { env },
  );
  assert.equal(stuck.code, 20);
});

test('a process that ends between the push and its word of it is taken up by the next', async () => {
  await secret('write-torn', 'repo-write-creds', 'torn', 'writer');
  await push('torn', { 'torn/a.yaml': valued('torn', '1') });
  await application('torn', { dry: { repoURL: urlOf('torn') } });
  await untilLive('torn', '1');
  const ended = Promise.withResolvers<void>();
  const mortal = scene.world;
  scene.onPush = ({ repository, ref }) => {
    if (repository !== 'torn' || ref !== 'refs/heads/env/dev') return;
    scene.onPush = () => undefined;
    mortal[Symbol.asyncDispose]().then(ended.resolve, ended.reject);
  };
  const dry = await push('torn', { 'torn/a.yaml': valued('torn', '2') });
  await ended.promise;
  const left = await show('torn', 'rev-parse', 'env/dev');
  scene.world = await openWorld();
  const status = await untilHydration('torn', 'taken up', phaseIs('Hydrated', dry));
  assert.equal(at(status, 'currentOperation', 'hydratedSHA'), left);
  assert.equal(await show('torn', 'rev-list', '--count', 'env/dev'), '3');
  assert.equal(await show('torn', 'notes', '--ref=hydrator.metadata', 'show', 'env/dev'), `{"drySha":"${dry}"}`);
  await untilLive('torn', '2');
});
