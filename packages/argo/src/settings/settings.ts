// What the ConfigMaps argocd-cm and argocd-cmd-params-cm decide, as values that everybody else reads. A wrong entry is
// named in `problems` and left at its default; the rest counts.

import type { PluginDefinition, RbacRespect } from '@evenkeel/delivery';
import { compilePath } from '@evenkeel/lang';
import type { LabelSelector } from '@evenkeel/resource';
import { defaultMessageTemplate, defaultReadmeTemplate } from '../hydrator/templates.ts';
import { type Customizations, readCustomizations } from './customizations.ts';
import { EntryReader } from './entry-reader.ts';
import { type PluginSource, readPlugins } from './plugins.ts';
import { type FilteredResource, type SelectedResource, readFilters, readSelectors } from './resource-filter.ts';

/** How a live object says which Application it belongs to. */
export type TrackingMethod = 'annotation' | 'label' | 'annotation+label';

/** How objects carry the mark of their Application. */
export interface TrackingSettings {
  readonly method: TrackingMethod;
  readonly labelKey: string;
  /** '' where this installation shares its clusters with no other. */
  readonly installationId: string;
}

/** `resource.compareoptions`. */
export interface CompareSettings {
  readonly ignoreAggregatedRoles: boolean;
  readonly ignoreStatus: 'all' | 'crd' | 'none';
  readonly ignoreDifferencesOnResourceUpdates: boolean;
  /** `controller.diff.server.side`: have every comparison confirmed by the server. */
  readonly serverSideDiff: boolean;
  /** How long one jq expression may take. */
  readonly jqTimeoutMs: number;
}

/** One entry of `globalProjects`. */
export interface GlobalProject {
  readonly projectName: string;
  readonly labelSelector: LabelSelector;
}

/** How often self-healing is tried again. */
export interface SelfHealSettings {
  /** `controller.self.heal.timeout.seconds`: the least time between two attempts; 0 leaves it to the backoff. */
  readonly timeoutMs: number;
  readonly backoff: { readonly baseMs: number; readonly factor: number; readonly maxMs: number };
}

/** Everything that is set for one installation. */
export interface ArgoSettings {
  readonly tracking: TrackingSettings;
  readonly customizations: Customizations;
  readonly exclusions: readonly FilteredResource[];
  readonly inclusions: readonly FilteredResource[];
  /** `resource.selectors`: which objects of a kind are watched. */
  readonly selectors: readonly SelectedResource[];
  readonly compare: CompareSettings;
  readonly ignoreResourceUpdates: boolean;
  /** `resource.respectRBAC`: what becomes of kinds that may not be listed or watched. */
  readonly respectRbac: RbacRespect;
  /** How often sources are asked again; 0 never. */
  readonly reconciliationMs: number;
  readonly reconciliationJitterMs: number;
  readonly hardReconciliationMs: number;
  readonly kustomize: {
    readonly buildOptions: string;
    readonly buildOptionsByVersion: ReadonlyMap<string, string>;
    readonly versions: ReadonlyMap<string, string>;
  };
  readonly helm: { readonly valuesFileSchemes: readonly string[] };
  readonly renderers: {
    readonly kustomize: boolean;
    readonly helm: boolean;
    readonly directory: boolean;
    /** How large all manifests of a directory may be together; 0 for any size. */
    readonly directoryBytesMax: number;
  };
  /** Config management plugins. */
  readonly plugins: readonly PluginDefinition[];
  readonly globalProjects: readonly GlobalProject[];
  readonly impersonation: { readonly enabled: boolean; readonly enforced: boolean };
  readonly inClusterEnabled: boolean;
  /** `resource.sensitive.mask.annotations`: masked wherever Secrets are shown. */
  readonly sensitiveAnnotations: readonly string[];
  /** `application.namespaces`: where Applications may live besides the control-plane namespace, as globs. */
  readonly applicationNamespaces: readonly string[];
  readonly selfHeal: SelfHealSettings;
  /** `controller.sync.timeout.seconds`; 0 leaves the deadline to us. */
  readonly syncTimeoutMs: number;
  readonly waveDelayMs: number;
  /** `controller.resource.health.persist`: status.resources carries the health of each. */
  readonly persistResourceHealth: boolean;
  readonly rbac: RbacSwitches;
  readonly hydrator: HydratorSettings;
}

