// std: values as text in other languages. Mirrors google/go-jsonnet:builtins.go and google/jsonnet:stdlib/std.jsonnet (v0.22.0).

import { type JsonLayout, printJson, printNumber, shortest } from '../manifest.ts';
import { visibleNames } from '../operators.ts';
import { ArrayValue, FunctionValue, ObjectValue, type Value, runtimeError, typeName } from '../values.ts';
import { type Args, type NativeTable, type StdWorld, unexpected } from './native.ts';
import { printToml } from './toml.ts';

function json(value: Value, world: StdWorld, indent: string, rest: Partial<JsonLayout> = {}): string {
  const newline = rest.newline ?? '\n';
  const empty = (at: string): string => (newline === '' ? '' : newline + newline + at);
  const layout = { indent, newline, separator: ': ', gap: '', empty, number: shortest, ...rest };
  return printJson(value, world.evaluator, layout);
}

interface YamlStyle {
  readonly indentLists: boolean;
  readonly quoteKeys: boolean;
}

function yaml(value: Value, world: StdWorld, style: YamlStyle, indent = ''): string {
  world.evaluator.spend(1);
  if (value instanceof FunctionValue) throw runtimeError("couldn't manifest function as YAML");
  if (typeof value === 'string') return yamlText(value, indent);
  if (value instanceof ArrayValue) {
    if (value.items.length === 0) return '[]';
    return value.items.map((item) => yamlItem(item.force(), world, style, indent)).join(`\n${indent}`);
  }
  if (!(value instanceof ObjectValue)) return typeof value === 'number' ? shortest(value) : String(value);
  const names = visibleNames(value);
  if (names.length === 0) return '{}';
  return names
    .map((name) => {
      const field = world.evaluator.field(value, name);
      const key = style.quoteKeys || !isPlainKey(name) ? JSON.stringify(name) : name;
      const isList = field instanceof ArrayValue && field.items.length > 0;
      const isMap = field instanceof ObjectValue && visibleNames(field).length > 0;
      if (!isList && !isMap) return `${key}: ${yaml(field, world, style, indent)}`;
      const inner = isList && !style.indentLists ? indent : `${indent}  `;
      return `${key}:\n${inner}${yaml(field, world, style, inner)}`;
    })
    .join(`\n${indent}`);
}

function yamlItem(value: Value, world: StdWorld, style: YamlStyle, indent: string): string {
  const inner = `${indent}  `;
  if (value instanceof ArrayValue && value.items.length > 0) return `-\n${inner}${yaml(value, world, style, inner)}`;
  return `- ${yaml(value, world, style, inner)}`;
}

function yamlText(value: string, indent: string): string {
  if (value === '') return '""';
  if (!value.endsWith('\n')) return JSON.stringify(value);
  const lines = value.split('\n');
  return ['|', ...lines.slice(0, -1).map((line) => (line === '' ? '' : `${indent}  ${line}`))].join('\n');
}

/** What needs no quotes as a key, by the rules of the original. */
function isPlainKey(key: string): boolean {
  if (!/^[-a-zA-Z0-9_./]+$/.test(key)) return false;
  const lower = key.toLowerCase();
  const words = [
    'true',
    'false',
    'yes',
    'no',
    'on',
    'off',
    'null',
    '~',
    '.nan',
    '.inf',
    '+.inf',
    '-.inf',
    '-',
    '---',
    'y',
    'n',
  ];
  if (words.includes(lower)) return false;
  if (/^[-+]?[0-9_]*\.?[0-9_]*([eE][-+]?[0-9_]+)?$/.test(key) && /\d/.test(key)) return false;
  if (/^[-+]?0[xb][0-9a-fA-F_]+$/.test(key)) return false;
  return !/^\d{1,4}-\d{1,2}-\d{1,2}$/.test(key);
}

function stream(args: Args, world: StdWorld): string {
  const style = { indentLists: args.has(1) && args.boolean(1), quoteKeys: !args.has(3) || args.boolean(3) };
  const ends = !args.has(2) || args.boolean(2);
  const documents = args.list(0).map((item) => yaml(item.force(), world, style));
  return `---\n${documents.join('\n---\n')}${ends ? '\n...\n' : '\n'}`;
}

