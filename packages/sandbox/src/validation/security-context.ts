// Security contexts of pods and containers (pkg/apis/core/validation, Kubernetes 1.35).

import { bagsOf } from '../defaulting/drafts.ts';
import { type Bag, bagAt, listAt, scalarText } from '../store/draft.ts';
import { type Causes, RawText } from './causes.ts';
import { checkOneOf, checkUserId } from './choices.ts';

const profileTypes = ['Localhost', 'RuntimeDefault', 'Unconfined'];

/** Checks the security context of a pod. */
export function checkPodSecurity(causes: Causes, spec: Bag | undefined, at: string): void {
  const context = bagAt(spec, 'securityContext');
  const place = `${at}.securityContext`;
  for (const key of ['fsGroup', 'runAsUser', 'runAsGroup']) checkUserId(causes, context?.[key], `${place}.${key}`);
  for (const [index, group] of (listAt(context, 'supplementalGroups') ?? []).entries())
    checkUserId(causes, group, `${place}.supplementalGroups[${index}]`);
  if (spec?.['shareProcessNamespace'] === true && spec['hostPID'] === true) {
    const message = 'ShareProcessNamespace and HostPID cannot both be enabled';
    causes.invalid(`${place}.shareProcessNamespace`, true, message);
  }
  if (context === undefined) return;
  checkSysctls(causes, context, `${place}.sysctls`);
  checkOneOf(causes, context['fsGroupChangePolicy'], `${place}.fsGroupChangePolicy`, ['Always', 'OnRootMismatch']);
  checkProfiles(causes, context, place);
  checkOneOf(causes, context['supplementalGroupsPolicy'], `${place}.supplementalGroupsPolicy`, ['Merge', 'Strict']);
  checkOneOf(causes, context['seLinuxChangePolicy'], `${place}.seLinuxChangePolicy`, ['MountOption', 'Recursive']);
}

function checkSysctls(causes: Causes, context: Bag, at: string): void {
  const names = new Set<string>();
  for (const [index, sysctl] of bagsOf(context['sysctls']).entries()) {
    const name = scalarText(sysctl['name'] ?? '');
    const field = `${at}[${index}].name`;
    if (name === '') causes.required(field);
    else if (name.length > 253 || !/^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/.test(name)) {
      const pattern = String.raw`^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$`;
      causes.invalid(field, name, `must have at most 253 characters and match regex ${pattern}`);
    } else if (names.has(name)) causes.duplicate(field, name);
    names.add(name);
  }
}

function checkProfiles(causes: Causes, context: Bag, at: string): void {
  checkSeccomp(causes, bagAt(context, 'seccompProfile'), `${at}.seccompProfile`);
  checkAppArmor(causes, bagAt(context, 'appArmorProfile'), `${at}.appArmorProfile`);
}

function checkSeccomp(causes: Causes, profile: Bag | undefined, at: string): void {
  if (profile === undefined) return;
  const type = profile['type'] ?? '';
  const file = profile['localhostProfile'];
  if (type === 'Localhost') {
    if (file === undefined) causes.required(`${at}.localhostProfile`, 'must be set when seccomp type is Localhost');
  } else {
    if (file !== undefined) {
      const shown = new RawText(JSON.stringify({ Type: type, LocalhostProfile: file }));
      causes.invalid(`${at}.localhostProfile`, shown, 'can only be set when seccomp type is Localhost');
    }
    if (type === '') causes.required(`${at}.type`, 'type is required when seccompProfile is set');
    else checkOneOf(causes, type, `${at}.type`, profileTypes);
  }
}

function checkAppArmor(causes: Causes, profile: Bag | undefined, at: string): void {
  if (profile === undefined) return;
  const type = profile['type'] ?? '';
  const file = profile['localhostProfile'];
  if (type === 'Localhost') {
    if (file === undefined) causes.required(`${at}.localhostProfile`, 'must be set when AppArmor type is Localhost');
    else if (scalarText(file).trim() === '')
      causes.required(`${at}.localhostProfile`, 'must be set when AppArmor type is Localhost');
  } else if (type === 'RuntimeDefault' || type === 'Unconfined') {
    if (file !== undefined)
      causes.invalid(`${at}.localhostProfile`, file, 'can only be set when AppArmor type is Localhost');
  } else if (type === '') causes.required(`${at}.type`, 'type is required when appArmorProfile is set');
  else causes.notSupported(`${at}.type`, type, profileTypes);
}

/** Checks the security context of a container. */
export function checkContainerSecurity(causes: Causes, context: Bag | undefined, at: string, hostUsers: boolean): void {
  if (context === undefined) return;
  for (const key of ['runAsUser', 'runAsGroup']) checkUserId(causes, context[key], `${at}.${key}`);
  const procMount = context['procMount'];
  checkOneOf(causes, procMount, `${at}.procMount`, ['Default', 'Unmasked']);
  if (procMount === 'Unmasked' && hostUsers)
    causes.invalid(`${at}.procMount`, procMount, '`hostUsers` must be false to use `Unmasked`');
  checkSeccomp(causes, bagAt(context, 'seccompProfile'), `${at}.seccompProfile`);
  if (context['allowPrivilegeEscalation'] === false) {
    if (context['privileged'] === true) {
      const message = 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true';
      causes.invalid(at, goContext(context), message);
    }
    if ((listAt(bagAt(context, 'capabilities'), 'add') ?? []).includes('CAP_SYS_ADMIN')) {
      const message = 'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN';
      causes.invalid(at, goContext(context), message);
    }
  }
  checkAppArmor(causes, bagAt(context, 'appArmorProfile'), `${at}.appArmorProfile`);
}

// The context as Go prints its internal struct, which is what the refusal shows.
function goContext(context: Bag): RawText {
  const capabilities = bagAt(context, 'capabilities');
  const options = bagAt(context, 'seLinuxOptions');
  const profile = (name: string): object | null => {
    const bag = bagAt(context, name);
    return bag === undefined ? null : { Type: bag['type'] ?? '', LocalhostProfile: bag['localhostProfile'] ?? null };
  };
  return new RawText(
    JSON.stringify({
      Capabilities:
        capabilities === undefined ? null : { Add: capabilities['add'] ?? null, Drop: capabilities['drop'] ?? null },
      Privileged: context['privileged'] ?? null,
      SELinuxOptions:
        options === undefined
          ? null
          : {
              User: options['user'] ?? '',
              Role: options['role'] ?? '',
              Type: options['type'] ?? '',
              Level: options['level'] ?? '',
            },
      WindowsOptions: null,
      RunAsUser: context['runAsUser'] ?? null,
      RunAsGroup: context['runAsGroup'] ?? null,
      RunAsNonRoot: context['runAsNonRoot'] ?? null,
      ReadOnlyRootFilesystem: context['readOnlyRootFilesystem'] ?? null,
      AllowPrivilegeEscalation: context['allowPrivilegeEscalation'] ?? null,
      ProcMount: context['procMount'] ?? null,
      SeccompProfile: profile('seccompProfile'),
      AppArmorProfile: profile('appArmorProfile'),
    }),
  );
}
