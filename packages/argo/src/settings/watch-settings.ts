// Keeps the settings of an installation as its ConfigMaps stand, and tells when they change. Two named ConfigMaps of one
// namespace are watched, and those that declare plugins; nothing polls.

import { type KubeClient, createInformer } from '@evenkeel/kube';
import { type LuaEngine, loadLua } from '@evenkeel/lang';
import type { KubeObject } from '@evenkeel/resource';
import { pluginLabel } from './plugins.ts';
import { type Scripts, createScripts, needsLua } from './scripts.ts';
import { type ArgoSettings, type ReadSettings, defaultSettings, readSettings } from './settings.ts';

/** The settings as they stand now. */
export interface SettingsSource extends AsyncDisposable {
  current(): ArgoSettings;
  /** What users wrote about health and actions, ready to be asked. */
  readonly scripts: () => Scripts;
  /** What is wrong in the ConfigMaps, one sentence each. */
  problems(): readonly string[];
  /** Calls the listener after settings have changed. */
  onChange(listener: () => void): () => void;
}

const configName = 'argocd-cm';
const paramsName = 'argocd-cmd-params-cm';

/** Settings that never change: what holds where no ConfigMap is. */
export function fixedSettings(settings: ArgoSettings = defaultSettings, lua?: LuaEngine): SettingsSource {
  const scripts = createScripts(settings.customizations, lua);
  return {
    current: () => settings,
    scripts: () => scripts,
    problems: () => [],
    onChange: () => () => undefined,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

export interface WatchSettingsOptions {
  /** Milliseconds since 1970, for scripts that ask the clock. */
  readonly now: () => number;
}

interface State extends ReadSettings {
  readonly scripts: Scripts;
}

/**
 * Starts watching; resolves when the ConfigMaps have been read, or are known not to be there. The Lua interpreter is loaded when
 * the first script appears: settings with scripts hold from then on.
 */
export async function watchSettings(
  client: KubeClient,
  namespace: string,
  signal: AbortSignal,
  options: WatchSettingsOptions,
): Promise<SettingsSource> {
  const type = await client.discovery.resolve({ group: '', version: 'v1', kind: 'ConfigMap' });
  if (!type) return fixedSettings();
  const follow = (name: string): ReturnType<typeof createInformer> =>
    createInformer(client, type, { namespace, fieldSelector: `metadata.name=${name}`, signal });
  const plugins = createInformer(client, type, { namespace, labelSelector: `${pluginLabel}=true`, signal });
  const informers = [follow(configName), follow(paramsName), plugins] as const;
  await Promise.all(informers.map((informer) => informer.synced));
  const engine = luaLoader(options);
  const read = async (): Promise<State> => {
    const settings = readSettings({
      config: dataOf(informers[0].get(namespace, configName)),
      params: dataOf(informers[1].get(namespace, paramsName)),
      plugins: plugins.list().map((object) => ({ name: object.metadata.name ?? '', data: dataOf(object) ?? {} })),
    });
    const { customizations } = settings.settings;
    return {
      ...settings,
      scripts: createScripts(customizations, needsLua(customizations) ? await engine() : undefined),
    };
  };
  let state = await read();
  let newest = 0;
  const listeners = new Set<() => void>();
  for (const informer of informers) {
    informer.onChange(({ object, previous, kind }) => {
      if (kind === 'updated' && JSON.stringify(dataOf(previous)) === JSON.stringify(dataOf(object))) return;
      const turn = (newest += 1);
      // A change that comes while the interpreter is loaded overtakes this one.
      void read().then((next) => {
        if (turn !== newest) return;
        state = next;
        for (const listener of listeners) listener();
      });
    });
  }
  return {
    current: () => state.settings,
    scripts: () => state.scripts,
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

/** Loads the interpreter once. Scripts answer that it is not there where it cannot be loaded; everything else goes on. */
function luaLoader({ now }: WatchSettingsOptions): () => Promise<LuaEngine | undefined> {
  let lua: Promise<LuaEngine | undefined> | undefined;
  return () => {
    lua ??= loadLua({ now: () => Math.floor(now() / 1000), elapsedMs: () => performance.now() }).catch(() => undefined);
    return lua;
  };
}

function dataOf(object: KubeObject | undefined): Readonly<Record<string, string>> | undefined {
  return object?.['data'] as Readonly<Record<string, string>> | undefined;
}
