// The flags of `helm dependency build|update|list`. Mirrors helm:pkg/cmd/dependency.go (v4.3.0).

import type { HelmVersion } from '../chart/chart.ts';
import type { Flag } from './flags.ts';
import { templateFlags } from './template-flags.ts';

/** The verbs of `helm dependency`. */
export type DependencyVerb = 'build' | 'update' | 'list';

/** The flags of one verb. */
export function dependencyFlags(verb: DependencyVerb, version: HelmVersion): readonly Flag[] {
  const known = templateFlags(version);
  const shared = known.filter(({ name, global }) => global === true || name === 'help');
  if (verb === 'list') return [...shared, MAX_COLUMN_WIDTH];
  return [...shared, ...known.filter(({ name }) => FETCHING.has(name)), SKIP_REFRESH];
}

const MAX_COLUMN_WIDTH: Flag = {
  name: 'max-col-width',
  type: 'int',
  help: 'widest column of the table',
  fallback: '80',
};
const SKIP_REFRESH: Flag = {
  name: 'skip-refresh',
  type: 'bool',
  help: 'do not fetch the indexes of repositories anew',
};

const FETCHING: ReadonlySet<string> = new Set([
  'verify',
  'keyring',
  'username',
  'password',
  'cert-file',
  'key-file',
  'ca-file',
  'insecure-skip-tls-verify',
  'plain-http',
]);

/** What --help prints. */
export function dependencyHelp(verb: DependencyVerb | undefined, version: HelmVersion): string {
  if (verb === undefined) {
    return `Manage the charts that a chart depends on.

Usage:
  helm dependency build|list|update CHART [flags]

Aliases:
  dependency, dep, dependencies
`;
  }
  const flags = dependencyFlags(verb, version).filter(({ hidden }) => hidden !== true);
  const line = ({ name, short, type, help }: Flag): string =>
    `${`  ${short === undefined ? '    ' : `-${short}, `}--${name}${type === 'bool' ? '' : ` ${type}`}`.padEnd(52)} ${help}\n`;
  const listed = [...flags].sort((left, right) => (left.name < right.name ? -1 : 1)).map(line);
  return `${DESCRIPTIONS[verb]}

Usage:
  helm dependency ${verb} CHART [flags]

Flags:
${listed.join('')}`;
}

const DESCRIPTIONS: Readonly<Record<DependencyVerb, string>> = {
  build: 'Fetch into charts/ what Chart.lock says; without a lock file, as update.',
  update: 'Fetch into charts/ what Chart.yaml declares, and write Chart.lock.',
  list: 'List what Chart.yaml declares, and what of it is in charts/.',
};
