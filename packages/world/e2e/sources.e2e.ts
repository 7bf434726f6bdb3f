// Applications of every kind of source through the whole system: charts of web servers and of registries, artifacts, several
// sources, overrides in Git, plugins. And what they cost: a commit renders what it touches and nothing else.

import assert from 'node:assert/strict';
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { HttpClient, RegistryClient, pushArtifact, pushChart } from '@evenkeel/oci';
import { type FileAnswer, registryIsMissing, startFileServer, startRealRegistry } from '@evenkeel/oci/testing';
import type { KubeObject } from '@evenkeel/resource';
import { configMapYaml } from './manifests.ts';
import { at, git, look, run, shopUrl, startStory, succeed, untilTrue } from './story.ts';

const workshop = mkdtempSync(join(tmpdir(), 'evenkeel-sources-'));
const story = await startStory();
const served: Record<string, FileAnswer> = {};
const web = await startFileServer({ files: () => served, etag: true });
after(async () => {
  await story[Symbol.asyncDispose]();
  await web[Symbol.asyncDispose]();
  rmSync(workshop, { recursive: true, force: true });
});

/** Packs files as tar does, below `name`. */
async function pack(name: string, files: Readonly<Record<string, string>>): Promise<Uint8Array> {
  const place = mkdtempSync(join(workshop, 'pack-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(place, name, path)), { recursive: true });
    writeFileSync(join(place, name, path), text);
  }
  // Not into the directory itself, which may be what is packed.
  const archive = `${place}.tgz`;
  succeed(await run('tar', ['czf', archive, name], { cwd: place }), 'tar');
  return readFileSync(archive);
}

function chartFiles(version: string): Readonly<Record<string, string>> {
  return {
    'Chart.yaml': `apiVersion: v2\nname: web\nversion: ${version}\n`,
    'values.yaml': 'colour: grey\nsize: 1\n',
    'templates/settings.yaml': `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-settings
  namespace: {{ .Release.Namespace }}
data:
  colour: {{ .Values.colour | quote }}
  size: {{ .Values.size | quote }}
  version: {{ .Chart.Version | quote }}
`,
  };
}

async function serveCharts(...versions: readonly string[]): Promise<void> {
  const entries = versions.map((version) => ({ name: 'web', version, urls: [`web-${version}.tgz`] }));
  for (const version of versions) served[`/web-${version}.tgz`] ??= await pack('web', chartFiles(version));
  served['/index.yaml'] = JSON.stringify({ apiVersion: 'v1', entries: { web: entries } });
}

/** An Application of these sources (YAML in flow style), synced by itself into a namespace of its name. */
function appYaml(name: string, sources: string, metadata = ''): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: ${name}
  namespace: argocd
${metadata}spec:
  project: default
  ${sources}
  destination: {server: https://kubernetes.default.svc, namespace: ${name}}
  syncPolicy:
    automated: {prune: true, selfHeal: true}
    syncOptions: [CreateNamespace=true]
`;
}

/** `syncs`: so many stand in its history. Until the last one is noted, the status speaks of the one before. */
async function untilSynced(name: string, syncs = 1): Promise<KubeObject> {
  return story.until(`${name} to be Synced and Healthy`, async () => {
    const app = look(await story.get(`application.argoproj.io/argocd/${name}`));
    const history = (at(app, 'status', 'history') ?? []) as readonly unknown[];
    const fits =
      at(app, 'status', 'sync', 'status') === 'Synced' && at(app, 'status', 'health', 'status') === 'Healthy';
    return fits && history.length >= syncs ? app : undefined;
  });
}

async function untilData(ref: string, key: string, value: string): Promise<KubeObject> {
  return story.until(`${ref} to have ${key}: ${value}`, async () => {
    const object = look(await story.get(ref));
    return at(object, 'data', key) === value ? object : undefined;
  });
}

async function untilCondition(name: string, sentence: RegExp): Promise<string> {
  return story.until(`${name} to say ${String(sentence)}`, async () => {
    const app = look(await story.get(`application.argoproj.io/argocd/${name}`));
    const conditions = (at(app, 'status', 'conditions') ?? []) as readonly { type: string; message: string }[];
    const found = conditions.find(({ message }) => sentence.test(message));
    return found && `${found.type}: ${found.message}`;
  });
}

test('a chart of a web server, in a range of versions, follows the newest one', async () => {
  await serveCharts('1.0.0');
  const source = `{repoURL: ${web.url}, chart: web, targetRevision: 1.*, helm: {parameters: [{name: colour, value: red}]}}`;
  await story.apply(appYaml('charted', `source: ${source}`));
  const app = await untilSynced('charted');
  assert.equal(at(app, 'status', 'sync', 'revision'), '1.0.0');
  assert.equal(at(app, 'status', 'sourceType'), 'Helm');
  const settings = await untilData('configmap/charted/charted-settings', 'colour', 'red');
  assert.equal(at(settings, 'data', 'version'), '1.0.0');
  const renders = story.world.deliveries.renders;
  await story.kubectl(['annotate', '-n', 'argocd', 'application/charted', 'argocd.argoproj.io/refresh=normal']);
  await story.until('the refresh to be done', async () => {
    const seen = look(await story.get('application.argoproj.io/argocd/charted'));
    return seen?.metadata.annotations?.['argocd.argoproj.io/refresh'] === undefined;
  });
  assert.equal(story.world.deliveries.renders, renders, 'the same chart is not rendered again');
  await serveCharts('1.0.0', '1.1.0', '2.0.0');
  await story.kubectl(['annotate', '-n', 'argocd', 'application/charted', 'argocd.argoproj.io/refresh=normal']);
  await untilData('configmap/charted/charted-settings', 'version', '1.1.0');
  const history = at(await untilSynced('charted', 2), 'status', 'history') as readonly { revision: string }[];
  assert.deepEqual(
    history.map(({ revision }) => revision),
    ['1.0.0', '1.1.0'],
  );
});

test('a chart with values from Git beside it: each repository may change by itself', async () => {
  await serveCharts('1.0.0', '1.1.0', '2.0.0');
  await story.push({ 'envs/prod/values.yaml': 'colour: green\nsize: 3\n' });
  const sources = `sources:
  - {repoURL: ${web.url}, chart: web, targetRevision: 2.0.0, helm: {valueFiles: [$values/envs/prod/values.yaml]}}
  - {repoURL: ${shopUrl}, targetRevision: main, ref: values}
  - {repoURL: ${shopUrl}, targetRevision: main, path: envs/extra}`;
  await story.push({ 'envs/extra/more.yaml': configMapYaml('more') });
  await story.apply(appYaml('several', sources));
  const app = await untilSynced('several');
  const head = (await git(story.clone, ['rev-parse', 'HEAD'])).trim();
  assert.deepEqual(at(app, 'status', 'sync', 'revisions'), ['2.0.0', head, head]);
  assert.deepEqual(at(app, 'status', 'sync', 'comparedTo', 'sources'), at(app, 'spec', 'sources'));
  await untilData('configmap/several/several-settings', 'colour', 'green');
  assert.ok(await story.get('configmap/several/more'));
  const renders = story.world.deliveries.renders;
  await story.push({ 'envs/prod/values.yaml': 'colour: blue\nsize: 3\n' });
  await untilData('configmap/several/several-settings', 'colour', 'blue');
  assert.equal(story.world.deliveries.renders, renders + 1, 'the chart alone is rendered again');
  const [, last] = (at(await untilSynced('several', 2), 'status', 'history') ?? []) as readonly KubeObject[];
  assert.equal((at(last, 'sources') as readonly unknown[]).length, 3);
});

test('values that are named and not there, and references that lead nowhere, are named', async () => {
  const chart = `repoURL: ${web.url}, chart: web, targetRevision: 2.0.0`;
  await story.apply(
    appYaml('astray', `sources: [{${chart}, helm: {valueFiles: [$none/a.yaml]}}, {repoURL: ${shopUrl}, ref: values}]`),
  );
  assert.match(
    await untilCondition('astray', /\$none/),
    /sources\[0\]\.helm\.valueFiles\[0\]: source referenced "\$none", which is not one of the available sources \(\$values\)/,
  );
  await story.apply(appYaml('missing', `source: {repoURL: ${web.url}, chart: web, targetRevision: '9.*'}`));
  assert.match(await untilCondition('missing', /9\.\*/), /^ComparisonError: /);
});

test('overrides in Git, the build environment, globs of values, and what kustomize edits', async () => {
  const chart = Object.fromEntries(Object.entries(chartFiles('0.1.0')).map(([path, text]) => [`own/${path}`, text]));
  await story.push({
    ...chart,
    'own/envs/a.yaml': 'colour: from-a\n',
    'own/envs/b.yaml': 'size: 7\n',
    'own/.argocd-source.yaml': 'helm:\n  parameters: [{name: colour, value: all}]\n',
    'own/.argocd-source-overridden.yaml': 'helm:\n  parameters: [{name: colour, value: $ARGOCD_APP_NAME}]\n',
    'edited/kustomization.yaml': 'resources: [config.yaml]\n',
    'edited/config.yaml': configMapYaml('config'),
  });
  await story.apply(
    appYaml('overridden', `source: {repoURL: ${shopUrl}, path: own, helm: {valueFiles: ['envs/*.yaml']}}`),
  );
  await untilSynced('overridden');
  const settings = await untilData('configmap/overridden/overridden-settings', 'colour', 'overridden');
  assert.equal(at(settings, 'data', 'size'), '7');
  const kustomize = `{namePrefix: my-, commonAnnotations: {of: $ARGOCD_APP_NAME}, commonAnnotationsEnvsubst: true,
    components: [../none], ignoreMissingComponents: true, patches: [{target: {kind: ConfigMap}, patch: '[{"op": "add", "path": "/data/patched", "value": "yes"}]'}]}`;
  await story.apply(appYaml('edited', `source: {repoURL: ${shopUrl}, path: edited, kustomize: ${kustomize}}`));
  await untilSynced('edited');
  const edited = await untilData('configmap/edited/my-config', 'patched', 'yes');
  assert.equal(edited.metadata.annotations?.['of'], 'edited');
});

test('what renderings fetch from elsewhere: dependencies, values behind URLs, remote bases, charts of kustomizations', async () => {
  await serveCharts('1.0.0', '1.1.0', '2.0.0');
  served['/values.yaml'] = 'web: {colour: fetched}\n';
  const [hosted] = [...story.world.gitHost.repositories.values()];
  await story.push({
    'umbrella/Chart.yaml': `apiVersion: v2\nname: umbrella\nversion: 0.1.0\ndependencies: [{name: web, version: 1.0.0, repository: '${web.url}'}]\n`,
    'remote/kustomization.yaml': `resources: ['${hosted?.url ?? ''}//shared-base?ref=main']\nnamePrefix: far-\n`,
    'shared-base/kustomization.yaml': 'resources: [config.yaml]\n',
    'shared-base/config.yaml': configMapYaml('config', {}, 'from afar'),
    'inflated/kustomization.yaml': `helmCharts: [{name: web, version: 2.0.0, repo: '${web.url}', releaseName: inner, valuesInline: {colour: pink}}]\n`,
  });
  await story.apply(
    appYaml(
      'umbrella',
      `source: {repoURL: ${shopUrl}, path: umbrella, helm: {valueFiles: ['${web.url}/values.yaml']}}`,
    ),
  );
  await untilSynced('umbrella');
  const settings = await untilData('configmap/umbrella/umbrella-settings', 'colour', 'fetched');
  assert.equal(at(settings, 'data', 'version'), '1.0.0');
  await story.apply(`apiVersion: v1
kind: Secret
metadata: {name: mine, namespace: argocd, labels: {argocd.argoproj.io/secret-type: repository}}
stringData: {type: helm, name: mine, url: '${web.url}'}
`);
  await story.push({
    'aliased/Chart.yaml': `apiVersion: v2\nname: aliased\nversion: 0.1.0\ndependencies: [{name: web, version: 1.x, repository: '@mine'}]\n`,
  });
  await story.apply(appYaml('aliased', `source: {repoURL: ${shopUrl}, path: aliased}`));
  await untilData('configmap/aliased/aliased-settings', 'version', '1.1.0');
  await story.apply(appYaml('remote', `source: {repoURL: ${shopUrl}, path: remote}`));
  await untilSynced('remote');
  await untilData('configmap/remote/far-config', 'value', 'from afar');
  await story.apply(appYaml('inflated', `source: {repoURL: ${shopUrl}, path: inflated}`));
  assert.match(await untilCondition('inflated', /enable-helm/), /^ComparisonError: /);
  await story.apply(`apiVersion: v1
kind: ConfigMap
metadata: {name: argocd-cm, namespace: argocd}
data: {kustomize.buildOptions: --enable-helm}
`);
  await untilSynced('inflated');
  // The chart names the namespace of its release, which its kustomization does not.
  await untilData('configmap/default/inner-settings', 'colour', 'pink');
});

test('a rollback of several sources holds all of them until one moves on', async () => {
  await serveCharts('1.0.0', '1.1.0', '2.0.0');
  await story.push({ 'held/values.yaml': 'colour: first\n' });
  const sources = `sources:
  - {repoURL: ${web.url}, chart: web, targetRevision: 1.0.0, helm: {valueFiles: [$values/held/values.yaml]}}
  - {repoURL: ${shopUrl}, targetRevision: main, ref: values}`;
  await story.apply(appYaml('held', sources));
  await untilData('configmap/held/held-settings', 'colour', 'first');
  await untilSynced('held');
  await story.push({ 'held/values.yaml': 'colour: second\n' });
  await untilData('configmap/held/held-settings', 'colour', 'second');
  await untilSynced('held');
  succeed(await story.evenkeel(['app', 'rollback', 'held', '0']), 'rollback');
  await untilData('configmap/held/held-settings', 'colour', 'first');
  await story.push({ 'held/values.yaml': 'colour: third\n' });
  await untilData('configmap/held/held-settings', 'colour', 'third');
});

test('Jsonnet among plain manifests, with variables and libraries', async () => {
  const made = `local lib = import 'names.libsonnet';
function(size='1') [{
  apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: lib.name(std.extVar('app')) }, data: { size: size, of: std.md5('x') },
}]`;
  await story.push({
    'computed/maps.jsonnet': made,
    'computed/plain.yaml': configMapYaml('plain'),
    'lib/names.libsonnet': "{ name(app):: app + '-made' }",
  });
  const jsonnet = `{extVars: [{name: app, value: $ARGOCD_APP_NAME}], tlas: [{name: size, value: "'' + 3", code: true}], libs: [lib]}`;
  await story.apply(
    appYaml('computed', `source: {repoURL: ${shopUrl}, path: computed, directory: {jsonnet: ${jsonnet}}}`),
  );
  await untilSynced('computed');
  await untilData('configmap/computed/computed-made', 'size', '3');
  assert.ok(await story.get('configmap/computed/plain'));
  await story.push({ 'lib/names.libsonnet': "{ name(app):: error 'no names today' }" });
  assert.match(await untilCondition('computed', /names today/), /jsonnet: lib\/names\.libsonnet:1:\d+: no names today/);
  await story.push({ 'lib/names.libsonnet': "{ name(app):: app + '-again' }" });
  await untilData('configmap/computed/computed-again', 'size', '3');
});

test('a tag in a range, below a prefix', async () => {
  await story.push({ 'tagged/config.yaml': configMapYaml('config', {}, 'first') });
  await git(story.clone, ['tag', 'web/1.2.0']);
  await story.push({ 'tagged/config.yaml': configMapYaml('config', {}, 'second') });
  await git(story.clone, ['push', '-q', '--tags', 'origin']);
  await story.apply(
    appYaml('tagged', `source: {repoURL: ${shopUrl}, path: tagged, targetRevision: ^1, tagPrefix: web/}`),
  );
  await untilSynced('tagged');
  await untilData('configmap/tagged/config', 'value', 'first');
  await git(story.clone, ['tag', 'web/1.3.0']);
  await git(story.clone, ['push', '-q', '--tags', 'origin']);
  await untilData('configmap/tagged/config', 'value', 'second');
});

const counter = join(workshop, 'runs');
const pluginYaml = `apiVersion: v1
kind: ConfigMap
metadata:
  name: plugins
  namespace: argocd
  labels: {evenkeel.dev/config-management-plugin: "true"}
data:
  plugin.yaml: |
    apiVersion: argoproj.io/v1alpha1
    kind: ConfigManagementPlugin
    metadata: {name: shouting}
    spec:
      version: v1.0
      init: {command: [sh, -c, "echo ran >> ${counter}"]}
      generate:
        command: [sh, -c]
        args: ['test ! -e hidden.bin && sed -e "s/@NAME@/$ARGOCD_APP_NAME/; s/@WORD@/$ARGOCD_ENV_WORD $PARAM_TONE/; s/@HOME@/\${KUBECONFIG:-none}/" template.txt']
      discover: {fileName: shout.marker}
  broken.yaml: |
    kind: ConfigManagementPlugin
    metadata: {name: failing}
    spec: {generate: {command: [sh, -c, 'echo "no luck" >&2; exit 3']}}
`;

test('a plugin renders on a copy, with nothing of our environment, and only when what it sees has changed', async () => {
  await story.apply(pluginYaml);
  const template = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shouted}\ndata: {name: "@NAME@", word: "@WORD@", kubeconfig: "@HOME@"}\n`;
  const params = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'argocd-cmd-params-cm', namespace: 'argocd' },
  };
  await story.apply(JSON.stringify({ ...params, data: { 'reposerver.plugin.tar.exclusions': '**/*.bin' } }));
  await story.push({ 'shout/template.txt': template, 'shout/shout.marker': '', 'shout/hidden.bin': 'x' });
  const plugin = `{name: shouting-v1.0, env: [{name: WORD, value: 'of $ARGOCD_APP_NAME'}], parameters: [{name: tone, string: loud}]}`;
  await story.apply(appYaml('shouted', `source: {repoURL: ${shopUrl}, path: shout, plugin: ${plugin}}`));
  const app = await untilSynced('shouted');
  assert.equal(at(app, 'status', 'sourceType'), 'Plugin');
  const shouted = await untilData('configmap/shouted/shouted', 'word', 'of shouted loud');
  assert.deepEqual([at(shouted, 'data', 'name'), at(shouted, 'data', 'kubeconfig')], ['shouted', 'none']);
  const runs = (): number => readFileSync(counter, 'utf8').split('\n').length - 1;
  const before = runs();
  await story.push({ 'elsewhere/config.yaml': configMapYaml('config') });
  await story.untilApp('shouted', 'Synced');
  assert.equal(runs(), before, 'a commit elsewhere does not run the plugin');
  await story.push({ 'shout/template.txt': template.replace('@WORD@', 'again') });
  await untilData('configmap/shouted/shouted', 'word', 'again');
  assert.equal(runs(), before + 1);
  await story.apply(appYaml('discovered', `source: {repoURL: ${shopUrl}, path: shout}`));
  await untilSynced('discovered');
  await story.apply(appYaml('failing', `source: {repoURL: ${shopUrl}, path: shout, plugin: {name: failing}}`));
  assert.match(await untilCondition('failing', /no luck/), /plugin "failing": `sh` failed \(3\): no luck/);
});

