// Repositories that Applications are made over: a chart, kustomizations, plain manifests, Jsonnet.

export type Files = Readonly<Record<string, string>>;

/** A chart that shows everything it was given. */
export const chartTree: Files = {
  'web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\nappVersion: "7"\n',
  'web/values.yaml':
    'a: chart\nn: 1\nlist: [x, y]\nnested: {deep: chart, kept: yes, more: {d: 4}}\nempty: {}\nsub: {from: parent}\n',
  'web/templates/_helpers.tpl': '{{- define "full" -}}{{ .Release.Name }}-{{ .Chart.Name }}{{- end -}}\n',
  'web/templates/show.yaml': `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "full" . }}
  namespace: {{ .Release.Namespace }}
data:
  values: {{ .Values | toJson | quote }}
  kube: {{ .Capabilities.KubeVersion.Version | quote }}
  minor: {{ .Capabilities.KubeVersion.Minor | quote }}
  has: {{ .Capabilities.APIVersions.Has "example.com/v1" | quote }}
  served: {{ .Capabilities.APIVersions.Has "apps/v1/Deployment" | quote }}
  service: {{ .Release.Service }}
  first: {{ .Release.IsInstall | quote }}
`,
  'web/templates/zz-list.yaml': `apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Secret, metadata: {name: s1}, stringData: {a: b}}
- {apiVersion: v1, kind: ServiceAccount, metadata: {name: s2}}
`,
  'web/templates/empty.yaml': '{{- if .Values.absent }}\napiVersion: v1\n{{- end }}\n---\n# nothing\n---\n',
  'web/templates/deploy.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}}
spec:
  replicas: {{ .Values.n | int }}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "web:{{ .Chart.AppVersion }}"}]}
`,
  'web/templates/hook.yaml': `apiVersion: batch/v1
kind: Job
metadata: {name: migrate, annotations: {helm.sh/hook: "pre-install,pre-upgrade", helm.sh/hook-weight: "-5"}}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: m, image: m}]}}}
`,
  'web/templates/tests/check.yaml':
    'apiVersion: v1\nkind: Pod\nmetadata: {name: check, annotations: {helm.sh/hook: test}}\nspec: {containers: [{name: c, image: c}]}\n',
  'web/templates/NOTES.txt': 'Have fun with {{ .Release.Name }}.\n',
  'web/charts/sub/Chart.yaml': 'apiVersion: v2\nname: sub\nversion: 0.1.0\n',
  'web/charts/sub/values.yaml': 'from: sub\nown: 1\n',
  'web/charts/sub/templates/all.yaml':
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: sub}\ndata: {v: {{ .Values | toJson | quote }}}\n',
  'web/crds/things.yaml':
    'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: things.example.com}\nspec: {group: example.com, names: {kind: Thing, plural: things}, scope: Namespaced, versions: []}\n',
  'web/envs/a.yaml': 'a: from-a\nnested: {deep: a}\n',
  'web/envs/b.yaml': 'a: from-b\nlist: [b]\n',
  'web/envs/more/c.yaml': 'a: from-c\nc: true\n',
  'web/envs/null.yaml': 'nested: null\n',
  'web/envs/broken.yaml': 'a: [\n',
  'web/envs/wrong.yaml': '- a\n- list\n',
  'web/file.txt': 'line one,\nline two = {3}\n',
  'web/name with space.txt': 'spaced',
  'shared/root.yaml': 'a: root\nshared: {x: 1}\n',
  'shared/demo.yaml': 'a: shared-demo\n',
  'strict/Chart.yaml': 'apiVersion: v2\nname: strict\nversion: 1.0.0\nkubeVersion: ">=1.25.0-0"\n',
  'strict/values.yaml': 'port: 80\n',
  'strict/values.schema.json':
    '{"$schema":"http://json-schema.org/draft-07/schema#","type":"object","properties":{"port":{"type":"integer"}}}',
  'strict/templates/a.yaml':
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {port: {{ .Values.port | quote }}}\n',
};

const workloads = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      initContainers: [{name: init, image: "registry:5000/side:2"}]
      containers: [{name: web, image: "web:1"}, {name: side, image: "registry:5000/side:2"}, {name: d, image: "app@sha256:aa"}]
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, annotations: {there: already}}
spec:
  replicas: 2
  serviceName: db
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: db, image: db}]}
`;

