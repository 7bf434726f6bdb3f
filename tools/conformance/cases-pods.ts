// Mistakes in pod specs, one by one: containers, probes, volumes, security, scheduling. Each answer is compared whole.

import { type Bag, core, dry, object, post, single } from './requests.ts';
import type { Case } from './run.ts';

const main: Bag = { name: 'main', image: 'nginx:1' };

function pod(name: string, spec: Bag, container: Bag = {}): Case {
  const containers = [{ ...main, ...container }];
  return single(`pod ${name}`, post(`${core}/pods${dry}`, object('v1', 'Pod', 'p', { spec: { containers, ...spec } })));
}
const box = (name: string, container: Bag): Case => pod(name, {}, container);
const volume = (name: string, source: Bag): Case => pod(`volume ${name}`, { volumes: [{ name: 'v', ...source }] });
const mount = (name: string, mounts: readonly Bag[]): Case =>
  pod(`mount ${name}`, { volumes: [{ name: 'v', emptyDir: {} }] }, { volumeMounts: mounts });
const toleration = (name: string, value: Bag): Case => pod(`toleration ${name}`, { tolerations: [value] });
const nodeTerm = (term: Bag): Bag => ({
  affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } } },
});
const podTerm = (term: Bag): Bag => ({
  affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } },
});
const spread = (name: string, value: Bag): Case =>
  pod(`spread ${name}`, {
    topologySpreadConstraints: [
      { maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'DoNotSchedule', ...value },
    ],
  });

