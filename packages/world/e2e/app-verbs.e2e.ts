// What a person asks of `evenkeel app` beyond creating, syncing and deleting: every flag of sync, wait and diff, changes of an
// Application by flags, patches and an editor, and its live objects.

import assert from 'node:assert/strict';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { applicationYaml, configMapYaml, deploymentYaml, jobYaml } from './manifests.ts';
import { type Ended, at, imageOf, look, objectsOf, refText, shopUrl, startStory, succeed } from './story.ts';

const story = await startStory();
after(() => story[Symbol.asyncDispose]());
const appRef = (name: string): string => `application.argoproj.io/argocd/${name}`;
const app = (...args: readonly string[]): Promise<Ended> => story.evenkeel(['app', ...args]);
const said = async (...args: readonly string[]): Promise<string> => succeed(await app(...args), args.join(' '));
const refused = async (code: number, sentence: RegExp, ...args: readonly string[]): Promise<void> => {
  const { code: is, out, err } = await app(...args);
  assert.deepEqual([is, sentence.test(err)], [code, true], `${args.join(' ')}: ${is} ${out}${err}`);
};
const specOf = async (name: string): Promise<unknown> => at(await story.get(appRef(name)), 'spec');
const operationOf = async (name: string): Promise<unknown> =>
  at(await story.get(appRef(name)), 'status', 'operationState', 'operation');
const manual = 'syncOptions:\n  - CreateNamespace=true';
const valueOf = async (namespace: string, name: string): Promise<unknown> =>
  at(await story.get(`configmap/${namespace}/${name}`), 'data', 'value');

const labelled = (name: string, tier: string, value = 'one'): string =>
  configMapYaml(name, {}, value).replace(`name: ${name}`, `name: ${name}\n  labels:\n    tier: ${tier}`);

await story.push({
  'verbs/a.yaml': labelled('a', 'front'),
  'verbs/b.yaml': labelled('b', 'back'),
  'verbs/web.yaml': deploymentYaml('web'),
});
await story.apply(applicationYaml({ name: 'verbs', path: 'verbs', namespace: 'verbs', syncPolicy: manual }));
await story.untilApp('verbs', 'OutOfSync');

test('sync of some objects: by name, with stars, all but some, by label', async () => {
  succeed(await story.kubectl(['create', 'namespace', 'verbs']), 'namespace');
  await said('sync', 'verbs', '--resource', ':ConfigMap:a');
  assert.deepEqual([await valueOf('verbs', 'a'), await valueOf('verbs', 'b')], ['one', undefined]);
  await said('sync', 'verbs', '--label', 'tier=back');
  assert.equal(await valueOf('verbs', 'b'), 'one');
  assert.equal(await story.get('deployment.apps/verbs/web'), undefined);
  await said('sync', 'verbs', '--resource', '!*:ConfigMap:*');
  assert.ok(await story.get('deployment.apps/verbs/web'));
  await said('sync', 'verbs', '--resource', 'apps:Deployment:verbs/web', '--resource', ':ConfigMap:verbs/a');
  await refused(
    20,
    /^resource should have GROUP:KIND:NAME, but instead got: Service$/m,
    'sync',
    'verbs',
    '--resource',
    'Service',
  );
  await refused(
    20,
    /^resource with namespace should have GROUP:KIND:NAMESPACE\/NAME, but instead got: :a:b\/c\/d$/m,
    'sync',
    'verbs',
    '--resource',
    ':a:b/c/d',
  );
  await refused(
    1,
    /^No matching app resources found for resource filter: :Secret:x$/m,
    'sync',
    'verbs',
    '--resource',
    ':Secret:x',
  );
  await refused(1, /^No matching resources found for labels: \[tier=none\]$/m, 'sync', 'verbs', '--label', 'tier=none');
});

