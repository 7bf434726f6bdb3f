// `kustomize.buildOptions` of argocd-cm: flags of `kustomize build`, read as the command reads them.
// Mirrors argoproj/argo-cd:util/kustomize/kustomize.go parseKustomizeBuildOptions (3.6).

import type { KustomizeBuildSettings } from '@evenkeel/delivery';
import type { ArgoSettings } from '../settings/settings.ts';
import type { KustomizeFields } from './source-types.ts';

/** Flags that change nothing here: plugins and functions do not run, and charts are rendered in process. */
const ignored = new Map<string, boolean>([
  ['enable-alpha-plugins', false],
  ['enable-exec', false],
  ['enable-star', false],
  ['as-current-user', false],
  ['network', false],
  ['helm-debug', false],
  ['network-name', true],
  ['helm-command', true],
  ['mount', true],
  ['env', true],
  ['e', true],
]);

const known = new Map<string, boolean>([
  ...ignored,
  ['load-restrictor', true],
  ['reorder', true],
  ['enable-helm', false],
  ['enable-managedby-label', false],
  ['helm-kube-version', true],
  ['helm-api-versions', true],
]);

/** The flags as settings of a build, or a sentence on what cannot be read. */
export function buildSettings(
  settings: ArgoSettings['kustomize'],
  fields: KustomizeFields & { readonly helmKubeVersion?: string | undefined },
): KustomizeBuildSettings | string {
  const { version = '' } = fields;
  const options = (version === '' ? undefined : settings.buildOptionsByVersion.get(version)) ?? settings.buildOptions;
  const flags = readFlags(options);
  if (typeof flags === 'string') return flags;
  const restrictor = flags.get('load-restrictor')?.at(-1) ?? '';
  const reorder = flags.get('reorder')?.at(-1);
  if (reorder !== undefined && reorder !== 'legacy' && reorder !== 'none') {
    return `--reorder is "${reorder}", expected legacy or none`;
  }
  if (!/^(|none|rootOnly|LoadRestrictionsNone|LoadRestrictionsRootOnly)$/i.test(restrictor)) {
    return `--load-restrictor is "${restrictor}", expected LoadRestrictionsNone or LoadRestrictionsRootOnly`;
  }
  return {
    loadRestrictor: /none$/i.test(restrictor) ? 'none' : 'rootOnly',
    ...(reorder === undefined ? {} : { reorder }),
    ...(isOn(flags.get('enable-managedby-label')) ? { managedByLabel: true } : {}),
    ...(isOn(flags.get('enable-helm'))
      ? {
          helm: {
            kubeVersion: fields.helmKubeVersion || fields.kubeVersion || flags.get('helm-kube-version')?.at(-1),
            apiVersions:
              (fields.apiVersions ?? []).length > 0
                ? (fields.apiVersions ?? [])
                : (flags.get('helm-api-versions') ?? []).flatMap((value) => value.split(',')),
          },
        }
      : {}),
  };
}

/** Flags with their values; a sentence where there is one that `kustomize build` does not have. */
function readFlags(options: string): ReadonlyMap<string, readonly string[]> | string {
  const flags = new Map<string, string[]>();
  const words = options.split(/\s+/).filter((word) => word !== '');
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    const [, dashed = '', , attached] = /^--?([a-zA-Z_-]+)(=(.*))?$/.exec(word) ?? [];
    // Old versions wrote underscores.
    const name = dashed.replaceAll('_', '-');
    const takesValue = known.get(name);
    if (takesValue === undefined) return dashed === '' ? `"${word}" is no flag` : `unknown flag: --${name}`;
    let value = attached;
    if (value === undefined && takesValue) {
      index += 1;
      value = words[index];
      if (value === undefined) return `flag needs an argument: --${name}`;
    }
    flags.set(name, [...(flags.get(name) ?? []), value ?? 'true']);
  }
  return flags;
}

function isOn(values: readonly string[] | undefined): boolean {
  return values?.at(-1) === 'true';
}
