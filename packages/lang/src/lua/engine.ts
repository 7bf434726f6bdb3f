// Lua as Argo CD runs it for health checks and resource actions that users write in its settings.

import type { Json, JsonObject, KubeObject } from '@evenkeel/resource';
import { UnencodableValue } from './marshal.ts';
import { LuaError, type Run, runScript } from './sandbox.ts';
import { type VirtualMachine, loadVirtualMachine } from './virtual-machine.ts';

/** What a health script answers; the status is '' where it answered nothing Argo CD understands. */
export interface LuaHealth {
  readonly status: string;
  readonly message: string;
  /** What is said instead while the object is being deleted. */
  readonly deletionMessage?: string;
}

/** An action that a discovery script offers. */
export interface LuaAction {
  readonly name: string;
  readonly disabled: boolean;
  readonly iconClass?: string;
  readonly displayName?: string;
  readonly params?: readonly JsonObject[];
}

/** An object that an action changes or makes. */
export interface LuaImpact {
  readonly operation: 'create' | 'patch';
  readonly object: KubeObject;
}

/** Runs scripts. Every call throws {@link LuaError} with the message Argo CD shows. */
export interface LuaEngine {
  /** Undefined where the script returns nil: it has no opinion. */
  health(script: string, object: KubeObject, options?: { readonly openLibs?: boolean }): LuaHealth | undefined;
  discoverActions(scripts: readonly string[] | string, object: KubeObject): readonly LuaAction[];
  runAction(script: string, object: KubeObject, parameters?: Readonly<Record<string, string>>): readonly LuaImpact[];
}

/**
 * Loads the interpreter, once for the process, and makes an engine. After that every call is synchronous. The package
 * stays pure but for this: the interpreter is a module of its own, loaded only when somebody has a script.
 */
export async function loadLua(options: LuaOptions = {}): Promise<LuaEngine> {
  const machine = await loadVirtualMachine();
  return new SandboxedLua(machine, options);
}

export interface LuaOptions {
  /** Seconds since 1970, for scripts that ask the clock. */
  readonly now?: () => number;
  /** A clock in milliseconds that only goes forward: every run ends after a second of it. Without it instructions are counted. */
  readonly elapsedMs?: () => number;
}

const healthStatuses: ReadonlySet<string> = new Set([
  'Unknown',
  'Progressing',
  'Suspended',
  'Healthy',
  'Degraded',
  'Missing',
]);

class SandboxedLua implements LuaEngine {
  readonly #machine: VirtualMachine;
  readonly #options: LuaOptions;

  constructor(machine: VirtualMachine, options: LuaOptions) {
    this.#machine = machine;
    this.#options = options;
  }

  health(script: string, object: KubeObject, options: { readonly openLibs?: boolean } = {}): LuaHealth | undefined {
    const answer = this.#run({ script, object: asJson(object), openLibs: options.openLibs === true });
    const nothing = { status: '', message: '' };
    // A list, or a field of another type, is an error of type to Go, which the original takes for an empty answer.
    if (answer === undefined) return undefined;
    if (!isObject(answer)) return nothing;
    const status = fieldOf(answer, 'status') ?? '';
    const message = fieldOf(answer, 'message') ?? '';
    const deletionMessage = fieldOf(answer, 'deletionMessage') ?? '';
    if (typeof status !== 'string' || typeof message !== 'string' || typeof deletionMessage !== 'string')
      return nothing;
    if (!healthStatuses.has(status)) return { status: 'Unknown', message: 'Lua returned an invalid health status' };
    return { status, message, ...(deletionMessage === '' ? {} : { deletionMessage }) };
  }

