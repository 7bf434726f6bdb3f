// Checks and actions of an argocd-cm tried out on an object from a file, with no cluster: what the admin commands of argocd do.

import { type ActionImpact, type Health, type ResourceAction, health } from '@evenkeel/engine';
import { loadLua } from '@evenkeel/lang';
import type { KubeObject } from '@evenkeel/resource';
import { kubeTime } from '@evenkeel/std';
import { createScripts, needsLua } from './scripts.ts';
import { readSettings } from './settings.ts';

/** Settings that can be asked. Every call throws an Error with the sentence of a script that fails. */
export interface TriedScripts {
  /** What cannot be read in the settings. */
  readonly problems: readonly string[];
  /** Undefined where nothing judges the kind. */
  health(object: KubeObject): Health | undefined;
  actions(object: KubeObject): readonly ResourceAction[];
  run(object: KubeObject, name: string, parameters: Readonly<Record<string, string>>): readonly ActionImpact[];
}

/** Reads the `data` of argocd-cm; `now` tells milliseconds since 1970. */
export async function tryScripts(config: Readonly<Record<string, string>>, now: () => number): Promise<TriedScripts> {
  const { settings, problems } = readSettings({ config });
  const { customizations } = settings;
  const clock = { now: () => Math.floor(now() / 1000), elapsedMs: () => performance.now() };
  const scripts = createScripts(customizations, needsLua(customizations) ? await loadLua(clock) : undefined);
  return {
    problems,
    health(object) {
      const found = health(object, (each) => scripts.health(each));
      if (found?.failure !== undefined) throw new Error(found.failure);
      return found;
    },
    actions: (object) => scripts.actions(object),
    run: (object, name, parameters) => scripts.run(object, name, { parameters, now: kubeTime(now()) }),
  };
}
