// §1.1: each field of a source, by what it makes of the same few files. What follows repositories, revisions and several sources
// stands in sources.e2e.ts; values that cannot be are in hostile-objects.e2e.ts.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { JsonObject, KubeObject } from '@evenkeel/resource';
import { at, conditionsOf, shopUrl } from '../story.ts';
import { configMap, definition, deployment } from './manifests.ts';
import { annotations, resultsOf, startStage, syncOf } from './stage.ts';

const stage = await startStage();
after(() => stage[Symbol.asyncDispose]());

interface FieldCase {
  readonly field: string;
  readonly files: Readonly<Record<string, string>>;
  readonly source: JsonObject;
  /** Where to look, and what has to stand there; undefined for an object that must not be there. */
  readonly find: readonly (readonly [ref: string, path: readonly (string | number)[], want: unknown])[];
}

const probe = (value: string): FieldCase['find'][number] => ['configmap/probe', ['data', 'values'], value];

function chart(name: string): Readonly<Record<string, string>> {
  return {
    'Chart.yaml': 'apiVersion: v2\nname: probe\nversion: 0.1.0\n',
    'values.yaml': 'a: chart\n',
    'first.yaml': 'a: first\n',
    'second.yaml': 'a: second\n',
    'note.txt': 'a note',
    'crds/widget.yaml': definition(`${name}.example.com`),
    'templates/probe.yaml': `apiVersion: v1
kind: ConfigMap
metadata: {name: probe}
data:
  release: {{ .Release.Name | quote }}
  namespace: {{ .Release.Namespace | quote }}
  values: {{ .Values | toJson | quote }}
  kube: {{ .Capabilities.KubeVersion.Version | quote }}
  api: {{ .Capabilities.APIVersions.Has "example.com/v9" | quote }}
`,
    'templates/test.yaml': configMap('checked', { [annotations.hook]: 'PostSync', [annotations.helmHook]: 'test' }),
  };
}

type Made = Omit<FieldCase, 'files'> & { readonly more?: Readonly<Record<string, string>> };

const helm = (field: string, fields: JsonObject, find: FieldCase['find'], more = {}): Made => ({
  field: `helm.${field}`,
  source: { helm: fields },
  find,
  more,
});

const schema = { 'values.schema.json': '{"type":"object","properties":{"a":{"type":"integer"}}}' };

const charts: readonly Made[] = [
  helm('releaseName left out', {}, [['configmap/probe', ['data', 'release'], 'helm-0']]),
  helm('releaseName', { releaseName: 'other' }, [['configmap/probe', ['data', 'release'], 'other']]),
  helm('valueFiles, of which the last one counts', { valueFiles: ['first.yaml', 'second.yaml'] }, [
    probe('{"a":"second"}'),
  ]),
  helm('ignoreMissingValueFiles', { valueFiles: ['first.yaml', 'none.yaml'], ignoreMissingValueFiles: true }, [
    probe('{"a":"first"}'),
  ]),
  helm('values, before valueFiles', { valueFiles: ['first.yaml'], values: 'a: values\n' }, [probe('{"a":"values"}')]),
  helm('valuesObject, before values', { values: 'a: values\n', valuesObject: { a: 'object' } }, [
    probe('{"a":"object"}'),
  ]),
  helm('parameters, before valuesObject', { valuesObject: { a: 'object' }, parameters: [{ name: 'a', value: '1' }] }, [
    probe('{"a":1}'),
  ]),
  helm('parameters[].forceString', { parameters: [{ name: 'a', value: '1', forceString: true }] }, [
    probe('{"a":"1"}'),
  ]),
  helm('fileParameters', { fileParameters: [{ name: 'a', path: 'note.txt' }] }, [probe('{"a":"a note"}')]),
  helm('skipCrds left out', {}, [
    ['customresourcedefinition.apiextensions.k8s.io//widgets.helm-9.example.com', ['spec', 'scope'], 'Namespaced'],
  ]),
  helm('skipCrds', { skipCrds: true }, [
    ['customresourcedefinition.apiextensions.k8s.io//widgets.helm-10.example.com', [], undefined],
    probe('{"a":"chart"}'),
  ]),
  helm('skipTests left out', {}, [['configmap/checked', ['data', 'value'], 'one']]),
  helm('skipTests', { skipTests: true }, [['configmap/checked', [], undefined], probe('{"a":"chart"}')]),
  helm('skipSchemaValidation', { skipSchemaValidation: true }, [probe('{"a":"chart"}')], schema),
  helm('namespace', { namespace: 'elsewhere' }, [['configmap/probe', ['data', 'namespace'], 'elsewhere']]),
  helm('kubeVersion', { kubeVersion: '1.20.3' }, [['configmap/probe', ['data', 'kube'], 'v1.20.3']]),
  helm('apiVersions', { apiVersions: ['example.com/v9'] }, [['configmap/probe', ['data', 'api'], 'true']]),
  helm('apiVersions left out', {}, [['configmap/probe', ['data', 'api'], 'false']]),
  helm('version', { version: 'v3' }, [probe('{"a":"chart"}')]),
];

