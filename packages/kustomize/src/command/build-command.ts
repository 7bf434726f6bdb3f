// `kustomize build` as a function of its arguments and a tree: the command around it reads and writes files
// (kustomize:commands/build, v5.8.1).

import { emitSigsYaml, gvkOf, type KubeObject, type Json } from '@evenkeel/resource';
import type { FileTree } from '@evenkeel/std';

import { type BuildOptions, build } from '../build.ts';
import { isClusterScopedKind } from '../resources/res-id.ts';
import { type Flag, FlagError, type ParsedArgs, parseArgs } from './flags.ts';

/** What a command leaves behind. The caller prints the texts and writes the files. */
export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Text by path, relative to the directory the command runs in or absolute, as it was given. */
  readonly writes: ReadonlyMap<string, string>;
}

/** What a build command is given. */
export interface BuildCommandIo {
  readonly tree: FileTree;
  /** Turns the DIR argument into a tree path; undefined for a place outside of the tree. Addresses pass unchanged. */
  readonly treePath: (argument: string) => string | undefined;
  readonly isDirectory: (path: string) => boolean;
  readonly options?: Omit<BuildOptions, 'loadRestrictor' | 'reorder' | 'managedByLabel'>;
}

/** The flags of `kustomize build`. */
export const buildFlags: readonly Flag[] = [
  {
    name: 'output',
    short: 'o',
    kind: 'string',
    help: 'write the output to this file, or a file for each object to this directory',
  },
  {
    name: 'load-restrictor',
    kind: 'string',
    default: 'LoadRestrictionsRootOnly',
    help: 'LoadRestrictionsNone lets roots read files outside of themselves',
  },
  { name: 'reorder', kind: 'string', help: "order of the output: 'legacy' or 'none' (deprecated: use sortOptions)" },
  { name: 'enable-managedby-label', kind: 'bool', help: 'label every object (deprecated: use buildMetadata)' },
  { name: 'enable-helm', kind: 'bool', help: 'inflate helmCharts' },
  {
    name: 'helm-command',
    kind: 'string',
    default: 'helm',
    help: 'accepted for compatibility; charts are rendered in process',
  },
  { name: 'helm-api-versions', kind: 'list', help: 'API versions that charts are told of' },
  { name: 'helm-kube-version', kind: 'string', help: 'Kubernetes version that charts are told of' },
  { name: 'helm-debug', kind: 'bool', help: 'accepted for compatibility' },
  { name: 'enable-alpha-plugins', kind: 'bool', help: 'accepted for compatibility; only builtin plugins run' },
  { name: 'enable-exec', kind: 'bool', help: 'accepted for compatibility; functions do not run' },
  { name: 'network', kind: 'bool', help: 'accepted for compatibility; functions do not run' },
  { name: 'network-name', kind: 'string', default: 'bridge', help: 'accepted for compatibility; functions do not run' },
  { name: 'mount', kind: 'list', help: 'accepted for compatibility; functions do not run' },
  { name: 'env', short: 'e', kind: 'list', help: 'accepted for compatibility; functions do not run' },
  { name: 'as-current-user', kind: 'bool', help: 'accepted for compatibility; functions do not run' },
];

const NOTHING: ReadonlyMap<string, string> = new Map();

/** Runs `kustomize build` with these arguments. Never throws but for ContentNotLoaded. */
export function runKustomizeBuild(args: readonly string[], io: BuildCommandIo): CommandResult {
  try {
    const parsed = parseArgs(args, buildFlags);
    return run(parsed, io);
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    return { exitCode: 1, stdout: '', stderr: `Error: ${error.message}\n`, writes: NOTHING };
  }
}

