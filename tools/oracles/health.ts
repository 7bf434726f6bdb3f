// Compares our health checks with Argo CD's Lua scripts: on every object of the scripts' own tests, on every recorded case of
// packages/engine/testdata/health, on thousands of made-up objects, and our Lua engine with gopher-lua on all of those that are
// not made up. UPDATE=1 records cases of health anew, UPDATE=actions those of actions. Needs Go.
//
//   npm run oracle:health [-- group …]
//
// SEED and MADE choose what is made up.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkOf } from '@evenkeel/engine';
import { type LuaEngine, loadLua } from '@evenkeel/lang';
import type { KubeObject } from '@evenkeel/resource';
import {
  type HealthCase,
  healthDirectory,
  objectOf,
  readCases,
} from '../../packages/engine/src/testing/health-cases.ts';
import { type Customization, customizations, readObject, readYaml, scriptsNamed } from './argo-cd.ts';
import { type ActionTally, actionClock, compareActions } from './health-actions.ts';
import { hash, identified, toJson } from './health-objects.ts';
import { makeFields, mutate, shapeOf } from './health-shapes.ts';
import { seededFrom } from './seed.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const SHOWN_MAX = Number(process.env['SHOWN'] ?? 20);
const MADE_PER_KIND = Number(process.env['MADE'] ?? 100);
const RECORDED_PER_KIND = 5;

interface Answer {
  readonly status: string;
  readonly message: string;
  readonly deletionMessage: string;
}

interface Tally {
  upstream: number;
  upstreamEqual: number;
  cases: number;
  casesEqual: number;
  made: number;
  madeEqual: number;
  scriptFailures: number;
  shown: number;
}

async function main(groups: readonly string[]): Promise<void> {
  const lua = await loadLua();
  const all = scriptsNamed(customizations(), 'health.lua');
  const scripts = all.filter(({ group }) => groups.length === 0 || groups.includes(group));
  const scriptFor = scriptFinder(all);
  const tally: Tally = {
    upstream: 0,
    upstreamEqual: 0,
    cases: 0,
    casesEqual: 0,
    made: 0,
    madeEqual: 0,
    scriptFailures: 0,
    shown: 0,
  };
  const asked: Question[] = [];
  const recorded = new Map<string, HealthCase[]>();
  for (const custom of scripts) {
    const own = upstreamTests(custom);
    for (const { object, want } of own) {
      tally.upstream++;
      const theirs = theirAnswer(lua, scriptFor(object), object);
      if (compare(custom, object, [want, theirs, ourAnswer(object)], tally)) tally.upstreamEqual++;
      asked.push({ script: scriptFor(object), object });
    }
    const random = seededFrom(hash(`${custom.group}/${custom.kind}`));
    if (process.env['UPDATE'] === '1') {
      const found = chooseCases(lua, custom, random);
      recorded.set(custom.group, [...(recorded.get(custom.group) ?? []), ...found]);
    }
    fuzz(lua, custom, { objects: own.map(({ object }) => object), random, tally, scriptFor });
  }
  if (process.env['UPDATE'] === '1') record(recorded);
  for (const custom of scripts) {
    for (const item of readCases(custom.group).filter(({ folder }) => folder === custom.kind)) {
      tally.cases++;
      const object = objectOf(item);
      const want = { status: item.status, message: item.message, deletionMessage: item.deletionMessage ?? '' };
      if (compare(custom, object, [want, theirAnswer(lua, custom.script, object), ourAnswer(object)], tally)) {
        tally.casesEqual++;
      }
      asked.push({ script: custom.script, object });
    }
  }
  const update = process.env['UPDATE'] === 'actions';
  const actions = compareActions(await loadLua({ now: actionClock }), customizations(), { groups, update });
  report(tally, scripts.length, { engines: compareEngines(lua, asked), actions });
}

interface Others {
  readonly engines: { readonly total: number; readonly equal: number };
  readonly actions: ActionTally;
}

