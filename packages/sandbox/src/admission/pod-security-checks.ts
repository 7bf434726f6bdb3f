// What the Pod Security Standards forbid, by level and version (pod-security-admission v0.35:policy).

import { bagsOf } from '../defaulting/drafts.ts';
import { type Bag, bagAt, listAt, scalarText } from '../store/draft.ts';

/** Why a check refuses, shortly and at length. */
export interface Objection {
  readonly reason: string;
  readonly detail: string;
}

interface Pod {
  readonly annotations: Bag;
  readonly spec: Bag;
  readonly containers: readonly Bag[];
}

type Run = (pod: Pod) => Objection | undefined;

interface Check {
  readonly id: string;
  readonly restricted?: true;
  /** From which minor version on; the last that fits counts. */
  readonly versions: readonly (readonly [number, Run])[];
  /** Baseline checks that this one takes the place of. */
  readonly instead?: string;
}

/** The newest minor version that changed anything. */
const newest = 35;

/** All objections to a pod at a level; `minor` is undefined for the latest version. */
export function objections(
  pod: { readonly annotations: Bag; readonly spec: Bag },
  level: 'baseline' | 'restricted',
  minor: number | undefined,
): readonly Objection[] {
  const version = Math.min(minor ?? newest, newest);
  const containers = ['initContainers', 'containers', 'ephemeralContainers'].flatMap((key) => bagsOf(pod.spec[key]));
  const whole: Pod = { ...pod, containers };
  const runOf = ({ versions }: Check): Run | undefined => versions.findLast(([from]) => from <= version)?.[1];
  const strict = level === 'restricted' ? checks.filter((each) => each.restricted && runOf(each)) : [];
  const replaced = new Set(strict.map(({ instead }) => instead));
  const used = [...checks.filter(({ id, restricted }) => !restricted && !replaced.has(id)), ...strict];
  return used.flatMap((each) => runOf(each)?.(whole) ?? []);
}

const quoted = (items: readonly string[]): string => items.map((each) => `"${each}"`).join(', ');
const sorted = (items: Iterable<string>): readonly string[] => [...new Set(items)].sort();
const many = (word: string, count: number): string => (count === 1 ? word : `${word}s`);
const named = (containers: readonly Bag[]): string =>
  `${many('container', containers.length)} ${quoted(containers.map(({ name }) => scalarText(name ?? '')))}`;
const security = (of: Bag): Bag | undefined => bagAt(of, 'securityContext');
const option = (of: Bag, key: string, member: string): unknown => bagAt(security(of), key)?.[member];

// "pod and containers …" that set what they must not.
function setters(pod: Pod, isBad: (of: Bag) => boolean): { readonly text: string; readonly list: readonly Bag[] } {
  const bad = pod.containers.filter(isBad);
  const podIsBad = isBad(pod.spec);
  const parts = [...(podIsBad ? ['pod'] : []), ...(bad.length > 0 ? [named(bad)] : [])];
  return { text: parts.join(' and '), list: [...(podIsBad ? [pod.spec] : []), ...bad] };
}

const isWindows = (pod: Pod): boolean => bagAt(pod.spec, 'os')?.['name'] === 'windows';
const unlessWindows =
  (run: Run): Run =>
  (pod) =>
    isWindows(pod) ? undefined : run(pod);
const unlessUserNamespace =
  (run: Run): Run =>
  (pod) =>
    pod.spec['hostUsers'] === false ? undefined : run(pod);

const escalation: Run = ({ containers }) => {
  const bad = containers.filter((each) => security(each)?.['allowPrivilegeEscalation'] !== false);
  if (bad.length === 0) return undefined;
  const detail = `${named(bad)} must set securityContext.allowPrivilegeEscalation=false`;
  return { reason: 'allowPrivilegeEscalation != false', detail };
};

