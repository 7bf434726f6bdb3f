// Applications to render: written by hand where a rule has an edge, made up from a seed where rules meet.

import type { ApplicationSource } from '@evenkeel/argo';
import { Picker } from './reposerver-picker.ts';
import { type Files, chartTree, directoryTree, jsonnetTree, kustomizeTree } from './reposerver-trees.ts';

/** One Application with its repository. */
export interface RenderCase {
  readonly name: string;
  readonly files: Files;
  /** A directory of the disk in their place. */
  readonly directory?: string;
  /** Other sources by their names, without the dollar. */
  readonly references?: Readonly<Record<string, Files>>;
  readonly source: Partial<ApplicationSource>;
  readonly app?: string;
  readonly namespace?: string;
  readonly revision?: string;
  readonly kubeVersion?: string;
  readonly apiVersions?: readonly string[];
  /** argocd-cm. */
  readonly config?: Readonly<Record<string, string>>;
}

type Fields = Readonly<Record<string, unknown>>;

function of(tree: Files, path: string): (name: string, fields: Fields, more?: Partial<RenderCase>) => RenderCase {
  return (name, fields, more = {}) => ({
    name,
    files: tree,
    ...more,
    source: { path, ...(fields as Partial<ApplicationSource>) },
  });
}

const helm = (name: string, fields: Fields, more: Partial<RenderCase> = {}): RenderCase =>
  of(chartTree, 'web')(`helm: ${name}`, { helm: fields }, more);
const kustomize = (name: string, path: string, fields: Fields, more: Partial<RenderCase> = {}): RenderCase =>
  of(kustomizeTree, path)(`kustomize: ${name}`, { kustomize: fields }, more);
const directory = (name: string, path: string, fields: Fields, more: Partial<RenderCase> = {}): RenderCase =>
  of(directoryTree, path)(`directory: ${name}`, { directory: fields }, more);
const jsonnet = (name: string, path: string, fields: Fields, more: Partial<RenderCase> = {}): RenderCase =>
  of(jsonnetTree, path)(`jsonnet: ${name}`, { directory: { jsonnet: fields } }, more);

const set = (name: string, value: string, forceString = false): Fields => ({ name, value, forceString });

const parameterValues: readonly string[] = [
  'plain',
  'a,b',
  'a\\,b',
  'a,,b',
  ',a',
  'a,',
  'a\\\\,b',
  '{x,y}',
  '{x}',
  '{}',
  '{a,b',
  'a=b',
  'a=b,c=d',
  'true',
  'null',
  '0012',
  '1e5',
  '12345678901234567890',
  '',
  ' ',
  'with space',
  '"quoted"',
  '$ARGOCD_APP_NAME',
  '${ARGOCD_APP_REVISION_SHORT}/x',
  '$$',
  '$UNKNOWN-x',
  '$1',
  '${',
  'a.b',
  'multi\nline',
  'ünï',
  '[0]',
  '<no value>',
];
const parameterNames: readonly string[] = [
  'a',
  'n',
  'nested.deep',
  'nested',
  'list[0]',
  'list[3]',
  'fresh.x.y',
  'fresh.list[0].name',
  'dotted\\.name',
  'sub.own',
  'empty.k',
  'list',
];

