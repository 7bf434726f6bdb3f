// The real helm, versions 3 and 4, over HTTPS: a release from its installation to its end, hooks as Jobs, waiting for
// workloads, what is asked of the server before anything is written, and what fails. Lines that need no running pods are
// said to the real server as well, and must answer alike.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { referenceClusterMissing, referenceToolsDirectory, startReferenceCluster } from '@evenkeel/kube/reference';
import { Sandbox } from '../sandbox.ts';
import { helmProgram, kubectlProgram, runProgram } from '../testing/kubectl.ts';

const directory = mkdtempSync(join(tmpdir(), 'sandbox-helm-'));
after(() => rmSync(directory, { recursive: true, force: true }));

const hook = (name: string, event: string, command: string): string => `apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .Release.Name }}-${name}
  annotations: { helm.sh/hook: ${event}, helm.sh/hook-delete-policy: before-hook-creation }
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      containers: [{ name: main, image: 'migrate:1', command: [sh, -c, ${JSON.stringify(command)}] }]
`;

const chart: Readonly<Record<string, string>> = {
  'Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 1.2.3\nappVersion: "7"\n',
  'values.yaml': 'replicas: 2\ntag: "1"\nselector: shop\nhooks: true\nworkload: true\nready: true\nextra: false\n',
  'templates/deployment.yaml': `{{- if .Values.workload }}
apiVersion: apps/v1
kind: Deployment
metadata: { name: {{ .Release.Name }} }
spec:
  replicas: {{ .Values.replicas }}
  selector: { matchLabels: { app: {{ .Values.selector }} } }
  template:
    metadata:
      labels: { app: {{ .Values.selector }} }
      {{- if not .Values.ready }}
      annotations: { sandbox.evenkeel.dev/never-ready: "true" }
      {{- end }}
    spec: { containers: [{ name: main, image: 'shop:{{ .Values.tag }}' }] }
{{- end }}
`,
  'templates/settings.yaml': `apiVersion: v1
kind: ConfigMap
metadata: { name: {{ .Release.Name }}-settings }
data:
  tag: {{ .Values.tag | quote }}
  namespace: {{ dig "metadata" "uid" "none" (lookup "v1" "Namespace" "" .Release.Namespace) | quote }}
  others: {{ len (dig "items" list (lookup "v1" "ConfigMap" .Release.Namespace "")) | quote }}
  autoscaling: {{ .Capabilities.APIVersions.Has "autoscaling/v2/HorizontalPodAutoscaler" | quote }}
  nothing: {{ .Capabilities.APIVersions.Has "nothing.example.com/v1" | quote }}
  minor: {{ .Capabilities.KubeVersion.Minor | quote }}
`,
  'templates/extra.yaml':
    '{{- if .Values.extra }}\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: {{ .Release.Name }}-extra }\n{{- end }}\n',
  'templates/bad.yaml':
    '{{- if .Values.bad }}\napiVersion: v1\nkind: Service\nmetadata: { name: {{ .Release.Name }}-bad }\nspec: { ports: [{ port: 99999 }] }\n{{- end }}\n',
  'templates/before.yaml': `{{- if .Values.hooks }}\n${hook('before', 'pre-install,pre-upgrade', 'sleep 1')}{{- end }}\n`,
  'templates/after.yaml': `{{- if .Values.failing }}\n${hook('after', 'post-upgrade', 'exit 3')}{{- end }}\n`,
  'templates/check.yaml': `apiVersion: v1
kind: Pod
metadata: { name: {{ .Release.Name }}-check, annotations: { helm.sh/hook: test } }
spec: { restartPolicy: Never, containers: [{ name: main, image: 'check:1', command: [sh, -c, 'exit 0'] }] }
`,
  'templates/NOTES.txt': 'Release {{ .Release.Revision }} of {{ .Chart.Name }}.\n',
};
for (const [path, text] of Object.entries(chart)) {
  mkdirSync(dirname(join(directory, 'shop', path)), { recursive: true });
  writeFileSync(join(directory, 'shop', path), text);
}

