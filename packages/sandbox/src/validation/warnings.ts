// What is taken but said to be unwise, in `Warning:` headers (pkg/api/pod/warnings.go and its neighbours, Kubernetes 1.35).

import { bagsOf } from '../defaulting/drafts.ts';
import { type Bag, type Draft, bagAt, scalarText } from '../store/draft.ts';
import { labelProblem } from './names.ts';
import { parseAmount } from './quantities.ts';

/** Warnings about a pod. */
export function podWarnings(draft: Draft): readonly string[] {
  const warnings = specWarnings(bagAt(draft, 'spec'), 'spec');
  const name = draft.metadata.name ?? '';
  const problem = labelProblem(name);
  if (name !== '' && problem !== undefined) {
    warnings.unshift(
      `metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [${problem}]`,
    );
  }
  return warnings;
}

/** Warnings about the template in a workload's spec, at a path below it. */
export function templateWarnings(...path: readonly string[]): (draft: Draft) => readonly string[] {
  return (draft) => {
    let holder = bagAt(draft, 'spec');
    for (const key of path) holder = bagAt(holder, key);
    return specWarnings(bagAt(bagAt(holder, 'template'), 'spec'), ['spec', ...path, 'template', 'spec'].join('.'));
  };
}

/** Warnings about a StatefulSet. */
export function statefulSetWarnings(draft: Draft): readonly string[] {
  const history = bagAt(draft, 'spec')?.['revisionHistoryLimit'];
  const own =
    typeof history === 'number' && history < 0
      ? ['spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended']
      : [];
  return [...templateWarnings()(draft), ...own];
}

function specWarnings(spec: Bag | undefined, at: string): string[] {
  const warnings: string[] = [];
  for (const [index, constraint] of bagsOf(spec?.['topologySpreadConstraints']).entries()) {
    if (constraint['labelSelector'] === undefined) {
      warnings.push(
        `${at}.topologySpreadConstraints[${index}].labelSelector: a null labelSelector results in matching no pod`,
      );
    }
  }
  warnings.push(...volumeWarnings(spec, at));
  repeated(bagsOf(spec?.['hostAliases']), 'ip', (index, ip) =>
    warnings.push(`${at}.hostAliases[${index}].ip: duplicate ip ${JSON.stringify(ip)}`),
  );
  const secrets = bagsOf(spec?.['imagePullSecrets']);
  repeated(secrets, 'name', (index, name) =>
    warnings.push(`${at}.imagePullSecrets[${index}].name: duplicate name ${JSON.stringify(name)}`),
  );
  for (const [index, secret] of secrets.entries())
    if ((secret['name'] ?? '') === '') warnings.push(`${at}.imagePullSecrets[${index}].name: invalid empty name ""`);
  for (const key of ['initContainers', 'containers']) {
    for (const [index, container] of bagsOf(spec?.[key]).entries())
      warnings.push(...containerWarnings(container, `${at}.${key}[${index}]`));
  }
  const grace = spec?.['terminationGracePeriodSeconds'];
  if (typeof grace === 'number' && grace < 0) {
    warnings.push(
      `${at}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`,
    );
  }
  return warnings;
}

function repeated(items: readonly Bag[], key: string, tell: (index: number, value: string) => void): void {
  const seen = new Set<string>();
  for (const [index, item] of items.entries()) {
    const value = scalarText(item[key] ?? '');
    if (value !== '' && seen.has(value)) tell(index, value);
    seen.add(value);
  }
}

const deprecatedVolumes: Readonly<Record<string, string>> = {
  photonPersistentDisk: 'deprecated in v1.11, non-functional in v1.16+',
  gitRepo: 'deprecated in v1.11, and disabled by default in v1.33+',
  scaleIO: 'deprecated in v1.16, non-functional in v1.22+',
  flocker: 'deprecated in v1.22, non-functional in v1.25+',
  storageos: 'deprecated in v1.22, non-functional in v1.25+',
  quobyte: 'deprecated in v1.22, non-functional in v1.25+',
  glusterfs: 'deprecated in v1.25, non-functional in v1.26+',
  cephfs: 'deprecated in v1.28, non-functional in v1.31+',
  rbd: 'deprecated in v1.28, non-functional in v1.31+',
};

function volumeWarnings(spec: Bag | undefined, at: string): readonly string[] {
  const warnings: string[] = [];
  for (const [index, volume] of bagsOf(spec?.['volumes']).entries()) {
    for (const [source, message] of Object.entries(deprecatedVolumes))
      if (volume[source] !== undefined) warnings.push(`${at}.volumes[${index}].${source}: ${message}`);
    const projected = bagAt(volume, 'projected');
    const filled = bagsOf(projected?.['sources']).some((source) => Object.keys(source).length > 0);
    if (projected !== undefined && !filled)
      warnings.push(`volume ${JSON.stringify(volume['name'])} (Projected) has no sources provided`);
  }
  return warnings;
}

function containerWarnings(container: Bag, at: string): readonly string[] {
  const warnings: string[] = [];
  for (const side of ['limits', 'requests']) {
    for (const name of ['memory', 'ephemeral-storage']) {
      const amount = bagAt(bagAt(container, 'resources'), side)?.[name];
      if (amount !== undefined && (parseAmount(amount) ?? 0n) % 1_000_000_000n !== 0n) {
        warnings.push(
          `${at}.resources.${side}[${name}]: fractional byte value ${JSON.stringify(amount)} is invalid, must be an integer`,
        );
      }
    }
  }
  return [...warnings, ...variableWarnings(container, at), ...portWarnings(container, at)];
}

// A later definition hides an earlier one, unless it builds on it.
function variableWarnings(container: Bag, at: string): readonly string[] {
  const warnings: string[] = [];
  const seen = new Set<string>();
  for (const [index, variable] of bagsOf(container['env']).entries()) {
    const name = scalarText(variable['name'] ?? '');
    if (seen.has(name)) {
      if (variable['valueFrom'] !== undefined || !scalarText(variable['value'] ?? '').includes(`$(${name})`)) {
        warnings.push(
          `${at}.env[${index}]: hides previous definition of ${JSON.stringify(name)}, which may be dropped when using apply`,
        );
      }
    }
    seen.add(name);
  }
  return warnings;
}

function portWarnings(container: Bag, at: string): readonly string[] {
  const warnings: string[] = [];
  const seen = new Map<string, { readonly field: string; readonly hostPort: number; readonly hostIp: string }[]>();
  for (const [index, port] of bagsOf(container['ports']).entries()) {
    const field = `${at}.ports[${index}]`;
    const key = `${scalarText(port['containerPort'])}/${scalarText(port['protocol'] ?? 'TCP')}`;
    const hostPort = typeof port['hostPort'] === 'number' ? port['hostPort'] : 0;
    const entry = { field, hostPort, hostIp: scalarText(port['hostIP'] ?? '') };
    for (const other of seen.get(key) ?? []) {
      if (other.hostPort === hostPort && other.hostIp === entry.hostIp)
        warnings.push(`${field}: duplicate port definition with ${other.field}`);
      else if (other.hostPort === 0 || hostPort === 0)
        warnings.push(`${field}: overlapping port definition with ${other.field}`);
    }
    seen.set(key, [...(seen.get(key) ?? []), entry]);
  }
  return warnings;
}