const helmByHand: readonly RenderCase[] = [
  helm('nothing said', {}),
  ...parameterValues.map((value, index) => helm(`parameter value ${index}`, { parameters: [set('a', value)] })),
  ...parameterValues.map((value, index) => helm(`text value ${index}`, { parameters: [set('a', value, true)] })),
  ...parameterNames.map((name) => helm(`parameter name ${name}`, { parameters: [set(name, 'v')] })),
  helm('the same parameter twice', { parameters: [set('a', '1'), set('a', '2')] }),
  helm('as text and not', { parameters: [set('a', '1', true), set('a', '2')] }),
  helm('a parameter without value', { parameters: [{ name: 'a' }] }),
  helm('a parameter without name', { parameters: [{ value: 'x' }] }),
  helm('values and valuesObject', { values: 'a: text\nb: 1\n', valuesObject: { a: 'object' } }),
  helm('an empty valuesObject over values', { values: 'a: text\n', valuesObject: {} }),
  helm('values over files', { values: 'a: text\n', valueFiles: ['envs/a.yaml'] }),
  helm('values that are no map', { values: '- a\n' }),
  helm('values that are a text', { values: 'text' }),
  helm('values that do not parse', { values: 'a: [' }),
  helm('values of nulls', { values: 'a: null\nnested: {deep: null}\n' }),
  helm('values that name a variable', { values: 'a: $ARGOCD_APP_NAME\n' }),
  helm('values with large numbers', { values: 'a: 12345678901\nn: 3.0\nf: 1.5e300\n' }),
  helm('valuesObject with large numbers', { valuesObject: { a: 12345678901, n: 3, f: 1.5 } }),
  helm('a missing file', { valueFiles: ['none.yaml'] }),
  helm('a missing file, ignored', { valueFiles: ['none.yaml', 'envs/a.yaml'], ignoreMissingValueFiles: true }),
  helm('a glob', { valueFiles: ['envs/*.yaml'] }),
  helm('a glob of two', { valueFiles: ['envs/[ab].yaml'] }),
  helm('a glob into directories', { valueFiles: ['envs/**/c.yaml', 'envs/?.yaml'] }),
  helm('a glob and a file of it after', { valueFiles: ['envs/[ab].yaml', 'envs/a.yaml'] }),
  helm('a glob and a file of it before', { valueFiles: ['envs/b.yaml', 'envs/[ab].yaml'] }),
  helm('a glob of nothing', { valueFiles: ['envs/*.yml'] }),
  helm('a glob of nothing, ignored', { valueFiles: ['envs/*.yml'], ignoreMissingValueFiles: true }),
  helm('a glob that is not closed', { valueFiles: ['envs/[a.yaml'] }),
  helm('a glob that matches a directory', { valueFiles: ['envs/m*'] }),
  helm('the same file twice', { valueFiles: ['envs/a.yaml', 'envs/b.yaml', 'envs/a.yaml'] }),
  helm('a file by two paths', { valueFiles: ['envs/a.yaml', 'envs/b.yaml', './envs/a.yaml'] }),
  helm('a directory', { valueFiles: ['envs'] }),
  helm('a file from the root', { valueFiles: ['/shared/root.yaml'] }),
  helm('a file above', { valueFiles: ['../shared/root.yaml'] }),
  helm('a file out of the repository', { valueFiles: ['../../shared/root.yaml'] }),
  helm('a file that wins nothing', { valueFiles: ['envs/null.yaml'] }),
  helm('a file that does not parse', { valueFiles: ['envs/broken.yaml'] }),
  helm('a file of a list', { valueFiles: ['envs/wrong.yaml'] }),
  helm('a file named by a variable', { valueFiles: ['/shared/${ARGOCD_APP_NAME}.yaml'] }, { app: 'demo' }),
  helm('a file named by an unknown variable', { valueFiles: ['$nobody/envs/a.yaml'] }),
  helm('an address whose scheme is not allowed', { valueFiles: ['ftp://example.com/values.yaml'] }),
  helm('file parameters', { fileParameters: [{ name: 'text', path: 'file.txt' }] }),
  helm('file parameters over parameters', {
    parameters: [set('text', 'x')],
    fileParameters: [{ name: 'text', path: 'file.txt' }],
  }),
  helm('a file parameter with spaces', { fileParameters: [{ name: 'text', path: 'name with space.txt' }] }),
  helm('a missing file parameter', { fileParameters: [{ name: 'text', path: 'none.txt' }] }),
  helm('a file parameter outside', { fileParameters: [{ name: 'text', path: '../../file.txt' }] }),
  helm('a file parameter from the root', { fileParameters: [{ name: 'text', path: '/shared/root.yaml' }] }),
  helm('without CRDs', { skipCrds: true }),
  helm('without tests', { skipTests: true }),
  helm('its own namespace', { namespace: 'other' }),
  helm('its own release name', { releaseName: 'short' }),
  helm('a release name that is too long', { releaseName: 'x'.repeat(54) }),
  helm('a release name with capitals', { releaseName: 'Web' }),
  helm('an application with a long name', {}, { app: 'a'.repeat(60) }),
  helm('an application of another namespace', {}, { app: 'team_web' }),
  helm('a version of its own', { kubeVersion: '1.28.3' }),
  helm('a short version', { kubeVersion: '1.28' }),
  helm('a version with v', { kubeVersion: 'v1.28.1' }),
  helm('a version of a distribution', { kubeVersion: 'v1.28.1-eks-1234' }),
  helm('a version with build data', { kubeVersion: 'v1.28.1+k3s1' }),
  helm('a version that is none', { kubeVersion: 'new' }),
  helm('a cluster of a distribution', {}, { kubeVersion: 'v1.29.2-gke.100' }),
  helm('API versions', { apiVersions: ['example.com/v1'] }),
  helm('API versions of the cluster', {}, { apiVersions: ['example.com/v1', 'apps/v1/Deployment', 'v1'] }),
  helm('version v3', { version: 'v3' }),
  helm('version v2', { version: 'v2' }),
  helm('no namespace', {}, { namespace: '' }),
  of(chartTree, 'strict')('helm: a schema that does not fit', { helm: { values: 'port: many\n' } }),
  of(chartTree, 'strict')('helm: a schema that is not asked', {
    helm: { values: 'port: many\n', skipSchemaValidation: true },
  }),
  of(chartTree, 'strict')('helm: a cluster that is too old', { helm: { kubeVersion: '1.20.0' } }),
  of(chartTree, 'shared')('helm: no chart', { helm: { releaseName: 'x' } }),
  helm('values of another source', { valueFiles: ['$vals/prod/a.yaml'] }, references()),
  helm('values of another source by glob', { valueFiles: ['$vals/prod/*.yaml'] }, references()),
  helm('values of another source that leave it', { valueFiles: ['$vals/../secret.yaml'] }, references()),
  helm('values of a source that is not there', { valueFiles: ['$vols/prod/a.yaml'] }, references()),
  helm('missing values of another source', { valueFiles: ['$vals/none.yaml'] }, references()),
  helm(
    'missing values of another source, ignored',
    { valueFiles: ['$vals/none.yaml'], ignoreMissingValueFiles: true },
    references(),
  ),
  helm(
    'a variable in the path of another source',
    { valueFiles: ['$vals/$ARGOCD_APP_NAME/a.yaml'] },
    {
      ...references(),
      app: 'prod',
    },
  ),
  helm('a file parameter of another source', { fileParameters: [{ name: 't', path: '$vals/t.txt' }] }, references()),
  of(chartTree, 'web')('helm: switched off', {}, { config: { 'helm.enable': 'false' } }),
];

