// The story of workloads, line by line: what is done, what is waited for, and what is seen then.

import type { Line } from './kubectl-lines.ts';
import { policies, thingDefinition } from './typed-policies.ts';

/** What of a line's output is compared: all, its last line, each different line in order of the alphabet, nothing. */
export type Look = 'last' | 'set' | 'none';

export interface WorkloadLine extends Line {
  readonly look?: Look;
}

const pod = (spec: string, annotations = ''): string =>
  `template: {metadata: {labels: {app: NAME}${annotations === '' ? '' : `, annotations: {${annotations}}`}}, spec: {${spec}}}`;
const container = (image: string, more = ''): string =>
  `containers: [{name: main, image: ${image}, resources: {requests: {cpu: 100m}}${more}}]`;

function workload(kind: string, name: string, spec: string): string {
  const group = kind === 'Job' || kind === 'CronJob' ? 'batch/v1' : 'apps/v1';
  const selector = group === 'apps/v1' ? `selector: {matchLabels: {app: ${name}}}, ` : '';
  return `apiVersion: ${group}\nkind: ${kind}\nmetadata: {name: ${name}}\nspec: {${selector}${spec.replaceAll('NAME', name)}}\n`;
}

const rolling = 'strategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}';
const job = (name: string, spec: string, command: string): string =>
  workload(
    'Job',
    name,
    `${spec}, ${pod(`restartPolicy: Never, ${container('i:1', `, command: [sh, -c, ${command}]`)}`)}`,
  );

/** Files that lines refer to. */
export const workloadFiles: Readonly<Record<string, string>> = {
  'api.yaml': workload('Deployment', 'api', `replicas: 3, ${rolling}, ${pod(container('api:1'))}`),
  'bad.yaml': workload('Deployment', 'bad', `replicas: 2, ${pod(container('bad:missing'))}`),
  'crash.yaml': workload(
    'Deployment',
    'crash',
    `replicas: 1, ${pod(container('i:1', ", command: [sh, -c, 'exit 1']"))}`,
  ),
  'unready.yaml': workload(
    'Deployment',
    'unready',
    `replicas: 1, ${pod(container('i:1'), 'sandbox.evenkeel.dev/never-ready: "true"')}`,
  ),
  'recreate.yaml': workload(
    'Deployment',
    'recreate',
    `replicas: 2, strategy: {type: Recreate}, ${pod(container('r:1'))}`,
  ),
  'db.yaml': workload('StatefulSet', 'db', `replicas: 3, serviceName: db, ${pod(container('db:1'))}`),
  'agent.yaml': workload('DaemonSet', 'agent', pod(container('agent:1'))),
  'picky.yaml': workload(
    'DaemonSet',
    'picky',
    pod(`nodeSelector: {kubernetes.io/hostname: sandbox-worker}, ${container('p:1')}`),
  ),
  'many.yaml': job('many', 'completions: 3, parallelism: 2', 'exit 0'),
  'fails.yaml': job('fails', 'backoffLimit: 0', 'exit 3'),
  'indexed.yaml': job('indexed', 'completions: 3, parallelism: 3, completionMode: Indexed', 'exit 0'),
  'waits.yaml': job('waits', 'suspend: true', 'exit 0'),
  'checks.yaml': Object.values(policies).join(''),
  'things.yaml': thingDefinition,
  'tick.yaml': `apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: tick}\nspec: {schedule: "0 0 1 1 *", jobTemplate: {spec: {template: {spec: {restartPolicy: Never, ${container('i:1', ", command: [sh, -c, 'exit 0']")}}}}}}\n`,
};

const last = (text: string): WorkloadLine => ({ text, look: 'last' });
const set = (text: string): WorkloadLine => ({ text, look: 'set' });
const silent = (text: string): WorkloadLine => ({ text, look: 'none' });
// What kubectl says of it depends on whether the object was still there when it asked first.
const gone = (what: string): WorkloadLine => silent(`wait --for=delete ${what}`);
const rolled = (what: string): WorkloadLine => last(`rollout status ${what} --timeout=60s`);
const status = (what: string): WorkloadLine => ({ text: `get ${what} -o jsonpath={.status}` });
const pods = (name: string): WorkloadLine =>
  set(
    `get pods -l app=${name} -o custom-columns=NAME:.metadata.name,PHASE:.status.phase,IMAGE:.spec.containers[0].image,OWNER:.metadata.ownerReferences[0].kind`,
  );
const sets = (name: string): WorkloadLine =>
  set(
    `get rs -l app=${name} -o custom-columns=WANTED:.spec.replicas,IS:.status.replicas,READY:.status.readyReplicas,REVISION:.metadata.annotations.deployment\\.kubernetes\\.io/revision,HISTORY:.metadata.annotations.deployment\\.kubernetes\\.io/revision-history,DESIRED:.metadata.annotations.deployment\\.kubernetes\\.io/desired-replicas,MAX:.metadata.annotations.deployment\\.kubernetes\\.io/max-replicas`,
  );
