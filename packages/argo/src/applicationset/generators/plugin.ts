// The plugin generator: a service that answers with parameters. Mirrors argoproj/argo-cd:applicationset/
// {generators/plugin.go,services/plugin} (3.6).

import { type Value, fromJson } from '@evenkeel/gotemplate';
import type { Json, JsonObject } from '@evenkeel/resource';
import { GenerationError, objectOf } from '../application-set.ts';
import { type Params, flattenPlain } from '../template/params.ts';
import { appendValues } from '../template/render.ts';
import { type GeneratorInput, explained } from './input.ts';
import { type GeneratorWorld, type PluginQuestion, secretData } from './world.ts';

const timeoutMsDefault = 30_000;

export async function generatePlugin(spec: JsonObject, { set, world }: GeneratorInput): Promise<readonly Params[]> {
  const input = objectOf(objectOf(spec['input'])?.['parameters']) ?? {};
  const reference = objectOf(spec['configMapRef'])?.['name'];
  const address = await explained('error getting plugin from generator', () =>
    pluginAddress(typeof reference === 'string' ? reference : '', world),
  );
  const body: JsonObject = { applicationSetName: set.name, input: { parameters: input } };
  const answer = await explained(`error listing params: error get api '${set.name}'`, () =>
    world.askPlugin({ ...address, body }),
  );
  const parameters = readParameters(answer, set.name);
  const generator = fromJson({ input: { parameters: input } });
  return parameters.map((item) => {
    const found = fromJson(item) as Params;
    const params: Params = set.spec.goTemplate ? found : new Map<Value, Value>(flattenPlain(found));
    params.set('generator', generator);
    appendValues(spec['values'], params, set.spec);
    return params;
  });
}

/**
 * `output.parameters` of an answer; null is how Go writes an empty list. Upstream takes an answer without them for one with
 * none, and deletes what was generated when a plugin answers its error as JSON.
 */
function readParameters(answer: Json, name: string): readonly JsonObject[] {
  const refused = (what: string): GenerationError =>
    new GenerationError(`error listing params: error get api '${name}': the plugin answered ${what}`);
  const output = objectOf(objectOf(answer)?.['output']);
  if (!output || !('parameters' in output)) throw refused('without output.parameters');
  const { parameters } = output;
  if (parameters === null) return [];
  if (!Array.isArray(parameters)) throw refused('with an output.parameters that is no list');
  return (parameters as readonly Json[]).map((item, index) => {
    const object = item === null ? {} : objectOf(item);
    if (!object) throw refused(`with an output.parameters[${index}] that is no object`);
    return object;
  });
}

async function pluginAddress(name: string, world: GeneratorWorld): Promise<Omit<PluginQuestion, 'body'>> {
  const namespace = world.controlNamespace;
  const map = await world.configMap(namespace, name);
  if (!map) throw new GenerationError(`error fetching ConfigMap: configmaps "${name}" not found`);
  const data = objectOf(map['data'] as Json | undefined) ?? {};
  const text = (key: string): string => (typeof data[key] === 'string' ? data[key] : '');
  for (const key of ['baseUrl', 'token']) {
    if (text(key) === '') throw new GenerationError(`error fetching ConfigMap: ${key} not found in ConfigMap`);
  }
  const seconds = text('requestTimeout');
  if (seconds !== '' && !/^[+-]?\d+$/.test(seconds)) {
    throw new GenerationError(
      `error set requestTimeout : strconv.Atoi: parsing ${JSON.stringify(seconds)}: invalid syntax`,
    );
  }
  return {
    baseUrl: text('baseUrl'),
    token: await explained('error fetching Secret token', () => pluginToken(text('token'), world)),
    timeoutMs: Number(seconds) > 0 ? Number(seconds) * 1000 : timeoutMsDefault,
  };
}

/** "$secret:key", or "$key" in argocd-secret. */
async function pluginToken(reference: string, world: GeneratorWorld): Promise<string> {
  if (!reference.startsWith('$')) {
    throw new GenerationError("token is empty, or does not reference a secret key starting with '$'");
  }
  const [first = '', second] = reference.slice(1).split(':');
  const [name, key] = second === undefined ? ['argocd-secret', first] : [first, second];
  const secret = await world.secret(world.controlNamespace, name);
  if (!secret) {
    throw new GenerationError(`error fetching secret ${world.controlNamespace}/${name}: secrets "${name}" not found`);
  }
  const token = secretData(secret).get(key.trim());
  if (token === undefined)
    throw new GenerationError(`key "${key}" in secret ${world.controlNamespace}/${name} not found`);
  return token.trim();
}
