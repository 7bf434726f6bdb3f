// What a source's settings become when its files are there: overrides, variables, references, plugins.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeliverySource, RenderRequest } from '@evenkeel/delivery';
import { memoryTree } from '@evenkeel/std';
import { type ApplicationSource, readApplication } from '../application.ts';
import { readSettings } from '../settings/settings.ts';
import { type SourceSettings, translateSources } from './translate-sources.ts';

const git = { repoURL: 'https://git.example.com/a.git', path: 'web', targetRevision: 'main' };

interface Scene {
  readonly sources: readonly ApplicationSource[];
  readonly files?: Readonly<Record<string, string>>;
  readonly settings?: SourceSettings;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly namespace?: string;
}

interface Adapted {
  readonly source: DeliverySource | undefined;
  readonly request: RenderRequest | string;
  readonly depends: readonly string[];
}

/** The first source, adapted at a commit. A refusal comes as its sentence. */
function adapted({ sources, files = {}, settings, annotations = {}, namespace = 'argocd' }: Scene): Adapted {
  const application = readApplication({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'web', namespace, annotations },
    spec: {
      destination: { namespace: 'live' },
      ...(sources.length > 1 ? { sources } : { source: sources[0] }),
    },
  } as unknown as Parameters<typeof readApplication>[0]);
  const [source] = translateSources(application, settings);
  const depends: string[] = [];
  const request = source?.adapt?.adapt({
    files: memoryTree(files),
    revision: '0123456789',
    kubeVersion: 'v1.35.4+k3s1',
    apiVersions: ['v1', 'apps/v1'],
    dependsOn: (what) => depends.push(what),
  });
  assert.ok(request);
  return { source, request: 'sentence' in request ? request.sentence : request, depends };
}

function requested(scene: Scene): RenderRequest {
  const { request } = adapted(scene);
  if (typeof request === 'string') throw new Error(request);
  return request;
}

test('overrides in Git win over the spec, those of the application over those of all, and cannot say where from', () => {
  const helm = { parameters: [{ name: 'a', value: 'spec' }], releaseName: 'kept' };
  const files = {
    'web/.argocd-source.yaml': 'repoURL: https://evil\nhelm:\n  parameters: [{name: a, value: all}]\n',
    'web/.argocd-source-web.yaml': 'helm:\n  valueFiles: [own.yaml]\n',
    'web/.argocd-source-other.yaml': 'helm:\n  releaseName: other\n',
  };
  const request = requested({ sources: [{ ...git, helm }], files });
  assert.deepEqual(request.helm.parameters, [{ name: 'a', value: 'all', forceString: false }]);
  assert.deepEqual([request.helm.releaseName, request.helm.valueFiles], ['kept', ['own.yaml']]);
  const elsewhere = requested({
    sources: [git],
    files: { 'web/.argocd-source-team_web.yaml': 'kustomize: {namePrefix: a-}' },
    namespace: 'team',
  });
  assert.equal(elsewhere.renderer, 'kustomize');
});

test('overrides that are none are named', () => {
  const sentence = (text: string): unknown =>
    adapted({ sources: [git], files: { 'web/.argocd-source.yaml': text } }).request;
  assert.equal(sentence('- a\n'), 'web/.argocd-source.yaml: is no map');
  assert.equal(sentence('helm: {parameters: x}'), 'web/.argocd-source.yaml: helm.parameters must be a list');
  assert.equal(
    sentence('helm: {parameters: [{name: 1}]}'),
    'web/.argocd-source.yaml: helm.parameters[0].name must be a string',
  );
  assert.match(String(sentence('helm: [')), /^web\/\.argocd-source\.yaml: /);
  assert.match(
    String(sentence('helm: {releaseName: a}\nplugin: {name: b}')),
    /multiple application sources defined: Helm,Plugin/,
  );
});

test('a source depends on the revision where it names it, and nowhere else', () => {
  const helm = { parameters: [{ name: 'a', value: '$ARGOCD_APP_REVISION_SHORT' }] };
  const named = adapted({ sources: [{ ...git, helm }] });
  assert.deepEqual(named.depends, ['revision']);
  assert.ok(typeof named.request !== 'string');
  assert.equal(named.request.helm.parameters[0]?.value, '0123456');
  const plain = { parameters: [{ name: 'a', value: '$ARGOCD_APP_NAME', forceString: true }] };
  assert.deepEqual(adapted({ sources: [{ ...git, helm: plain }] }).depends, []);
});