const events = (kind: string, name = ''): WorkloadLine =>
  set(
    `get events --field-selector=involvedObject.kind=${kind}${name === '' ? '' : `,involvedObject.name=${name}`} -o custom-columns=TYPE:.type,REASON:.reason,FROM:.source.component,MESSAGE:.message`,
  );
const until = (what: string, path: string): WorkloadLine =>
  silent(`wait ${what} --for=jsonpath={${path} --timeout=60s`);

const deployments: readonly (string | WorkloadLine)[] = [
  'apply -f api.yaml',
  rolled('deploy/api'),
  'get deploy api',
  status('deploy api'),
  sets('api'),
  pods('api'),
  'set image deploy/api main=api:2',
  rolled('deploy/api'),
  status('deploy api'),
  'rollout history deploy/api',
  'rollout history deploy/api --revision=1',
  sets('api'),
  'rollout undo deploy/api',
  rolled('deploy/api'),
  'rollout history deploy/api',
  sets('api'),
  'rollout restart deploy/api',
  rolled('deploy/api'),
  'rollout history deploy/api',
  'scale deploy api --replicas=5',
  until('deploy/api', '.status.readyReplicas}=5'),
  status('deploy api'),
  sets('api'),
  'rollout pause deploy/api',
  'set image deploy/api main=api:3',
  until('deploy/api', '.status.conditions[?(@.type=="Progressing")].reason}=DeploymentPaused'),
  status('deploy api'),
  'rollout resume deploy/api',
  rolled('deploy/api'),
  pods('api'),
  events('Deployment', 'api'),
  set('logs -l app=api --prefix=false'),
  set('describe deploy api --show-events=false'),
  'apply -f recreate.yaml',
  rolled('deploy/recreate'),
  'set image deploy/recreate main=r:2',
  rolled('deploy/recreate'),
  events('Deployment', 'recreate'),
  status('deploy recreate'),
];

const troubles: readonly (string | WorkloadLine)[] = [
  'apply -f bad.yaml -f crash.yaml -f unready.yaml',
  until('pod -l app=bad', '.status.containerStatuses[0].state.waiting.reason}=ImagePullBackOff'),
  until('pod -l app=crash', '.status.containerStatuses[0].lastState.terminated.exitCode}=1'),
  // Between two crashes it is available for a moment.
  until('pod -l app=crash', '.status.containerStatuses[0].state.waiting.reason}=CrashLoopBackOff'),
  until('deploy crash', '.status.unavailableReplicas}=1'),
  until('pod -l app=unready', '.status.phase}=Running'),
  status('deploy bad'),
  status('deploy crash'),
  status('deploy unready'),
  pods('unready'),
  'delete deploy bad crash unready --timeout=30s',
  gone('pod -l app=bad --timeout=30s'),
  'create quota few --hard=pods=7',
  until('quota/few', '.status.hard.pods}=7'),
  'scale deploy recreate --replicas=9',
  until('deploy/recreate', '.status.conditions[?(@.type=="ReplicaFailure")].status}=True'),
  'get deploy recreate -o jsonpath={.status.conditions[*].reason}',
  'delete quota few',
  'delete deploy recreate --timeout=30s',
];

const statefulSets: readonly (string | WorkloadLine)[] = [
  'apply -f db.yaml',
  rolled('statefulset/db'),
  status('statefulset db'),
  'get pods -l app=db -o custom-columns=NAME:.metadata.name,HOST:.spec.hostname,SUB:.spec.subdomain,INDEX:.metadata.labels.apps\\.kubernetes\\.io/pod-index',
  'scale statefulset db --replicas=1',
  gone('pod/db-1 --timeout=30s'),
  until('statefulset/db', '.status.replicas}=1'),
  status('statefulset db'),
  'set image statefulset/db main=db:2',
  rolled('statefulset/db'),
  pods('db'),
  'rollout history statefulset/db',
  'rollout undo statefulset/db',
  rolled('statefulset/db'),
  events('StatefulSet'),
  'delete statefulset db --cascade=orphan',
  'get pods -l app=db -o custom-columns=NAME:.metadata.name,OWNER:.metadata.ownerReferences',
  'delete pod db-0 --timeout=30s',
];