function references(): Partial<RenderCase> {
  return {
    references: {
      vals: { 'prod/a.yaml': 'a: other source\n', 'prod/b.yaml': 'b: 2\n', 't.txt': 'text of another' },
    },
  };
}

const images: readonly string[] = [
  'web:2',
  'web=mirror/web:v2',
  'web=mirror/web',
  'web@sha256:abcd',
  'web=mirror/web@sha256:abcd',
  'web=:v3',
  'web:v1@sha256:abcd',
  'registry:5000/side:9',
  'registry:5000/side=other:5000/side:9',
  'web:$ARGOCD_APP_REVISION_SHORT',
  'nobody:1',
  'web=*:v4',
  'web=mirror/web:*',
  'web',
  '=x:1',
  'web:',
  'app=mine:2',
];

const kustomizeByHand: readonly RenderCase[] = [
  ...['app', 'bare', 'patched', 'comment', 'broken', 'typo', 'textual'].map((path) =>
    kustomize(`nothing said, ${path}`, path, {}),
  ),
  ...images.map((image) => kustomize(`image ${image}`, 'app', { images: [image] })),
  ...images.map((image) => kustomize(`image ${image}, bare`, 'bare', { images: [image, 'db:5'] })),
  kustomize('two images of one name', 'bare', { images: ['web:2', 'web:3'] }),
  kustomize('prefix and suffix', 'patched', { namePrefix: 'a-', nameSuffix: '-z' }),
  kustomize('a prefix with a dash first', 'bare', { namePrefix: '-a' }),
  kustomize('replicas', 'patched', {
    replicas: [
      { name: 'web', count: 7 },
      { name: 'db', count: '3' },
    ],
  }),
  kustomize('replicas that are no number', 'bare', { replicas: [{ name: 'web', count: 'many' }] }),
  kustomize('replicas of nobody', 'bare', { replicas: [{ name: 'nobody', count: 2 }] }),
  kustomize('replicas of zero', 'bare', { replicas: [{ name: 'web', count: 0 }] }),
  kustomize('negative replicas', 'bare', { replicas: [{ name: 'web', count: -1 }] }),
  kustomize('labels', 'bare', { commonLabels: { mine: 'yes', also: '2' } }),
  kustomize('a label that is there', 'app', { commonLabels: { there: 'new' } }),
  kustomize('a label that is there, forced', 'app', { commonLabels: { there: 'new' }, forceCommonLabels: true }),
  kustomize('a label with a variable', 'bare', { commonLabels: { rev: '${ARGOCD_APP_REVISION_SHORT}' } }),
  kustomize('labels without selectors', 'bare', { commonLabels: { mine: 'yes' }, labelWithoutSelector: true }),
  kustomize('labels in templates', 'bare', {
    commonLabels: { mine: 'yes' },
    labelWithoutSelector: true,
    labelIncludeTemplates: true,
  }),
  kustomize('labels in templates, with selectors', 'bare', {
    commonLabels: { mine: 'yes' },
    labelIncludeTemplates: true,
  }),
  kustomize('labels without selectors where there are', 'app', {
    commonLabels: { mine: 'yes' },
    labelWithoutSelector: true,
  }),
  kustomize('an odd label', 'bare', { commonLabels: { 'not a label': 'x y' } }),
  kustomize('an odd value of a label', 'bare', { commonLabels: { a: 'x:y' } }),
  kustomize('an empty value of a label', 'bare', { commonLabels: { a: '' } }),
  kustomize('annotations', 'bare', { commonAnnotations: { mine: 'a b', url: 'https://x.example.com:8080/p?q=1' } }),
  kustomize('annotations with commas and quotes', 'bare', { commonAnnotations: { mine: 'a,b:c', q: '"x"' } }),
  kustomize('annotations with a variable, as they are', 'bare', { commonAnnotations: { a: '$ARGOCD_APP_NAME' } }),
  kustomize('annotations with a variable, filled', 'bare', {
    commonAnnotations: { a: '$ARGOCD_APP_NAME at $ARGOCD_APP_SOURCE_PATH' },
    commonAnnotationsEnvsubst: true,
  }),
  kustomize('annotations forced', 'patched', { commonAnnotations: { tls: 'no' }, forceCommonAnnotations: true }),
  kustomize('a namespace', 'patched', { namespace: 'moved' }),
  kustomize('a namespace that is a flag', 'bare', { namespace: '--help' }),
  kustomize('a patch of a target', 'bare', {
    patches: [{ target: { kind: 'Deployment' }, patch: '[{"op":"replace","path":"/spec/replicas","value":9}]' }],
  }),
  kustomize('a patch by its own name', 'bare', {
    patches: [{ patch: 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 8}\n' }],
  }),
  kustomize('a patch beside those there', 'patched', {
    patches: [{ target: { kind: 'Service' }, patch: '- {op: replace, path: /spec/ports/0/port, value: 81}' }],
  }),
  kustomize('a patch out of a file', 'app', { patches: [{ path: 'patches/service.yaml' }] }),
  kustomize('a patch out of a file above', 'bare', { patches: [{ path: '../patches/service.yaml' }] }),
  kustomize('a patch out of no file', 'bare', { patches: [{ path: 'none.yaml' }] }),
  kustomize('a patch of names', 'bare', {
    patches: [
      {
        target: { kind: 'Deployment', name: 'web' },
        patch: 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: new}\n',
        options: { allowNameChange: true },
      },
    ],
  }),
  kustomize('a patch of kinds', 'bare', {
    patches: [
      {
        target: { kind: 'StatefulSet' },
        patch: '- {op: replace, path: /kind, value: Deployment}',
        options: { allowKindChange: true },
      },
    ],
  }),
  kustomize('a patch by labels', 'bare', {
    patches: [
      { target: { labelSelector: 'app=web' }, patch: '- {op: add, path: /metadata/labels/p, value: "1"}' },
      {
        target: { annotationSelector: 'there=already' },
        patch: '- {op: add, path: /metadata/annotations/p, value: "1"}',
      },
    ],
  }),
  kustomize('a patch of a group', 'bare', {
    patches: [
      {
        target: { group: 'apps', version: 'v1', name: 'd.*' },
        patch: '- {op: add, path: /metadata/annotations/p, value: "1"}',
      },
    ],
  }),
  kustomize('a patch of nothing', 'bare', {
    patches: [{ target: { kind: 'Nobody' }, patch: '- {op: remove, path: /x}' }],
  }),
  kustomize('a patch that fails', 'bare', {
    patches: [{ target: { kind: 'Service' }, patch: '- {op: remove, path: /x}' }],
  }),
  kustomize('a patch that is none', 'bare', { patches: [{ target: { kind: 'Service' }, patch: 'text' }] }),
  kustomize('components', 'bare', { components: ['../parts/tls', '../parts/scale'] }),
  kustomize('a component that is there', 'patched', { components: ['../parts/tls'] }),
  kustomize('a missing component', 'bare', { components: ['../parts/none'] }),
  kustomize('a missing component, ignored', 'bare', { components: ['../parts/none'], ignoreMissingComponents: true }),
  kustomize('an empty directory as component, ignored', 'bare', {
    components: ['../parts/empty'],
    ignoreMissingComponents: true,
  }),
  kustomize('a missing and a present component, ignored', 'bare', {
    components: ['../parts/none', '../parts/tls'],
    ignoreMissingComponents: true,
  }),
  kustomize('two components where missing ones are ignored', 'bare', {
    components: ['../parts/tls', '../parts/scale'],
    ignoreMissingComponents: true,
  }),
  kustomize(
    'load restrictor',
    'bare',
    { patches: [{ path: '../patches/service.yaml' }] },
    {
      config: { 'kustomize.buildOptions': '--load-restrictor LoadRestrictionsNone' },
    },
  ),
  kustomize('legacy order', 'patched', {}, { config: { 'kustomize.buildOptions': '--reorder legacy' } }),
  kustomize('an unknown flag', 'bare', {}, { config: { 'kustomize.buildOptions': '--nonsense' } }),
  kustomize('charts without leave', 'bare', { kubeVersion: '1.28' }),
  of(kustomizeTree, 'bare')('kustomize: switched off', {}, { config: { 'kustomize.enable': 'false' } }),
];