test('sync says how: strategy, force, options, infos, retries', async () => {
  await said(
    'sync',
    'verbs',
    '--strategy',
    'apply',
    '--force',
    '--info',
    'ticket=42',
    '--server-side',
    '--apply-out-of-sync-only',
  );
  const asked = await operationOf('verbs');
  assert.deepEqual(at(asked, 'sync', 'syncStrategy'), { apply: { force: true } });
  assert.deepEqual(at(asked, 'sync', 'syncOptions'), ['ServerSideApply=true', 'ApplyOutOfSyncOnly=true']);
  assert.deepEqual(at(asked, 'info'), [{ name: 'ticket', value: '42' }]);
  const retries = [
    '--retry-limit',
    '3',
    '--retry-refresh',
    '--retry-backoff-duration',
    '1s',
    '--retry-backoff-factor',
    '3',
  ];
  await said('sync', 'verbs', '--replace', ...retries);
  const again = await operationOf('verbs');
  assert.deepEqual(at(again, 'sync', 'syncOptions'), ['Replace=true']);
  assert.deepEqual(at(again, 'sync', 'syncStrategy'), { hook: {} });
  assert.deepEqual(at(again, 'retry'), {
    limit: 3,
    refresh: true,
    backoff: { duration: '1s', maxDuration: '3m0s', factor: 3 },
  });
  await refused(1, /^Unknown sync strategy: 'magic'$/m, 'sync', 'verbs', '--strategy', 'magic');
});

test('sync of many, by selector and by project; --async and --timeout', async () => {
  succeed(await story.kubectl(['label', 'application', 'verbs', '-n', 'argocd', 'team=a']), 'label');
  await story.apply(applicationYaml({ name: 'other', path: 'notes', namespace: 'other', syncPolicy: manual }));
  await story.untilApp('other', 'OutOfSync');
  assert.match(await said('sync', '-l', 'team in (a,b)', '-o', 'json'), /"name": "verbs"/);
  const many = await said('sync', '--project', 'default');
  assert.ok(many.includes('argocd/verbs') && many.includes('argocd/other'), many);
  await refused(1, /^No matching apps found for filter: selector team=z$/m, 'sync', '-l', 'team=z');
  await refused(1, /^Cannot use selector option when application name/m, 'sync', 'verbs', 'other', '-l', 'team=a');
  await refused(20, /name at least one application/, 'sync');
  const slow = { 'argocd.argoproj.io/hook': 'PreSync' };
  await story.push({
    'slow/job.yaml': jobYaml('slow', slow, { image: 'registry.example.com/shop/migrate:does-not-exist' }),
    'slow/a.yaml': configMapYaml('a'),
  });
  await story.apply(applicationYaml({ name: 'slow', path: 'slow', namespace: 'slow', syncPolicy: manual }));
  await story.untilApp('slow', 'OutOfSync');
  assert.match(await said('sync', 'slow', '--async'), /sync of argocd\/slow requested/);
  await story.until(
    'it to run',
    async () => at(look(await story.get(appRef('slow'))), 'status', 'operationState', 'phase') === 'Running',
  );
  await refused(
    20,
    /timed out \(1s\) waiting for app "argo\/argocd\/slow"/,
    'wait',
    'slow',
    '--operation',
    '--timeout',
    '1',
  );
  await said('terminate-op', 'slow');
  await said('delete', 'slow', 'other', '-y', '-p', 'background');
});

test('sync shows what would change before, and asks', async () => {
  await story.push({ 'verbs/a.yaml': labelled('a', 'front', 'two') });
  await story.untilApp('verbs', 'OutOfSync');
  const no = await story.evenkeel(['app', 'sync', 'verbs', '--preview-changes'], { input: 'n\n' });
  assert.equal(no.code, 0, no.err);
  assert.match(
    no.out,
    /====== Previewing differences between live and desired state of application argocd\/verbs ======/,
  );
  assert.match(no.out, /===== \/ConfigMap verbs\/a ======\n {2}\.data\.value\n {2}< "one".*\n {2}> "two"/);
  assert.match(no.out, /Do you want to continue the sync process\? \(y\/n\): $/);
  assert.equal(await valueOf('verbs', 'a'), 'one');
  succeed(await story.evenkeel(['app', 'sync', 'verbs', '--preview-changes'], { input: 'y\n' }), 'yes');
  assert.equal(await valueOf('verbs', 'a'), 'two');
  assert.match(await said('sync', 'verbs', '--preview-changes', '--assumeYes'), /====== No Differences found ======/);
});

