// Compares our resource actions with Argo CD's Lua scripts: what is offered for an object, and what each action makes of it.
// Asked on the objects of the scripts' own tests, on the recorded cases of packages/engine/testdata/actions, and on made-up
// objects. Part of `npm run oracle:health`.

import { join } from 'node:path';
import { ActionError, type ActionImpact, type ResourceAction, actionsOf, runBundledAction } from '@evenkeel/engine';
import { type LuaAction, type LuaEngine, LuaError, type LuaImpact } from '@evenkeel/lang';
import type { KubeObject } from '@evenkeel/resource';
import { type ActionCase, actionsDirectory, readActionCases } from '../../packages/engine/src/testing/action-cases.ts';
import { type Customization, readObject, readYaml, scriptsNamed } from './argo-cd.ts';
import { makeFields, mutate, shapeOf } from './health-shapes.ts';
import { hash, identified, toJson } from './health-objects.ts';
import { seededFrom } from './seed.ts';
import { mkdirSync, writeFileSync } from 'node:fs';

/** Every answer is given at this instant. */
const now = '2026-03-04T05:06:07Z';
/** The clock of scripts, for the engine that runs them. */
export const actionClock = (): number => Date.parse(now) / 1000;

const MADE_PER_KIND = Number(process.env['MADE'] ?? 100);
const SHOWN_MAX = Number(process.env['SHOWN'] ?? 20);
const RECORDED_PER_ACTION = 3;

/** How many questions were asked, and how many were answered alike. */
export interface ActionTally {
  kinds: number;
  actions: number;
  upstream: number;
  upstreamEqual: number;
  cases: number;
  casesEqual: number;
  made: number;
  madeEqual: number;
  scriptFailures: number;
  shown: number;
}

interface Scripts {
  readonly custom: Customization;
  readonly actions: ReadonlyMap<string, string>;
}

/** Asks all of them. With `update` the cases are recorded anew. */
export function compareActions(
  lua: LuaEngine,
  root: string,
  { groups, update }: { readonly groups: readonly string[]; readonly update: boolean },
): ActionTally {
  const tally: ActionTally = {
    kinds: 0,
    actions: 0,
    upstream: 0,
    upstreamEqual: 0,
    cases: 0,
    casesEqual: 0,
    made: 0,
    madeEqual: 0,
    scriptFailures: 0,
    shown: 0,
  };
  const runs = scriptsNamed(root, 'action.lua');
  const kinds = scriptsNamed(root, 'discovery.lua').filter(
    ({ group }) => groups.length === 0 || groups.includes(group),
  );
  const recorded = new Map<string, ActionCase[]>();
  for (const custom of kinds) {
    const own = runs.filter(({ group, kind }) => group === custom.group && kind === custom.kind);
    const actions = new Map(own.map(({ folder, script }) => [folder.split('/').at(-1) ?? '', script]));
    const scripts = { custom, actions };
    tally.kinds++;
    tally.actions += actions.size;
    const objects = compareUpstream(lua, scripts, tally);
    const cases = compareMade(lua, scripts, { objects, tally, update });
    if (update) recorded.set(custom.group, [...(recorded.get(custom.group) ?? []), ...cases]);
  }
  if (update) record(recorded);
  const groupsKept = [...new Set(kinds.map(({ group }) => group))];
  for (const item of groupsKept.flatMap((group) => readActionCases(group))) {
    const custom = kinds.find(({ group, kind }) => group === item.group && kind === item.kind);
    if (!custom) continue;
    tally.cases++;
    const script = runs.find(
      ({ group, kind, folder }) => group === item.group && kind === item.kind && folder.endsWith(`/${item.action}`),
    );
    const object = identified(custom, item.fields as never);
    const texts = [
      theirRun(lua, script?.script ?? '', object, item.parameters),
      item.result,
      ourRun(object, item.action, item.parameters),
    ];
    if (isEqual(`${custom.group}/${custom.kind} ${item.action}`, object, texts, tally)) tally.casesEqual++;
  }
  return tally;
}