const directoryByHand: readonly RenderCase[] = [
  directory('nothing said', 'plain', {}),
  directory('recursive', 'plain', { recurse: true }),
  ...[
    'a.yaml',
    '*.yaml',
    '*.{yml,json}',
    '{a.yaml,b.yml}',
    '{a*,sub/*}',
    'sub/**',
    '**/*.json',
    '*/d.yaml',
    's*',
    '*',
    '**',
    '[ab].*',
    '?.yaml',
    'sub',
    '{a.yaml',
    'A.YAML',
    '',
  ].flatMap((glob) => [
    directory(`include ${glob}`, 'plain', { recurse: true, include: glob }),
    directory(`exclude ${glob}`, 'plain', { recurse: true, exclude: glob }),
  ]),
  directory('include and exclude', 'plain', { include: '*.yaml', exclude: '{l*,m*}' }),
  directory('any extension', 'plain', { disableExtensionFilter: true, include: '*.{txt,YAML}' }),
  directory('any extension, all', 'plain', { disableExtensionFilter: true }),
  directory('no such directory', 'none', {}),
  directory('a file', 'plain/a.yaml', {}),
  directory('an empty directory', 'plain/sub/deep/none', {}),
];

/** Single files, each a directory of its own: what becomes of what is written in it. */
const files: readonly (readonly [string, string, string])[] = [
  ['two objects', 'a.json', '{"apiVersion":"v1","kind":"A","metadata":{"name":"a"}}{"apiVersion":"v1","kind":"B"}'],
  ['a JSON list', 'a.json', '[{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}]'],
  ['broken JSON', 'a.json', '{"apiVersion":'],
  ['JSON without kind', 'a.json', '{"a": 1}'],
  ['a JSON text', 'a.json', '"text"'],
  ['empty JSON', 'a.json', ''],
  ['JSON null', 'a.json', 'null'],
  ['a tsconfig', 'a.json', '// comment\n{"compilerOptions": {}}'],
  ['an artifact', 'a.json', '{"schemaVersion":2,"config":{"digest":"sha256:a"},"layers":[]}'],
  ['JSON in YAML', 'a.yaml', '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}'],
  [
    'two JSON objects in YAML',
    'a.yaml',
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}\n{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"b"}}',
  ],
  [
    'two JSON objects in YAML, apart',
    'a.yaml',
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}\n---\n{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"b"}}',
  ],
  ['values', 'a.yaml', 'replicas: 3\n'],
  ['values and an object', 'a.yaml', 'replicas: 3\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n'],
  ['an object and values', 'a.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\nreplicas: 3\n'],
  ['a kind alone', 'a.yaml', 'kind: ConfigMap\nmetadata: {name: a}\n'],
  ['a version alone', 'a.yaml', 'apiVersion: v1\nmetadata: {name: a}\n'],
  ['a kind that is empty', 'a.yaml', 'apiVersion: v1\nkind: ""\nmetadata: {name: a}\n'],
  ['no metadata', 'a.yaml', 'apiVersion: v1\nkind: ConfigMap\ndata: {a: b}\n'],
  ['metadata of null', 'a.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: null\n'],
  ['a text', 'a.yaml', 'just text\n'],
  ['a list', 'a.yaml', '- a\n- b\n'],
  ['a list of objects', 'a.yaml', '- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n'],
  ['broken, like a manifest', 'a.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a\n'],
  ['broken, unlike one', 'a.yaml', 'a: [\n'],
  ['a broken second document', 'a.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\na: [\n'],
  ['a broken first document', 'a.yaml', 'a: [\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n'],
  ['a template', 'a.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Values.name }}\n'],
  ['tabs', 'a.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n\tname: a\n'],
  ['the same key twice', 'a.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: "1", a: "2"}\n'],
  ['anchors', 'a.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: &n a}\ndata: {a: *n}\n'],
  [
    'merge keys',
    'a.yaml',
    'x: &x {a: "1"}\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {<<: *x, b: "2"}\n',
  ],
  [
    'numbers',
    'a.yaml',
    'apiVersion: v1\nkind: X\nmetadata: {name: a}\nspec: {i: 1, f: 1.0, e: 1e3, o: 0o17, old: 017, h: 0x1f, big: 1234567890123456789, u: 1_000, y: yes, n: ~, d: 2020-01-01, inf: 1.5}\n',
  ],
  ['keys that are no texts', 'a.yaml', 'apiVersion: v1\nkind: X\nmetadata: {name: a}\ndata: {1: a, true: b, 1.5: c}\n'],
  ['a byte order mark', 'a.yaml', '\uFEFFapiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n'],
  [
    'carriage returns',
    'a.yaml',
    'apiVersion: v1\r\nkind: ConfigMap\r\nmetadata: {name: a}\r\n---\r\napiVersion: v1\r\nkind: ConfigMap\r\nmetadata: {name: b}\r\n',
  ],
  ['a directive', 'a.yaml', '%YAML 1.1\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n'],
  [
    'document ends',
    'a.yaml',
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n...\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n',
  ],
  [
    'a separator with a comment',
    'a.yaml',
    '--- # first\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n--- # second\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n',
  ],
  ['content behind a separator', 'a.yaml', '--- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n'],
  [
    'a separator in a block',
    'a.yaml',
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  x: |\n    one\n    ---\n    two\n',
  ],
  [
    'spaces behind a separator',
    'a.yaml',
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---   \napiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n',
  ],
  [
    'a list in a list',
    'a.yaml',
    'apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}]}\n',
  ],
  ['an empty list', 'a.yaml', 'apiVersion: v1\nkind: List\nitems: []\n'],
  ['a list of null', 'a.yaml', 'apiVersion: v1\nkind: List\nitems: null\n'],
  ['a list without items', 'a.yaml', 'apiVersion: v1\nkind: List\n'],
  ['a list with a text', 'a.yaml', 'apiVersion: v1\nkind: List\nitems: [text]\n'],
  ['a list with null in it', 'a.yaml', 'apiVersion: v1\nkind: List\nitems: [null]\n'],
  ['items of an object', 'a.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\nitems: [{key: a}]\n'],
  [
    'items in a custom object',
    'a.yaml',
    'apiVersion: example.com/v1\nkind: Basket\nmetadata: {name: a}\nspec: {}\nitems: [{apiVersion: v1, kind: ConfigMap, metadata: {name: x}}]\n',
  ],
  ['a name that is a number', 'a.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: 1234}\n'],
  [
    'an annotation that is a number',
    'a.yaml',
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, annotations: {n: 1}}\n',
  ],
  [
    'the mark in the middle',
    'a.yaml',
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {x: "+argocd:skip-file-rendering"}\n',
  ],
  ['a kustomization', 'kustomization.yml', 'resources: []\n'],
  ['a generated name', 'a.yaml', 'apiVersion: batch/v1\nkind: Job\nmetadata: {generateName: a-}\n'],
  ['a creation timestamp', 'a.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, creationTimestamp: null}\n'],
];