function report(tally: Tally, kinds: number, { engines, actions: told }: Others): void {
  const { shown: _shown, ...counts } = tally;
  const { shown: _told, ...actions } = told;
  mkdirSync(join(root, '.results'), { recursive: true });
  const all = { kinds, ...counts, engines, actions };
  writeFileSync(join(root, '.results/health.json'), `${JSON.stringify(all, null, 2)}\n`);
  console.log(
    `RESULT health kinds=${kinds} upstream=${tally.upstreamEqual}/${tally.upstream} cases=${tally.casesEqual}/${tally.cases} ` +
      `made=${tally.madeEqual}/${tally.made} gopher-lua=${engines.equal}/${engines.total} scripts-failed=${tally.scriptFailures}`,
  );
  console.log(
    `RESULT actions kinds=${actions.kinds} actions=${actions.actions} upstream=${actions.upstreamEqual}/${actions.upstream} ` +
      `cases=${actions.casesEqual}/${actions.cases} made=${actions.madeEqual}/${actions.made} scripts-failed=${actions.scriptFailures}`,
  );
  const areEqual = [tally, actions].every(
    (each) => each.upstream === each.upstreamEqual && each.cases === each.casesEqual && each.made === each.madeEqual,
  );
  if (!areEqual || engines.total !== engines.equal) process.exitCode = 1;
}

/** Finds the script of an object as Argo CD does: of its very kind, else of a family in the order of the names. */
function scriptFinder(scripts: readonly Customization[]): (object: KubeObject) => string {
  const exact = new Map(scripts.map(({ group, kind, script }) => [`${group}/${kind}`, script]));
  const families = scripts
    .filter(({ group, kind }) => `${group}/${kind}`.includes('_'))
    .toSorted((left, right) => (`${left.group}/${left.kind}` < `${right.group}/${right.kind}` ? -1 : 1))
    .map(({ group, kind, script }) => ({
      pattern: new RegExp(`^${`${group}/${kind}`.replaceAll('.', String.raw`\.`).replaceAll('_', '[^/]*')}$`),
      script,
    }));
  return ({ apiVersion, kind }) => {
    const key = `${apiVersion.split('/')[0] ?? ''}/${kind}`;
    return exact.get(key) ?? families.find(({ pattern }) => pattern.test(key))?.script ?? '';
  };
}

interface UpstreamTest {
  readonly object: KubeObject;
  readonly want: Answer;
}

function upstreamTests({ folder }: Customization): readonly UpstreamTest[] {
  const file = readYaml(join(folder, 'health_test.yaml')) as {
    readonly tests?: readonly { readonly inputPath: string; readonly healthStatus: Partial<Answer> }[];
  };
  const tests = (file.tests ?? []).filter(({ inputPath }) => inputPath !== undefined);
  return tests.map(({ inputPath, healthStatus }) => ({
    object: readObject(join(folder, inputPath)),
    want: { status: '', message: '', deletionMessage: '', ...healthStatus },
  }));
}

function ourAnswer(object: KubeObject): Answer {
  const found = checkOf(object)?.(object);
  const status = found ? found.status.charAt(0).toUpperCase() + found.status.slice(1) : '';
  return { status, message: found?.message ?? '', deletionMessage: found?.deletionMessage ?? '' };
}

/** What the script says in our engine, or how it fails. */
function theirAnswer(lua: LuaEngine, script: string, object: KubeObject): Answer | string {
  try {
    return { status: '', message: '', deletionMessage: '', ...lua.health(script, object, { openLibs: true }) };
  } catch (error) {
    return String(error);
  }
}

function compare(
  { group, kind }: Customization,
  object: KubeObject,
  answers: readonly (Answer | string)[],
  tally: Tally,
): boolean {
  const texts = answers.map((answer) => (typeof answer === 'string' ? answer : print(answer)));
  if (new Set(texts).size === 1) return true;
  if (tally.shown++ < SHOWN_MAX) {
    console.log(`${group}/${kind}: ${toJson(object)}\n${texts.map((text) => `  ${text}`).join('\n')}`);
  }
  return false;
}

function print({ status, message, deletionMessage }: Answer): string {
  return JSON.stringify([status, message, deletionMessage]);
}

interface Fuzz {
  readonly objects: readonly KubeObject[];
  readonly random: () => number;
  readonly tally: Tally;
  readonly scriptFor: (object: KubeObject) => string;
}

/** Made-up objects and changed test objects. Where the script itself fails there is nothing to compare with. */
function fuzz(lua: LuaEngine, custom: Customization, { objects, random, tally, scriptFor }: Fuzz): void {
  const shape = shapeOf(custom.script);
  for (let index = 0; index < MADE_PER_KIND; index++) {
    const base = objects[index % Math.max(1, objects.length)];
    const isChanged = index % 2 === 1 && base !== undefined;
    const object = isChanged
      ? (mutate(base as never, shape, random) as unknown as KubeObject)
      : identified(custom, makeFields(shape, random));
    const theirs = theirAnswer(lua, scriptFor(object), object);
    if (typeof theirs === 'string') {
      tally.scriptFailures++;
      ourAnswer(object);
      continue;
    }
    tally.made++;
    if (compare(custom, object, [theirs, ourAnswer(object)], tally)) tally.madeEqual++;
  }
}