const appArmor: Run = (pod) => {
  const typeOf = (of: Bag): unknown => option(of, 'appArmorProfile', 'type');
  const isBad = (of: Bag): boolean =>
    bagAt(security(of), 'appArmorProfile') !== undefined &&
    !['RuntimeDefault', 'Localhost'].includes(scalarText((typeOf(of) ?? '') as string));
  const { text, list } = setters(pod, isBad);
  const prefix = 'container.apparmor.security.beta.kubernetes.io/';
  const annotations = Object.entries(pod.annotations)
    .filter(([key, value]) => key.startsWith(prefix) && !/^$|^runtime\/default$|^localhost\//.test(scalarText(value)))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .sort();
  if (list.length + annotations.length === 0) return undefined;
  const values = [...sorted(list.map((of) => scalarText((typeOf(of) ?? '') as string))), ...annotations];
  const whose = [
    ...(text === '' ? [] : [text]),
    ...(annotations.length > 0 ? [many('annotation', annotations.length)] : []),
  ];
  return {
    reason: many('forbidden AppArmor profile', values.length),
    detail: `${whose.join(' and ')} must not set AppArmor profile type to ${quoted(values)}`,
  };
};

const capabilities = (of: Bag, key: 'add' | 'drop'): readonly string[] =>
  (listAt(bagAt(security(of), 'capabilities'), key) ?? []).map(scalarText);
const defaultCapabilities = new Set(
  (
    'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID ' +
    'SYS_CHROOT'
  ).split(' '),
);

function added(pod: Pod, isAllowed: (name: string) => boolean): string | undefined {
  const isBad = (name: string): boolean => !isAllowed(name);
  const bad = pod.containers.filter((each) => capabilities(each, 'add').some(isBad));
  if (bad.length === 0) return undefined;
  const names = sorted(bad.flatMap((each) => capabilities(each, 'add').filter(isBad)));
  return `${named(bad)} must not include ${quoted(names)} in securityContext.capabilities.add`;
}

const baselineCapabilities: Run = (pod) => {
  const detail = added(pod, (name) => defaultCapabilities.has(name));
  return detail === undefined ? undefined : { reason: 'non-default capabilities', detail };
};

const restrictedCapabilities: Run = (pod) => {
  const bad = pod.containers.filter((each) => !capabilities(each, 'drop').includes('ALL'));
  const details = [
    ...(bad.length === 0 ? [] : [`${named(bad)} must set securityContext.capabilities.drop=["ALL"]`]),
    added(pod, (name) => name === 'NET_BIND_SERVICE') ?? [],
  ].flat();
  return details.length === 0 ? undefined : { reason: 'unrestricted capabilities', detail: details.join('; ') };
};

const hostNamespaces: Run = ({ spec }) => {
  const used = ['hostNetwork', 'hostPID', 'hostIPC'].filter((key) => spec[key] === true);
  if (used.length === 0) return undefined;
  return { reason: 'host namespaces', detail: used.map((key) => `${key}=true`).join(', ') };
};

const hostPaths: Run = ({ spec }) => {
  const names = bagsOf(spec['volumes']).flatMap((each) =>
    each['hostPath'] === undefined ? [] : [scalarText(each['name'] ?? '')],
  );
  if (names.length === 0) return undefined;
  return { reason: 'hostPath volumes', detail: `${many('volume', names.length)} ${quoted(names)}` };
};

const hostPorts: Run = ({ containers }) => {
  const portsOf = (each: Bag): readonly string[] =>
    bagsOf(each['ports']).flatMap(({ hostPort = 0 }) => (hostPort === 0 ? [] : [scalarText(hostPort)]));
  const bad = containers.filter((each) => portsOf(each).length > 0);
  if (bad.length === 0) return undefined;
  const ports = sorted(bad.flatMap(portsOf));
  const detail = `${named(bad)} ${bad.length === 1 ? 'uses' : 'use'} ${many('hostPort', ports.length)} ${ports.join(', ')}`;
  return { reason: 'hostPort', detail };
};

const probeHosts: Run = ({ containers }) => {
  const hostsOf = (each: Bag): readonly string[] => {
    const lifecycle = bagAt(each, 'lifecycle');
    const handlers = [
      ...['livenessProbe', 'readinessProbe', 'startupProbe'].map((key) => bagAt(each, key)),
      ...['postStart', 'preStop'].map((key) => bagAt(lifecycle, key)),
    ];
    const hosts = handlers.flatMap((of) => ['httpGet', 'tcpSocket'].map((key) => bagAt(of, key)?.['host'] ?? ''));
    return hosts.map((host) => scalarText(host)).filter((host) => host !== '');
  };
  const bad = containers.filter((each) => hostsOf(each).length > 0);
  if (bad.length === 0) return undefined;
  const hosts = sorted(bad.flatMap(hostsOf));
  const names = sorted(bad.map(({ name }) => scalarText(name ?? '')));
  const whose = `${many('container', names.length)} ${quoted(names)} ${names.length === 1 ? 'uses' : 'use'}`;
  return {
    reason: 'probe or lifecycle host',
    detail: `${whose} ${many('probe or lifecycle host', hosts.length)} ${quoted(hosts)}`,
  };
};

const privileged: Run = ({ containers }) => {
  const bad = containers.filter((each) => security(each)?.['privileged'] === true);
  if (bad.length === 0) return undefined;
  return { reason: 'privileged', detail: `${named(bad)} must not set securityContext.privileged=true` };
};

const procMount: Run = ({ containers }) => {
  const mountOf = (each: Bag): string => scalarText(security(each)?.['procMount'] ?? 'Default');
  const bad = containers.filter((each) => mountOf(each) !== 'Default');
  if (bad.length === 0) return undefined;
  const detail = `${named(bad)} must not set securityContext.procMount to ${quoted(sorted(bad.map(mountOf)))}`;
  return { reason: 'procMount', detail };
};

const plainVolumes = 'configMap csi downwardAPI emptyDir ephemeral image persistentVolumeClaim projected secret'.split(
  ' ',
);
const otherVolumes = (
  'hostPath gcePersistentDisk awsElasticBlockStore gitRepo nfs iscsi glusterfs rbd flexVolume cinder cephfs flocker fc ' +
  'azureFile vsphereVolume quobyte azureDisk photonPersistentDisk portworxVolume scaleIO storageos'
).split(' ');

const volumeTypes: Run = ({ spec }) => {
  const bad = bagsOf(spec['volumes']).filter((each) => plainVolumes.every((type) => each[type] === undefined));
  if (bad.length === 0) return undefined;
  const types = sorted(bad.map((each) => otherVolumes.find((type) => each[type] !== undefined) ?? 'unknown'));
  const whose = `${many('volume', bad.length)} ${quoted(bad.map(({ name }) => scalarText(name ?? '')))}`;
  const what = `${many('restricted volume type', types.length)} ${quoted(types)}`;
  return { reason: 'restricted volume types', detail: `${whose} ${bad.length === 1 ? 'uses' : 'use'} ${what}` };
};

const nonRoot: Run = (pod) => {
  const reason = 'runAsNonRoot != true';
  const { text } = setters(pod, (of) => security(of)?.['runAsNonRoot'] === false);
  if (text !== '') return { reason, detail: `${text} must not set securityContext.runAsNonRoot=false` };
  if (security(pod.spec)?.['runAsNonRoot'] === true) return undefined;
  const silent = pod.containers.filter((each) => security(each)?.['runAsNonRoot'] === undefined);
  if (silent.length === 0) return undefined;
  return { reason, detail: `pod or ${named(silent)} must set securityContext.runAsNonRoot=true` };
};

const rootUser: Run = (pod) => {
  const { text } = setters(pod, (of) => security(of)?.['runAsUser'] === 0);
  return text === '' ? undefined : { reason: 'runAsUser=0', detail: `${text} must not set runAsUser=0` };
};

const seLinux =
  (types: readonly string[]): Run =>
  (pod) => {
    const options = (of: Bag): Bag => bagAt(security(of), 'seLinuxOptions') ?? {};
    const text = (of: Bag, key: string): string => scalarText(options(of)[key] ?? '');
    const isBadType = (of: Bag): boolean => text(of, 'type') !== '' && !types.includes(text(of, 'type'));
    const isBad = (of: Bag): boolean => isBadType(of) || text(of, 'user') !== '' || text(of, 'role') !== '';
    const { text: whose, list } = setters(pod, isBad);
    if (list.length === 0) return undefined;
    const bad = sorted(list.filter(isBadType).map((of) => text(of, 'type')));
    const what = [
      ...(bad.length === 0 ? [] : [`${many('type', bad.length)} ${quoted(bad)}`]),
      ...['user', 'role']
        .filter((key) => list.some((of) => text(of, key) !== ''))
        .map((key) => `${key} may not be set`),
    ];
    const detail = `${whose} set forbidden securityContext.seLinuxOptions: ${what.join('; ')}`;
    return { reason: 'seLinuxOptions', detail };
  };

const seccompAnnotations: Run = ({ annotations, containers }) => {
  const prefix = 'container.seccomp.security.alpha.kubernetes.io/';
  const keys = [
    'seccomp.security.alpha.kubernetes.io/pod',
    ...containers.map(({ name }) => prefix + scalarText(name ?? '')),
  ];
  const bad = sorted(
    keys
      .filter((key) => annotations[key] !== undefined)
      .filter((key) => !/^(runtime\/default|docker\/default)$|^localhost\//.test(scalarText(annotations[key] ?? '')))
      .map((key) => `${key}=${JSON.stringify(annotations[key])}`),
  );
  if (bad.length === 0) return undefined;
  return { reason: 'seccompProfile', detail: `forbidden ${many('annotation', bad.length)} ${bad.join(', ')}` };
};

const seccomp = (of: Bag): string | undefined => {
  const profile = bagAt(security(of), 'seccompProfile');
  return profile === undefined ? undefined : scalarText(profile['type'] ?? '');
};
const isSafe = (profile: string | undefined): boolean => profile === 'RuntimeDefault' || profile === 'Localhost';

const seccompBaseline: Run = (pod) => {
  const { text, list } = setters(pod, (of) => seccomp(of) !== undefined && !isSafe(seccomp(of)));
  if (list.length === 0) return undefined;
  const values = quoted(sorted(list.map((of) => seccomp(of) ?? '')));
  return { reason: 'seccompProfile', detail: `${text} must not set securityContext.seccompProfile.type to ${values}` };
};

const seccompRestricted: Run = (pod) => {
  const bad = seccompBaseline(pod);
  if (bad !== undefined) return bad;
  if (isSafe(seccomp(pod.spec))) return undefined;
  const silent = pod.containers.filter((each) => seccomp(each) === undefined);
  if (silent.length === 0) return undefined;
  const detail = `pod or ${named(silent)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`;
  return { reason: 'seccompProfile', detail };
};

const sysctls =
  (allowed: readonly string[]): Run =>
  ({ spec }) => {
    const names = bagsOf(security(spec)?.['sysctls']).map(({ name }) => scalarText(name ?? ''));
    const bad = names.filter((name) => !allowed.includes(name));
    return bad.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: bad.join(', ') };
  };
const net = (...names: readonly string[]): readonly string[] => names.map((name) => `net.ipv4.${name}`);
const sysctls0 = [
  'kernel.shm_rmid_forced',
  ...net('ip_local_port_range', 'tcp_syncookies', 'ping_group_range', 'ip_unprivileged_port_start'),
];
const sysctls27 = [...sysctls0, ...net('ip_local_reserved_ports')];
const sysctls29 = [
  ...sysctls27,
  ...net('tcp_keepalive_time', 'tcp_fin_timeout', 'tcp_keepalive_intvl', 'tcp_keepalive_probes'),
];

const hostProcess: Run = (pod) => {
  const { text } = setters(pod, (of) => option(of, 'windowsOptions', 'hostProcess') === true);
  if (text === '') return undefined;
  return { reason: 'hostProcess', detail: `${text} must not set securityContext.windowsOptions.hostProcess=true` };
};

const seLinuxTypes = ['container_t', 'container_init_t', 'container_kvm_t'];

// In the order their objections are told.
const checks: readonly Check[] = [
  { id: 'appArmorProfile', versions: [[0, appArmor]] },
  { id: 'capabilities_baseline', versions: [[0, baselineCapabilities]] },
  { id: 'hostNamespaces', versions: [[0, hostNamespaces]] },
  { id: 'hostPathVolumes', versions: [[0, hostPaths]] },
  { id: 'hostPorts', versions: [[0, hostPorts]] },
  { id: 'hostProbesAndHostLifecycle', versions: [[34, probeHosts]] },
  { id: 'privileged', versions: [[0, privileged]] },
  {
    id: 'procMount',
    versions: [
      [0, procMount],
      [35, unlessUserNamespace(procMount)],
    ],
  },
  {
    id: 'seLinuxOptions',
    versions: [
      [0, seLinux(seLinuxTypes)],
      [31, seLinux([...seLinuxTypes, 'container_engine_t'])],
    ],
  },
  {
    id: 'seccompProfile_baseline',
    versions: [
      [0, seccompAnnotations],
      [19, seccompBaseline],
    ],
  },
  {
    id: 'sysctls',
    versions: [
      [0, sysctls(sysctls0)],
      [27, sysctls(sysctls27)],
      [29, sysctls(sysctls29)],
      [32, sysctls([...sysctls29, ...net('tcp_rmem', 'tcp_wmem')])],
    ],
  },
  { id: 'windowsHostProcess', versions: [[0, hostProcess]] },
  {
    id: 'allowPrivilegeEscalation',
    restricted: true,
    versions: [
      [8, escalation],
      [25, unlessWindows(escalation)],
    ],
  },
  {
    id: 'capabilities_restricted',
    restricted: true,
    versions: [
      [22, restrictedCapabilities],
      [25, unlessWindows(restrictedCapabilities)],
    ],
    instead: 'capabilities_baseline',
  },
  { id: 'procMount_restricted', restricted: true, versions: [[35, procMount]], instead: 'procMount' },
  { id: 'restrictedVolumes', restricted: true, versions: [[0, volumeTypes]], instead: 'hostPathVolumes' },
  {
    id: 'runAsNonRoot',
    restricted: true,
    versions: [
      [0, nonRoot],
      [35, unlessUserNamespace(nonRoot)],
    ],
  },
  {
    id: 'runAsUser',
    restricted: true,
    versions: [
      [23, rootUser],
      [35, unlessUserNamespace(rootUser)],
    ],
  },
  {
    id: 'seccompProfile_restricted',
    restricted: true,
    versions: [
      [19, seccompRestricted],
      [25, unlessWindows(seccompRestricted)],
    ],
    instead: 'seccompProfile_baseline',
  },
];
