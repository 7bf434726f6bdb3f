// `.Files`: a chart's other files as templates may read them. Mirrors helm:pkg/engine/files.go (v4.3.0).

import {
  type GoMap,
  type GoType,
  type Value as GoValue,
  any,
  bytesType,
  fn,
  goString,
  mapOf,
  namedType,
  str,
  stringType,
  strings,
  toJson,
  withType,
} from '@evenkeel/gotemplate';
import { emitSigsYaml } from '@evenkeel/resource';

import type { ChartFile } from '../chart/chart.ts';
import { compareGoStrings, pathBase } from '../go-text.ts';
import { compileGlob } from './glob.ts';

/** The files as a Go value of type engine.files. */
export function chartFiles(files: readonly ChartFile[]): GoMap {
  return makeFiles(files.map(({ name, data }) => [name, data]));
}

function makeFiles(entries: readonly (readonly [string, Uint8Array])[]): GoMap {
  return withType(new Map<GoValue, GoValue>(entries), filesType);
}

const filesType: GoType = namedType('engine.files', mapOf(stringType, bytesType), {
  methods: new Map([
    ['Get', fn([any, str], str, ([self, name]) => goString(contentOf(self, name)))],
    ['GetBytes', fn([any, str], any, ([self, name]) => contentOf(self, name))],
    ['Glob', fn([any, str], any, ([self, pattern]) => globbed(self, pattern))],
    ['AsConfig', fn([any], str, ([self]) => asYaml(self, (data) => goString(data)))],
    ['AsSecrets', fn([any], str, ([self]) => asYaml(self, toBase64))],
    ['Lines', fn([any, str], strings, ([self, name]) => linesOf(contentOf(self, name)))],
  ]),
});

function entriesOf(self: GoValue): [string, Uint8Array][] {
  const entries: [string, Uint8Array][] = [];
  if (!(self instanceof Map)) return entries;
  for (const [key, value] of self) {
    if (typeof key === 'string' && value instanceof Uint8Array) entries.push([key, value]);
  }
  return entries;
}

function contentOf(self: GoValue, name: string): Uint8Array {
  const value = self instanceof Map ? self.get(name) : undefined;
  return value instanceof Uint8Array ? value : new Uint8Array();
}

function globbed(self: GoValue, pattern: string): GoMap {
  const matches = compileGlob(pattern);
  return makeFiles(entriesOf(self).filter(([name]) => matches(name)));
}

/** Files by their base names as YAML; of two with the same base name, the later path wins. */
function asYaml(self: GoValue, show: (data: Uint8Array) => string): string {
  const map: GoMap = new Map();
  const entries = entriesOf(self).sort(([left], [right]) => compareGoStrings(left, right));
  for (const [name, data] of entries) map.set(pathBase(name), show(data));
  return emitSigsYaml(toJson(map)).replace(/\n$/, '');
}

function linesOf(data: Uint8Array): string[] {
  if (data.length === 0) return [];
  const text = goString(data);
  return (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
}

function toBase64(data: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < data.length; at += 8192) binary += String.fromCharCode(...data.subarray(at, at + 8192));
  return btoa(binary);
}
