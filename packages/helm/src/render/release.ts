// From a chart and a request to what Helm calls a release: manifests, hooks, notes. Mirrors helm:pkg/cmd/install.go
// runInstall and helm:pkg/action/{install,action}.go (v4.3.0, v3.22.0) without a cluster.

import { quote } from '@evenkeel/gotemplate';
import type { FileTree } from '@evenkeel/std';

import { type Chart, type CrdFile, type HelmVersion, chartName, crdFiles } from '../chart/chart.ts';
import { loadChart } from '../chart/load.ts';
import { versionSatisfies } from '../chart/version.ts';
import { compareGoStrings } from '../go-text.ts';
import type { Log } from '../log-entry.ts';
import { offlineLoader, schemaViolations } from '../schema/chart-schema.ts';
import { type CoalesceContext, coalesceValues } from '../values/coalesce.ts';
import { processDependencies } from '../values/dependencies.ts';
import { mergeUserValues } from '../values/options.ts';
import { type Table, copyTable } from '../values/table.ts';
import { type Capabilities, clusterCapabilities, defaultCapabilities } from './capabilities.ts';
import { type RenderedFile, renderTemplates } from './engine.ts';
import { type HookManifest, type Manifest, ManifestError, sortManifests } from './manifests.ts';
import { postRender } from './post-render.ts';
import { ReleaseError } from './release-error.ts';
import type { ChartRenderRequest, RenderHost } from './request.ts';
import { type Renderable, renderables } from './scope.ts';
import { sourced } from './template-output.ts';

/** A rendered release before its documents become objects. */
export interface Release {
  readonly chart: Chart;
  /** The user's values. */
  readonly config: Table;
  /** All values, as the chart's templates see them. */
  readonly values: Table;
  readonly templates: readonly Renderable[];
  readonly files: ReadonlyMap<string, RenderedFile>;
  readonly crds: readonly CrdFile[];
  readonly manifests: readonly Manifest[];
  readonly hooks: readonly HookManifest[];
  readonly notes: string;
}

/** Where a release is made from. */
export interface ReleaseSource {
  readonly tree: FileTree;
  readonly path: string;
  readonly host: RenderHost;
  /** Receives Helm's log lines. */
  readonly log: Log;
  readonly displayPath?: (path: string) => string;
}

/**
 * Makes a release. Throws ReleaseError, UserValuesError, ChartLoadError, CoalesceError, TemplateFailure or
 * ManifestError; ContentNotLoaded and what the host throws pass through.
 */
export function renderRelease(source: ReleaseSource, request: ChartRenderRequest): Release {
  const version = request.helmVersion ?? 4;
  const config = mergeUserValues(request.values ?? [], {
    version,
    origins: request.origins === true,
    readFile: (path) => source.host.readFile?.(path) ?? source.tree.read(path),
  });
  const chart = loadChart(source.tree, source.path, {
    version,
    origins: request.origins === true,
    log: source.log,
    ...(source.displayPath === undefined ? {} : { displayPath: source.displayPath }),
  });
  checkInstallable(chart, version, source);
  const context: CoalesceContext = { version, log: source.log };
  checkReleaseName(request.releaseName, version, source.log);
  resolveDependencies(chart, config, context);
  const capabilities = capabilitiesOf(request, version);
  const values = coalesceValues(chart, config, context);
  if (request.skipSchemaValidation !== true) checkSchema(chart, values, source.host);
  checkKubeVersion(chart, capabilities, version);
  const templates = renderables(chart, values, {
    version,
    capabilities,
    release: {
      name: request.releaseName,
      namespace: request.namespace,
      revision: request.revision ?? 1,
      isUpgrade: request.isUpgrade ?? false,
    },
  });
  const files = renderTemplates(templates, {
    version,
    host: source.host,
    enableDns: request.enableDns ?? false,
    origins: request.origins ?? false,
    limits: request.limits,
  });
  const { notes, outputs } = takeNotes(chart, files, request.subchartNotes ?? false);
  const finished = version === 4 ? postRender(outputs, source.host.postRender?.bind(source.host)) : outputs;
  const { hooks, manifests } = sorted(finished, version, source.log);
  const crds = request.includeCrds === true ? crdFiles(chart) : [];
  return { chart, config, values, templates, files, crds, manifests, hooks, notes };
}

/** A file that is no YAML takes all files along, so that they can be shown for debugging. */
function sorted(
  files: ReadonlyMap<string, string>,
  version: HelmVersion,
  log: Log,
): { hooks: HookManifest[]; manifests: Manifest[] } {
  try {
    return sortManifests(files, version, log);
  } catch (error) {
    if (error instanceof ManifestError) {
      const blank = (text: string): boolean => text.trim() === '';
      error.rendered = [...files].map(([name, text]) => (blank(text) ? '' : sourced(name, text))).join('');
    }
    throw error;
  }
}

