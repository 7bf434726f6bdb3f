// What users wrote in argocd-cm about the health of kinds and about what may be done with them, ready to be asked. One value
// per state of the settings: what it remembers of objects ends with it.

import {
  type ActionImpact,
  type ActionRun,
  ActionError,
  type Health,
  type HealthStatus,
  type ResourceAction,
  actionsOf,
  nativeCheckOf,
  runBundledAction,
} from '@evenkeel/engine';
import { type LuaAction, type LuaEngine, LuaError, matchesGlob } from '@evenkeel/lang';
import { type GroupKind, type KubeObject, gvkOf } from '@evenkeel/resource';
import { type Customization, type Customizations, exactCustomization } from './customizations.ts';

/** A custom check's answer: a health, `none` where the object has none, undefined where nobody wrote a check for its kind. */
export type CustomHealth = Health | 'none' | undefined;

/** What users wrote, to be asked about objects. */
export interface Scripts {
  /**
   * The health by a user's check. A check that fails makes it unknown, with the reason. Answered once for every version of an
   * object: nothing is evaluated again while it stays.
   */
  health(object: KubeObject): CustomHealth;
  /** What may be done with an object, by name. Throws {@link ActionError} where a script fails. */
  actions(object: KubeObject): readonly ResourceAction[];
  /** What an action makes of an object; nothing is written. Throws {@link ActionError}. */
  run(object: KubeObject, name: string, run: ActionRun): readonly ActionImpact[];
}

/** How often a script may run out of time before it is not run again under these settings. */
const overrunsMax = 3;

/** True where a customization holds Lua, so that the interpreter is needed. */
export function needsLua(customizations: Customizations): boolean {
  return [...customizations.values()].some(
    ({ healthLua, actions }) => healthLua !== undefined || actions !== undefined,
  );
}

/** Makes them ready; `lua` is needed where {@link needsLua} says so. */
export function createScripts(customizations: Customizations, lua: LuaEngine | undefined): Scripts {
  return new UserScripts(customizations, lua);
}

class UserScripts implements Scripts {
  readonly #customizations: Customizations;
  readonly #lua: LuaEngine | undefined;
  /** Answers by object: watched objects are replaced when they change. */
  readonly #answers = new WeakMap<KubeObject, CustomHealth>();
  readonly #byKind = new Map<string, Customization | undefined>();
  readonly #overruns = new Map<string, number>();

  constructor(customizations: Customizations, lua: LuaEngine | undefined) {
    this.#customizations = customizations;
    this.#lua = lua;
  }

  health(object: KubeObject): CustomHealth {
    if (this.#customizations.size === 0) return undefined;
    const check = this.#checkOf(gvkOf(object));
    if (!check) return undefined;
    if (this.#answers.has(object)) return this.#answers.get(object);
    const answer = this.#judge(check, object);
    this.#answers.set(object, answer);
    return answer;
  }

  actions(object: KubeObject): readonly ResourceAction[] {
    const own = exactCustomization(this.#customizations, gvkOf(object))?.actions;
    if (!own) return sorted(actionsOf(object));
    const written = attempt(() => this.#engine().discoverActions(own.discoveryLua, object)).map(offered);
    if (!own.mergeBuiltin) return sorted(written);
    const names = new Set(written.map(({ name }) => name));
    return sorted([...written, ...actionsOf(object).filter(({ name }) => !names.has(name))]);
  }

  run(object: KubeObject, name: string, run: ActionRun): readonly ActionImpact[] {
    const own = exactCustomization(this.#customizations, gvkOf(object))?.actions;
    const definition = own?.definitions.find((each) => each.name === name);
    if (definition) return attempt(() => this.#engine().runAction(definition.lua, object, run.parameters));
    const bundled = runBundledAction(object, name, run);
    if (bundled) return bundled;
    throw new ActionError(`${object.kind} "${object.metadata.name}" has no action "${name}"`);
  }

  #engine(): LuaEngine {
    if (!this.#lua) throw new LuaError('the Lua interpreter is not loaded');
    return this.#lua;
  }

  /** A check for exactly this kind, else the one whose pattern says most. Upstream takes any that fits, in no order. */
  #checkOf(kind: GroupKind): Customization | undefined {
    const key = kind.group === '' ? kind.kind : `${kind.group}/${kind.kind}`;
    if (this.#byKind.has(key)) return this.#byKind.get(key);
    const exact = exactCustomization(this.#customizations, kind);
    const found = hasCheck(exact) ? exact : this.#family(key);
    this.#byKind.set(key, found);
    return found;
  }

  #family(key: string): Customization | undefined {
    const fitting = [...this.#customizations].filter(([pattern, each]) => hasCheck(each) && matchesGlob(pattern, key));
    const [best] = fitting.toSorted(([left], [right]) => right.length - left.length || (left < right ? -1 : 1));
    return best?.[1];
  }

  #judge({ healthLua, healthCel, useOpenLibs }: Customization, object: KubeObject): CustomHealth {
    try {
      if (healthLua !== undefined) return this.#judgeByLua(healthLua, useOpenLibs, object);
      return healthCel?.(object);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { status: 'unknown', message, failure: message };
    }
  }

  #judgeByLua(script: string, openLibs: boolean, object: KubeObject): CustomHealth {
    const overruns = this.#overruns.get(script) ?? 0;
    if (overruns >= overrunsMax) {
      throw new LuaError(
        `context deadline exceeded ${overruns} times; the script is not run again until it is changed`,
      );
    }
    try {
      const answer = this.#engine().health(script, object, { openLibs });
      // No opinion: typed code may have one, the bundled script that this one replaces is not asked.
      if (!answer) return nativeCheckOf(object)?.(object) ?? 'none';
      if (answer.status === '') return 'none';
      const { status, message, deletionMessage } = answer;
      return {
        status: status.toLowerCase() as HealthStatus,
        ...(message === '' ? {} : { message }),
        ...(deletionMessage === undefined ? {} : { deletionMessage }),
      };
    } catch (error) {
      if (error instanceof LuaError && error.message.endsWith('context deadline exceeded')) {
        this.#overruns.set(script, overruns + 1);
      }
      throw error;
    }
  }
}

function hasCheck(customization: Customization | undefined): customization is Customization {
  return customization?.healthLua !== undefined || customization?.healthCel !== undefined;
}

function attempt<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof LuaError) throw new ActionError(error.message, { cause: error });
    throw error;
  }
}

function offered({ params, ...action }: LuaAction): ResourceAction {
  const read = (params ?? []).flatMap(({ name, default: fallback }) =>
    typeof name === 'string' ? [{ name, ...(typeof fallback === 'string' ? { default: fallback } : {}) }] : [],
  );
  return read.length === 0 ? action : { ...action, params: read };
}

function sorted(actions: readonly ResourceAction[]): readonly ResourceAction[] {
  return actions.toSorted((left, right) => (left.name < right.name ? -1 : 1));
}