test('references, URLs, and what else stands for values', () => {
  const chart = { repoURL: 'https://charts.example.com', chart: 'web', targetRevision: '1' };
  const ref = { repoURL: git.repoURL, ref: 'values' };
  const fileParameters = [{ name: 'a', path: '$values/cert.pem' }];
  const valueFiles = ['$values/$ARGOCD_APP_NAME.yaml', 'https://x.example.com/v.yaml', '/root.yaml'];
  const request = requested({ sources: [{ ...chart, helm: { valueFiles, fileParameters } }, ref] });
  assert.deepEqual(request.helm.valueFiles, ['$values/web.yaml', 'https://x.example.com/v.yaml', '/root.yaml']);
  assert.deepEqual(request.helm.fileParameters, [{ name: 'a', path: '$values/cert.pem' }]);
  const refused = (valueFile: string, more: readonly ApplicationSource[]): unknown =>
    adapted({ sources: [{ ...chart, helm: { valueFiles: [valueFile] } }, ...more] }).request;
  assert.match(String(refused('$other/a.yaml', [ref])), /"\$other", which is not one of the available sources/);
  assert.match(String(refused('$other/a.yaml', [git])), /no source has a 'ref' field defined/);
  assert.match(String(refused('s3://x/a.yaml', [])), /the URL scheme 's3' is not allowed/);
  const { settings } = readSettings({ config: { 'helm.valuesFileSchemes': 's3' } });
  const allowed = requested({ sources: [{ ...chart, helm: { valueFiles: ['s3://x/a.yaml'] } }], settings });
  assert.deepEqual(allowed.helm.valueFiles, ['s3://x/a.yaml']);
});

test('kustomize.buildOptions, and those of a version', () => {
  const build = (config: Readonly<Record<string, string>>, version?: string): unknown => {
    const { settings } = readSettings({ config });
    const kustomize = version === undefined ? { namePrefix: 'a' } : { version };
    const { request } = adapted({ sources: [{ ...git, kustomize }], settings });
    return typeof request === 'string' ? request : request.kustomize.build;
  };
  assert.deepEqual(build({}), { loadRestrictor: 'rootOnly' });
  assert.deepEqual(
    build({ 'kustomize.buildOptions': '--enable-helm --load-restrictor LoadRestrictionsNone --reorder=none' }),
    { loadRestrictor: 'none', reorder: 'none', helm: { kubeVersion: undefined, apiVersions: [] } },
  );
  const versions = { 'kustomize.path.v4': '/x', 'kustomize.buildOptions.v4': '--load_restrictor none' };
  assert.deepEqual(build(versions, 'v4'), { loadRestrictor: 'none' });
  assert.match(String(build({ 'kustomize.buildOptions': '--surprise' })), /unknown flag: --surprise/);
});

const plugins = readSettings({
  plugins: [
    {
      name: 'plugins',
      data: {
        'a.yaml':
          'kind: ConfigManagementPlugin\nmetadata: {name: cue}\nspec: {version: v1, generate: {command: [cue], args: [dump]}}\n',
        'b.yaml': 'kind: ConfigManagementPlugin\nmetadata: {name: broken}\nspec: {}\n',
      },
    },
  ],
});

test('plugins are read from ConfigMaps, and what is wrong with one is named', () => {
  assert.deepEqual(plugins.settings.plugins, [{ name: 'cue-v1', generate: ['cue', 'dump'], preserveFileMode: false }]);
  assert.deepEqual(plugins.problems, [
    'ConfigMap plugins: b.yaml: spec.generate command should be non-empty; the plugin is left out',
  ]);
});

test('what a plugin is told, and what it sees', () => {
  const plugin = {
    name: 'cue-v1',
    env: [{ name: 'WORD', value: '$ARGOCD_APP_NAME/$KUBE_VERSION' }],
    parameters: [
      { name: 'a.b', string: 'x' },
      { name: 'list', array: ['one', 'two'] },
      { name: 'map', map: { 'k-1': 'v' } },
    ],
  };
  const { request, depends } = adapted({
    sources: [{ ...git, plugin }],
    settings: plugins.settings,
    annotations: { 'argocd.argoproj.io/manifest-generate-paths': '.;/shared;../lib/*.cue' },
  });
  assert.ok(typeof request !== 'string');
  const told = Object.fromEntries((request.plugin?.environment ?? []).map(({ name, value }) => [name, value]));
  assert.deepEqual(
    [
      told['ARGOCD_ENV_WORD'],
      told['PARAM_A_B'],
      told['PARAM_LIST_1'],
      told['PARAM_MAP_K_1'],
      told['KUBE_API_VERSIONS'],
    ],
    ['web/1.35.4', 'x', 'two', 'v', 'v1,apps/v1'],
  );
  assert.equal(
    told['ARGOCD_APP_PARAMETERS'],
    '[{"name":"a.b","string":"x"},{"array":["one","two"],"name":"list"},{"map":{"k-1":"v"},"name":"map"}]',
  );
  assert.deepEqual(request.plugin?.paths, ['shared', 'lib']);
  assert.deepEqual(depends, ['versions']);
});

test('an override of another kind of settings changes what renders', () => {
  const request = requested({ sources: [git], files: { 'web/.argocd-source.yaml': 'directory: {recurse: true}' } });
  assert.equal(request.renderer, 'directory');
});

test('settings that say nothing by themselves are none; labels without values are labels', () => {
  const rendererOf = (fields: Partial<ApplicationSource>): string =>
    requested({ sources: [{ ...git, ...fields }] }).renderer;
  assert.equal(rendererOf({ kustomize: { forceCommonLabels: true, labelWithoutSelector: true } }), 'detect');
  assert.equal(rendererOf({ kustomize: { commonLabels: { a: '' } } }), 'kustomize');
  assert.equal(rendererOf({ directory: { jsonnet: { extVars: [] } } }), 'detect');
  assert.equal(rendererOf({ helm: { valuesObject: {} } }), 'helm');
});
