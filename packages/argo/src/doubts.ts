// What an object asks for in annotations that nobody knows: upstream passes over it, and a hook whose name is misspelt is never
// applied. Here it is passed over as well, and told.

import type { KubeObject } from '@evenkeel/resource';
import { isKnownObjectOption, readObjectOptions } from './sync-options.ts';

const hooks = ['PreSync', 'Sync', 'PostSync', 'SyncFail', 'Skip', 'PreDelete', 'PostDelete'];
const policies = ['HookSucceeded', 'HookFailed', 'BeforeHookCreation'];

/** Each annotation with what is not known of it, as the end of a sentence. */
export function doubtsOf({ metadata }: KubeObject): readonly string[] {
  // Charts leave `annotations:` empty where they have none: that is null.
  const annotations = metadata.annotations ?? {};
  const text = (name: string): string => annotations[`argocd.argoproj.io/${name}`] ?? '';
  const found: string[] = [];
  const doubt = (name: string, what: readonly string[], then: string): void => {
    if (what.length > 0) found.push(`argocd.argoproj.io/${name} "${what.join(',')}"${then}`);
  };
  const unknownHooks = strangers(text('hook'), hooks);
  const isNever = unknownHooks.length > 0 && unknownHooks.length === words(text('hook')).length;
  const helms = annotations['helm.sh/hook'] !== undefined;
  doubt('hook', unknownHooks, isNever && !helms ? ', and is never applied' : '');
  doubt('hook-delete-policy', strangers(text('hook-delete-policy'), policies), '');
  const options = [...readObjectOptions(text('sync-options'))].map(([key, value]) => `${key}=${value}`);
  doubt(
    'sync-options',
    options.filter((option) => !isKnownObjectOption(option)),
    '',
  );
  const wave = text('sync-wave');
  doubt('sync-wave', wave === '' || /^[+-]?\d{1,18}$/.test(wave) ? [] : [wave], ', which is no whole number');
  return found;
}

function words(text: string): readonly string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

function strangers(text: string, known: readonly string[]): readonly string[] {
  return words(text).filter((word) => !known.includes(word));
}