const bases: Readonly<Record<string, string>> = {
  'kustomization.yaml':
    'resources: [pin.yaml, web.yaml]\ncommonLabels: {team: base}\ncommonAnnotations: {note: base}\n',
  'pin.yaml': configMap('pin'),
  'web.yaml': deployment('web'),
  'tls/kustomization.yaml': 'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [more.yaml]\n',
  'tls/more.yaml': configMap('more'),
};

const kustomize = (field: string, fields: JsonObject, find: FieldCase['find'], more = {}): Made => ({
  field: `kustomize.${field}`,
  source: { kustomize: fields },
  find,
  more,
});

const web = 'deployment.apps/web';
const label = (ref: string, want: unknown, ...where: readonly string[]): FieldCase['find'][number] => [
  ref,
  [...where, 'labels', 'colour'],
  want,
];
const plain = { 'kustomization.yaml': 'resources: [pin.yaml, web.yaml]\n' };

const kustomizations: readonly Made[] = [
  kustomize('namePrefix', { namePrefix: 'a-' }, [['configmap/a-pin', ['data', 'value'], 'one']]),
  kustomize('nameSuffix', { nameSuffix: '-z' }, [['configmap/pin-z', ['data', 'value'], 'one']]),
  kustomize('images', { images: ['registry.example.com/shop/web=registry.example.com/other:v7'] }, [
    [web, ['spec', 'template', 'spec', 'containers', 0, 'image'], 'registry.example.com/other:v7'],
  ]),
  kustomize('replicas', { replicas: [{ name: 'web', count: 3 }] }, [[web, ['spec', 'replicas'], 3]]),
  kustomize(
    'commonLabels',
    { commonLabels: { colour: 'red' } },
    [label('configmap/pin', 'red', 'metadata'), [web, ['spec', 'selector', 'matchLabels', 'colour'], 'red']],
    plain,
  ),
  kustomize('forceCommonLabels', { commonLabels: { team: 'ours' }, forceCommonLabels: true }, [
    ['configmap/pin', ['metadata', 'labels', 'team'], 'ours'],
  ]),
  kustomize(
    'labelWithoutSelector',
    { commonLabels: { colour: 'red' }, labelWithoutSelector: true },
    [
      label(web, 'red', 'metadata'),
      [web, ['spec', 'selector', 'matchLabels', 'colour'], undefined],
      label(web, undefined, 'spec', 'template', 'metadata'),
    ],
    plain,
  ),
  kustomize(
    'labelIncludeTemplates',
    { commonLabels: { colour: 'red' }, labelWithoutSelector: true, labelIncludeTemplates: true },
    [
      [web, ['spec', 'selector', 'matchLabels', 'colour'], undefined],
      label(web, 'red', 'spec', 'template', 'metadata'),
    ],
    plain,
  ),
  kustomize(
    'commonAnnotations',
    { commonAnnotations: { colour: '$ARGOCD_APP_NAME' } },
    [['configmap/pin', ['metadata', 'annotations', 'colour'], '$ARGOCD_APP_NAME']],
    plain,
  ),
  kustomize(
    'commonAnnotationsEnvsubst',
    { commonAnnotations: { colour: '$ARGOCD_APP_NAME' }, commonAnnotationsEnvsubst: true },
    [['configmap/pin', ['metadata', 'annotations', 'colour'], 'kustomize-9']],
    plain,
  ),
  kustomize('forceCommonAnnotations', { commonAnnotations: { note: 'ours' }, forceCommonAnnotations: true }, [
    ['configmap/pin', ['metadata', 'annotations', 'note'], 'ours'],
  ]),
  kustomize('namespace', { namespace: 'default' }, [['configmap/default/pin', ['data', 'value'], 'one']]),
  kustomize(
    'patches',
    { patches: [{ target: { kind: 'ConfigMap' }, patch: '[{"op":"replace","path":"/data/value","value":"two"}]' }] },
    [['configmap/pin', ['data', 'value'], 'two']],
  ),
  kustomize('patches[].path', { patches: [{ path: 'change.yaml' }] }, [['configmap/pin', ['data', 'value'], 'three']], {
    'change.yaml': configMap('pin', {}, 'three'),
  }),
  kustomize('components', { components: ['tls'] }, [['configmap/more', ['data', 'value'], 'one']]),
  kustomize('ignoreMissingComponents', { components: ['none', 'tls'], ignoreMissingComponents: true }, [
    ['configmap/more', ['data', 'value'], 'one'],
  ]),
];

