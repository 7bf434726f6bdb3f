// The sandbox: what a script sees, what it may answer, how it fails, and that it cannot get out. The error sentences were
// recorded from gopher-lua v1.1.2.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@evenkeel/resource';
import { LuaError, loadLua } from './engine.ts';

const object = {
  apiVersion: 'example.com/v1',
  kind: 'Thing',
  metadata: { name: 'it', generation: 3_000_000_000 },
  spec: { empty: {}, none: [], nested: [{ empty: {} }] },
  status: { n: 3, f: 1.5, small: 0.00001, list: [1, 2, 3], nothing: null },
} as unknown as KubeObject;
const lua = await loadLua({ now: () => 1_700_000_000 });

const say = (expression: string): string => `return { status = "Healthy", message = ${expression} }`;

const sentences: readonly (readonly [expression: string, printed: string])[] = [
  ['"" .. obj.status.n', '3'],
  ['"" .. 4 / 2', '2'],
  ['"" .. obj.status.f', '1.5'],
  ['"" .. obj.status.small', '1e-05'],
  ['"" .. 2 ^ 70', '1.1805916207174113e+21'],
  ['"" .. obj.metadata.generation + 1', '3000000001'],
  ['tostring(10 / 4)', '2.5'],
  ['string.format("%d/%d %s", 3, 4 / 2, 6 / 3)', '3/2 2'],
  ['table.getn(obj.status.list) .. unpack({ "x" })', '3x'],
  [
    '(function() local l = { "b1", "a", "b2", "b3" } table.sort(l, function(x, y) return x:sub(1, 1) < y:sub(1, 1) end) return table.concat(l, " ") end)()',
    'a b1 b2 b3',
  ],
  [
    '(function() local l = { 1, 2, 3, 4 } table.sort(l, function() return false end) return table.concat(l, " ") end)()',
    '1 2 3 4',
  ],
  ['tostring(obj.status.nothing)', 'nil'],
  ['tostring(#obj.spec.none)', '0'],
  ['tostring(next(obj.spec.empty))', 'nil'],
  ['tostring(io) .. tostring(debug) .. tostring(dofile) .. tostring(loadfile)', 'nilnilnilnil'],
  ['tostring(os.getenv) .. tostring(os.execute) .. tostring(os.remove)', 'nilnilnil'],
  ['tostring(require("os").time())', '1700000000'],
  ['os.date("!%Y-%m-%dT%H:%M:%SZ")', '2023-11-14T22:13:20Z'],
  ['("ERROR, x"):gsub("ERROR, ", "")', 'x'],
  ['("abc"):gsub("%w*", "x")', 'xx'],
  ['tostring(("hello"):find("l", -2))', '4'],
  ['tostring(("a.b"):find(".", 1, true))', '2'],
  ['table.concat({ ("2026-01-02"):match("(%d+)-(%d+)-(%d+)") }, "/")', '2026/01/02'],
  ['("f(a(b)c)d"):match("%b()")', '(a(b)c)'],
  ['("hello world"):gsub("(%w+) (%w+)", "%2 %1")', 'world hello'],
  ['("a,b,c"):gsub(",", ";", 1)', 'a;b,c'],
  ['("$name is"):gsub("%$(%w+)", { name = "x" })', 'x is'],
  ['("n=12"):gsub("%d+", function(n) return n * 2 end)', 'n=24'],
  ['("x]y"):match("[]]")', ']'],
  ['("abab"):match("(ab)%1")', 'ab'],
  ['table.concat({ ("abc"):match("()b()") }, ",")', '2,3'],
  ['("  trim "):match("^%s*(.-)%s*$")', 'trim'],
  [
    '(function() local r = "" for k, v in ("a=1, b=2"):gmatch("(%w+)=(%w+)") do r = r .. k .. v end return r end)()',
    'a1b2',
  ],
];
for (const [expression, printed] of sentences) {
  test(`lua: ${expression}`, () => {
    assert.deepEqual(lua.health(say(expression), object, { openLibs: true }), { status: 'Healthy', message: printed });
  });
}

