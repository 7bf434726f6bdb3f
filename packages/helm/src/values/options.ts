// The user's values from all their sources, merged in order. Mirrors helm:pkg/cli/values/options.go (v4.3.0, v3.22.0).

import { YamlError } from '@evenkeel/resource';

import type { HelmVersion } from '../chart/chart.ts';
import type { ValueSource } from '../render/request.ts';
import { trimSpace } from '../go-text.ts';
import { overlayTables } from './coalesce.ts';
import { JsonPrefixError, fromJson } from './json-prefix.ts';
import { SetError, parseSetExpression } from './strvals.ts';
import { Table, isTable } from './table.ts';
import { ValuesError, loadValues, valueFromJson } from './yaml-values.ts';

/** How sources are read. */
export interface MergeOptions {
  readonly version: HelmVersion;
  readonly origins: boolean;
  /** Reads a file by the name the user gave; undefined where there is none. */
  readonly readFile: (path: string) => Uint8Array | undefined;
}

/** Why the user's values cannot be used. */
export class UserValuesError extends Error {
  override readonly name = 'UserValuesError';
  readonly code: 'VALUES_NOT_FOUND' | 'VALUES_INVALID';
  readonly file: string | undefined;
  readonly line: number;
  readonly column: number;
  constructor(
    code: 'VALUES_NOT_FOUND' | 'VALUES_INVALID',
    message: string,
    at: { readonly file?: string; readonly line?: number; readonly column?: number } = {},
  ) {
    super(message);
    this.code = code;
    this.file = at.file;
    this.line = at.line ?? 0;
    this.column = at.column ?? 0;
  }
}

/** Merges all sources into one table. Throws UserValuesError. */
export function mergeUserValues(sources: readonly ValueSource[], options: MergeOptions): Table {
  let base = new Table();
  for (const source of sources) {
    switch (source.kind) {
      case 'file': {
        const bytes = options.readFile(source.path);
        if (bytes !== undefined) {
          base = overlayTables(base, readYaml(new TextDecoder().decode(bytes), source.path, options));
        } else if (source.ignoreMissing !== true) {
          const message = `open ${source.path}: no such file or directory`;
          throw new UserValuesError('VALUES_NOT_FOUND', message, { file: source.path });
        }
        break;
      }
      case 'text':
        base = overlayTables(base, readYaml(source.text, source.name, options));
        break;
      case 'object': {
        const value = valueFromJson(source.value);
        if (isTable(value)) base = overlayTables(base, options.origins ? originated(value, source.name) : value);
        break;
      }
      case 'set':
      case 'set-string':
      case 'set-json':
      case 'set-file':
      case 'set-literal':
        base = applySet(base, source, options);
    }
  }
  return base;
}

type SetSource = Extract<ValueSource, { readonly expression: string }>;

function applySet(base: Table, source: SetSource, options: MergeOptions): Table {
  const { kind, expression } = source;
  const name = source.name ?? `--${kind} ${expression}`;
  const origin = options.origins ? { source: name, line: 0, column: 0 } : undefined;
  const readFile = (path: string): string => {
    const bytes = options.readFile(path);
    if (bytes === undefined) throw new SetError(`open ${path}: no such file or directory`);
    return new TextDecoder().decode(bytes);
  };
  try {
    const trimmed = trimSpace(expression);
    if (kind === 'set-json' && options.version === 4 && trimmed.startsWith('{')) {
      return overlayTables(base, parseJsonObject(trimmed, name, options));
    }
    parseSetExpression(expression, base, { kind, version: options.version, readFile, origin });
    return base;
  } catch (error) {
    if (kind === 'set-json' && (error instanceof SetError || error instanceof JsonPrefixError)) {
      const what = options.version === 4 && trimSpace(expression).startsWith('{') ? ' JSON:' : '';
      throw new UserValuesError('VALUES_INVALID', `failed parsing --set-json data${what} ${expression}`);
    }
    if (error instanceof SetError) {
      throw new UserValuesError('VALUES_INVALID', `failed parsing --${kind} data: ${error.message}`);
    }
    throw error;
  }
}

function parseJsonObject(text: string, name: string, options: MergeOptions): Table {
  try {
    const value = fromJson(JSON.parse(text));
    if (isTable(value)) return options.origins ? originated(value, name) : value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new JsonPrefixError('invalid JSON object');
}

function readYaml(text: string, name: string, options: MergeOptions): Table {
  try {
    return loadValues(text, { version: options.version, source: options.origins ? name : undefined });
  } catch (error) {
    if (error instanceof YamlError || error instanceof ValuesError) {
      const { line, column } = error;
      throw new UserValuesError('VALUES_INVALID', `failed to parse ${name}: ${error.message}`, {
        file: name,
        line,
        column,
      });
    }
    throw error;
  }
}

/** Gives every entry the same origin: a source without lines. */
function originated(table: Table, source: string): Table {
  const origin = { source, line: 0, column: 0 };
  table.origins = new Map([...table.keys()].map((key) => [key, origin]));
  for (const value of table.values()) if (isTable(value)) originated(value, source);
  return table;
}