const fileCases: readonly RenderCase[] = files.map(([name, path, text]) => ({
  name: `file: ${name}`,
  files: { [`d/${path}`]: text, 'd/zz.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: last}\n' },
  source: { path: 'd' },
}));

const variable = (name: string, value: string, code = false): Fields => ({ name, value, code });
const jsonnetByHand: readonly RenderCase[] = [
  jsonnet('nothing said', 'js', {}),
  jsonnet('variables', 'js', { extVars: [variable('ext', 'x'), variable('code', '1+1', true)] }),
  jsonnet('arguments', 'js', {
    extVars: [variable('ext', '$ARGOCD_APP_NAME'), variable('code', '{a: 1}.a', true)],
    tlas: [variable('name', 'top'), variable('count', '2 * 21', true)],
  }),
  jsonnet('an unknown argument', 'js', {
    extVars: [variable('ext', 'x'), variable('code', '1', true)],
    tlas: [variable('nobody', 'x')],
  }),
  jsonnet('code that is none', 'js', { extVars: [variable('ext', 'x'), variable('code', '1+', true)] }),
  jsonnet('one object', 'js/single', {}),
  jsonnet('a library', 'js/libbed', { libs: ['lib', 'vendor'] }),
  jsonnet('a library with a slash', 'js/libbed', { libs: ['/lib', './vendor'] }),
  jsonnet('a library that is missing', 'js/libbed', { libs: ['none'] }),
  jsonnet('a library outside', 'js/libbed', { libs: ['../lib'] }),
  ...['wrong', 'number', 'listed', 'mixed', 'escape'].map((path) => jsonnet(path, `js/${path}`, {})),
  of(jsonnetTree, 'js/mixed')('jsonnet: switched off', {}, { config: { 'jsonnet.enable': 'false' } }),
];