function checkInstallable(chart: Chart, version: HelmVersion, source: ReleaseSource): void {
  const { type, deprecated, dependencies } = chart.metadata;
  if (type !== '' && type !== 'application') {
    throw new ReleaseError('NOT_INSTALLABLE', `${type} charts are not installable`, source.path);
  }
  if (deprecated) {
    source.log({ level: 'WARN', message: 'this chart is deprecated', message3: 'WARNING: This chart is deprecated' });
  }
  const present = new Set(chart.dependencies.map(chartName));
  const missing = (dependencies ?? []).map(({ name }) => name).filter((name) => !present.has(name));
  if (missing.length === 0) return;
  const found = `found in Chart.yaml, but missing in charts/ directory: ${missing.join(', ')}`;
  const advice =
    version === 4
      ? "an error occurred while checking for chart dependencies. You may need to run 'helm dependency build' to fetch missing dependencies"
      : 'An error occurred while checking for chart dependencies. You may need to run `helm dependency build` to fetch missing dependencies';
  throw new ReleaseError('DEPENDENCY_MISSING', `${advice}: ${found}`, source.path);
}

const RELEASE_NAME = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$';
const releaseNamePattern = new RegExp(RELEASE_NAME);

function checkReleaseName(name: string, version: HelmVersion, log: Log): void {
  const tooLong = name.length > 53;
  if (name !== '' && !tooLong && releaseNamePattern.test(name)) return;
  const reason =
    name === ''
      ? 'no name provided'
      : `invalid release name, must match regex ${RELEASE_NAME} and the length must not be longer than 53`;
  const message = `release name ${quote(name)}: ${reason}`;
  log({ level: 'ERROR', message: 'release name check failed', attributes: [['error', message]], message3: '' });
  throw new ReleaseError('RELEASE_NAME', version === 4 ? `release name check failed: ${message}` : message);
}

function resolveDependencies(chart: Chart, config: Table, context: CoalesceContext): void {
  try {
    processDependencies(chart, copyTable(config), context);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'CoalesceError') throw error;
    const failure = 'chart dependencies processing failed';
    context.log({ level: 'ERROR', message: failure, attributes: [['error', error.message]], message3: '' });
    const prefix = context.version === 4 ? `${failure}: ` : '';
    throw new ReleaseError('VALUES_INVALID', `${prefix}${error.message}`);
  }
}

function capabilitiesOf(request: ChartRenderRequest, version: HelmVersion): Capabilities {
  const { kubeVersion, apiVersions } = request;
  try {
    return request.apiVersionsAreComplete === true
      ? clusterCapabilities(version, { kubeVersion: kubeVersion ?? '', apiVersions: apiVersions ?? [] })
      : defaultCapabilities(version, { kubeVersion, apiVersions });
  } catch (error) {
    const reason = error instanceof Error ? error.message : '';
    throw new ReleaseError('KUBE_VERSION', `invalid kube version '${kubeVersion ?? ''}': ${reason}`);
  }
}

function checkSchema(chart: Chart, values: Table, host: RenderHost): void {
  const violations = schemaViolations(chart, values, offlineLoader(host.readFile?.bind(host)));
  if (violations === '') return;
  const intro = "values don't meet the specifications of the schema(s) in the following chart(s):";
  throw new ReleaseError('SCHEMA', `${intro}\n${violations}`, chart.schema?.path);
}

function checkKubeVersion(chart: Chart, capabilities: Capabilities, version: HelmVersion): void {
  const wanted = chart.metadata.kubeVersion;
  const { kubeVersion } = capabilities;
  if (wanted === '' || versionSatisfies(wanted, kubeVersion.normalized)) return;
  const shown = version === 4 ? kubeVersion.version : kubeVersion.normalized;
  const message = `chart requires kubeVersion: ${wanted} which is incompatible with Kubernetes ${shown}`;
  throw new ReleaseError('KUBE_VERSION', message, chart.path === '' ? 'Chart.yaml' : `${chart.path}/Chart.yaml`);
}

/** NOTES.txt files are rendered like all others, but are no manifests. */
function takeNotes(
  chart: Chart,
  files: ReadonlyMap<string, RenderedFile>,
  withSubcharts: boolean,
): { notes: string; outputs: Map<string, string> } {
  const outputs = new Map<string, string>();
  let notes = '';
  const own = `${chartName(chart)}/templates/NOTES.txt`;
  for (const name of [...files.keys()].sort(compareGoStrings)) {
    const output = files.get(name)?.output ?? '';
    if (!name.endsWith('NOTES.txt')) outputs.set(name, output);
    else if (withSubcharts || name === own) notes += `${notes === '' ? '' : '\n'}${output}`;
  }
  return { notes, outputs };
}
