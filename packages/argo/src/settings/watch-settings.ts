// Keeps the settings of an installation as its ConfigMaps stand, and tells when they change. Two named ConfigMaps of one
// namespace are watched; nothing polls.

import { type KubeClient, createInformer } from '@evenkeel/kube';
import type { KubeObject } from '@evenkeel/resource';
import { type ArgoSettings, type ReadSettings, defaultSettings, readSettings } from './settings.ts';

/** The settings as they stand now. */
export interface SettingsSource extends AsyncDisposable {
  current(): ArgoSettings;
  /** What is wrong in the ConfigMaps, one sentence each. */
  problems(): readonly string[];
  /** Calls the listener after settings have changed. */
  onChange(listener: () => void): () => void;
}

const configName = 'argocd-cm';
const paramsName = 'argocd-cmd-params-cm';

/** Settings that never change: what holds where no ConfigMap is. */
export function fixedSettings(settings: ArgoSettings = defaultSettings): SettingsSource {
  return {
    current: () => settings,
    problems: () => [],
    onChange: () => () => undefined,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** Starts watching; resolves when the ConfigMaps have been read, or are known not to be there. */
export async function watchSettings(
  client: KubeClient,
  namespace: string,
  signal: AbortSignal,
): Promise<SettingsSource> {
  const type = await client.discovery.resolve({ group: '', version: 'v1', kind: 'ConfigMap' });
  if (!type) return fixedSettings();
  const follow = (name: string): ReturnType<typeof createInformer> =>
    createInformer(client, type, { namespace, fieldSelector: `metadata.name=${name}`, signal });
  const informers = [follow(configName), follow(paramsName)] as const;
  await Promise.all(informers.map((informer) => informer.synced));
  const read = (): ReadSettings =>
    readSettings({
      config: dataOf(informers[0].get(namespace, configName)),
      params: dataOf(informers[1].get(namespace, paramsName)),
    });
  let state = read();
  const listeners = new Set<() => void>();
  for (const informer of informers) {
    informer.onChange(({ object, previous, kind }) => {
      if (kind === 'updated' && JSON.stringify(dataOf(previous)) === JSON.stringify(dataOf(object))) return;
      state = read();
      for (const listener of listeners) listener();
    });
  }
  return {
    current: () => state.settings,
    problems: () => state.problems,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async [Symbol.asyncDispose]() {
      listeners.clear();
      for (const informer of informers) await informer[Symbol.asyncDispose]();
    },
  };
}

function dataOf(object: KubeObject | undefined): Readonly<Record<string, string>> | undefined {
  return object?.['data'] as Readonly<Record<string, string>> | undefined;
}