const overrides: readonly (readonly [string, Files, Partial<ApplicationSource>])[] = [
  ['parameters', { 'web/.argocd-source.yaml': 'helm: {parameters: [{name: a, value: over}]}\n' }, {}],
  ['its own file', { 'web/.argocd-source-demo.yaml': 'helm: {values: "a: own"}\n' }, {}],
  [
    'both',
    {
      'web/.argocd-source.yaml': 'helm: {values: "a: all", releaseName: rel}\n',
      'web/.argocd-source-demo.yaml': 'helm: {values: "a: own"}\n',
    },
    {},
  ],
  [
    'over the spec',
    { 'web/.argocd-source.yaml': 'helm: {valueFiles: [envs/b.yaml]}\n' },
    { helm: { valueFiles: ['envs/a.yaml'], releaseName: 'kept' } },
  ],
  [
    'taking away',
    { 'web/.argocd-source.yaml': 'helm: {valueFiles: null}\n' },
    { helm: { valueFiles: ['envs/a.yaml'] } },
  ],
  [
    'another place',
    { 'web/.argocd-source.yaml': 'path: strict\nrepoURL: https://other\nhelm: {releaseName: x}\n' },
    {},
  ],
  ['another kind', { 'web/.argocd-source.yaml': 'kustomize: {namePrefix: x-}\n' }, { helm: { releaseName: 'x' } }],
  ['a directory', { 'web/.argocd-source.yaml': 'directory: {recurse: true}\n' }, {}],
  ['a wrong type', { 'web/.argocd-source.yaml': 'helm: {valueFiles: text}\n' }, {}],
  ['a wrong number', { 'web/.argocd-source.yaml': 'helm: {releaseName: 5}\n' }, {}],
  ['broken', { 'web/.argocd-source.yaml': 'helm: [\n' }, {}],
  ['empty', { 'web/.argocd-source.yaml': '' }, {}],
  ['a list', { 'web/.argocd-source.yaml': '- a\n' }, {}],
  ['an unknown field', { 'web/.argocd-source.yaml': 'nobody: 1\nhelm: {nobody: 2, releaseName: r}\n' }, {}],
  ['two documents', { 'web/.argocd-source.yaml': 'helm: {releaseName: r}\n---\nhelm: {releaseName: s}\n' }, {}],
  [
    'values as an object',
    { 'web/.argocd-source.yaml': 'helm: {valuesObject: {a: merged}}\n' },
    { helm: { valuesObject: { b: 1 } } },
  ],
];