export const podCases: readonly Case[] = [
  // Containers.
  box('env name with equals sign', { env: [{ name: 'A=B', value: 'x' }] }),
  box('env from nothing', { env: [{ name: 'A', valueFrom: {} }] }),
  box('env from two', {
    env: [
      { name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name' }, secretKeyRef: { name: 'a', key: 'b' } } },
    ],
  }),
  box('env field path', { env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'spec.nothing' } } }] }),
  box('env field path missing', { env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: '' } } }] }),
  box('env field of all labels', { env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.labels' } } }] }),
  box('env field subscript', {
    env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: "metadata.labels['bad key']" } } }],
  }),
  box('env resource', { env: [{ name: 'A', valueFrom: { resourceFieldRef: { resource: 'limits.gpu' } } }] }),
  box('env resource missing', { env: [{ name: 'A', valueFrom: { resourceFieldRef: { resource: '' } } }] }),
  box('env resource divisor', {
    env: [{ name: 'A', valueFrom: { resourceFieldRef: { resource: 'limits.cpu', divisor: '3' } } }],
  }),
  box('env config key missing', { env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'a', key: '' } } }] }),
  box('env config name missing', { env: [{ name: 'A', valueFrom: { configMapKeyRef: { key: 'b' } } }] }),
  box('env secret key', { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'a', key: 'b c' } } }] }),
  box('env field version', {
    env: [{ name: 'A', valueFrom: { fieldRef: { apiVersion: 'v9', fieldPath: 'metadata.name' } } }],
  }),
  box('envFrom nothing', { envFrom: [{}] }),
  box('envFrom two', { envFrom: [{ configMapRef: { name: 'a' }, secretRef: { name: 'b' } }] }),
  box('envFrom no name', { envFrom: [{ configMapRef: {} }] }),
  box('envFrom prefix', { envFrom: [{ prefix: 'a=b', configMapRef: { name: 'a' } }] }),
  box('host port range', { ports: [{ containerPort: 80, hostPort: 70000 }] }),
  box('host port twice', {
    ports: [
      { containerPort: 80, hostPort: 80 },
      { containerPort: 81, hostPort: 80 },
    ],
  }),
  box('port name without letter', { ports: [{ name: '80', containerPort: 80 }] }),
  box('port name with two hyphens', { ports: [{ name: 'a--b', containerPort: 80 }] }),
  box('port name ends in hyphen', { ports: [{ name: 'a-', containerPort: 80 }] }),
  box('container name too long', { name: 'x'.repeat(64) }),
  box('container name with dot', { name: 'a.b' }),
  box('termination policy', { terminationMessagePolicy: 'Never' }),
  box('lifecycle of nothing', { lifecycle: { preStop: {} } }),
  box('lifecycle of two', { lifecycle: { preStop: { exec: { command: ['a'] }, httpGet: { port: 80 } } } }),
  box('lifecycle empty command', { lifecycle: { postStart: { exec: {} } } }),
  box('lifecycle sleep negative', { lifecycle: { preStop: { sleep: { seconds: -1 } } } }),
  box('lifecycle sleep beyond grace', { lifecycle: { preStop: { sleep: { seconds: 60 } } } }),
  box('resize policy', { resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'Sometimes' }] }),
  box('resize policy resource', { resizePolicy: [{ resourceName: 'gpu', restartPolicy: 'NotRequired' }] }),
  box('restart policy of container', { restartPolicy: 'Sometimes' }),
  box('working directory', { workingDir: 7 }),
  box('stdin as text', { stdin: 'yes' }),
  // Resources.
  box('request above limit', { resources: { requests: { memory: '2Gi' }, limits: { memory: '1Gi' } } }),
  box('resource name', { resources: { requests: { gpu: '1' } } }),
  box('resource name in capitals', { resources: { limits: { Memory: '1Gi' } } }),
  box('extended resource fraction', { resources: { limits: { 'nvidia.com/gpu': '500m' } } }),
  box('extended resource without limit', { resources: { requests: { 'nvidia.com/gpu': '1' } } }),
  box('extended resource unequal', {
    resources: { requests: { 'nvidia.com/gpu': '1' }, limits: { 'nvidia.com/gpu': '2' } },
  }),
  box('huge pages without cpu', { resources: { limits: { 'hugepages-2Mi': '2Mi' } } }),
  box('bad suffix', { resources: { limits: { memory: '1GB' } } }),
  box('small suffix', { resources: { limits: { memory: '1gi' } } }),
  box('negative limit', { resources: { limits: { memory: '-1Gi' } } }),
  box('claims of nothing', { resources: { claims: [{ name: 'c' }] } }),
  pod('resources of the pod', { resources: { requests: { 'ephemeral-storage': '1Gi' } } }),
  // Probes.
  box('probe without handler', { readinessProbe: {} }),
  box('probe negative delay', { readinessProbe: { initialDelaySeconds: -1, httpGet: { port: 80 } } }),
  box('probe negative period', { readinessProbe: { periodSeconds: -1, httpGet: { port: 80 } } }),
  box('probe negative threshold', { livenessProbe: { failureThreshold: -1, httpGet: { port: 80 } } }),
  box('probe negative timeout', { startupProbe: { timeoutSeconds: -1, httpGet: { port: 80 } } }),
  box('startup success threshold', { startupProbe: { successThreshold: 3, httpGet: { port: 80 } } }),
  box('probe http port zero', { livenessProbe: { httpGet: { port: 0 } } }),
  box('probe http port name', { livenessProbe: { httpGet: { port: 'Not A Port' } } }),
  box('probe http scheme', { livenessProbe: { httpGet: { port: 80, scheme: 'FTP' } } }),
  box('probe http header', { livenessProbe: { httpGet: { port: 80, httpHeaders: [{ name: 'a b', value: 'x' }] } } }),
  box('probe tcp port missing', { livenessProbe: { tcpSocket: {} } }),
  box('probe grpc port', { livenessProbe: { grpc: { port: 70000 } } }),
  box('probe three handlers', {
    livenessProbe: { grpc: { port: 1 }, tcpSocket: { port: 1 }, httpGet: { port: 1 } },
  }),
  box('readiness with grace', { readinessProbe: { httpGet: { port: 80 }, terminationGracePeriodSeconds: 3 } }),
  box('liveness zero grace', { livenessProbe: { httpGet: { port: 80 }, terminationGracePeriodSeconds: 0 } }),
  // Mounts and devices.
  mount('of nothing', [{ name: 'w', mountPath: '/x' }]),
  mount('twice', [
    { name: 'v', mountPath: '/x' },
    { name: 'v', mountPath: '/x' },
  ]),
  mount('colon', [{ name: 'v', mountPath: '/x:y' }]),
  mount('sub path absolute', [{ name: 'v', mountPath: '/x', subPath: '/y' }]),
  mount('sub path up', [{ name: 'v', mountPath: '/x', subPath: '../y' }]),
  mount('both sub paths', [{ name: 'v', mountPath: '/x', subPath: 'a', subPathExpr: 'b' }]),
  mount('sub path expression', [{ name: 'v', mountPath: '/x', subPathExpr: '/b' }]),
  mount('propagation', [{ name: 'v', mountPath: '/x', mountPropagation: 'Sideways' }]),
  mount('propagation without privilege', [{ name: 'v', mountPath: '/x', mountPropagation: 'Bidirectional' }]),
  mount('recursive read only', [{ name: 'v', mountPath: '/x', recursiveReadOnly: 'Enabled' }]),
  mount('without name', [{ name: '', mountPath: '/x' }]),
  pod(
    'device of an emptyDir',
    { volumes: [{ name: 'v', emptyDir: {} }] },
    { volumeDevices: [{ name: 'v', devicePath: '/d' }] },
  ),
  pod('device without path', {}, { volumeDevices: [{ name: 'v' }] }),
  // Volumes.
  pod('volume name in capitals', { volumes: [{ name: 'Data', emptyDir: {} }] }),
  pod('volume name too long', { volumes: [{ name: 'x'.repeat(64), emptyDir: {} }] }),
  pod('volumes with one name', {
    volumes: [
      { name: 'a', emptyDir: {} },
      { name: 'a', configMap: { name: 'x' } },
    ],
  }),
  volume('of three sources', { emptyDir: {}, configMap: { name: 'x' }, secret: { secretName: 'x' } }),
  volume('hostPath without path', { hostPath: { path: '' } }),
  volume('hostPath going up', { hostPath: { path: '/a/../b' } }),
  volume('hostPath type', { hostPath: { path: '/a', type: 'Folder' } }),
  volume('emptyDir size', { emptyDir: { sizeLimit: '-1Gi' } }),
  volume('configMap mode', { configMap: { name: 'x', defaultMode: 999 } }),
  volume('configMap without name', { configMap: {} }),
  volume('configMap item without path', { configMap: { name: 'x', items: [{ key: 'a' }] } }),
  volume('configMap item without key', { configMap: { name: 'x', items: [{ key: '', path: 'a' }] } }),
  volume('configMap item path absolute', { configMap: { name: 'x', items: [{ key: 'a', path: '/a' }] } }),
  volume('configMap item path up', { configMap: { name: 'x', items: [{ key: 'a', path: '../a' }] } }),
  volume('configMap item mode', { configMap: { name: 'x', items: [{ key: 'a', path: 'a', mode: 4096 }] } }),
  volume('secret without name', { secret: {} }),
  volume('secret mode', { secret: { secretName: 'x', defaultMode: -1 } }),
  volume('claim without name', { persistentVolumeClaim: { claimName: '' } }),
  volume('nfs', { nfs: { server: '', path: 'x' } }),
  volume('csi', { csi: { driver: '' } }),
  volume('csi driver name', { csi: { driver: 'Bad_Driver!' } }),
  volume('downward path', { downwardAPI: { items: [{ path: '..x/../y', fieldRef: { fieldPath: 'metadata.name' } }] } }),
  volume('downward nothing', { downwardAPI: { items: [{ path: 'x' }] } }),
  volume('downward field', { downwardAPI: { items: [{ path: 'x', fieldRef: { fieldPath: 'spec.nodeName' } }] } }),
  volume('downward both', {
    downwardAPI: {
      items: [
        {
          path: 'x',
          fieldRef: { fieldPath: 'metadata.name' },
          resourceFieldRef: { resource: 'limits.cpu', containerName: 'main' },
        },
      ],
    },
  }),
  volume('projected nothing', { projected: { sources: [{}] } }),
  volume('projected two', { projected: { sources: [{ secret: { name: 'x' }, configMap: { name: 'y' } }] } }),
  volume('projected token', { projected: { sources: [{ serviceAccountToken: { path: '', expirationSeconds: 10 } }] } }),
  volume('projected conflicting paths', {
    projected: {
      sources: [
        { secret: { name: 'x', items: [{ key: 'a', path: 'p' }] } },
        { configMap: { name: 'y', items: [{ key: 'b', path: 'p' }] } },
      ],
    },
  }),
  volume('image', { image: { reference: '', pullPolicy: 'Daily' } }),
  volume('ephemeral', { ephemeral: {} }),
  volume('git', { gitRepo: { repository: '' } }),
  volume('iscsi', { iscsi: { targetPortal: '', iqn: 'x', lun: 300 } }),
  // Security.
  pod('user negative', { securityContext: { runAsUser: -1 } }),
  pod('group negative', { securityContext: { runAsGroup: -5 } }),
  pod('fsGroup negative', { securityContext: { fsGroup: -5 } }),
  pod('supplemental group negative', { securityContext: { supplementalGroups: [-5] } }),
  pod('supplemental groups policy', { securityContext: { supplementalGroupsPolicy: 'All' } }),
  pod('sysctl', { securityContext: { sysctls: [{ name: 'Bad Name', value: '1' }] } }),
  pod('sysctl twice', {
    securityContext: {
      sysctls: [
        { name: 'kernel.shm_rmid_forced', value: '1' },
        { name: 'kernel.shm_rmid_forced', value: '1' },
      ],
    },
  }),
  pod('seccomp type', { securityContext: { seccompProfile: { type: 'Some' } } }),
  pod('seccomp file missing', { securityContext: { seccompProfile: { type: 'Localhost' } } }),
  pod('seccomp file unwanted', {
    securityContext: { seccompProfile: { type: 'RuntimeDefault', localhostProfile: 'x' } },
  }),
  pod('app armor', { securityContext: { appArmorProfile: { type: 'Some' } } }),
  pod('app armor file missing', { securityContext: { appArmorProfile: { type: 'Localhost' } } }),
  pod('fsGroup change policy', { securityContext: { fsGroupChangePolicy: 'Sometimes' } }),
  box('privileged without escalation', { securityContext: { privileged: true, allowPrivilegeEscalation: false } }),
  box('container user negative', { securityContext: { runAsUser: -1 } }),
  box('container admin without escalation', {
    securityContext: { allowPrivilegeEscalation: false, capabilities: { add: ['CAP_SYS_ADMIN'] } },
  }),
  box('proc mount', { securityContext: { procMount: 'Bare' } }),
  box('proc mount unmasked', { securityContext: { procMount: 'Unmasked' } }),
  pod('host users', { hostUsers: false, hostNetwork: true }),
  pod('share of both', { hostPID: true, shareProcessNamespace: true }),
  pod('host network ports', { hostNetwork: true }, { ports: [{ containerPort: 80, hostPort: 81 }] }),
  // Scheduling.
  toleration('operator', { key: 'a', operator: 'Like' }),
  toleration('exists with value', { key: 'a', operator: 'Exists', value: 'b' }),
  toleration('no key', { operator: 'Equal', value: 'b' }),
  toleration('effect', { key: 'a', operator: 'Exists', effect: 'Sometimes' }),
  toleration('seconds', { key: 'a', operator: 'Exists', effect: 'NoSchedule', tolerationSeconds: 3 }),
  toleration('key', { key: 'bad key', operator: 'Exists' }),
  toleration('value', { key: 'a', operator: 'Equal', value: 'bad value' }),
  // One at a time: Go goes through maps in any order.
  pod('node selector key', { nodeSelector: { 'bad key': 'a' } }),
  pod('node selector value', { nodeSelector: { b: 'bad value' } }),
  pod('node affinity empty', {
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } } },
  }),
  pod('node affinity operator', nodeTerm({ matchExpressions: [{ key: 'a', operator: 'Like', values: ['b'] }] })),
  pod('node affinity no values', nodeTerm({ matchExpressions: [{ key: 'a', operator: 'In' }] })),
  pod('node affinity values', nodeTerm({ matchExpressions: [{ key: 'a', operator: 'Exists', values: ['x'] }] })),
  pod('node affinity greater', nodeTerm({ matchExpressions: [{ key: 'a', operator: 'Gt', values: ['1', '2'] }] })),
  pod('node affinity fields', nodeTerm({ matchFields: [{ key: 'metadata.label', operator: 'In', values: ['x'] }] })),
  pod('node affinity weight', {
    affinity: {
      nodeAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 101, preference: { matchExpressions: [{ key: 'a', operator: 'Exists' }] } },
        ],
      },
    },
  }),
  pod('pod affinity no topology', podTerm({ labelSelector: { matchLabels: { a: 'b' } } })),
  pod('pod affinity topology', podTerm({ topologyKey: 'bad key' })),
  pod('pod affinity selector', podTerm({ topologyKey: 'a', labelSelector: { matchLabels: { a: 'b c' } } })),
  pod(
    'pod affinity expression',
    podTerm({ topologyKey: 'a', labelSelector: { matchExpressions: [{ key: 'x', operator: 'In' }] } }),
  ),
  pod('pod affinity namespaces', podTerm({ topologyKey: 'a', namespaces: ['Bad_Name'] })),
  spread('skew', { maxSkew: 0 }),
  spread('no key', { topologyKey: '' }),
  spread('when', { whenUnsatisfiable: 'Never' }),
  spread('min domains', { minDomains: 0 }),
  spread('min domains anyway', { minDomains: 2, whenUnsatisfiable: 'ScheduleAnyway' }),
  spread('policy', { nodeAffinityPolicy: 'Maybe', nodeTaintsPolicy: 'Maybe' }),
  spread('match keys', { matchLabelKeys: ['a'] }),
  spread('selector', { labelSelector: { matchLabels: { 'a b': 'c' } } }),
  pod('spread twice', {
    topologySpreadConstraints: [1, 2].map((maxSkew) => ({
      maxSkew,
      topologyKey: 'a',
      whenUnsatisfiable: 'DoNotSchedule',
    })),
  }),
  pod('scheduling gate', { schedulingGates: [{ name: 'bad name' }] }),
  pod('scheduling gate twice', { schedulingGates: [{ name: 'a' }, { name: 'a' }] }),
  pod('scheduler name', { schedulerName: 'Bad_Name' }),
  pod('priority class unknown', { priorityClassName: 'none-such' }),
  pod('priority given', { priority: 7 }),
  pod('preemption policy', { preemptionPolicy: 'Maybe' }),
  pod('runtime class unknown', { runtimeClassName: 'none-such' }),
  pod('node name', { nodeName: 'Bad_Name' }),
  pod('account missing', { serviceAccountName: 'none-such' }),
  // The rest of the pod.
  pod('hostname', { hostname: 'Bad_Name' }),
  pod('hostname too long', { hostname: 'x'.repeat(64) }),
  pod('subdomain', { subdomain: 'bad.name' }),
  pod('host alias', { hostAliases: [{ ip: 'nowhere', hostnames: ['Bad_Name'] }] }),
  pod('dns none', { dnsPolicy: 'None' }),
  pod('dns server', { dnsConfig: { nameservers: ['nowhere'] } }),
  pod('dns servers', { dnsPolicy: 'None', dnsConfig: { nameservers: ['1.1.1.1', '1.1.1.2', '1.1.1.3', '1.1.1.4'] } }),
  pod('dns search', { dnsConfig: { searches: ['bad_name!'] } }),
  pod('dns option', { dnsConfig: { options: [{ value: 'x' }] } }),
  pod('deadline zero', { activeDeadlineSeconds: 0 }),
  pod('grace negative', { terminationGracePeriodSeconds: -1 }),
  pod('pull secret', { imagePullSecrets: [{ name: '' }] }),
  pod('readiness gate', { readinessGates: [{ conditionType: 'bad type' }] }),
  pod('operating system', { os: { name: 'plan9' } }),
  pod('operating system of others', { os: { name: 'windows' }, securityContext: { runAsUser: 1 } }),
  pod('overhead', { overhead: { cpu: '-1' } }),
  pod('ephemeral container', { ephemeralContainers: [{ name: 'debug', image: 'x' }] }),
  pod('init container probe', {
    initContainers: [{ name: 'i', image: 'x', livenessProbe: { httpGet: { port: 80 } } }],
  }),
  pod('init container of one name', { initContainers: [{ name: 'main', image: 'x' }] }),
  pod('init container lifecycle', {
    initContainers: [{ name: 'i', image: 'x', lifecycle: { preStop: { exec: { command: ['x'] } } } }],
  }),
  pod('init container policy', { initContainers: [{ name: 'i', image: 'x', restartPolicy: 'Never' }] }),
  pod('two mistakes', { restartPolicy: 'Sometimes', dnsPolicy: 'Mine' }, { image: '', imagePullPolicy: 'Daily' }),
  pod('resource claims', { resourceClaims: [{ name: 'c' }] }),
  pod('host network with users', { setHostnameAsFQDN: true, hostNetwork: true }),
  pod('no containers', { containers: [] }),
  pod('containers absent', { containers: null }),
  pod('enable links as text', { enableServiceLinks: 'no' }),
];