const daemonSets: readonly (string | WorkloadLine)[] = [
  'apply -f agent.yaml -f picky.yaml',
  rolled('daemonset/agent'),
  rolled('daemonset/picky'),
  'get daemonset',
  status('daemonset agent'),
  set('get pods -l app=agent -o custom-columns=NODE:.spec.nodeName,TOLERATIONS:.spec.tolerations[*].key'),
  'set image daemonset/agent main=agent:2',
  rolled('daemonset/agent'),
  pods('agent'),
  'rollout history daemonset/agent',
  'cordon sandbox-worker',
  'taint node sandbox-worker2 only=others:NoExecute',
  until('daemonset/agent', '.status.desiredNumberScheduled}=2'),
  until('daemonset/agent', '.status.currentNumberScheduled}=2'),
  status('daemonset agent'),
  'taint node sandbox-worker2 only-',
  'uncordon sandbox-worker',
  until('daemonset/agent', '.status.numberReady}=3'),
  status('daemonset agent'),
  events('DaemonSet', 'picky'),
  'delete daemonset agent picky --timeout=30s',
];

const jobs: readonly (string | WorkloadLine)[] = [
  'apply -f many.yaml -f fails.yaml -f indexed.yaml -f waits.yaml -f tick.yaml',
  'wait --for=condition=Complete job/many job/indexed --timeout=60s',
  'wait --for=condition=Failed job/fails --timeout=60s',
  'get jobs',
  status('job many'),
  status('job fails'),
  status('job indexed'),
  status('job waits'),
  set(
    'get pods -l job-name=indexed -o custom-columns=INDEX:.metadata.labels.batch\\.kubernetes\\.io/job-completion-index,NAME:.metadata.generateName,HOST:.spec.hostname,PHASE:.status.phase',
  ),
  'patch job waits --type=merge -p \'{"spec":{"suspend":false}}\'',
  'wait --for=condition=Complete job/waits --timeout=60s',
  'get job waits -o jsonpath={.status.conditions[*].type}',
  'create job byhand --from=cronjob/tick',
  'wait --for=condition=Complete job/byhand --timeout=60s',
  'get job byhand -o jsonpath={.metadata.annotations}',
  events('Job'),
  events('CronJob'),
  'get cronjob',
  'delete jobs --all --timeout=30s',
  gone('pod -l job-name=many --timeout=30s'),
];

const networks: readonly (string | WorkloadLine)[] = [
  'expose deploy api --port=80 --target-port=8080',
  until('endpointslice -l kubernetes.io/service-name=api', '.endpoints[4].conditions.ready}=true'),
  'get endpointslice -l kubernetes.io/service-name=api -o jsonpath={.items[0].ports[0]}',
  'get endpointslice -l kubernetes.io/service-name=api -o jsonpath={.items[0].endpoints[*].conditions}',
  'get endpointslice -l kubernetes.io/service-name=api -o jsonpath={.items[0].metadata.labels}',
  'create poddisruptionbudget api --selector=app=api --min-available=4',
  until('pdb/api', '.status.disruptionsAllowed}=1'),
  'get pdb api',
  'get pdb api -o jsonpath={.status.conditions[*].reason}',
  'autoscale deploy api --min=2 --max=6 --cpu=50%',
  until('hpa/api', '.status.conditions[?(@.type=="ScalingActive")].status}=True'),
  'get hpa api -o jsonpath={.status.conditions[*].reason}',
  'annotate hpa api sandbox.evenkeel.dev/utilization=90',
  until('deploy/api', '.status.readyReplicas}=6'),
  until('hpa/api', '.status.currentReplicas}=6'),
  'get hpa api -o jsonpath={.status.conditions[*].type}',
  'get hpa api -o jsonpath={.status.desiredReplicas}',
  'delete hpa api',
];

// What checking expressions against types found. Names of types say when they were looked up.
const checks: readonly (string | WorkloadLine)[] = [
  'apply -f checks.yaml',
  ...Object.keys(policies).flatMap((name) => [
    until(`validatingadmissionpolicy/${name}`, '.status.observedGeneration}=1'),
    status(`validatingadmissionpolicy ${name}`),
  ]),
  'get validatingadmissionpolicy types-core -o jsonpath={.metadata.managedFields} --show-managed-fields',
  'delete validatingadmissionpolicies --all',
  'delete -f things.yaml',
];

const ends: readonly (string | WorkloadLine)[] = [
  'delete deploy api --cascade=orphan',
  sets('api'),
  'delete rs -l app=api --cascade=foreground --timeout=60s',
  'get pods -l app=api',
  'create configmap left --from-literal=a=b',
  'delete namespace story --timeout=90s',
  'get all,configmaps -n story',
];

const lines: readonly (string | WorkloadLine)[] = [
  // So early that its schema is published where it is looked at.
  'apply -f things.yaml',
  'create namespace story',
  'config set-context --current --namespace=story',
  'wait --for=create serviceaccount/default --timeout=20s',
  'wait --for=create configmap/kube-root-ca.crt --timeout=20s',
  ...deployments,
  ...troubles,
  ...statefulSets,
  ...daemonSets,
  ...jobs,
  ...networks,
  ...checks,
  ...ends,
];

export const workloadLines: readonly WorkloadLine[] = lines.map((line) =>
  typeof line === 'string' ? { text: line } : line,
);