const overrideCases: readonly RenderCase[] = overrides.map(([name, more, source]) => ({
  name: `override: ${name}`,
  files: { ...chartTree, ...more },
  app: 'demo',
  source: { path: 'web', ...source },
}));

const valueFiles: readonly string[] = [
  'envs/a.yaml',
  'envs/b.yaml',
  'envs/null.yaml',
  'envs/[ab].yaml',
  'envs/more/*.yaml',
  '/shared/root.yaml',
  '../shared/root.yaml',
  '$vals/prod/a.yaml',
  '$vals/prod/*.yaml',
  '/shared/$ARGOCD_APP_NAME.yaml',
  'envs/**/c.yaml',
];

function madeHelm(pick: Picker, index: number): RenderCase {
  const fields: Fields = {
    ...pick.maybe(0.6, { valueFiles: [...pick.some(valueFiles, 4), ...(pick.chance(0.1) ? ['none.yaml'] : [])] }),
    ...pick.maybe(0.3, { ignoreMissingValueFiles: true }),
    ...pick.maybe(0.3, { values: pick.of(['a: text\n', 'nested: {deep: text}\n', 'list: [1]\nnested: null\n', '']) }),
    ...pick.maybe(0.3, {
      valuesObject: pick.of([{ a: 'object' }, { nested: { more: { e: 5 } } }, { list: [{ x: 1 }] }]),
    }),
    ...pick.maybe(0.7, {
      parameters: pick
        .some(parameterNames, 4)
        .map((name) => set(name, pick.of(parameterValues.slice(0, 27)), pick.chance(0.4))),
    }),
    ...pick.maybe(0.2, { fileParameters: [{ name: pick.of(['text', 'a', 'nested.deep']), path: 'file.txt' }] }),
    ...pick.maybe(0.2, { skipCrds: true }),
    ...pick.maybe(0.2, { skipTests: true }),
    ...pick.maybe(0.2, { releaseName: pick.of(['rel', 'web-2']) }),
    ...pick.maybe(0.2, { namespace: 'inner' }),
    ...pick.maybe(0.2, { kubeVersion: pick.of(['1.28', 'v1.30.1', '1.31.0-eks-1']) }),
    ...pick.maybe(0.2, { apiVersions: ['example.com/v1'] }),
  };
  return helm(`made ${index}`, fields, { ...references(), app: pick.of(['demo', 'web', 'team_web']) });
}