test('charts and manifests of a real registry', { skip: registryIsMissing() }, async () => {
  await using registry = await startRealRegistry({ login: true });
  await using http = new HttpClient();
  const access = { credentials: { username: 'me', password: 'secret' } };
  const client = new RegistryClient({ http, access, plainHttp: true });
  await pushChart(client, `${registry.url}/charts`, { archive: await pack('web', chartFiles('3.1.0')) });
  const layer = await pack('.', { 'app/config.yaml': configMapYaml('config', {}, 'from the registry') });
  await pushArtifact(
    client,
    { registry: registry.host, repository: 'team/app', tag: '1.0.0', digest: '' },
    {
      config: { mediaType: 'application/vnd.oci.empty.v1+json', content: new TextEncoder().encode('{}') },
      layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', content: layer }],
      annotations: {},
    },
  );
  for (const [name, type, url] of [
    ['charts', 'helm', `${registry.host}/charts`],
    ['team', 'oci', `${registry.url}/team/app`],
  ] as const) {
    await story.apply(`apiVersion: v1
kind: Secret
metadata: {name: ${name}, namespace: argocd, labels: {argocd.argoproj.io/secret-type: repository}}
stringData: {type: ${type}, name: ${name}, url: "${url}", enableOCI: "true", username: me, password: secret, insecureOCIForceHttp: "true"}
`);
  }
  await story.apply(
    appYaml('packed', `source: {repoURL: ${registry.host}/charts, chart: web, targetRevision: '>=3.0.0'}`),
  );
  assert.equal(at(await untilSynced('packed'), 'status', 'sync', 'revision'), '3.1.0');
  await story.apply(
    appYaml('layered', `source: {repoURL: '${registry.url}/team/app', path: app, targetRevision: '1.*'}`),
  );
  const app = await untilSynced('layered');
  assert.match(String(at(app, 'status', 'sync', 'revision')), /^sha256:/);
  await untilData('configmap/layered/config', 'value', 'from the registry');
  await story.apply(`apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: layers, namespace: argocd}
spec:
  generators:
    - oci: {repoURL: '${registry.url}/team/app', revision: '1.*', directories: [{path: '*'}]}
  template:
    metadata: {name: 'set-{{path.basename}}'}
    spec:
      project: default
      source: {repoURL: '${registry.url}/team/app', targetRevision: '1.*', path: '{{path}}'}
      destination: {server: https://kubernetes.default.svc, namespace: set-layered}
      syncPolicy: {automated: {}, syncOptions: [CreateNamespace=true]}
`);
  await untilSynced('set-app');
  await untilData('configmap/set-layered/config', 'value', 'from the registry');
});