  discoverActions(scripts: readonly string[] | string, object: KubeObject): readonly LuaAction[] {
    const found = new Map<string, LuaAction>();
    for (const script of typeof scripts === 'string' ? [scripts] : scripts) {
      const answer = this.#run({ script, object: asJson(object), openLibs: false });
      if (answer === undefined) throw new LuaError('expect table output from Lua script, not nil');
      if (!isObject(answer)) {
        if (Array.isArray(answer) && answer.length === 0) continue;
        const reason = 'json: cannot unmarshal array into Go value of type map[string]interface {}';
        throw new LuaError(`error unmarshaling action table: ${reason}`);
      }
      for (const [name, offer] of Object.entries(answer)) {
        if (!found.has(name)) found.set(name, offered(name, offer ?? null));
      }
    }
    return [...found.values()];
  }

  runAction(
    script: string,
    object: KubeObject,
    parameters: Readonly<Record<string, string>> = {},
  ): readonly LuaImpact[] {
    const original = asJson(object);
    const answer = this.#run({ script, object: original, openLibs: false, parameters });
    if (answer === undefined) throw new LuaError('expect table output from Lua script, not nil');
    if (!Array.isArray(answer)) return [{ operation: 'patch', object: asObject(restoreEmptyMaps(answer, original)) }];
    return answer.map((entry) => {
      const { operation, resource } = isObject(entry) ? entry : {};
      if (operation !== 'create' && operation !== 'patch') {
        throw new LuaError(`unsupported operation: ${JSON.stringify(operation ?? null)}`);
      }
      const made = resource ?? null;
      return { operation, object: asObject(operation === 'patch' ? restoreEmptyMaps(made, original) : made) };
    });
  }

  #run(run: Omit<Run, 'now' | 'elapsedMs'>): Json | undefined {
    try {
      return runScript(this.#machine, {
        ...run,
        now: this.#options.now ?? (() => 0),
        elapsedMs: this.#options.elapsedMs,
      });
    } catch (error) {
      if (error instanceof UnencodableValue) throw new LuaError(error.message);
      throw error;
    }
  }
}

function offered(name: string, offer: Json): LuaAction {
  if (!isObject(offer)) return { name, disabled: false };
  const { disabled, iconClass, displayName, params } = offer;
  return {
    name: typeof offer['name'] === 'string' ? offer['name'] : name,
    disabled: disabled === true,
    ...(typeof iconClass === 'string' && iconClass !== '' ? { iconClass } : {}),
    ...(typeof displayName === 'string' && displayName !== '' ? { displayName } : {}),
    ...(Array.isArray(params) && params.length > 0 ? { params: params.filter(isObject) } : {}),
  };
}

/**
 * An empty table is a list to the encoder; where the object had a map, it was one. Mirrors
 * argoproj/argo-cd:util/lua/lua.go (3.6) cleanReturnedObj.
 */
export function restoreEmptyMaps(changed: Json, original: Json | undefined): Json {
  if (Array.isArray(changed)) {
    if (isObject(original)) return changed.length === 0 ? {} : changed;
    if (!Array.isArray(original)) return changed;
    return changed.map((entry, index) =>
      // Within lists the original repairs maps in maps only, never an entry that is itself empty.
      Array.isArray(entry) && isObject(original[index]) ? entry : restoreEmptyMaps(entry, original[index]),
    );
  }
  if (!isObject(changed) || !isObject(original)) return changed;
  return Object.fromEntries(
    Object.entries(changed).map(([key, value]) => [key, restoreEmptyMaps(value ?? null, original[key])]),
  );
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Go's decoder takes a field by its name in any case. */
function fieldOf(answer: JsonObject, name: string): Json | undefined {
  const exact = answer[name];
  if (exact !== undefined && exact !== null) return exact;
  const key = Object.keys(answer).find((candidate) => candidate.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : (answer[key] ?? undefined);
}

function asJson(object: KubeObject): Json {
  return object as unknown as Json;
}

function asObject(value: Json): KubeObject {
  if (!isObject(value)) throw new LuaError('Lua output was not a valid json object or array');
  return value as unknown as KubeObject;
}

export { LuaError };