function run(parsed: ParsedArgs, io: BuildCommandIo): CommandResult {
  const { root, loadRestrictor, reorder } = checked(parsed, io);
  const notices = deprecations(parsed);
  const { helm, ...rest } = io.options ?? {};
  const result = build(io.tree, root, {
    ...rest,
    loadRestrictor,
    ...(helm !== undefined && parsed.on('enable-helm') && { helm: withHelmFlags(helm, parsed) }),
    ...(reorder !== undefined && { reorder }),
    managedByLabel: parsed.on('enable-managedby-label'),
  });
  const stderr = notices + result.warnings.map((warning) => `${warning}\n`).join('');
  const [problem] = result.problems;
  if (problem !== undefined) {
    return { exitCode: 1, stdout: '', stderr: `${stderr}Error: ${problem.message}\n`, writes: NOTHING };
  }
  const output = parsed.text('output');
  if (output === '') return { exitCode: 0, stdout: result.yaml(), stderr, writes: NOTHING };
  const writes = io.isDirectory(output) ? separateFiles(result.objects, output) : new Map([[output, result.yaml()]]);
  return { exitCode: 0, stdout: '', stderr, writes };
}

interface Checked {
  readonly root: string;
  readonly loadRestrictor: 'rootOnly' | 'none';
  readonly reorder: 'legacy' | 'none' | undefined;
}

function checked(parsed: ParsedArgs, io: BuildCommandIo): Checked {
  if (parsed.rest.length > 1) throw new FlagError('specify one path to kustomization.yaml');
  const restrictor = parsed.text('load-restrictor');
  if (!['', 'LoadRestrictionsRootOnly', 'LoadRestrictionsNone'].includes(restrictor)) {
    throw new FlagError(
      `illegal flag value --load-restrictor ${restrictor}; legal values: [LoadRestrictionsRootOnly LoadRestrictionsNone]`,
    );
  }
  const reorder = parsed.text('reorder');
  if (reorder !== '' && reorder !== 'legacy' && reorder !== 'none') {
    throw new FlagError(`illegal flag value --reorder ${reorder}; legal values: [legacy none]`);
  }
  const argument = parsed.rest[0] ?? '.';
  return {
    root: io.treePath(argument) ?? argument,
    loadRestrictor: restrictor === 'LoadRestrictionsNone' ? 'none' : 'rootOnly',
    reorder: reorder === '' ? undefined : reorder,
  };
}

function deprecations(parsed: ParsedArgs): string {
  const reorder = parsed.isSet('reorder')
    ? "Flag --reorder has been deprecated, use the new 'sortOptions' field in kustomization.yaml instead.\n"
    : '';
  const label = parsed.isSet('enable-managedby-label')
    ? 'Flag --enable-managedby-label has been deprecated, The flag `enable-managedby-label` has been deprecated. Use the `managedByLabel` option in the `buildMetadata` field instead.\n'
    : '';
  return reorder + label;
}

type Helm = NonNullable<BuildOptions['helm']>;

function withHelmFlags(helm: Helm, parsed: ParsedArgs): Helm {
  const apiVersions = parsed.list('helm-api-versions');
  const kubeVersion = parsed.text('helm-kube-version');
  return (request) =>
    helm({
      ...request,
      // What the chart says itself wins over the flags.
      chart: {
        ...(kubeVersion !== '' && { kubeVersion }),
        ...(apiVersions.length > 0 && { apiVersions }),
        ...request.chart,
      },
    });
}

function separateFiles(objects: readonly KubeObject[], directory: string): Map<string, string> {
  const namespaceOf = (object: KubeObject): string | undefined =>
    isClusterScopedKind(object.apiVersion, object.kind) ? undefined : object.metadata.namespace || 'default';
  const namespaces = new Set(objects.map(namespaceOf).filter((namespace) => namespace !== undefined));
  const files = new Map<string, string>();
  for (const object of objects) {
    const namespace = namespaceOf(object);
    const prefix = namespace !== undefined && namespaces.size > 1 ? `${namespace.toLowerCase()}_` : '';
    const { group, version, kind } = gvkOf(object);
    const gvk = [group, version, kind].filter((part) => part !== '').join('_');
    const name = `${prefix}${gvk.toLowerCase()}_${(object.metadata.name ?? '').toLowerCase()}.yaml`;
    files.set(`${directory.replace(/\/$/, '')}/${name}`, emitSigsYaml(object as unknown as Json));
  }
  return files;
}