test('diff and manifests of another revision, of this disk, and refreshed', async () => {
  const [first] =
    succeed(await story.evenkeel(['app', 'history', 'verbs', '-o', 'json']), 'history')
      .match(/[0-9a-f]{40}/g)
      ?.slice(-1) ?? [];
  assert.ok(first);
  const old = await app('diff', 'verbs', '--revision', first);
  assert.equal(old.code, 1, old.err);
  assert.match(old.out, /\.data\.value\n {2}< "two".*\n {2}> "one"/);
  assert.equal((await app('diff', 'verbs', '--revision', first, '--diff-exit-code', '7')).code, 7);
  assert.equal((await app('diff', 'verbs', '--revision', first, '--exit-code=false')).code, 0);
  assert.equal((await app('diff', 'verbs', '--hard-refresh')).code, 0);
  const kinds = (text: string): readonly string[] => objectsOf(text).map(refText).toSorted();
  const all = ['configmap/verbs/a', 'configmap/verbs/b', 'deployment.apps/verbs/web'];
  assert.deepEqual(kinds(await said('manifests', 'verbs')), all);
  assert.deepEqual(kinds(await said('manifests', 'verbs', '--source', 'live')), all);
  assert.match(await said('manifests', 'verbs', '--revision', first), /value: one/);
  await refused(1, /^Unknown source type 'moon'$/m, 'manifests', 'verbs', '--source', 'moon');
  const disk = join(dirname(story.clone), 'disk');
  mkdirSync(disk);
  cpSync(join(story.clone, 'verbs'), join(disk, 'verbs'), { recursive: true });
  writeFileSync(join(disk, 'verbs/a.yaml'), labelled('a', 'front', 'three'));
  const local = ['--local', join(disk, 'verbs'), '--local-repo-root', disk];
  const differs = await app('diff', 'verbs', ...local);
  assert.equal(differs.code, 1, differs.err);
  assert.match(differs.out, /> "three"/);
  assert.match(await said('manifests', 'verbs', ...local), /value: three/);
  await said('sync', 'verbs', ...local);
  assert.equal(await valueOf('verbs', 'a'), 'three');
  await said('set', 'verbs', '--sync-policy', 'automated');
  await refused(
    1,
    /^Cannot use local sync when Automatic Sync Policy is enabled except with --dry-run$/m,
    'sync',
    'verbs',
    ...local,
  );
  assert.match(await said('sync', 'verbs', '--dry-run', ...local), /dry run/);
  await refused(12, /^Cannot sync to v9: auto-sync currently set to main$/m, 'sync', 'verbs', '--revision', 'v9');
  await said('set', 'verbs', '--sync-policy', 'none');
  await refused(2, /no-such-branch/, 'diff', 'verbs', '--revision', 'no-such-branch');
});

