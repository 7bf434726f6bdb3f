// Sources of Applications beside the programs that Argo CD runs for them: `helm template` with its flags in upstream's order,
// and `kustomize edit …`, `kustomize build` on a copy (argoproj/argo-cd:util/helm/cmd.go, util/kustomize/kustomize.go, 3.6).
//
//   npm run oracle -- sources [substring-of-a-case …]

import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type ApplicationSource, readApplication, translateApplication, argoFrontEnd } from '@evenkeel/argo';
import { renderSource, templateHost } from '@evenkeel/delivery';
import { type Json, type JsonObject, isMap, parseYamlDocuments } from '@evenkeel/resource';
import { memoryTree } from '@evenkeel/std';

const bin = join(homedir(), '.cache/evenkeel/tools/bin');
const kubeVersion = '1.35.4';

interface SourceCase {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly source: Partial<ApplicationSource>;
  /** What upstream runs: helm's flags, or the commands of kustomize one after another. */
  readonly helm?: readonly string[];
  readonly kustomize?: readonly (readonly string[])[];
  /** Lines that upstream writes into the kustomization itself. */
  readonly appended?: string;
}

const chart = {
  'app/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
  'app/values.yaml': 'a: chart\nn: 1\nlist: [x]\nnested: {deep: chart, kept: yes}\n',
  'app/templates/all.yaml': `apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}, namespace: {{ .Release.Namespace }}}
data:
  values: {{ .Values | toJson | quote }}
  kube: {{ .Capabilities.KubeVersion.Version | quote }}
  has: {{ .Capabilities.APIVersions.Has "example.com/v1" | quote }}
---
apiVersion: v1
kind: Pod
metadata: {name: check, annotations: {helm.sh/hook: test}}
`,
  'app/crds/crd.yaml':
    'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: things.example.com}\n',
  'app/envs/a.yaml': 'a: from-a\nnested: {deep: a}\n',
  'app/envs/b.yaml': 'a: from-b\n',
  'shared/root.yaml': 'a: root\n',
  'app/file.txt': 'line one,\nline two\n',
};
const base = {
  'app/kustomization.yaml':
    'resources: [all.yaml]\ncommonLabels: {there: already}\nimages: [{name: web, newTag: old}]\n',
  'app/all.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: web:1}, {name: side, image: registry:5000/side:2}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}}
`,
  'parts/tls/kustomization.yaml':
    'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\ncommonAnnotations: {tls: "yes"}\n',
};

/** Flags, none of which holds a space. */
function flags(text: string): readonly string[] {
  return text.split(/\s+/);
}

const release = `--name-template web --namespace live --kube-version ${kubeVersion}`;
const cases: readonly SourceCase[] = [
  {
    name: 'helm: values of every kind, in their order',
    files: chart,
    source: {
      helm: {
        valueFiles: ['envs/a.yaml', '/shared/root.yaml'],
        values: 'a: inline\nm: 2\n',
        parameters: [
          { name: 'n', value: '07', forceString: true },
          { name: 'list[0]', value: 'p,q' },
          { name: 'set', value: '{one,two}' },
          { name: 'nested.deep', value: 'true' },
        ],
        fileParameters: [{ name: 'text', path: 'file.txt' }],
      },
    },
    helm: flags(
      `${release} --set list[0]=p\\,q --set set={one,two} --set nested.deep=true --set-string n=07 --set-file text=app/file.txt --values app/envs/a.yaml --values shared/root.yaml --values @inline --include-crds`,
    ),
  },
  {
    name: 'helm: globs, release name, namespace, no tests, no CRDs',
    files: chart,
    source: {
      helm: { valueFiles: ['envs/*.yaml'], releaseName: 'other', namespace: 'else', skipCrds: true, skipTests: true },
    },
    helm: flags(
      `--name-template other --namespace else --kube-version ${kubeVersion} --values app/envs/a.yaml --values app/envs/b.yaml --skip-tests`,
    ),
  },
  {
    name: 'helm: other versions of a cluster, files that are not there',
    files: chart,
    source: {
      helm: {
        kubeVersion: '1.30',
        apiVersions: ['example.com/v1'],
        valueFiles: ['none.yaml'],
        ignoreMissingValueFiles: true,
      },
    },
    helm: flags(
      `--name-template web --namespace live --kube-version 1.30 --api-versions example.com/v1 --include-crds`,
    ),
  },
  {
    name: 'kustomize: everything that is edited',
    files: base,
    source: {
      kustomize: {
        namePrefix: 'a-',
        nameSuffix: '-z',
        images: ['web=mirror/web:v2', 'registry:5000/side@sha256:ab'],
        replicas: [{ name: 'web', count: 3 }],
        commonLabels: { mine: 'yes' },
        commonAnnotations: { note: 'a b' },
        namespace: 'moved',
      },
    },
    kustomize: [
      ['edit', 'set', 'nameprefix', '--', 'a-'],
      ['edit', 'set', 'namesuffix', '--', '-z'],
      ['edit', 'set', 'image', 'web=mirror/web:v2', 'registry:5000/side@sha256:ab'],
      ['edit', 'set', 'replicas', 'web=3'],
      ['edit', 'add', 'label', 'mine:yes'],
      ['edit', 'add', 'annotation', 'note:a b'],
      ['edit', 'set', 'namespace', '--', 'moved'],
    ],
  },
  {
    name: 'kustomize: labels without selectors, forced, in templates',
    files: base,
    source: {
      kustomize: {
        commonLabels: { mine: 'yes' },
        labelWithoutSelector: true,
        labelIncludeTemplates: true,
        forceCommonLabels: true,
      },
    },
    kustomize: [['edit', 'add', 'label', '--force', '--without-selector', '--include-templates', 'mine:yes']],
  },
  {
    name: 'kustomize: patches and components',
    files: base,
    source: {
      kustomize: {
        patches: [
          { target: { kind: 'Deployment' }, patch: '[{"op": "replace", "path": "/spec/replicas", "value": 9}]' },
        ],
        components: ['../parts/tls', '../parts/none'],
        ignoreMissingComponents: true,
      },
    },
    kustomize: [['edit', 'add', 'component', '../parts/tls']],
    appended: `patches:
- target: {kind: Deployment}
  patch: '[{"op": "replace", "path": "/spec/replicas", "value": 9}]'
`,
  },
];

function ours({ files, source }: SourceCase): readonly Json[] {
  const spec = {
    project: 'default',
    source: { repoURL: 'https://git.example.com/a.git', path: 'app', ...source },
    destination: { name: 'in-cluster', namespace: 'live' },
  };
  const metadata = { name: 'web', namespace: 'argocd' };
  const application = readApplication({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata,
    spec,
  } as unknown as Parameters<typeof readApplication>[0]);
  const translation = translateApplication(application, argoFrontEnd);
  const translated = translation.kind === 'delivery' ? translation.delivery.sources[0] : undefined;
  if (!translated?.adapt) throw new Error(JSON.stringify(translation));
  const tree = memoryTree(files);
  const request = translated.adapt.adapt({
    files: tree,
    revision: '0123456789',
    kubeVersion,
    apiVersions: [],
    dependsOn: () => undefined,
  });
  if ('sentence' in request) throw new Error(request.sentence);
  const world = { kubeVersion, apiVersions: [], host: templateHost, lookup: () => undefined };
  const { objects, refusals } = renderSource(tree, 'app', request, world);
  if (refusals.length > 0) throw new Error(refusals.map(({ sentence }) => sentence).join('\n'));
  return objects.map(({ object }) => JSON.parse(JSON.stringify(object)) as Json);
}

function theirs({ files, source, helm, kustomize = [], appended }: SourceCase, place: string): readonly Json[] {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(place, path)), { recursive: true });
    writeFileSync(join(place, path), text);
  }
  const run = (program: string, args: readonly string[], cwd: string): string =>
    execFileSync(join(bin, program), [...args], { cwd, env: { HOME: place, PATH: process.env['PATH'] } }).toString();
  if (helm) {
    writeFileSync(join(place, 'inline.yaml'), inlineValues(source));
    const args = helm.map((word) => (word === '@inline' ? 'inline.yaml' : word));
    return documents(run('helm', ['template', 'app', ...args], place));
  }
  const app = join(place, 'app');
  const isComponent = (args: readonly string[]): boolean => args.includes('component');
  for (const args of kustomize.filter((each) => !isComponent(each))) run('kustomize', args, app);
  if (appended) appendFileSync(join(app, 'kustomization.yaml'), appended);
  for (const args of kustomize.filter(isComponent)) run('kustomize', args, app);
  return documents(run('kustomize', ['build', app], place));
}

function inlineValues({ helm }: Partial<ApplicationSource>): string {
  const values = helm?.['values'];
  return typeof values === 'string' ? values : '';
}

function documents(text: string): readonly Json[] {
  return parseYamlDocuments(text, { dialect: 'sigs' }).filter((value): value is JsonObject => isMap(value));
}

/** Objects by their names: which comes first is decided by whoever applies them. */
function byName(objects: readonly Json[]): Readonly<Record<string, Json>> {
  const named = objects.map((object) => {
    const { kind, metadata } = object as { kind: string; metadata: { name: string } };
    return [`${kind}/${metadata.name}`, object] as const;
  });
  return Object.fromEntries(named.toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

const filters = process.argv.slice(2);
let different = 0;
for (const each of cases) {
  if (filters.length > 0 && !filters.some((filter) => each.name.includes(filter))) continue;
  const place = mkdtempSync(join(tmpdir(), 'evenkeel-sources-'));
  try {
    const [wanted, found] = [byName(theirs(each, place)), byName(ours(each))];
    const same = isDeepStrictEqual(found, wanted);
    process.stdout.write(`${same ? 'equal    ' : 'DIFFERENT'} ${each.name}\n`);
    if (same) continue;
    different += 1;
    process.stdout.write(`wanted ${JSON.stringify(wanted, null, 1)}\nfound  ${JSON.stringify(found, null, 1)}\n`);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}
process.exitCode = different > 0 ? 1 : 0;
