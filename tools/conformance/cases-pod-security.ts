// Pod Security admission: what the labels of a namespace refuse and warn of.

import { type Bag, merge, object, post, put, strategic } from './requests.ts';
import type { Case } from './run.ts';
import type { Ask } from './servers.ts';

const settle: Ask = { method: 'SETTLE', path: '' };
const label = 'pod-security.kubernetes.io/';

const namespace = (name: string, labels: Readonly<Record<string, string>>): Bag =>
  object('v1', 'Namespace', name, {
    metadata: { labels: Object.fromEntries(Object.entries(labels).map(([key, value]) => [label + key, value])) },
  });
const open = (name: string, labels: Readonly<Record<string, string>>): readonly Ask[] => [
  post('/api/v1/namespaces', namespace(name, labels)),
  post(`/api/v1/namespaces/${name}/serviceaccounts`, object('v1', 'ServiceAccount', 'default')),
  settle,
];

interface PodText {
  readonly spec?: Bag;
  readonly container?: Bag;
  readonly metadata?: Bag;
}

const podSpec = ({ spec = {}, container = {} }: PodText): Bag => ({
  automountServiceAccountToken: false,
  containers: [{ name: 'main', image: 'nginx:1', ...container }],
  ...spec,
});
const pod = (at: string, name: string, text: PodText = {}): Ask =>
  post(
    `/api/v1/namespaces/${at}/pods`,
    object('v1', 'Pod', name, {
      ...(text.metadata === undefined ? {} : { metadata: text.metadata }),
      spec: podSpec(text),
    }),
  );
const safe = {
  allowPrivilegeEscalation: false,
  runAsNonRoot: true,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
};
const secure = (context: Bag): PodText => ({ container: { securityContext: context } });
const podSecure = (context: Bag): PodText => ({ spec: { securityContext: context } });
const volumes = (...list: readonly Bag[]): PodText => ({ spec: { volumes: list } });

const pods: Readonly<Record<string, PodText>> = {
  plain: {},
  safe: secure(safe),
  privileged: secure({ privileged: true }),
  'host-namespaces': { spec: { hostNetwork: true, hostPID: true } },
  'host-ipc': { spec: { hostIPC: true } },
  'host-path': volumes({ name: 'a', hostPath: { path: '/a' } }, { name: 'b', hostPath: { path: '/b' } }),
  'other-volumes': volumes(
    { name: 'a', nfs: { server: 'x', path: '/a' } },
    { name: 'b', iscsi: { targetPortal: '1.2.3.4', iqn: 'iqn.2001-04.com.example:a', lun: 0 } },
    { name: 'c', emptyDir: {} },
  ),
  'host-port': {
    container: {
      ports: [
        { containerPort: 80, hostPort: 8080 },
        { containerPort: 81, hostPort: 9090 },
      ],
    },
  },
  capabilities: secure({ capabilities: { add: ['NET_ADMIN', 'CHOWN', 'SYS_TIME'] } }),
  'net-bind': secure({ ...safe, capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } }),
  'chown-restricted': secure({ ...safe, capabilities: { drop: ['ALL'], add: ['CHOWN'] } }),
  'drop-some': secure({ ...safe, capabilities: { drop: ['CHOWN'] } }),
  'root-user': secure({ ...safe, runAsUser: 0 }),
  'root-pod': { spec: { securityContext: { runAsUser: 0, runAsNonRoot: false } } },
  'root-both': {
    spec: { securityContext: { runAsNonRoot: false } },
    container: { securityContext: { runAsNonRoot: false } },
  },
  'unconfined-pod': podSecure({ seccompProfile: { type: 'Unconfined' } }),
  unconfined: secure({ ...safe, seccompProfile: { type: 'Unconfined' } }),
  'pod-level': {
    spec: { securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } } },
    container: { securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } },
  },
  'se-linux': secure({ seLinuxOptions: { type: 'spc_t', user: 'u', role: 'r' } }),
  'se-linux-pod': podSecure({ seLinuxOptions: { type: 'spc_t' } }),
  'se-linux-engine': secure({ seLinuxOptions: { type: 'container_engine_t' } }),
  'app-armor': podSecure({ appArmorProfile: { type: 'Unconfined' } }),
  'app-armor-annotation': {
    metadata: { annotations: { 'container.apparmor.security.beta.kubernetes.io/main': 'unconfined' } },
  },
  sysctls: podSecure({
    sysctls: [
      { name: 'kernel.msgmax', value: '1' },
      { name: 'net.ipv4.tcp_rmem', value: '1' },
    ],
  }),
  'probe-host': { container: { livenessProbe: { httpGet: { port: 80, host: '10.0.0.1' } } } },
  'lifecycle-host': {
    container: {
      lifecycle: { preStop: { tcpSocket: { port: 80, host: 'b' } }, postStart: { httpGet: { port: 80, host: 'a' } } },
    },
  },
  'proc-mount': { spec: { hostUsers: false }, container: { securityContext: { procMount: 'Unmasked' } } },
  'host-users': { spec: { hostUsers: false } },
  windows: { spec: { os: { name: 'windows' } }, container: { securityContext: { runAsNonRoot: true } } },
  'host-process': {
    spec: { os: { name: 'windows' }, hostNetwork: true, securityContext: { windowsOptions: { hostProcess: true } } },
  },
  'several containers': {
    spec: {
      initContainers: [{ name: 'init', image: 'a', securityContext: { privileged: true } }],
      containers: [
        { name: 'one', image: 'a', securityContext: { privileged: true, capabilities: { add: ['SYS_ADMIN'] } } },
        { name: 'two', image: 'a', ports: [{ containerPort: 1, hostPort: 2 }] },
      ],
    },
  },
};