test('a commit that touches one of 500 Applications renders one', { timeout: 180_000 }, async () => {
  const count = 500;
  const names = Array.from({ length: count }, (_, index) => `many-${index}`);
  await story.push(
    Object.fromEntries(names.map((name) => [`monorepo/${name}/config.yaml`, configMapYaml(name, {}, 'one')])),
  );
  const yaml = names
    .map((name) =>
      appYaml(name, `source: {repoURL: ${shopUrl}, path: monorepo/${name}}`).replace(
        `namespace: ${name}}`,
        'namespace: default}',
      ),
    )
    .join('---\n');
  await story.apply(yaml);
  const head = (): Promise<string> => git(story.clone, ['rev-parse', 'HEAD']);
  const allAt = (sha: string): Promise<boolean> =>
    untilTrue(
      'all to be Synced',
      () => {
        const reports = story.world.deliveries.reports().filter(({ key }) => key.startsWith('argo/argocd/many-'));
        const there = reports.filter(({ sync, revisions }) => sync === 'synced' && revisions[0] === sha);
        look(there.length);
        return there.length === count;
      },
      120_000,
    );
  await allAt((await head()).trim());
  const renders = story.world.deliveries.renders;
  const sha = await story.push({ 'monorepo/many-7/config.yaml': configMapYaml('many-7', {}, 'two') });
  await untilData('configmap/default/many-7', 'value', 'two');
  await allAt(sha);
  assert.equal(story.world.deliveries.renders, renders + 1);
});
