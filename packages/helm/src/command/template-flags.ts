// The flags of `helm template`, version 4 and 3.

import type { HelmVersion } from '../chart/chart.ts';
import type { Flag } from './flags.ts';

/** The flags of one version. */
export function templateFlags(version: HelmVersion): readonly Flag[] {
  return [...ALL].filter(({ only }) => only === undefined || only === version);
}

/** What --help prints. */
export function templateHelp(version: HelmVersion): string {
  const shown = templateFlags(version).filter(({ hidden }) => hidden !== true);
  const line = ({ name, short, type, help, fallback }: Flag): string => {
    const letter = short === undefined ? '    ' : `-${short}, `;
    const left = `  ${letter}--${name}${type === 'bool' ? '' : ` ${type}`}`;
    return `${left.padEnd(52)} ${help}${fallback === undefined ? '' : ` (default ${fallback})`}\n`;
  };
  const list = (flags: readonly Flag[]): string =>
    [...flags]
      .sort((left, right) => (left.name < right.name ? -1 : 1))
      .map(line)
      .join('');
  const own = shown.filter(({ global }) => global !== true);
  const global = shown.filter((flag) => flag.global === true);
  return `Render a chart's templates and print the manifests. No cluster is asked unless --dry-run=server says so.

Usage:
  helm template [NAME] [CHART] [flags]

Examples:
  helm template web ./web -f values-prod.yaml --set image.tag=v2

Flags:
${list(own)}
Global Flags:
${list(global)}`;
}

const HELM_ONLY = "this flag has no effect for 'helm template' and will be removed in Helm 5";

const VALUES: readonly Flag[] = [
  { name: 'values', short: 'f', type: 'strings', help: 'values in a YAML file or at a URL (repeatable)' },
  { name: 'set', type: 'stringArray', help: 'values by expression: key1=val1,key2=val2 (repeatable)' },
  { name: 'set-string', type: 'stringArray', help: 'values that stay strings: key1=val1,key2=val2 (repeatable)' },
  { name: 'set-file', type: 'stringArray', help: 'values read from files: key1=path1,key2=path2 (repeatable)' },
  { name: 'set-json', type: 'stringArray', help: 'values in JSON: key1=jsonval1 or {"key1": jsonval1} (repeatable)' },
  { name: 'set-literal', type: 'stringArray', help: 'one value taken literally: key=value (repeatable)' },
];

const RENDERING: readonly Flag[] = [
  { name: 'show-only', short: 's', type: 'stringArray', help: 'print only what these templates render (globs)' },
  { name: 'output-dir', type: 'string', help: 'write the manifests into files below this directory' },
  { name: 'release-name', type: 'bool', help: 'put the release name into the path below --output-dir' },
  { name: 'include-crds', type: 'bool', help: 'print the CRDs of crds/ as well' },
  { name: 'skip-tests', type: 'bool', help: 'leave test hooks out' },
  { name: 'no-hooks', type: 'bool', help: 'leave all hooks out' },
  { name: 'is-upgrade', type: 'bool', help: 'set .Release.IsUpgrade instead of .Release.IsInstall' },
  { name: 'kube-version', type: 'string', help: 'Kubernetes version for .Capabilities.KubeVersion' },
  { name: 'api-versions', short: 'a', type: 'strings', help: 'API versions to add to .Capabilities.APIVersions' },
  { name: 'skip-schema-validation', type: 'bool', help: 'do not check values against values.schema.json' },
  { name: 'enable-dns', type: 'bool', help: 'let getHostByName look names up' },
  { name: 'post-renderer', type: 'postRendererString', help: 'program (version 4: plugin) that changes the manifests' },
  { name: 'post-renderer-args', type: 'postRendererArgsSlice', help: 'an argument for the post-renderer (repeatable)' },
  {
    name: 'dry-run',
    type: 'string',
    help: '"client", or "server" to answer lookups from the cluster',
    bare: 'unset',
    fallback: 'client',
    only: 4,
  },
  {
    name: 'dry-run',
    type: 'string',
    help: '"client", or "server" to answer lookups from the cluster',
    bare: 'client',
    only: 3,
  },
  {
    name: 'validate',
    type: 'bool',
    help: 'deprecated',
    deprecated: "use '--dry-run=server' instead",
    hidden: true,
    only: 4,
  },
  { name: 'validate', type: 'bool', help: 'check the manifests against the current cluster', only: 3 },
];

const NAMING: readonly Flag[] = [
  { name: 'generate-name', short: 'g', type: 'bool', help: 'generate the name instead of taking it as an argument' },
  { name: 'name-template', type: 'string', help: 'template that makes the release name' },
];