interface Line {
  /** "helm …" or "kubectl …". */
  readonly say: string;
  readonly see: RegExp;
  readonly code?: number;
}

// What needs no pods: both servers.
const plain: readonly Line[] = [
  { say: 'helm install p shop --set workload=false,hooks=false --dry-run=server', see: /namespace: "[0-9a-f-]{36}"/ },
  { say: 'helm install p shop --set workload=false,hooks=false --dry-run=client', see: /namespace: "none"/ },
  { say: 'helm install p shop --set hooks=false,bad=true --dry-run=server', see: /99999|unable to|DRY|dry/i },
  { say: 'helm install p shop --set workload=false,hooks=false', see: /STATUS: deployed\nREVISION: 1/ },
  {
    say: 'helm install p shop --set workload=false,hooks=false',
    see: /cannot re-?use a name that is still in use/,
    code: 1,
  },
  {
    say: 'kubectl get configmap p-settings -o jsonpath={.data.autoscaling}-{.data.nothing}-{.data.minor}',
    see: /^true-false-35$/,
  },
  { say: 'helm list', see: /^p\s+default\s+1\s+.*deployed\s+shop-1\.2\.3\s+7/m },
  { say: 'helm upgrade p shop --set workload=false,hooks=false,tag=2,extra=true', see: /REVISION: 2/ },
  { say: 'kubectl get configmap p-extra -o name', see: /configmap\/p-extra/ },
  {
    say: 'helm upgrade p shop --set workload=false,hooks=false,bad=true',
    see: /Invalid value: 99999: must be between 1 and 65535, inclusive/,
    code: 1,
  },
  { say: 'helm history p --max 10', see: /1\s.*superseded.*\n2\s.*deployed.*\n3\s.*failed/ },
  { say: 'helm rollback p 1', see: /Rollback was a success/ },
  // It was left behind by the upgrade that failed, and is in neither of the two that a rollback compares.
  { say: 'kubectl get configmap p-extra -o name', see: /configmap\/p-extra/ },
  { say: 'kubectl get configmap p-settings -o jsonpath={.data.tag}', see: /^1$/ },
  { say: 'helm get manifest p', see: /# Source: shop\/templates\/settings\.yaml/ },
  { say: 'helm get values p -o json', see: /"workload":\s*false/ },
  { say: 'helm status p', see: /STATUS: deployed\nREVISION: 4[^]*Release 4 of shop|REVISION: 4/ },
  { say: 'kubectl get secrets -l owner=helm -o name', see: /(secret\/sh\.helm\.release\.v1\.p\.v\d\n){4}/ },
  {
    say: 'kubectl get configmap p-settings -o jsonpath={.metadata.labels}',
    see: /"app.kubernetes.io\/managed-by":"Helm"/,
  },
  { say: 'helm uninstall p --keep-history', see: /release "p" uninstalled/ },
  { say: 'helm list --uninstalled', see: /^p\s+default\s+4\s+.*uninstalled/m },
  { say: 'helm uninstall p', see: /release "p" uninstalled|purged/ },
  {
    say: 'helm install q shop --set workload=false,hooks=false --namespace none',
    see: /namespaces "none" not found/,
    code: 1,
  },
  {
    say: 'helm install q shop --set workload=false,hooks=false --namespace made --create-namespace',
    see: /STATUS: deployed/,
  },
  { say: 'kubectl create configmap s-settings', see: /created/ },
  {
    say: 'helm install s shop --set workload=false,hooks=false',
    see: /ConfigMap "s-settings" in namespace "default" exists and cannot be imported/,
    code: 1,
  },
];

// What waits for pods: the sandbox.
const running: readonly Line[] = [
  { say: 'helm install web shop --wait --timeout 60s', see: /STATUS: deployed\n[^]*Release 1 of shop/ },
  { say: 'kubectl get deployment web -o jsonpath={.status.readyReplicas}', see: /^2$/ },
  { say: 'kubectl get job web-before -o jsonpath={.status.succeeded}', see: /^1$/ },
  { say: 'helm upgrade web shop --set tag=2,replicas=3 --wait --timeout 60s', see: /REVISION: 2/ },
  {
    say: 'kubectl get deployment web -o jsonpath={.status.readyReplicas}-{.spec.template.spec.containers[0].image}',
    see: /^3-shop:2$/,
  },
  { say: 'helm test web', see: /Phase:\s+Succeeded/ },
  {
    say: 'helm upgrade web shop --set selector=other',
    see: /spec\.selector: Invalid value: [^]*field is immutable/,
    code: 1,
  },
  {
    say: 'helm upgrade web shop --set failing=true --wait --timeout 30s',
    see: /post-upgrade hooks failed|BackoffLimitExceeded/,
    code: 1,
  },
  {
    say: 'helm upgrade web shop --set ready=false,tag=3 --wait --timeout 3s',
    see: /deadline exceeded|timed out waiting|not ready/i,
    code: 1,
  },
  {
    say: 'helm history web',
    see: /^1\s.*superseded.*\n2\s.*(superseded|deployed).*\n3\s.*failed.*\n4\s.*failed[^]*\n5\s.*failed/m,
  },
  { say: 'helm rollback web 2 --wait --timeout 60s', see: /Rollback was a success/ },
  {
    say: 'kubectl get deployment web -o jsonpath={.status.readyReplicas}-{.spec.template.spec.containers[0].image}',
    see: /^3-shop:2$/,
  },
  { say: 'helm uninstall web --wait --timeout 60s', see: /release "web" uninstalled/ },
  { say: 'kubectl get deployments,pods -l app=shop', see: /No resources found/ },
  { say: 'helm upgrade --install web shop --wait --timeout 60s', see: /STATUS: deployed/ },
];

interface Helm {
  readonly name: string;
  readonly program: () => string;
  readonly missing: string | false;
}

const three = join(referenceToolsDirectory, 'helm3');
const versions: readonly Helm[] = [
  { name: 'helm 4', program: helmProgram, missing: false },
  { name: 'helm 3', program: () => three, missing: existsSync(three) ? false : `${three} is not there` },
];

async function tell(helm: Helm, kubeconfig: string, lines: readonly Line[]): Promise<void> {
  const home = mkdtempSync(join(directory, 'home-'));
  const env = { KUBECONFIG: kubeconfig, HELM_CACHE_HOME: home, HELM_CONFIG_HOME: home, HELM_DATA_HOME: home };
  const failures: string[] = [];
  for (const { say, see, code = 0 } of lines) {
    const [word, ...args] = say.split(' ');
    const program = word === 'helm' ? helm.program() : kubectlProgram();
    const result = await runProgram(program, args, { cwd: directory, env });
    const told = result.output + result.errors;
    if (!see.test(told) || result.code !== code) failures.push(`${say}\nended with ${result.code}\n${told}`);
  }
  assert.equal(failures.join('\n'), '');
}

for (const helm of versions) {
  test(`${helm.name} on the sandbox`, { skip: helm.missing }, async () => {
    await using sandbox = await Sandbox.start({ speed: 50 });
    const kubeconfig = join(directory, `sandbox-${helm.name.replace(' ', '')}`);
    writeFileSync(kubeconfig, sandbox.kubeconfig(), { mode: 0o600 });
    await tell(helm, kubeconfig, [...plain, ...running]);
  });

  test(`${helm.name} on the real server`, { skip: helm.missing || (referenceClusterMissing() ?? false) }, async () => {
    await using cluster = await startReferenceCluster();
    await tell(helm, cluster.kubeconfig, plain);
  });
}
