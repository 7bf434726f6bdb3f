// What a person would type to render the same manifests, as Argo CD writes it beside them.
// Pure. Mirrors argoproj/argo-cd:util/helm/cmd.go template, util/kustomize/kustomize.go Build and util/exec/exec.go
// GetCommandArgsToLog (3.6).

import { type HelmSettings, type RenderRequest, resolveValueFile, resolveValueFiles } from '@evenkeel/delivery';
import { quote } from '@evenkeel/gotemplate';
import type { FileTree } from '@evenkeel/std';

/** Where and how it was rendered. */
export interface CommandInput {
  readonly renderer: string;
  readonly files: FileTree;
  readonly directory: string;
  readonly request: RenderRequest;
  /** `kustomize.buildOptions` of argocd-cm that hold for the source. */
  readonly buildOptions: string;
}

/** The commands; none for plain manifests and plugins. */
export function renderCommands({ renderer, files, directory, request, buildOptions }: CommandInput): readonly string[] {
  if (renderer === 'helm') return [spell(['helm', ...helmArguments(files, directory, request.helm)])];
  if (renderer !== 'kustomize') return [];
  const { edits = [], overlay } = request.kustomize;
  const { components } = overlay;
  return [
    ...edits.map((args) => spell(['kustomize', 'edit', ...args])),
    ...(overlay['patches'] === undefined ? [] : [patchesRemark]),
    ...(Array.isArray(components) ? [spell(['kustomize', 'edit', 'add', 'component', ...components.map(String)])] : []),
    spell(['kustomize', 'build', fromRoot(directory), ...buildOptions.split(/\s+/).filter((word) => word !== '')]),
  ];
}

const patchesRemark =
  '# kustomization.yaml updated with patches. There is no `kustomize edit` command for adding patches. In order to generate the manifests in your local environment, you will need to copy the patches into kustomization.yaml manually.';

/** It takes the place of a file's name after that was written, and so is never quoted. */
const valuesRemark = '<temp file with values from source.helm.values/valuesObject>';

function helmArguments(files: FileTree, directory: string, settings: HelmSettings): readonly string[] {
  const { releaseName, namespace, kubeVersion, parameters, fileParameters, apiVersions } = settings;
  const args = ['template', '.', '--name-template', releaseName];
  if (namespace !== '') args.push('--namespace', namespace);
  if (kubeVersion !== undefined) args.push('--kube-version', kubeVersion);
  const set = (flag: string, forceString: boolean): void => {
    for (const { name, value, ...rest } of parameters) {
      if (rest.forceString === forceString) args.push(flag, `${name}=${cleanParameter(value)}`);
    }
  };
  set('--set', false);
  set('--set-string', true);
  for (const { name, path } of fileParameters) {
    args.push('--set-file', `${name}=${cleanParameter(fromRoot(resolveValueFile(directory, path)))}`);
  }
  for (const file of resolveValueFiles(files, directory, settings)) args.push('--values', fromRoot(file));
  if (saysValues(settings)) args.push('--values', valuesRemark);
  for (const version of apiVersions) args.push('--api-versions', version);
  if (!settings.skipCrds) args.push('--include-crds');
  if (settings.skipSchemaValidation) args.push('--skip-schema-validation');
  if (settings.skipTests) args.push('--skip-tests');
  return args;
}

function saysValues({ values = '', valuesObject }: HelmSettings): boolean {
  return values !== '' || (valuesObject !== undefined && valuesObject !== null);
}

/** Commas separate parameters for Helm, unless they stand in a list of its own. */
function cleanParameter(value: string): string {
  if (value.startsWith('{') && value.endsWith('}')) return value;
  return value.replace(/(?<!\\),/g, String.raw`\,`);
}

/** A path of the tree as it stands below the repository's root; addresses stay. */
function fromRoot(path: string): string {
  if (/^[a-z][a-z0-9+.-]*:/i.test(path)) return path;
  return path === '' ? '.' : `./${path}`;
}

/** Arguments with space in them in quotes, as Go quotes strings. */
function spell(args: readonly string[]): string {
  return args.map((arg) => (arg === '' ? '""' : /\s/.test(arg) && arg !== valuesRemark ? quote(arg) : arg)).join(' ');
}