const there: Readonly<Record<string, string>> = {
  'a.yaml': configMap('a'),
  'b.yml': configMap('b'),
  'c.txt': configMap('c'),
  'below/d.yaml': configMap('d'),
  'skipped.yaml': `# +argocd:skip-file-rendering\n${configMap('skipped')}`,
};
const stands = (...names: readonly string[]): FieldCase['find'] =>
  ['a', 'b', 'c', 'd', 'skipped'].map((name) =>
    names.includes(name) ? [`configmap/${name}`, ['data', 'value'], 'one'] : [`configmap/${name}`, [], undefined],
  );
const directory = (field: string, fields: JsonObject, find: FieldCase['find'], more = {}): Made => ({
  field: `directory.${field}`,
  source: { directory: fields },
  find,
  more,
});
const jsonnet = (body: string): Readonly<Record<string, string>> => ({
  'j.jsonnet': `local lib = import 'lib.libsonnet'; ${body}`,
  'shared/lib.libsonnet':
    '{ map(value):: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "j" }, data: { value: value } } }',
});

const directories: readonly Made[] = [
  directory('left out: manifests by their extension, those that ask for it skipped', {}, stands('a', 'b')),
  directory('recurse', { recurse: true }, stands('a', 'b', 'd')),
  directory('include', { recurse: true, include: '{a.yaml,below/*}' }, stands('a', 'd')),
  directory('exclude, before include', { include: '*', exclude: 'a.*' }, stands('b')),
  directory('disableExtensionFilter', { disableExtensionFilter: true }, stands('a', 'b', 'c')),
  directory(
    'jsonnet.extVars and libs',
    { jsonnet: { extVars: [{ name: 'v', value: 'outer' }], libs: ['directory-5/shared'] } },
    [['configmap/j', ['data', 'value'], 'outer']],
    jsonnet('lib.map(std.extVar("v"))'),
  ),
  directory(
    'jsonnet.tlas, as code',
    { jsonnet: { tlas: [{ name: 'v', value: '1 + 1', code: true }], libs: ['directory-6/shared'] } },
    [['configmap/j', ['data', 'value'], '2']],
    jsonnet('function(v) lib.map(std.toString(v))'),
  ),
];

const cases: readonly (readonly [name: string, FieldCase])[] = [
  ...charts.map(
    ({ more, ...made }, index) =>
      [`helm-${index}`, { ...made, files: { ...chart(`helm-${index}`), ...more } }] as const,
  ),
  ...kustomizations.map(
    ({ more, ...made }, index) => [`kustomize-${index}`, { ...made, files: { ...bases, ...more } }] as const,
  ),
  ...directories.map(
    ({ more, ...made }, index) => [`directory-${index}`, { ...made, files: { ...there, ...more } }] as const,
  ),
];

for (const [name, { field, files, source, find }] of cases) {
  test(`1.1 ${field}`, async () => {
    const wanted = { repoURL: shopUrl, targetRevision: 'main', path: name, ...source };
    await stage.install(name, { files, spec: { source: wanted } });
    const app = await stage.sync(name);
    assert.equal(syncOf(app), 'Synced', `${conditionsOf(app)} ${JSON.stringify(resultsOf(app))}`);
    for (const [ref, path, want] of find) {
      const [kind = '', ...rest] = ref.split('/');
      const found: KubeObject | undefined = await stage.get(rest.length === 1 ? `${kind}/${name}/${rest[0]}` : ref);
      assert.deepEqual(path.length === 0 ? found : at(found, ...path), want, `${ref} ${path.join('.')}`);
    }
  });
}
