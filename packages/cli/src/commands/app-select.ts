// Which applications and which of their objects a verb means, as argocd's flags say it.
// Mirrors argoproj/argo-cd:cmd/argocd/commands/app.go (3.6) parseSelectedResources and util/argo/argo.go IncludeResource.

import type { DeliverySummary, ObjectRef } from '@evenkeel/api';
import { labelSelectorPredicate } from '@evenkeel/kube';
import { type ApiClient, findApp } from '../api-client.ts';
import { CommandFailure, exitCodes } from '../io.ts';

/** Flags by which several applications are chosen. */
export interface AppFilter {
  readonly selector?: string;
  readonly project?: readonly string[];
  readonly appNamespace?: string;
}

/** One of `--resource`. */
export interface ResourceFilter {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly exclude: boolean;
}

/** The applications that are named, and those that fit the filter. Rejects where the filter finds none. */
export async function chooseApps(
  client: ApiClient,
  names: readonly string[],
  { selector = '', project = [], appNamespace }: AppFilter,
): Promise<readonly DeliverySummary[]> {
  if (names.length === 0 && selector === '' && project.length === 0)
    throw new CommandFailure('name at least one application', exitCodes.generic);
  if (names.length > 1 && selector !== '')
    throw new CommandFailure('Cannot use selector option when application name(s) passed as argument(s)');
  const chosen: DeliverySummary[] = [];
  for (const name of names) chosen.push(await namedApp(client, name, appNamespace));
  if (selector === '' && project.length === 0) return chosen;
  const fits = appPredicate({ selector, project });
  const { items } = await client.list();
  const found = items.filter((item) => fits(item) && (appNamespace === undefined || item.namespace === appNamespace));
  if (found.length === 0) {
    const said = [
      ...(selector === '' ? [] : [` selector ${selector}`]),
      ...(project.length === 0 ? [] : [` projects [${project.join(' ')}]`]),
    ];
    throw new CommandFailure(`No matching apps found for filter:${said.join('')}`);
  }
  return [...chosen, ...found.filter(({ key }) => !chosen.some((one) => one.key === key))];
}

/** The application of a name, in the namespace of `-N` where the name says none. */
export function namedApp(client: ApiClient, name: string, appNamespace?: string): Promise<DeliverySummary> {
  const isBare = !name.includes('/') && appNamespace !== undefined && appNamespace !== '';
  return findApp(client, isBare ? `${appNamespace}/${name}` : name);
}

/** Whether an application has these labels and is of one of these projects. Throws CommandFailure on what is no selector. */
export function appPredicate({ selector = '', project = [] }: AppFilter): (app: DeliverySummary) => boolean {
  const fits = readSelector(selector);
  return (app) => fits(app.labels) && (project.length === 0 || project.includes(app.project));
}

/** A label selector as a predicate. Throws CommandFailure. */
export function readSelector(text = ''): (labels: Readonly<Record<string, string>>) => boolean {
  const predicate = labelSelectorPredicate(text);
  if (!predicate) throw new CommandFailure(`"${text}" is no label selector; write key=value`, exitCodes.generic);
  return predicate;
}

/** Reads `--resource`: GROUP:KIND:NAME or GROUP:KIND:NAMESPACE/NAME, with `!` in front for all but those. */
export function readResourceFilters(texts: readonly string[]): readonly ResourceFilter[] {
  return texts.map((text) => {
    const exclude = text.startsWith('!');
    const bare = exclude ? text.slice(1) : text;
    const fields = bare.split(':');
    const [group = '', kind = '', named = ''] = fields;
    if (fields.length !== 3)
      throw new CommandFailure(`resource should have GROUP:KIND:NAME, but instead got: ${bare}`, exitCodes.generic);
    const parts = named.split('/');
    if (parts.length > 2)
      throw new CommandFailure(
        `resource with namespace should have GROUP:KIND:NAMESPACE/NAME, but instead got: ${bare}`,
        exitCodes.generic,
      );
    const [first = '', second] = parts;
    return second === undefined
      ? { group, kind, namespace: '', name: first, exclude }
      : { group, kind, namespace: first, name: second, exclude };
  });
}

/** Whether filters leave an object in: any of those that include it, where there are such, and none that exclude it. */
export function isIncluded(ref: ObjectRef, filters: readonly ResourceFilter[]): boolean {
  const including = filters.filter(({ exclude }) => !exclude);
  if (including.length > 0 && !including.some((filter) => isMeant(ref, filter))) return false;
  return !filters.some((filter) => filter.exclude && isMeant(ref, filter));
}

function isMeant(ref: ObjectRef, filter: ResourceFilter): boolean {
  const fits = (wanted: string, is: string): boolean => wanted === '*' || wanted === is;
  return (
    fits(filter.group, ref.group) &&
    fits(filter.kind, ref.kind) &&
    fits(filter.name, ref.name) &&
    (filter.namespace === '' || fits(filter.namespace, ref.namespace))
  );
}

/** One revision for each source, '' for its own, from pairs of `--revisions` and `--source-positions` or `--source-names`. */
export function readRevisions(
  {
    revisions = [],
    sourcePositions = [],
    sourceNames = [],
  }: {
    readonly revisions?: readonly string[];
    readonly sourcePositions?: readonly string[];
    readonly sourceNames?: readonly string[];
  },
  sources: readonly { readonly name?: string }[],
): readonly string[] | undefined {
  if (sourceNames.length > 0 && sourcePositions.length > 0)
    throw new CommandFailure('Only one of source-positions and source-names can be specified.');
  for (const [flag, list] of [
    ['--source-positions', sourcePositions],
    ['--source-names', sourceNames],
  ] as const) {
    if (list.length > 0 && list.length !== revisions.length)
      throw new CommandFailure(`While using --revisions and ${flag}, length of values for both flags should be same.`);
  }
  if (revisions.length === 0) return undefined;
  const positions = sourcePositions.length > 0 ? sourcePositions.map(Number) : sourceNames.map(positionOf(sources));
  if (positions.some((position) => !(position > 0)))
    throw new CommandFailure('source-position cannot be less than or equal to 0, Counting starts at 1');
  const all = sources.map(() => '');
  positions.forEach((position, index) => {
    if (position > sources.length)
      throw new CommandFailure(`source-position cannot be greater than the ${sources.length} sources there are`);
    all[position - 1] = revisions[index] ?? '';
  });
  return all;
}

/** The position of a source by its name, counted from 1. Throws CommandFailure. */
export function positionOf(sources: readonly { readonly name?: string }[]): (name: string) => number {
  return (name) => {
    const at = sources.findIndex((source) => source.name === name);
    if (at < 0) throw new CommandFailure(`Unknown source name '${name}'`);
    return at + 1;
  };
}

/** "key=value" pairs as a map. Throws CommandFailure with argocd's words. */
export function readPairs(texts: readonly string[], what: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=');
      if (at < 0 && !text.endsWith('-'))
        throw new CommandFailure(`cannot set ${what} without value (key): ${text}`, exitCodes.generic);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

/** Numbers of seconds of `--timeout`. Throws CommandFailure. */
export function secondsToMs(text: string): number {
  const seconds = Number(text);
  if (!Number.isFinite(seconds) || seconds < 0)
    throw new CommandFailure(`"${text}" is no number of seconds`, exitCodes.generic);
  return seconds * 1000;
}