/** What hydrated commits say, and who makes them. */
export interface HydratorSettings {
  /** `sourceHydrator.commitMessageTemplate` */
  readonly commitMessageTemplate: string;
  /** `sourceHydrator.readmeMessageTemplate` */
  readonly readmeTemplate: string;
  /** `commit.author.name` and `commit.author.email` */
  readonly authorName: string;
  readonly authorEmail: string;
}

/** What decides which permission something asks for. */
export interface RbacSwitches {
  /** `server.rbac.disableApplicationFineGrainedRBACInheritance: "false"`: who may update or delete an application may do so with its objects. */
  readonly inheritsFineGrained: boolean;
  /** `server.rbac.rollback.enforce.enable`: a rollback asks for `rollback`, not for `sync`. */
  readonly enforcesRollback: boolean;
  /** `application.sync.requireOverridePrivilegeForRevisionSync`: a sync to another revision asks for `override` too. */
  readonly revisionNeedsOverride: boolean;
}

/** Settings and what is wrong with them, one sentence each. */
export interface ReadSettings {
  readonly settings: ArgoSettings;
  readonly problems: readonly string[];
}

/** The `data` of the two ConfigMaps; undefined where one is not there. */
export interface SettingsData {
  readonly config?: Readonly<Record<string, string>> | undefined;
  readonly params?: Readonly<Record<string, string>> | undefined;
  /** The ConfigMaps that declare plugins. */
  readonly plugins?: readonly PluginSource[] | undefined;
}

/** Reads the settings. Mirrors argoproj/argo-cd:util/settings/settings.go (3.6). Never throws. */
export function readSettings({ config = {}, params = {}, plugins = [] }: SettingsData): ReadSettings {
  const problems: string[] = [];
  const cm = new EntryReader('argocd-cm', config, problems);
  const cmd = new EntryReader('argocd-cmd-params-cm', params, problems);
  const settings: ArgoSettings = {
    tracking: {
      method: cm.choice('application.resourceTrackingMethod', trackingMethods, 'annotation'),
      labelKey: cm.text('application.instanceLabelKey') || defaultInstanceLabel,
      installationId: cm.text('installationID'),
    },
    customizations: readCustomizations(config, problems),
    exclusions: readFilters(cm, 'resource.exclusions'),
    inclusions: readFilters(cm, 'resource.inclusions'),
    selectors: readSelectors(cm, 'resource.selectors'),
    compare: compareSettings(cm, cmd),
    ignoreResourceUpdates: cm.flag('resource.ignoreResourceUpdatesEnabled', true),
    respectRbac: cm.choice('resource.respectRBAC', ['normal', 'strict'], 'off'),
    reconciliationMs: cm.duration('timeout.reconciliation', 120_000),
    reconciliationJitterMs: cm.duration('timeout.reconciliation.jitter', 60_000),
    hardReconciliationMs: cm.duration('timeout.hard.reconciliation', 0),
    kustomize: kustomizeSettings(cm, config),
    helm: {
      valuesFileSchemes: cm.has('helm.valuesFileSchemes') ? cm.list('helm.valuesFileSchemes') : ['https', 'http'],
    },
    renderers: {
      kustomize: cm.flag('kustomize.enable', true),
      helm: cm.flag('helm.enable', true),
      directory: cm.flag('jsonnet.enable', true),
      directoryBytesMax: cmd.bytes('reposerver.max.combined.directory.manifests.size', 10_000_000),
    },
    plugins: readPlugins(plugins, problems, pathGlobs(cmd, 'reposerver.plugin.tar.exclusions')),
    globalProjects: globalProjects(cm),
    impersonation: {
      enabled: cm.flag('application.sync.impersonation.enabled', false),
      enforced: cm.flag('application.sync.impersonation.enforced', true),
    },
    inClusterEnabled: cm.flag('cluster.inClusterEnabled', true),
    sensitiveAnnotations: cm.list('resource.sensitive.mask.annotations'),
    applicationNamespaces: cmd.list('application.namespaces'),
    selfHeal: selfHealSettings(cmd),
    syncTimeoutMs: cmd.count('controller.sync.timeout.seconds', 0) * 1000,
    waveDelayMs: cmd.count('controller.sync.wave.delay.seconds', 2) * 1000,
    persistResourceHealth: cmd.flag('controller.resource.health.persist', false),
    hydrator: {
      commitMessageTemplate: cm.text('sourceHydrator.commitMessageTemplate') || defaultMessageTemplate,
      readmeTemplate: cm.text('sourceHydrator.readmeMessageTemplate') || defaultReadmeTemplate,
      authorName: cm.text('commit.author.name') || 'Argo CD',
      authorEmail: cm.text('commit.author.email') || 'argo-cd@example.com',
    },
    rbac: {
      inheritsFineGrained: !cm.flag('server.rbac.disableApplicationFineGrainedRBACInheritance', true),
      enforcesRollback: cm.flag('server.rbac.rollback.enforce.enable', false),
      revisionNeedsOverride: cm.flag('application.sync.requireOverridePrivilegeForRevisionSync', false),
    },
  };
  return { settings, problems };
}