const named = (text: string): string => text.replaceAll(' ', '-');
const atLevel = (name: string, labels: Readonly<Record<string, string>>): Case => ({
  name: `pod security: ${name}`,
  steps: [
    ...open(`ps-${name}`, labels),
    ...Object.entries(pods).map(([each, text]) => pod(`ps-${name}`, named(each), text)),
    pod(`ps-${name}`, '', { ...pods['privileged'], metadata: { name: undefined, generateName: 'gen-' } }),
  ],
});

const workload = (at: string): Ask => {
  const labels = { app: 'web' };
  const template = { metadata: { labels }, spec: podSpec({ spec: { hostNetwork: true } }) };
  return post(
    `/apis/apps/v1/namespaces/${at}/deployments`,
    object('apps/v1', 'Deployment', 'w', { spec: { selector: { matchLabels: labels }, template } }),
  );
};
const cronJob = (at: string): Ask =>
  post(
    `/apis/batch/v1/namespaces/${at}/cronjobs`,
    object('batch/v1', 'CronJob', 'c', {
      spec: {
        schedule: '* * * * *',
        jobTemplate: { spec: { template: { spec: { ...podSpec({}), restartPolicy: 'Never' } } } },
      },
    }),
  );

const badLabels: readonly Readonly<Record<string, string>>[] = [
  { enforce: 'strict' },
  { enforce: 'baseline', 'enforce-version': '1.30' },
  { audit: 'x', warn: 'y', 'warn-version': 'v2.1', 'audit-version': 'newest' },
  { 'enforce-version': 'v1.01' },
];

const relabel = (name: string, labels: Readonly<Record<string, string | null>>, query = ''): Ask =>
  merge(`/api/v1/namespaces/${name}${query}`, {
    metadata: { labels: Object.fromEntries(Object.entries(labels).map(([key, value]) => [label + key, value])) },
  });

export const podSecurityCases: readonly Case[] = [
  atLevel('baseline', { enforce: 'baseline' }),
  atLevel('restricted', { enforce: 'restricted' }),
  atLevel('old', { enforce: 'restricted', 'enforce-version': 'v1.18' }),
  atLevel('middle', { enforce: 'restricted', 'enforce-version': 'v1.24' }),
  atLevel('future', { enforce: 'baseline', 'enforce-version': 'v1.99' }),
  atLevel('warn', { warn: 'restricted' }),
  atLevel('both', { enforce: 'baseline', warn: 'restricted', 'warn-version': 'v1.30' }),
  atLevel('audit', { audit: 'restricted' }),
  atLevel('privileged', { enforce: 'privileged' }),
  {
    name: 'pod security: labels',
    steps: badLabels.map((labels, index) => post('/api/v1/namespaces', namespace(`ps-bad-${index}`, labels))),
  },
  {
    name: 'pod security: templates',
    steps: [
      ...open('ps-templates', { enforce: 'baseline' }),
      workload('ps-templates'),
      cronJob('ps-templates'),
      ...open('ps-templates-warn', { enforce: 'privileged', warn: 'restricted' }),
      workload('ps-templates-warn'),
      cronJob('ps-templates-warn'),
    ],
  },
  {
    name: 'pod security: stricter later',
    steps: [
      ...open('ps-later', {}),
      pod('ps-later', 'a', pods['privileged']),
      pod('ps-later', 'b', pods['privileged']),
      pod('ps-later', 'c', pods['host-ipc']),
      pod('ps-later', 'd', pods['safe']),
      relabel('ps-later', { enforce: 'restricted' }, '?dryRun=All'),
      relabel('ps-later', { enforce: 'baseline' }),
      settle,
      relabel('ps-later', { warn: 'restricted' }),
      relabel('ps-later', { enforce: 'privileged' }),
      relabel('ps-later', { enforce: 'nonsense' }),
      relabel('ps-later', { enforce: 'baseline', 'enforce-version': 'v1.20' }),
      settle,
      strategic('/api/v1/namespaces/ps-later/pods/a', { metadata: { labels: { a: 'b' } } }),
      strategic('/api/v1/namespaces/ps-later/pods/a', { spec: { containers: [{ name: 'main', image: 'nginx:2' }] } }),
      put('/api/v1/namespaces/ps-later', namespace('ps-later', {})),
    ],
  },
];