function madeKustomize(pick: Picker, index: number): RenderCase {
  const labels = { mine: 'yes', rev: '$ARGOCD_APP_REVISION_SHORT', ...(pick.chance(0.15) ? { there: 'x' } : {}) };
  const fields: Fields = {
    ...pick.maybe(0.4, { namePrefix: pick.of(['a-', 'b']) }),
    ...pick.maybe(0.3, { nameSuffix: '-z' }),
    ...pick.maybe(0.5, { images: pick.some(images.slice(0, 11), 3) }),
    ...pick.maybe(0.4, {
      replicas: pick.some(
        [
          { name: 'web', count: 3 },
          { name: 'db', count: '5' },
        ],
        2,
      ),
    }),
    ...pick.maybe(0.5, { commonLabels: labels }),
    ...pick.maybe(0.3, { forceCommonLabels: true }),
    ...pick.maybe(0.3, { labelWithoutSelector: true }),
    ...pick.maybe(0.3, { labelIncludeTemplates: true }),
    ...pick.maybe(0.4, { commonAnnotations: { mine: '$ARGOCD_APP_NAME', tls: 'over' } }),
    ...pick.maybe(0.3, { commonAnnotationsEnvsubst: true }),
    ...pick.maybe(0.3, { forceCommonAnnotations: true }),
    ...pick.maybe(0.3, { namespace: 'moved' }),
    ...pick.maybe(0.3, {
      patches: [{ target: { kind: 'Deployment' }, patch: '[{"op":"replace","path":"/spec/replicas","value":9}]' }],
    }),
    ...pick.maybe(0.3, { components: [pick.of(['../parts/tls', '../parts/scale', '../parts/none'])] }),
    ...pick.maybe(0.6, { ignoreMissingComponents: true }),
  };
  return kustomize(`made ${index}`, pick.of(['app', 'bare', 'patched', 'comment']), fields);
}

function madeDirectory(pick: Picker, index: number): RenderCase {
  const globs = ['*.yaml', '{a,b,c}.*', '*/*.yaml', '**', 'sub/*', '{sub/*,zz/*}', 'l*', '*.{json,yml}', 'm*'];
  const fields: Fields = {
    ...pick.maybe(0.6, { recurse: true }),
    ...pick.maybe(0.5, { include: pick.of(globs) }),
    ...pick.maybe(0.5, { exclude: pick.of(globs) }),
    ...pick.maybe(0.2, { disableExtensionFilter: true }),
  };
  return directory(`made ${index}`, pick.of(['plain', 'plain/sub']), fields);
}

/** What differs on purpose, by its row in packages/argo/DEVIATIONS-sources.md. */
export const deliberate: ReadonlyMap<string, string> = new Map([
  ['kustomize: two components where missing ones are ignored', 'components'],
  ['directory: include {a.yaml', 'globs'],
  ['directory: exclude {a.yaml', 'globs'],
  ['file: JSON without kind', 'JSON files'],
  ['file: JSON null', 'JSON files'],
  ['file: an artifact', 'JSON files'],
  ['file: a list in a list', 'lists'],
  ['file: items of an object', 'items'],
  ['file: items in a custom object', 'items'],
  ['override: taking away', 'null'],
  ['override: empty', 'empty override'],
]);

/** Everything that is rendered. */
export function renderCases(seed: number, made: number): readonly RenderCase[] {
  const pick = new Picker(seed);
  const many = (count: number, one: (pick: Picker, index: number) => RenderCase): readonly RenderCase[] =>
    Array.from({ length: count }, (_, index) => one(pick, index));
  return [
    ...helmByHand,
    ...kustomizeByHand,
    ...directoryByHand,
    ...fileCases,
    ...jsonnetByHand,
    ...overrideCases,
    ...many(made, madeHelm),
    ...many(made, madeKustomize),
    ...many(made, madeDirectory),
  ];
}
