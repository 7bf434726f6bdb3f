// Config management plugins as they are declared: ConfigManagementPlugin documents in labelled ConfigMaps of the control-plane
// namespace. The documents are upstream's own (argoproj/argo-cd:cmpserver/plugin/config.go, 3.6), which there are mounted
// into a sidecar of the repository server; here each command runs in a process of its own.

import type { PluginDefinition } from '@evenkeel/delivery';
import { type Json, type JsonObject, YamlError, isMap, parseYamlDocuments } from '@evenkeel/resource';

/** ConfigMaps with this label, set to "true", hold plugins. */
export const pluginLabel = 'evenkeel.dev/config-management-plugin';

/** A ConfigMap by name, with what it holds. */
export interface PluginSource {
  readonly name: string;
  readonly data: Readonly<Record<string, string>>;
}

/**
 * The plugins in order of their names; one that cannot be read is named among the problems and left out. None of them sees what
 * fits one of `hides`.
 */
export function readPlugins(
  sources: readonly PluginSource[],
  problems: string[],
  hides: readonly string[] = [],
): readonly PluginDefinition[] {
  const found = new Map<string, PluginDefinition>();
  for (const { name, data } of sources) {
    for (const [key, text] of Object.entries(data)) {
      const at = `ConfigMap ${name}: ${key}`;
      for (const document of documentsOf(text, at, problems)) {
        const plugin = readPlugin(document);
        if (typeof plugin === 'string') problems.push(`${at}: ${plugin}; the plugin is left out`);
        else if (found.has(plugin.name)) problems.push(`${at}: a plugin "${plugin.name}" is declared already`);
        else found.set(plugin.name, hides.length > 0 ? { ...plugin, hides } : plugin);
      }
    }
  }
  return [...found.values()].toSorted((left, right) => (left.name < right.name ? -1 : 1));
}

function documentsOf(text: string, at: string, problems: string[]): readonly JsonObject[] {
  try {
    return parseYamlDocuments(text, { dialect: 'sigs' }).filter((value): value is JsonObject => isMap(value));
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    problems.push(`${at}: ${error.message}; the plugin is left out`);
    return [];
  }
}

/** A plugin, or what its document lacks, in upstream's words. */
function readPlugin(document: JsonObject): PluginDefinition | string {
  const metadata = mapOf(document['metadata']);
  const spec = mapOf(document['spec']);
  const kind = textOf(document['kind']);
  if (kind !== 'ConfigManagementPlugin') return `kind should be ConfigManagementPlugin, found ${kind}`;
  const name = textOf(metadata['name']);
  if (name === '') return 'metadata.name should be non-empty';
  const generate = commandOf(spec['generate']);
  if (generate.length === 0) return 'spec.generate command should be non-empty';
  const version = textOf(spec['version']);
  const init = commandOf(spec['init']);
  const discover = mapOf(spec['discover']);
  const find = mapOf(discover['find']);
  const fileName = textOf(discover['fileName']);
  const glob = textOf(find['glob']);
  const command = commandOf(find);
  return {
    name: version === '' ? name : `${name}-${version}`,
    ...(init.length > 0 ? { init } : {}),
    generate,
    ...(fileName !== '' || glob !== '' || command.length > 0 ? { discover: { fileName, glob, command } } : {}),
    preserveFileMode: spec['preserveFileMode'] === true,
    ...(spec['provideGitCreds'] === true ? { lendsCredentials: true } : {}),
  };
}

function commandOf(value: Json | undefined): readonly string[] {
  const { command, args } = mapOf(value);
  const words = (list: Json | undefined): readonly string[] => (Array.isArray(list) ? list.map(String) : []);
  return words(command).length > 0 ? [...words(command), ...words(args)] : [];
}

function mapOf(value: Json | undefined): JsonObject {
  return isMap(value) ? value : {};
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