/** Picks made-up objects that the script answers differently, the shortest of each answer. */
function chooseCases(lua: LuaEngine, custom: Customization, random: () => number): readonly HealthCase[] {
  const shape = shapeOf(custom.script);
  const best = new Map<string, { readonly item: HealthCase; readonly size: number }>();
  for (let index = 0; index < 600; index++) {
    const fields = makeFields(shape, random);
    const object = identified(custom, fields);
    const found = theirAnswer(lua, custom.script, object);
    if (typeof found === 'string' || found.status === '') continue;
    const { deletionMessage } = found;
    const size = JSON.stringify(fields).length;
    // One answer of each sort: words that came out of the object count as one.
    const sort =
      found.status +
      print(found).replaceAll(/the disk[^"]*|all is well|the lease[^"]*|DiskFull|Waiting\b|Done|\d+/g, '·');
    const known = best.get(sort);
    if (known && known.size <= size) continue;
    const item: HealthCase = {
      folder: custom.kind,
      kind: object.kind,
      group: custom.group,
      fields,
      status: found.status,
      message: found.message,
      ...(deletionMessage === '' ? {} : { deletionMessage }),
    };
    best.set(sort, { item, size });
  }
  const sorted = [...best.values()].toSorted((left, right) => left.size - right.size).map(({ item }) => item);
  // Statuses first, so that a kind with many sentences still shows each of its statuses.
  const first = sorted.filter((item, index) => sorted.findIndex(({ status }) => status === item.status) === index);
  const others = sorted.filter((item) => !first.includes(item));
  return [...first, ...others].slice(0, RECORDED_PER_KIND);
}

function record(cases: ReadonlyMap<string, readonly HealthCase[]>): void {
  mkdirSync(healthDirectory, { recursive: true });
  for (const [group, items] of cases) {
    const lines = items.map(({ folder, kind, fields, status, message, deletionMessage }) =>
      JSON.stringify([
        folder === kind ? kind : [folder, kind],
        fields,
        status,
        message,
        ...(deletionMessage === undefined ? [] : [deletionMessage]),
      ]),
    );
    writeFileSync(join(healthDirectory, `${group}.jsonl`), `${lines.join('\n')}\n`);
  }
}

interface Question {
  readonly script: string;
  readonly object: KubeObject;
}

/** Our Lua engine beside gopher-lua, results and errors. */
function compareEngines(
  lua: LuaEngine,
  questions: readonly Question[],
): { readonly total: number; readonly equal: number } {
  const work = mkdtempSync(join(tmpdir(), 'evenkeel-health-oracle-'));
  try {
    const program = join(work, 'lua');
    const build = spawnSync('go', ['build', '-o', program, '.'], { cwd: join(root, 'tools/go/lua'), stdio: 'inherit' });
    if (build.status !== 0) throw new Error('cannot build the oracle');
    const input = questions.map((question) => toJson({ ...question, openLibs: true })).join('\n');
    const run = spawnSync(program, { input, encoding: 'utf8', maxBuffer: 1 << 28 });
    const lines = run.stdout.trim().split('\n');
    let equal = 0;
    for (const [index, { script, object }] of questions.entries()) {
      const answer = JSON.parse(lines[index] ?? '{}') as { readonly value?: Partial<Answer>; readonly error?: string };
      const mine = theirAnswer(lua, script, object);
      const theirs = answer.error === undefined ? answerOf(answer.value) : `LuaError: ${answer.error}`;
      const texts = [mine, theirs].map((each) => (typeof each === 'string' ? each : print(each)));
      if (texts[0] === texts[1]) equal++;
      else console.log(`engines differ: ${toJson(object)}\n  ${texts.join('\n  ')}`);
    }
    return { total: questions.length, equal };
  } finally {
    rmSync(work, { recursive: true });
  }
}

/** What Argo CD makes of the value a health script returned. */
function answerOf(value: Partial<Answer> | undefined): Answer {
  if (value === undefined || Array.isArray(value)) return { status: '', message: '', deletionMessage: '' };
  const { status = '', message = '', deletionMessage = '' } = value;
  if ([status, message, deletionMessage].some((word) => typeof word !== 'string')) return answerOf(undefined);
  const isKnown = ['Healthy', 'Suspended', 'Progressing', 'Missing', 'Degraded', 'Unknown'].includes(status);
  if (isKnown) return { status, message, deletionMessage };
  return { status: 'Unknown', message: 'Lua returned an invalid health status', deletionMessage: '' };
}

await main(process.argv.slice(2));