test('set and unset change what flags name and nothing else', async () => {
  await said(
    'set',
    'verbs',
    '--revision-history-limit',
    '4',
    '--sync-option',
    'PruneLast=true',
    '--sync-option',
    '!CreateNamespace=true',
  );
  assert.deepEqual(at(await specOf('verbs'), 'syncPolicy', 'syncOptions'), ['PruneLast=true']);
  assert.equal(at(await specOf('verbs'), 'revisionHistoryLimit'), 4);
  await said('set', 'verbs', '--self-heal', '--auto-prune=false');
  assert.deepEqual(at(await specOf('verbs'), 'syncPolicy', 'automated'), {
    enabled: false,
    prune: false,
    selfHeal: true,
  });
  await said('set', 'verbs', '--sync-policy', 'manual', '--sync-retry-limit', '2');
  assert.deepEqual(at(await specOf('verbs'), 'syncPolicy', 'retry'), {
    limit: 2,
    backoff: { duration: '5s', maxDuration: '3m0s', factor: 2 },
  });
  assert.equal(at(await specOf('verbs'), 'syncPolicy', 'automated'), undefined);
  await said(
    'set',
    'verbs',
    '--nameprefix',
    'x-',
    '--kustomize-image',
    'web=registry.example.com/web:v2',
    '--kustomize-image',
    'web:v3',
    '--kustomize-replica',
    'web=2',
  );
  assert.deepEqual(at(await specOf('verbs'), 'source', 'kustomize'), {
    namePrefix: 'x-',
    images: ['web:v3'],
    replicas: [{ name: 'web', count: 2 }],
  });
  await refused(1, /^Parameters can only be set against Helm applications$/m, 'set', 'verbs', '-p', 'a=b');
  await said('unset', 'verbs', '--nameprefix', '--kustomize-image', 'web', '--kustomize-replica', 'web');
  assert.equal(at(await specOf('verbs'), 'source', 'kustomize'), undefined);
  await said(
    'set',
    'verbs',
    '-p',
    'image.tag=v2',
    '--helm-set-string',
    'port=80',
    '--values',
    'prod.yaml',
    '--release-name',
    'till',
  );
  assert.deepEqual(at(await specOf('verbs'), 'source', 'helm'), {
    valueFiles: ['prod.yaml'],
    releaseName: 'till',
    parameters: [
      { name: 'port', value: '80', forceString: true },
      { name: 'image.tag', value: 'v2' },
    ],
  });
  await said('unset', 'verbs', '-p', 'port', '--parameter', 'image.tag', '--values', 'prod.yaml');
  assert.deepEqual(at(await specOf('verbs'), 'source', 'helm'), { releaseName: 'till' });
  await said('set', 'verbs', '--release-name', '');
  await said('patch', 'verbs', '--type', 'merge', '--patch', '{"spec": {"source": {"helm": null}}}');
  await refused(1, /^Please set at least one option to update$/m, 'set', 'verbs');
  await refused(20, /^Invalid sync-policy: sometimes$/m, 'set', 'verbs', '--sync-policy', 'sometimes');
  await refused(20, /not allowed in project "nowhere"/, 'set', 'verbs', '--project', 'nowhere');
  assert.equal(at(await specOf('verbs'), 'project'), 'default');
});

test('patch, edit and confirm-deletion', async () => {
  const printed = await said(
    'patch',
    'verbs',
    '--patch',
    '[{"op": "replace", "path": "/spec/revisionHistoryLimit", "value": 7}]',
  );
  assert.match(printed, /revisionHistoryLimit: 7/);
  await said(
    'patch',
    'verbs',
    '--type',
    'merge',
    '--patch',
    '{"metadata": {"labels": {"by": "patch"}}, "status": {"sync": null}}',
  );
  assert.equal((await story.get(appRef('verbs')))?.metadata.labels?.['by'], 'patch');
  await refused(20, /error applying patch/, 'patch', 'verbs', '--patch', '[{"op": "remove", "path": "/spec/nothing"}]');
  await refused(
    20,
    /Patch type 'strategic' is not supported/,
    'patch',
    'verbs',
    '--type',
    'strategic',
    '--patch',
    '{}',
  );
  const env = { EDITOR: "sed -i 's/revisionHistoryLimit: 7/revisionHistoryLimit: 8/'" };
  succeed(await story.evenkeel(['app', 'edit', 'verbs'], { env }), 'edit');
  assert.equal(at(await specOf('verbs'), 'revisionHistoryLimit'), 8);
  const kept = await story.evenkeel(['app', 'edit', 'verbs'], { env: { EDITOR: 'true' } });
  assert.deepEqual([kept.code, kept.err], [0, 'Edit cancelled, no changes made.\n']);
  const broken = await story.evenkeel(['app', 'edit', 'verbs'], { env: { EDITOR: "sed -i '1s/^/{/'" } });
  assert.equal(broken.code, 20, broken.err);
  assert.match(broken.err, /verbs-edit\.yaml.*what you wrote is in \S+verbs-edit\.yaml/s);
  assert.match(await said('confirm-deletion', 'verbs'), /^Application 'verbs' updated successfully$/m);
  const { annotations = {} } = (await story.get(appRef('verbs')))?.metadata ?? {};
  assert.match(annotations['argocd.argoproj.io/deletion-approved'] ?? '', /^\d{4}-\d\d-\d\dT/);
});