interface ActionTests {
  readonly discoveryTests?: readonly { readonly inputPath: string; readonly result: readonly ResourceAction[] }[];
  readonly actionTests?: readonly {
    readonly action: string;
    readonly inputPath: string;
    readonly expectedOutputPath?: string;
    readonly expectedErrorMessage?: string;
    readonly parameters?: Readonly<Record<string, string>>;
  }[];
}

/** The inputs of the scripts' own tests, and the objects those are about. */
function compareUpstream(lua: LuaEngine, { custom, actions }: Scripts, tally: ActionTally): readonly KubeObject[] {
  const tests = (readYaml(join(custom.folder, 'action_test.yaml')) ?? {}) as ActionTests;
  const objects: KubeObject[] = [];
  const about = `${custom.group}/${custom.kind}`;
  for (const { inputPath, result } of tests.discoveryTests ?? []) {
    const object = readObject(join(custom.folder, inputPath));
    objects.push(object);
    tally.upstream++;
    const theirs = theirOffers(lua, custom.script, object);
    const texts = [theirs, offers(actionsOf(object))];
    // The tests of the scripts say which parameters there are, but not reliably with which default.
    const wanted = [offers(result), theirs].map((text) => text.replaceAll(/"default":"[^"]*"/g, '"default":""'));
    if (isEqual(`${about} offers`, object, texts, tally) && isEqual(`${about} test`, object, wanted, tally)) {
      tally.upstreamEqual++;
    }
  }
  for (const test of tests.actionTests ?? []) {
    const object = readObject(join(custom.folder, test.inputPath));
    objects.push(object);
    tally.upstream++;
    const script = actions.get(test.action) ?? '';
    const texts = [
      theirRun(lua, script, object, test.parameters ?? {}),
      ourRun(object, test.action, test.parameters ?? {}),
      ...(test.expectedErrorMessage === undefined ? [] : [`error: ${test.expectedErrorMessage}`]),
    ];
    if (isEqual(`${about} ${test.action}`, object, texts, tally)) tally.upstreamEqual++;
  }
  return objects;
}

/** Texts that a parameter may be given; scripts that take none do not look. */
const parameterTexts = ['3', '0', '-1', '2.5', '1e2', '', 'many', '0x10', ' 7 ', 'any', '2'];

interface Making {
  readonly objects: readonly KubeObject[];
  readonly tally: ActionTally;
  readonly update: boolean;
}

/** Made-up objects and changed test objects; answers the shortest objects of different answers, to be recorded. */
function compareMade(lua: LuaEngine, { custom, actions }: Scripts, { objects, tally, update }: Making): ActionCase[] {
  const random = seededFrom(hash(`actions/${custom.group}/${custom.kind}`));
  const shape = shapeOf([custom.script, ...actions.values()].join('\n'));
  const about = `${custom.group}/${custom.kind}`;
  const best = new Map<string, { readonly item: ActionCase; readonly size: number }>();
  for (let index = 0; index < MADE_PER_KIND; index++) {
    const base = objects[index % Math.max(1, objects.length)];
    const isChanged = index % 2 === 1 && base !== undefined;
    const fields = makeFields(shape, random);
    const object = isChanged
      ? (mutate(base as never, shape, random) as unknown as KubeObject)
      : identified(custom, fields);
    const offered = theirOffers(lua, custom.script, object);
    if (offered.startsWith('script: ')) tally.scriptFailures++;
    else {
      tally.made++;
      if (isEqual(`${about} offers`, object, [offered, offers(actionsOf(object))], tally)) tally.madeEqual++;
    }
    for (const [action, script] of actions) {
      const text = parameterTexts[Math.floor(random() * parameterTexts.length)] ?? '';
      const parameters: Readonly<Record<string, string>> = random() < 0.1 ? {} : { replicas: text, instance: text };
      const theirs = theirRun(lua, script, object, parameters);
      if (theirs.startsWith('script: ')) {
        tally.scriptFailures++;
        continue;
      }
      tally.made++;
      if (
        isEqual(
          `${about} ${action} ${JSON.stringify(parameters)}`,
          object,
          [theirs, ourRun(object, action, parameters)],
          tally,
        )
      )
        tally.madeEqual++;
      if (!update || isChanged) continue;
      const uses = script.includes('actionParams') ? parameters : {};
      const item: ActionCase = {
        group: custom.group,
        kind: custom.kind,
        action,
        fields,
        parameters: uses,
        result: theirs,
      };
      const size = JSON.stringify(fields).length;
      const sort = `${action} ${theirs.startsWith('error') ? 'error' : ''}${theirs === theirRun(lua, 'return obj', object, {}) ? 'same' : ''}`;
      const known = best.get(sort);
      if (!known || known.size > size) best.set(sort, { item, size });
    }
  }
  const kept = [...best.values()].map(({ item }) => item);
  return [...actions.keys()].flatMap((name) =>
    kept.filter(({ action }) => action === name).slice(0, RECORDED_PER_ACTION),
  );
}

function record(cases: ReadonlyMap<string, readonly ActionCase[]>): void {
  mkdirSync(actionsDirectory, { recursive: true });
  for (const [group, items] of cases) {
    const lines = items.map(({ kind, action, parameters, fields, result }) =>
      JSON.stringify([kind, action, parameters, fields, result]),
    );
    writeFileSync(join(actionsDirectory, `${group}.jsonl`), `${lines.join('\n')}\n`);
  }
}

/** Offers as one text, in the order of their names, which is how Argo CD's page lists them. */
function offers(list: readonly (ResourceAction | LuaAction)[]): string {
  const plain = list.map(({ name, disabled, iconClass, displayName, params }) => ({
    name,
    disabled: disabled === true,
    iconClass: iconClass ?? '',
    displayName: displayName ?? '',
    params: (params ?? []).map((each) => {
      const { name: parameter, default: fallback } = each as { readonly name: string; readonly default?: string };
      return { name: parameter, default: fallback ?? '' };
    }),
  }));
  return JSON.stringify(plain.toSorted((left, right) => (left.name < right.name ? -1 : 1)));
}

function theirOffers(lua: LuaEngine, script: string, object: KubeObject): string {
  try {
    return offers(lua.discoverActions(script, object));
  } catch (error) {
    return `script: ${String(error)}`;
  }
}

/** A script that ends with `error(…)` refuses on purpose; any other failure is a bug of the script. */
function theirRun(
  lua: LuaEngine,
  script: string,
  object: KubeObject,
  parameters: Readonly<Record<string, string>>,
): string {
  try {
    return impacts(lua.runAction(script, object, parameters));
  } catch (error) {
    const { message } = error as Error;
    const refusal = /^(?:<string>:\d+: )?(invalid number.*|replicas parameter.*|Could not find.*)$/s.exec(message);
    return error instanceof LuaError && refusal ? `error: ${refusal[1] ?? ''}` : `script: ${String(error)}`;
  }
}

function ourRun(object: KubeObject, action: string, parameters: Readonly<Record<string, string>>): string {
  try {
    const made = runBundledAction(object, action, { parameters, now });
    return made === undefined ? 'no such action' : impacts(made);
  } catch (error) {
    if (error instanceof ActionError) return `error: ${error.message}`;
    throw error;
  }
}

function impacts(list: readonly (ActionImpact | LuaImpact)[]): string {
  return toJson(sorted(list.map(({ operation, object }) => ({ operation, object }))));
}

/**
 * With keys in order and nothing that is null, since tables keep neither. Two deviations are wanted, because an empty table
 * becomes a list and no server takes that: an empty map that is an entry of a list stays a map with us, and where a script adds
 * empty annotations ours adds none.
 */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) {
    const list = value as readonly unknown[];
    return list.map((entry) => (Array.isArray(entry) && entry.length === 0 ? {} : sorted(entry)));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, entry]) => entry !== null && entry !== undefined)
      .filter(([key, entry]) => !(key === 'annotations' && Array.isArray(entry) && entry.length === 0))
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, entry]) => [key, sorted(entry)]),
  );
}

function isEqual(what: string, object: KubeObject, texts: readonly string[], tally: ActionTally): boolean {
  if (new Set(texts).size === 1) return true;
  if (tally.shown++ < SHOWN_MAX)
    console.log(`${what}: ${toJson(object)}\n${texts.map((text) => `  ${text}`).join('\n')}`);
  return false;
}
