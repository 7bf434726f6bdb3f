// Which archive of a classic repository a chart's name and version mean. Mirrors helm:pkg/repo/v1/chartrepo.go
// FindChartInRepoURL (v4.3.0).

import {
  type ChartVersion,
  type RepositoryIndex,
  RepositoryError,
  chartArchiveUrl,
  findChartVersion,
} from '@evenkeel/helm';

/** An archive that an index names. */
export interface FoundArchive {
  readonly url: string;
  readonly version: ChartVersion;
  /** "sha256:…"; '' where the index does not say. */
  readonly digest: string;
}

/** Finds a chart. Throws RepositoryError with Helm's sentence. */
export function findArchive(
  repositoryUrl: string,
  index: RepositoryIndex,
  wanted: { readonly chart: string; readonly constraint: string },
): FoundArchive {
  const { chart, constraint } = wanted;
  const shown = `chart "${chart}"${constraint === '' ? '' : ` version "${constraint}"`}`;
  let version: ChartVersion;
  try {
    version = findChartVersion(index, chart, constraint);
  } catch (error) {
    throw new RepositoryError(`${shown} not found in ${repositoryUrl} repository`, { cause: error });
  }
  if (version.urls.length === 0) throw new RepositoryError(`${shown} has no downloadable URLs`);
  const hex = version.digest.replace(/^sha256:/, '').toLowerCase();
  return {
    url: chartArchiveUrl(repositoryUrl, version),
    version,
    digest: hex === '' ? '' : `sha256:${hex}`,
  };
}