function ini(args: Args, world: StdWorld): string {
  const { evaluator } = world;
  const body = (section: Value): readonly string[] => {
    if (!(section instanceof ObjectValue)) throw unexpected(section, 'object');
    return visibleNames(section).flatMap((name) => {
      const value = evaluator.field(section, name);
      const values = value instanceof ArrayValue ? value.items.map((item) => item.force()) : [value];
      return values.map((each) => `${name} = ${evaluator.text(each)}`);
    });
  };
  const object = args.object(0);
  const main = object.find('main') ? body(evaluator.field(object, 'main')) : [];
  const sections = evaluator.field(object, 'sections');
  if (!(sections instanceof ObjectValue)) throw unexpected(sections, 'object');
  const rest = visibleNames(sections).flatMap((name) => [`[${name}]`, ...body(evaluator.field(sections, name))]);
  return [...main, ...rest, ''].join('\n');
}

function python(value: Value, world: StdWorld): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (value instanceof ArrayValue) return `[${value.items.map((item) => python(item.force(), world)).join(', ')}]`;
  if (value instanceof ObjectValue) {
    const fields = visibleNames(value).map(
      (name) => `${JSON.stringify(name)}: ${python(world.evaluator.field(value, name), world)}`,
    );
    return `{${fields.join(', ')}}`;
  }
  if (value instanceof FunctionValue) throw runtimeError('cannot manifest function');
  return typeof value === 'number' ? printNumber(value) : JSON.stringify(value);
}

function xml(value: Value, world: StdWorld): string {
  if (typeof value === 'string') return value;
  if (!(value instanceof ArrayValue)) throw runtimeError(`Expected a JSONML value (an array), got ${typeName(value)}`);
  const [tag, second, ...others] = value.items.map((item) => item.force());
  const attributes = second instanceof ObjectValue ? second : undefined;
  const children = second === undefined || attributes ? others : [second, ...others];
  const shown = attributes
    ? visibleNames(attributes).map(
        (name) => ` ${name}="${world.evaluator.text(world.evaluator.field(attributes, name))}"`,
      )
    : [];
  const name = world.evaluator.text(tag ?? null);
  return `<${name}${shown.join('')}>${children.map((child) => xml(child, world)).join('')}</${name}>`;
}

/** Functions that print. */
export const manifestFunctions: NativeTable = {
  manifestJson: ['value', (args, world) => json(args.value(0), world, '    ')],
  manifestJsonMinified: ['value', (args, world) => json(args.value(0), world, '', { newline: '', separator: ':' })],
  manifestJsonEx: [
    'value indent newline? key_val_sep?',
    (args, world) =>
      json(args.value(0), world, args.text(1), {
        ...(args.has(2) ? { newline: args.text(2) } : {}),
        ...(args.has(3) ? { separator: args.text(3) } : {}),
      }),
  ],
  manifestYamlDoc: [
    'value indent_array_in_object? quote_keys?',
    (args, world) =>
      yaml(args.value(0), world, {
        indentLists: args.has(1) && args.boolean(1),
        quoteKeys: !args.has(2) || args.boolean(2),
      }),
  ],
  manifestYamlStream: ['value indent_array_in_object? c_document_end? quote_keys?', stream],
  manifestIni: ['ini', ini],
  manifestToml: ['value', (args, world) => printToml(args.object(0), world, '  ')],
  manifestTomlEx: ['value indent', (args, world) => printToml(args.object(0), world, args.text(1))],
  manifestPython: ['v', (args, world) => python(args.value(0), world)],
  manifestPythonVars: [
    'conf',
    (args, world) => {
      const object = args.object(0);
      const lines = visibleNames(object).map(
        (name) => `${name} = ${python(world.evaluator.field(object, name), world)}`,
      );
      return [...lines, ''].join('\n');
    },
  ],
  manifestXmlJsonml: ['value', (args, world) => xml(args.value(0), world)],
};
