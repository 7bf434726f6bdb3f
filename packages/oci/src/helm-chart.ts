// Helm charts in registries. Mirrors helm:pkg/registry/client.go Pull and Push (v4.3.0).

import { type OciReference, loadChartArchive, parseOciReference } from '@evenkeel/helm';
import { type Manifest, isIndex } from './manifest.ts';
import { mediaTypes } from './media-types.ts';
import { type PushedPart, pushArtifact } from './push.ts';
import { type CallOptions, type RegistryClient, named } from './registry.ts';
import { RemoteError } from './remote-error.ts';

/** A chart pulled from a registry. */
export interface PulledChart {
  readonly archive: Uint8Array;
  /** Undefined where the manifest has no provenance layer. */
  readonly provenance: Uint8Array | undefined;
  /** "host/path/chart:tag" */
  readonly reference: string;
  /** Of the manifest. */
  readonly digest: string;
}

/** Pulls a chart by tag or digest: "oci://host/path/chart:tag". Rejects with RemoteError or OciReferenceError. */
export async function pullChart(
  client: RegistryClient,
  reference: string,
  options: CallOptions = {},
): Promise<PulledChart> {
  const parsed = parseOciReference(reference);
  const manifest = await client.manifest(parsed, options);
  if (manifest.config?.mediaType !== mediaTypes.helmConfig) {
    throw new RemoteError('unsupported', `could not load config with mediatype ${mediaTypes.helmConfig}`);
  }
  const layer = (type: string): Manifest['layers'][number] | undefined =>
    manifest.layers.find(({ mediaType }) => mediaType === type);
  const chart = layer(mediaTypes.helmChart) ?? layer(mediaTypes.legacyHelmChart);
  if (chart === undefined) {
    throw new RemoteError('unsupported', `manifest does not contain a layer with mediatype ${mediaTypes.helmChart}`);
  }
  const provenance = layer(mediaTypes.helmProvenance);
  return {
    archive: await client.blob(parsed, chart, options),
    provenance: provenance === undefined ? undefined : await client.blob(parsed, provenance, options),
    reference: `${named(parsed)}${parsed.tag === '' ? `@${manifest.digest}` : `:${parsed.tag}`}`,
    digest: manifest.digest,
  };
}

/**
 * Pushes a packaged chart below `oci://host/path`, under its own name and version, as `helm push` does. Rejects with
 * RemoteError, or ChartLoadError for what is no chart.
 */
export async function pushChart(
  client: RegistryClient,
  base: string,
  chart: { readonly archive: Uint8Array; readonly provenance?: Uint8Array },
  options: CallOptions = {},
): Promise<{ readonly reference: string; readonly digest: string }> {
  const { metadata } = loadChartArchive(chart.archive, 'the chart', { version: 4 });
  const target: OciReference = parseOciReference(`${base.replace(/\/$/, '')}/${metadata.name}:${metadata.version}`);
  const { name, version } = metadata;
  const told = Object.entries({ ...metadata, dependencies: undefined, annotations: undefined });
  const config = Object.fromEntries(told.filter(([, value]) => value !== undefined && value !== '' && value !== false));
  const layers: PushedPart[] = [{ mediaType: mediaTypes.helmChart, content: chart.archive }];
  if (chart.provenance !== undefined) {
    layers.push({ mediaType: mediaTypes.helmProvenance, content: chart.provenance });
  }
  const { digest } = await pushArtifact(
    client,
    target,
    {
      config: { mediaType: mediaTypes.helmConfig, content: new TextEncoder().encode(JSON.stringify(config)) },
      layers,
      annotations: { 'org.opencontainers.image.title': name, 'org.opencontainers.image.version': version },
    },
    options,
  );
  return { reference: `${named(target)}:${target.tag}`, digest };
}

/** Whether a manifest can be pulled as a chart at all. */
export function isHelmChart(manifest: Manifest): boolean {
  return !isIndex(manifest) && manifest.config?.mediaType === mediaTypes.helmConfig;
}