const trackingMethods = ['annotation', 'label', 'annotation+label'] as const;

/** The label of trackings by label, unless another is set. */
const defaultInstanceLabel = 'app.kubernetes.io/instance';

function compareSettings(cm: EntryReader, cmd: EntryReader): CompareSettings {
  const value = cm.yamlMap('resource.compareoptions') ?? {};
  const at = 'resource.compareoptions';
  return {
    ignoreAggregatedRoles: value['ignoreAggregatedRoles'] === true,
    ignoreStatus: ignoredStatus(cm, value['ignoreResourceStatusField'], at),
    ignoreDifferencesOnResourceUpdates: value['ignoreDifferencesOnResourceUpdates'] !== false,
    serverSideDiff: cmd.flag('controller.diff.server.side', false),
    jqTimeoutMs: cmd.duration('controller.ignore.normalizer.jq.timeout', 1000),
  };
}

/** YAML reads a bare `off` as false, so both say "none"; what is not known is named and counts as "all", as upstream. */
function ignoredStatus(cm: EntryReader, value: unknown, at: string): CompareSettings['ignoreStatus'] {
  if (value === undefined || value === '' || value === 'all') return 'all';
  if (value === 'crd') return 'crd';
  if (value === 'none' || value === 'off' || value === 'false' || value === false) return 'none';
  cm.refuse(at, `ignoreResourceStatusField is ${JSON.stringify(value)}, expected all, crd or none`);
  return 'all';
}

/** Globs over paths with ";" between them; one that cannot be read is named and left out. */
function pathGlobs(cmd: EntryReader, key: string): readonly string[] {
  return cmd
    .text(key)
    .split(';')
    .map((pattern) => pattern.trim())
    .filter((pattern) => {
      if (pattern === '') return false;
      const glob = compilePath(pattern.includes('/') ? 'doublestar' : 'path', pattern);
      if (!glob) cmd.refuse(key, `the glob "${pattern}" cannot be read`);
      return glob !== undefined;
    });
}

function kustomizeSettings(cm: EntryReader, config: Readonly<Record<string, string>>): ArgoSettings['kustomize'] {
  const buildOptionsByVersion = new Map<string, string>();
  const versions = new Map<string, string>();
  for (const [key, value] of Object.entries(config)) {
    const match = /^kustomize\.(buildOptions|version|path)\.(.+)$/.exec(key);
    const [, what, version = ''] = match ?? [];
    if (what === undefined) continue;
    if (what === 'buildOptions') buildOptionsByVersion.set(version, value);
    else if (versions.has(version)) cm.refuse(key, `the kustomize version ${version} is named twice`);
    else versions.set(version, value);
  }
  return { buildOptions: cm.text('kustomize.buildOptions'), buildOptionsByVersion, versions };
}

function globalProjects(cm: EntryReader): readonly GlobalProject[] {
  const found: GlobalProject[] = [];
  for (const entry of cm.yamlList('globalProjects')) {
    const { projectName, labelSelector } = entry;
    if (typeof projectName !== 'string' || projectName === '') {
      cm.refuse('globalProjects', 'an entry has no projectName');
      continue;
    }
    found.push({ projectName, labelSelector: (labelSelector ?? {}) as LabelSelector });
  }
  return found;
}

function selfHealSettings(cmd: EntryReader): SelfHealSettings {
  return {
    timeoutMs: cmd.count('controller.self.heal.timeout.seconds', 0) * 1000,
    backoff: {
      baseMs: cmd.count('controller.self.heal.backoff.timeout.seconds', 2) * 1000,
      factor: cmd.count('controller.self.heal.backoff.factor', 3),
      maxMs: cmd.count('controller.self.heal.backoff.cap.seconds', 300) * 1000,
    },
  };
}

/** What holds where neither ConfigMap is there. */
export const defaultSettings: ArgoSettings = readSettings({}).settings;