test('sources are added, changed and taken away by position and name', async () => {
  await refused(
    20,
    /^Cannot add source: application verbs does not have spec\.sources defined$/m,
    'add-source',
    'verbs',
    '--repo',
    shopUrl,
  );
  await refused(
    20,
    /^Application does not have multiple sources configured$/m,
    'remove-source',
    'verbs',
    '--source-position',
    '1',
  );
  const sources = [{ repoURL: shopUrl, path: 'verbs', name: 'main', targetRevision: 'main' }];
  await said('patch', 'verbs', '--type', 'merge', '--patch', JSON.stringify({ spec: { source: null, sources } }));
  await refused(
    20,
    /^Cannot remove the only source remaining in the app$/m,
    'remove-source',
    'verbs',
    '--source-position',
    '1',
  );
  assert.match(
    await said(
      'add-source',
      'verbs',
      '--repo',
      shopUrl,
      '--path',
      'notes',
      '--revision',
      'main',
      '--source-name',
      'notes',
    ),
    /^Application 'verbs' updated successfully$/m,
  );
  await said('set', 'verbs', '--source-name', 'notes', '--directory-recurse');
  await said('set', 'verbs', '--source-position', '2', '--directory-include', '*.yaml');
  assert.deepEqual(at(await specOf('verbs'), 'sources', 1), {
    repoURL: shopUrl,
    path: 'notes',
    targetRevision: 'main',
    name: 'notes',
    directory: { recurse: true, include: '*.yaml' },
  });
  await refused(20, /^Source position should be specified and must be greater than 0/m, 'set', 'verbs', '--path', 'x');
  await refused(
    20,
    /^Source position should be less than the number of sources/m,
    'set',
    'verbs',
    '--source-position',
    '3',
    '--path',
    'x',
  );
  await refused(1, /^Unknown source name 'moon'$/m, 'set', 'verbs', '--source-name', 'moon', '--path', 'x');
  await refused(1, /does not work on multi-source app with --revision flag/, 'sync', 'verbs', '--revision', 'main');
  const head = (await story.push({ 'README-verbs.md': 'x' })).trim();
  await said('sync', 'verbs', '--revisions', head, '--source-names', 'notes');
  assert.deepEqual(at(await operationOf('verbs'), 'sync', 'revisions'), ['', head]);
  await said('remove-source', 'verbs', '--source-name', 'notes');
  assert.equal((at(await specOf('verbs'), 'sources') as readonly unknown[]).length, 1);
  await said(
    'patch',
    'verbs',
    '--type',
    'merge',
    '--patch',
    JSON.stringify({ spec: { sources: null, source: sources[0] } }),
  );
  await said('sync', 'verbs', '--prune');
});

test('wait looks at some objects alone, and at many applications', async () => {
  await story.push({ 'verbs/bad.yaml': deploymentYaml('bad').replace('bad:v1', 'bad:does-not-exist') });
  await story.untilApp('verbs', 'OutOfSync');
  await said('sync', 'verbs');
  await said('wait', 'verbs', '--health', '--resource', 'apps:Deployment:web', '--timeout', '30');
  await refused(20, /timed out/, 'wait', 'verbs', '--health', '--resource', 'apps:Deployment:bad', '--timeout', '1');
  await said('wait', '-l', 'team=a', '--sync', '--timeout', '30');
  await story.push({ 'verbs/bad.yaml': undefined });
  await story.untilApp('verbs', 'OutOfSync');
  await refused(1, /^1 resources require pruning$/m, 'sync', 'verbs');
  await said('sync', 'verbs', '--prune');
});