/** Flags of `install`, which `template` accepts without effect. */
const INSTALL: readonly Flag[] = [
  { name: 'create-namespace', type: 'bool', help: 'no effect on rendering' },
  { name: 'dependency-update', type: 'bool', help: 'fetch missing dependencies before rendering' },
  { name: 'description', type: 'string', help: 'no effect on rendering' },
  { name: 'disable-openapi-validation', type: 'bool', help: 'no effect on rendering' },
  { name: 'labels', short: 'l', type: 'stringToString', help: 'no effect on rendering' },
  { name: 'replace', type: 'bool', help: 'no effect on rendering' },
  { name: 'skip-crds', type: 'bool', help: 'no effect on rendering' },
  { name: 'take-ownership', type: 'bool', help: 'no effect on rendering' },
  { name: 'timeout', type: 'duration', help: 'no effect on rendering', fallback: '5m0s' },
  { name: 'wait-for-jobs', type: 'bool', help: 'no effect on rendering' },
  {
    name: 'wait',
    type: 'WaitStrategy',
    help: 'no effect on rendering',
    bare: 'watcher',
    fallback: 'hookOnly',
    only: 4,
  },
  { name: 'wait', type: 'bool', help: 'no effect on rendering', only: 3 },
  { name: 'force-replace', type: 'bool', help: 'no effect on rendering', only: 4 },
  { name: 'force-conflicts', type: 'bool', help: 'no effect on rendering', only: 4 },
  { name: 'server-side', type: 'bool', help: 'no effect on rendering', fallback: 'true', only: 4 },
  { name: 'rollback-on-failure', type: 'bool', help: 'no effect on rendering', only: 4 },
  { name: 'force', type: 'bool', help: 'deprecated', deprecated: 'use --force-replace instead', hidden: true, only: 4 },
  {
    name: 'atomic',
    type: 'bool',
    help: 'deprecated',
    deprecated: 'use --rollback-on-failure instead',
    hidden: true,
    only: 4,
  },
  { name: 'force', type: 'bool', help: 'no effect on rendering', only: 3 },
  { name: 'atomic', type: 'bool', help: 'no effect on rendering', only: 3 },
  { name: 'hide-notes', type: 'bool', help: 'no effect', deprecated: HELM_ONLY, hidden: true, only: 4 },
  { name: 'render-subchart-notes', type: 'bool', help: 'no effect', deprecated: HELM_ONLY, hidden: true, only: 4 },
  { name: 'hide-notes', type: 'bool', help: 'no effect on rendering', only: 3 },
  { name: 'render-subchart-notes', type: 'bool', help: 'no effect on what is printed', only: 3 },
];

const CHART_SOURCE: readonly Flag[] = [
  { name: 'version', type: 'string', help: 'version or constraint of a chart from a repository' },
  { name: 'devel', type: 'bool', help: 'take development versions too (>0.0.0-0)' },
  { name: 'verify', type: 'bool', help: 'verify the provenance of a packaged chart' },
  { name: 'keyring', type: 'string', help: 'public keys for --verify' },
  { name: 'repo', type: 'string', help: 'URL of the chart repository' },
  { name: 'username', type: 'string', help: 'user name for the chart repository' },
  { name: 'password', type: 'string', help: 'password for the chart repository' },
  { name: 'cert-file', type: 'string', help: 'client certificate for the chart repository' },
  { name: 'key-file', type: 'string', help: 'client key for the chart repository' },
  { name: 'ca-file', type: 'string', help: 'certificate authorities for the chart repository' },
  { name: 'insecure-skip-tls-verify', type: 'bool', help: 'do not check the repository certificate' },
  { name: 'plain-http', type: 'bool', help: 'use HTTP for registries' },
  { name: 'pass-credentials', type: 'bool', help: 'send credentials to every host' },
];

const GLOBAL: readonly Flag[] = [
  { name: 'namespace', short: 'n', type: 'string', help: 'namespace of the release', global: true },
  { name: 'debug', type: 'bool', help: 'print the manifests even when they are no YAML', global: true },
  { name: 'help', short: 'h', type: 'bool', help: 'help for template' },
  { name: 'kube-context', type: 'string', help: 'context of the kubeconfig', global: true },
  { name: 'kubeconfig', type: 'string', help: 'path to the kubeconfig', global: true },
  { name: 'kube-apiserver', type: 'string', help: 'address of the API server', global: true },
  { name: 'kube-as-user', type: 'string', help: 'user to impersonate', global: true },
  { name: 'kube-as-group', type: 'stringArray', help: 'group to impersonate (repeatable)', global: true },
  { name: 'kube-ca-file', type: 'string', help: 'certificate authority of the API server', global: true },
  { name: 'kube-token', type: 'string', help: 'bearer token', global: true },
  { name: 'kube-tls-server-name', type: 'string', help: 'server name in the certificate', global: true },
  {
    name: 'kube-insecure-skip-tls-verify',
    type: 'bool',
    help: 'do not check the API server certificate',
    global: true,
  },
  { name: 'burst-limit', type: 'int', help: 'client-side throttling', fallback: '100', global: true },
  { name: 'qps', type: 'float32', help: 'client-side queries per second', global: true },
  { name: 'registry-config', type: 'string', help: 'registry credentials', global: true },
  { name: 'repository-cache', type: 'string', help: 'cached repository indexes', global: true },
  { name: 'repository-config', type: 'string', help: 'known repositories', global: true },
  { name: 'content-cache', type: 'string', help: 'cached content', global: true, only: 4 },
  { name: 'color', type: 'string', help: 'never, auto, always', fallback: 'auto', global: true, only: 4 },
  { name: 'colour', type: 'string', help: 'never, auto, always', fallback: 'auto', global: true, only: 4 },
];

const ALL: readonly Flag[] = [...VALUES, ...RENDERING, ...NAMING, ...INSTALL, ...CHART_SOURCE, ...GLOBAL];
