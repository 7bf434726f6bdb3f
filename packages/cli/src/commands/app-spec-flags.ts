// The flags by which argocd describes the spec of an Application, for `create`, `set` and `add-source`.
// Mirrors argoproj/argo-cd:cmd/util/app.go (3.6) AddAppFlags.

import type { Command } from 'commander';

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/** Flags with a text, and what it is. */
const texts: Readonly<Record<string, string>> = {
  'repo <url>': 'repository URL',
  'path <path>': 'directory in the repository',
  'helm-chart <name>': "the chart's name in its repository",
  'revision <revision>': 'branch, tag, commit or version',
  'tag-prefix <prefix>': 'only tags that begin with it are versions',
  'dry-source-repo <url>': 'repository of what is rendered into a branch',
  'dry-source-revision <revision>': 'its revision',
  'dry-source-path <path>': 'its directory',
  'sync-source-branch <branch>': 'the branch that is synced',
  'sync-source-path <path>': 'the directory in it',
  'hydrate-to-branch <branch>': 'the branch that is rendered into',
  'revision-history-limit <count>': 'how many entries the history keeps',
  'dest-server <url>': 'destination cluster by URL',
  'dest-name <name>': 'destination cluster by name',
  'dest-namespace <namespace>': 'destination namespace',
  'values-literal-file <file>': 'values as they stand in this file',
  'release-name <name>': "name of the chart's release",
  'helm-version <version>': 'version of Helm',
  'helm-namespace <namespace>': 'namespace of the release',
  'helm-kube-version <version>': 'version of Kubernetes that the chart sees',
  'project <project>': 'project',
  'sync-policy <policy>': 'manual (none) or automated (auto, automatic)',
  'nameprefix <prefix>': 'prefix of names (Kustomize)',
  'namesuffix <suffix>': 'suffix of names (Kustomize)',
  'kustomize-version <version>': 'version of Kustomize',
  'kustomize-namespace <namespace>': 'namespace of everything (Kustomize)',
  'kustomize-kube-version <version>': 'version of Kubernetes that charts of a kustomization see',
  'config-management-plugin <name>': 'name of a plugin',
  'directory-exclude <glob>': 'leave out these files',
  'directory-include <glob>': 'take these files alone',
  'sync-retry-limit <count>': 'how often a failed sync is tried again',
  'sync-retry-backoff-duration <duration>': 'wait before the first time (5s)',
  'sync-retry-backoff-max-duration <duration>': 'longest wait (3m0s)',
  'sync-retry-backoff-factor <factor>': 'how much longer each wait is (2)',
  'ref <name>': 'the name by which other sources read this one',
};

/** Flags that may be repeated. */
const lists: Readonly<Record<string, string>> = {
  'values <file>': 'a file of values',
  'helm-set <name=value>': 'a parameter of the chart',
  'helm-set-string <name=value>': 'the same as a string, whatever it looks like',
  'helm-set-file <name=path>': 'the same out of a file of the repository',
  'helm-api-versions <version>': 'a version that the chart sees served',
  'sync-option <option>': 'e.g. CreateNamespace=true; with ! in front it is taken away',
  'kustomize-image <image>': 'e.g. web=registry.example.com/web:v2',
  'kustomize-replica <name=count>': 'replicas of a workload',
  'kustomize-common-label <name=value>': 'a label of everything',
  'kustomize-common-annotation <name=value>': 'an annotation of everything',
  'kustomize-api-versions <version>': 'a version that charts of a kustomization see served',
  'jsonnet-tla-str <name=value>': 'a top-level argument',
  'jsonnet-tla-code <name=code>': 'the same as code',
  'jsonnet-ext-var-str <name=value>': 'an external variable',
  'jsonnet-ext-var-code <name=code>': 'the same as code',
  'jsonnet-libs <path>': 'a directory of libraries',
  'plugin-env <name=value>': 'a variable of the plugin',
};

/** Flags that are on or, with `--no-` or `=false`, off. */
const switches: Readonly<Record<string, string>> = {
  'ignore-missing-value-files': 'do without files of values that are not there',
  'helm-pass-credentials': 'credentials go along to other hosts',
  'helm-skip-crds': 'leave out definitions of the chart',
  'helm-skip-schema-validation': 'do not check values',
  'helm-skip-tests': 'leave out tests of the chart',
  'auto-prune': 'automated: delete what is no longer in Git',
  'self-heal': 'automated: undo changes made by hand',
  'allow-empty': 'automated: accept that Git renders to nothing',
  'directory-recurse': 'descend into directories',
  'directory-disable-extension-filter': 'take files whatever they are called',
  'kustomize-label-without-selector': 'labels do not go into selectors',
  'kustomize-label-include-templates': 'labels go into templates',
  'kustomize-force-common-label': 'labels win over those there are',
  'kustomize-force-common-annotation': 'annotations win over those there are',
  'ignore-missing-components': 'do without components that are not there',
  'sync-retry-refresh': 'a retry takes the newest revision',
  validate: 'ask whether project and clusters allow it (on unless switched off)',
};

/** Adds the flags; none of them has a value before it stands on the line. */
export function addSpecFlags(command: Command): Command {
  for (const [flag, what] of Object.entries(texts)) command.option(`--${flag}`, what);
  for (const [flag, what] of Object.entries(lists)) command.option(`--${flag}`, `${what} (may be repeated)`, collect);
  for (const [flag, what] of Object.entries(switches))
    command.option(`--${flag}`, what).option(`--no-${flag}`, `not: ${what}`);
  return command.option('-p, --parameter <name=value>', 'a parameter of the chart (may be repeated)', collect);
}

/** Go's way to switch a flag off, `--self-heal=false`, and on, as commander knows it. */
export function spelledOut(args: readonly string[]): readonly string[] {
  return args.map((arg) => {
    const [, name = '', value] = /^--([a-z-]+)=(true|false)$/.exec(arg) ?? [];
    if (name === '' || !(Object.hasOwn(switches, name) || name === 'cascade' || name === 'exit-code')) return arg;
    return value === 'true' ? `--${name}` : `--no-${name}`;
  });
}