test('live objects are listed, printed, patched and deleted', async () => {
  assert.match(await said('resources', 'verbs'), /apps +Deployment +verbs +web +No/);
  assert.match(
    await said('resources', 'verbs', '-o', 'tree'),
    /Deployment\/web +Synced.*\n└─ReplicaSet\/web-.*\n {2}└─Pod\/web-/,
  );
  assert.match(await said('get', 'verbs', '-o', 'tree=detailed'), /KIND\/NAME +STATUS +HEALTH +AGE +MESSAGE/);
  const fields = await said(
    'get-resource',
    'verbs',
    '--kind',
    'Deployment',
    '--resource-name',
    'web',
    '--filter-fields',
    'spec.replicas,spec.template.spec.containers.image',
  );
  assert.match(fields, /^FIELD +VALUE\nspec\.replicas +1\nspec\.template\.spec\.containers\[0\]\.image +registry/);
  assert.match(
    await said('get-resource', 'verbs', '--kind', 'ConfigMap', '-o', 'yaml'),
    /name: a\n[\s\S]*---\n[\s\S]*name: b\n/,
  );
  await said(
    'patch-resource',
    'verbs',
    '--kind',
    'Deployment',
    '--resource-name',
    'web',
    '--patch',
    '{"spec": {"replicas": 2}}',
  );
  assert.equal(at(await story.get('deployment.apps/verbs/web'), 'spec', 'replicas'), 2);
  await refused(
    20,
    /^multiple resources match inputs, use the --all flag/m,
    'patch-resource',
    'verbs',
    '--kind',
    'ConfigMap',
    '--patch',
    '{}',
  );
  await refused(20, /^no matching resource found$/m, 'delete-resource', 'verbs', '--kind', 'Secret');
  await refused(20, /the patch is no JSON/, 'patch-resource', 'verbs', '--kind', 'Deployment', '--patch', '{');
  await said('delete-resource', 'verbs', '--kind', 'ConfigMap', '--resource-name', 'b');
  await story.until('it to go', async () => (await story.get('configmap/verbs/b')) === undefined);
  await said('delete-resource', 'verbs', '--kind', 'Deployment', '--all', '--force');
  await story.until('it to go', async () => (await story.get('deployment.apps/verbs/web')) === undefined);
});

test('logs of the Pods of an application', async () => {
  await said('sync', 'verbs');
  await said('wait', 'verbs', '--health', '--timeout', '60');
  const lines = (await said('logs', 'verbs')).trimEnd().split('\n');
  assert.ok(lines.length > 0 && lines[0] !== '', lines.join('\n'));
  assert.ok(lines.every((text) => !/^\d{4}-\d\d-\d\dT\S+Z \d{4}/.test(text)));
  assert.equal(
    (await said('logs', 'verbs', '--kind', 'Deployment', '--name', 'web', '--tail', '1')).trimEnd().split('\n').length,
    1,
  );
  assert.equal(await said('logs', 'verbs', '--filter', 'no such line ever'), '');
  assert.equal(await said('logs', 'verbs', '--until-time', '2001-01-01T00:00:00Z'), '');
  await refused(20, /^failed to get pod logs: no pods found$/m, 'logs', 'verbs', '--kind', 'StatefulSet');
});

test('create takes every flag of the spec, labels, annotations, the finalizer, a file and standard input', async () => {
  const typed = `create made --repo ${shopUrl} --path checkout --dest-server https://kubernetes.default.svc --dest-namespace made -p image.tag=v1 --set-finalizer -l a=b --annotations c=d`;
  await said(...typed.split(' '));
  const made = await story.get(appRef('made'));
  assert.deepEqual(at(made, 'spec', 'source', 'helm', 'parameters'), [{ name: 'image.tag', value: 'v1' }]);
  assert.deepEqual(made?.metadata.finalizers, ['resources-finalizer.argocd.argoproj.io']);
  assert.deepEqual([made.metadata.labels?.['a'], made.metadata.annotations?.['c']], ['b', 'd']);
  const yaml = applicationYaml({ name: 'piped', path: 'notes', namespace: 'piped', syncPolicy: manual });
  succeed(await story.evenkeel(['app', 'create', '-f', '-'], { input: yaml }), 'stdin');
  assert.ok(await story.get(appRef('piped')));
  await said('delete', '-l', 'a=b', '-y', '--wait');
  assert.equal(await story.get(appRef('made')), undefined);
  assert.equal(imageOf(await story.get('deployment.apps/piped/notes')), undefined);
});