/** Kustomizations, with components beside them. */
export const kustomizeTree: Files = {
  'app/kustomization.yaml': `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [all.yaml]
commonLabels: {there: already}
images: [{name: web, newTag: old}]
configMapGenerator: [{name: settings, literals: [a=1]}]
`,
  'app/all.yaml': workloads,
  'bare/kustomization.yml': 'resources:\n- all.yaml\n- role.yaml\n',
  'bare/all.yaml': workloads,
  'bare/role.yaml':
    'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: reader}\nrules: []\n',
  'patched/Kustomization': `resources: [../bare]
namePrefix: own-
namespace: here
labels: [{pairs: {l: "1"}, includeSelectors: false}]
replicas: [{name: web, count: 4}]
patches:
- target: {kind: Service}
  patch: '[{"op": "add", "path": "/metadata/annotations", "value": {"p": "1"}}]'
components: [../parts/tls]
`,
  'comment/kustomization.yaml': '# first\nresources:\n  - all.yaml # why\n\n# last\n',
  'comment/all.yaml': workloads,
  'parts/tls/kustomization.yaml':
    'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\ncommonAnnotations: {tls: "yes"}\n',
  'parts/scale/kustomization.yaml':
    'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nreplicas: [{name: db, count: 5}]\n',
  'parts/empty/readme.txt': 'nothing here\n',
  'broken/kustomization.yaml': 'resources: [missing.yaml]\n',
  'typo/kustomization.yaml': 'resourcez: [all.yaml]\n',
  'textual/kustomization.yaml': 'just a text\n',
  'patches/service.yaml': 'apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: NodePort}\n',
  'app/patches/service.yaml': 'apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: NodePort}\n',
};

const map = (name: string, more = ''): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n${more}`;

/** Plain manifests of every shape. */
export const directoryTree: Files = {
  'plain/a.yaml': map('a'),
  'plain/b.yml': `${map('b1')}---\n${map('b2', 'data: {x: "1", y: "on"}\n')}---\n# a comment alone\n---\n`,
  'plain/c.json': '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"},"data":{"n":"1"}}',
  'plain/list.yaml': `apiVersion: v1\nkind: List\nitems:\n- ${map('l1').replaceAll('\n', '\n  ').trim()}\n- ${map('l2').replaceAll('\n', '\n  ').trim()}\n`,
  'plain/maps.yaml':
    'apiVersion: v1\nkind: ConfigMapList\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: m1}}\n',
  'plain/nullist.yaml': 'apiVersion: v1\nkind: ConfigMapList\nitems: null\n',
  'plain/skipped.yaml': `# +argocd:skip-file-rendering\n${map('never')}`,
  'plain/notes.txt': map('text'),
  'plain/values.yaml': 'replicas: 3\nimage: x\n',
  'plain/UPPER.YAML': map('upper'),
  'plain/.hidden.yaml': map('hidden'),
  'plain/sub/d.yaml': map('d'),
  'plain/sub/deep/e.yaml': map('e'),
  'plain/sub/deep/f.json': '[{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"f"}}]',
  'plain/zz/g.yaml': map('g'),
  'plain/empty.yaml': '',
  'plain/dashes.yaml': '---\n---\n',
};

/** Programs that make manifests. */
export const jsonnetTree: Files = {
  'js/main.jsonnet': `local lib = import 'lib.libsonnet';
function(name='none', count=1) [
  lib.map(name, { count: std.toString(count), ext: std.extVar('ext'), code: std.toString(std.extVar('code')) }),
  lib.map(name + '-2', {}),
]
`,
  'js/lib.libsonnet': `{ map(name, data):: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: name }, data: data } }\n`,
  'js/single/one.jsonnet': `{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one' } }\n`,
  'js/libbed/two.jsonnet': `(import 'shared.libsonnet').map('two')\n`,
  'js/libbed/vendor.jsonnet': `(import 'k/vendored.libsonnet').map('vendored')\n`,
  'lib/shared.libsonnet': `{ map(name):: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'shared-' + name } } }\n`,
  'vendor/k/vendored.libsonnet': `{ map(name):: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'v-' + name } } }\n`,
  'js/wrong/a.jsonnet': `{ apiVersion: 'v1' \n`,
  'js/number/a.jsonnet': '42\n',
  'js/listed/a.jsonnet': `{ apiVersion: 'v1', kind: 'List', items: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'i' } }] }\n`,
  'js/mixed/a.jsonnet': `{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'j' } }\n`,
  'js/mixed/b.yaml': map('y'),
  'js/escape/a.jsonnet': `import '../../../etc/passwd'\n`,
};