const failures: readonly (readonly [script: string, error: string])[] = [
  ['return obj.foo.bar', "<string>:1: attempt to index a non-table object(nil) with key 'bar'"],
  ['\nobj.foo.bar = 1', "<string>:2: attempt to index a non-table object(nil) with key 'bar'"],
  ['return ("x"):find("y")', "<string>:1: attempt to index a non-table object(string) with key 'find'"],
  ['return "a" .. obj.foo', '<string>:1: cannot perform concat operation between string and nil'],
  ['return 1 + {}', '<string>:1: cannot perform add operation between number and table'],
  ['return 1 < "a"', '<string>:1: attempt to compare number with string'],
  ['return #nil', '<string>:1: __len undefined'],
  ['foo()', '<string>:1: attempt to call a non-function object'],
  ['for _ in ipairs(nil) do end', '<string>:1: bad argument #1 to ipairs (table expected, got nil)'],
  ['error("boom")', '<string>:1: boom'],
  ['while true do end', '<string>:1: context deadline exceeded'],
  ['return 1', 'expect table output from Lua script, not number'],
  ['return io.open("/etc/passwd")', "<string>:1: attempt to index a non-table object(nil) with key 'open'"],
  ['return require("fs")', '<string>:1: module fs not found'],
];
const hanging: readonly string[] = [
  'while true do pcall(function() while true do end end) end',
  'while true do xpcall(function() while true do end end, print) end',
  'while true do local c = coroutine.create(function() while true do end end) coroutine.resume(c) end',
  'return ("aaaaaaaaaaaaaaaaaaaaaaaaaaaa"):find(".-.-.-.-.-.-.-.-b")',
  'local t = {} for i = 1, 1e6 do table.insert(t, 1, i) end',
];
for (const script of hanging) {
  test(`lua ends: ${script}`, async () => {
    // A clock that is read costs a hundredth of the limit, so that nothing here takes a second.
    let now = 0;
    const hurried = await loadLua({ elapsedMs: () => (now += 10) });
    assert.throws(() => hurried.health(script, object, { openLibs: true }), /context deadline exceeded/);
  });
}

const greedy: readonly string[] = [
  'local s = "a" while true do s = s .. s end',
  'return string.rep("a", 1e9)',
  'local s, t = string.rep("a", 4e6), {} for i = 1, 100 do t[i] = s end return table.concat(t)',
  'return (string.rep("a", 1000)):gsub("a", string.rep("b", 1e5))',
];
for (const script of greedy) {
  test(`lua has no room: ${script}`, () => {
    assert.throws(() => lua.health(script, object, { openLibs: true }), /resulting string too large/);
  });
}

for (const [script, error] of failures) {
  test(`lua fails: ${script.trim()}`, () => {
    assert.throws(() => lua.health(script, object), new LuaError(error));
  });
}

test('what a health script may answer', () => {
  assert.equal(lua.health('return nil', object), undefined);
  assert.deepEqual(lua.health('return {}', object), { status: '', message: '' });
  assert.deepEqual(lua.health('return { status = 1 }', object), { status: '', message: '' });
  assert.deepEqual(lua.health('return { status = "Fine" }', object), {
    status: 'Unknown',
    message: 'Lua returned an invalid health status',
  });
  assert.deepEqual(lua.health('return { status = "Progressing", deletionMessage = "bye" }', object), {
    status: 'Progressing',
    message: '',
    deletionMessage: 'bye',
  });
  const mixed = 'json: error calling MarshalJSON for type json.jsonValue: cannot encode mixed or invalid key types';
  assert.throws(() => lua.health('return { 1, a = 2 }', object), new LuaError(mixed));
});

test('one script leaves nothing behind for the next', () => {
  lua.health('string = nil; leaked = 1; table.getn = nil', object, { openLibs: true });
  assert.equal(lua.health(say('tostring(leaked) .. type(string)'), object, { openLibs: true })?.message, 'niltable');
});

test('a script that is kept is compiled once and begins anew each time', () => {
  const script = `
    local calls = 0
    local function count() calls = calls + 1 return calls end
    local function same() return 7 end
    seen = (seen or 0) + 1
    return { status = "Healthy", message = count() .. count() .. same() .. seen .. 0x10 }`;
  for (let round = 0; round < 3; round++) {
    assert.deepEqual(lua.health(script, object), { status: 'Healthy', message: '127116' });
  }
  assert.throws(() => lua.health('return (', object), LuaError);
  assert.throws(() => lua.health('return (', object), LuaError);
});

test('actions: empty maps stay maps, parameters arrive, and operations are read', () => {
  const [change] = lua.runAction('obj.spec.size = actionParams["size"]; return obj', object, { size: '4' });
  const original = object as unknown as Record<string, Record<string, unknown>>;
  assert.equal(change?.operation, 'patch');
  assert.deepEqual(change?.object, {
    ...object,
    spec: { ...original['spec'], size: '4' },
    status: { n: 3, f: 1.5, small: 0.00001, list: [1, 2, 3] },
  });
  const [made] = lua.runAction('return { { operation = "create", resource = { kind = "Job" } } }', object);
  assert.deepEqual(made, { operation: 'create', object: { kind: 'Job' } });
  assert.throws(() => lua.runAction('return { { operation = "drop", resource = {} } }', object), LuaError);
});

test('discovery: disabled, icons, names and parameters; the first script wins', () => {
  const script = `return {
    a = {}, b = { disabled = true, iconClass = "fa", displayName = "B" }, c = { params = { { name = "n" } } } }`;
  assert.deepEqual(lua.discoverActions([script, 'return { a = { disabled = true } }', 'return {}'], object), [
    { name: 'a', disabled: false },
    { name: 'b', disabled: true, iconClass: 'fa', displayName: 'B' },
    { name: 'c', disabled: false, params: [{ name: 'n' }] },
  ]);
});

test('deep objects survive the way in and out', () => {
  let deep: unknown = 1;
  for (let level = 0; level < 150; level++) deep = { a: deep };
  const [back] = lua.runAction('return obj', { deep } as unknown as KubeObject);
  assert.deepEqual(back?.object, { deep });
});
