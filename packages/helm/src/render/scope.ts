// What templates see as `.`: the objects Chart, Release, Capabilities, Files, Values, Subcharts in Go's types.
// Mirrors helm:pkg/engine/engine.go recAllTpls (v4.3.0) and v3.22.0.

import {
  type GoField,
  type GoMap,
  type GoType,
  type Value as GoValue,
  GoError,
  GoStruct,
  any,
  anyMapType,
  boolType,
  bool,
  fn,
  goInt,
  marshalJson,
  namedType,
  nilMap,
  nilSlice,
  sliceOf,
  str,
  stringMapType,
  stringSliceType,
  stringType,
  toJson,
  withType,
} from '@evenkeel/gotemplate';
import { emitSigsYaml } from '@evenkeel/resource';

import {
  type Chart,
  type ChartMetadata,
  type Dependency,
  type HelmVersion,
  chartFullPath,
  chartName,
} from '../chart/chart.ts';
import { pathBase } from '../go-text.ts';
import { type Table, type Value, isTable } from '../values/table.ts';
import { Table as ValueTable } from '../values/table.ts';
import type { Capabilities } from './capabilities.ts';
import { chartFiles } from './chart-files.ts';

/** `.Release`. */
export interface ReleaseInfo {
  readonly name: string;
  readonly namespace: string;
  readonly revision: number;
  readonly isUpgrade: boolean;
}

/** One template file with what it is executed on. */
export interface Renderable {
  /** "parent/charts/child/templates/x.yaml". */
  readonly name: string;
  readonly text: string;
  /** Where it lies in the tree. */
  readonly path: string;
  readonly data: GoMap;
  readonly basePath: string;
  readonly chart: Chart;
}

/** The types whose names reach output through `typeOf` and `%T`. */
interface ScopeTypes {
  readonly values: GoType;
  readonly apiVersions: GoType;
  readonly kubeVersion: GoType;
  readonly capabilities: GoType;
  readonly buildInfo: GoType;
}

/** All template files of a chart and its subcharts, each with its own `.`. */
export function renderables(
  chart: Chart,
  values: Table,
  context: { readonly version: HelmVersion; readonly release: ReleaseInfo; readonly capabilities: Capabilities },
): Renderable[] {
  const types = scopeTypes(context.version);
  const shared = {
    version: context.version,
    types,
    release: releaseValue(context.release),
    capabilities: capabilitiesValue(context.capabilities, types, context.version),
  };
  const out: Renderable[] = [];
  scopeOf(chart, values, { shared, out });
  // Of two templates with the same name the later one counts.
  return [...new Map(out.map((template) => [template.name, template])).values()];
}

interface Shared {
  readonly version: HelmVersion;
  readonly types: ScopeTypes;
  readonly release: GoValue;
  readonly capabilities: GoValue;
}

function scopeOf(chart: Chart, values: Value | undefined, into: { shared: Shared; out: Renderable[] }): GoMap {
  const { shared, out } = into;
  const own = isTable(values) ? values : new ValueTable();
  const typedValues: GoMap = withType(own, shared.types.values);
  const subcharts: GoMap = new Map();
  const data: GoMap = new Map<GoValue, GoValue>([
    ['Chart', shared.version === 4 ? chartMap(chart) : chartStruct(chart)],
    ['Files', chartFiles(chart.files)],
    ['Release', shared.release],
    ['Capabilities', shared.capabilities],
    ['Values', typedValues],
    ['Subcharts', subcharts],
  ]);
  for (const subchart of chart.dependencies) {
    // The way to a subchart's values is a dotted path to Helm, so that a dot in its name leads elsewhere.
    subcharts.set(chartName(subchart), scopeOf(subchart, tableAt(own, chartName(subchart)), into));
  }
  const base = chartFullPath(chart);
  const isLibrary = chart.metadata.type.toLowerCase() === 'library';
  for (const template of chart.templates) {
    if (isLibrary && !pathBase(template.name).startsWith('_')) continue;
    out.push({
      name: `${base}/${template.name}`,
      text: decodeText(template.data),
      path: template.path,
      data,
      basePath: `${base}/templates`,
      chart,
    });
  }
  return data;
}

function tableAt(values: Table, path: string): Value | undefined {
  let at: Value | undefined = values;
  for (const key of path.split('.')) at = isTable(at) ? at.get(key) : undefined;
  return at;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

function decodeText(data: Uint8Array): string {
  return decoder.decode(data);
}

function releaseValue(release: ReleaseInfo): GoValue {
  return new Map<GoValue, GoValue>([
    ['Name', release.name],
    ['Namespace', release.namespace],
    ['IsUpgrade', release.isUpgrade],
    ['IsInstall', !release.isUpgrade],
    ['Revision', goInt(release.revision)],
    ['Service', 'Helm'],
  ]);
}

function scopeTypes(version: HelmVersion): ScopeTypes {
  const prefix = version === 4 ? 'common' : 'chartutil';
  const apiVersions = namedType(`${prefix}.VersionSet`, stringSliceType, {
    methods: new Map([['Has', fn([any, str], bool, ([set, wanted]) => Array.isArray(set) && set.includes(wanted))]]),
  });
  const normalized = (self: GoValue): string => {
    const fields = self instanceof GoStruct ? self.fields : undefined;
    return str.read(fields?.get('normalizedVersion') ?? fields?.get('Version'));
  };
  const versionText = (self: GoValue): string =>
    str.read(self instanceof GoStruct ? self.fields.get('Version') : undefined);
  const kubeVersion: GoType = {
    kind: 'struct',
    text: `${prefix}.KubeVersion`,
    fields: [
      field('Version', stringType),
      ...(version === 4 ? [field('normalizedVersion', stringType, '')] : []),
      field('Major', stringType),
      field('Minor', stringType),
    ],
    // The methods have pointer receivers; templates reach them because the value is addressable.
    methods: new Map([
      ['String', fn([any], str, ([self]) => normalized(self))],
      ['GitVersion', fn([any], str, ([self]) => versionText(self))],
    ]),
    stringer: normalized,
  };
  const buildInfo: GoType = {
    kind: 'struct',
    text: 'version.BuildInfo',
    fields: [
      field('Version', stringType, '?version'),
      field('GitCommit', stringType, '?git_commit'),
      field('GitTreeState', stringType, '?git_tree_state'),
      field('GoVersion', stringType, '?go_version'),
      ...(version === 4 ? [field('KubeClientVersion', stringType, 'kube_client_version')] : []),
    ],
  };
  const struct: GoType = {
    kind: 'struct',
    text: `${prefix}.Capabilities`,
    fields: [field('KubeVersion', kubeVersion), field('APIVersions', apiVersions), field('HelmVersion', buildInfo)],
  };
  const capabilities: GoType = { ...struct, kind: 'ptr', text: `*${prefix}.Capabilities`, elem: struct };
  return { values: valuesType(prefix), apiVersions, kubeVersion, capabilities, buildInfo };
}

function field(name: string, type: GoType, json?: string): GoField {
  return json === undefined ? { name, type } : { name, type, json };
}

/** `common.Values`, with the methods that templates can call on it. */
function valuesType(prefix: string): GoType {
  const type: GoType = namedType(`${prefix}.Values`, anyMapType, {
    methods: new Map([
      ['AsMap', fn([any], any, ([self]) => self)],
      ['YAML', fn([any], str, ([self]) => emitSigsYaml(toJson(self)))],
      ['Table', fn([any, str], any, ([self, path]) => valuesTable(self, path))],
      ['PathValue', fn([any, str], any, ([self, path]) => valuesPath(self, path))],
    ]),
  });
  return type;
}

function valuesTable(self: GoValue, path: string): GoValue {
  let at = self;
  for (const key of path.split('.')) {
    at = at instanceof Map ? at.get(key) : undefined;
    if (!(at instanceof Map)) throw new GoError(`${JSON.stringify(key)} is not a table`);
  }
  return at;
}

function valuesPath(self: GoValue, path: string): GoValue {
  if (path === '') throw new GoError('YAML path cannot be empty');
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  let at = self;
  for (const key of keys) at = at instanceof Map ? at.get(key) : undefined;
  const value = at instanceof Map ? at.get(last) : undefined;
  if (value === undefined || value instanceof Map) throw new GoError(`${JSON.stringify(last)} is not a value`);
  return value;
}

function capabilitiesValue(capabilities: Capabilities, types: ScopeTypes, version: HelmVersion): GoValue {
  const { kubeVersion, apiVersions, helmVersion } = capabilities;
  const kube = new Map<string, GoValue>([
    ['Version', kubeVersion.version],
    ['Major', kubeVersion.major],
    ['Minor', kubeVersion.minor],
  ]);
  if (version === 4) kube.set('normalizedVersion', kubeVersion.normalized);
  const helm = new Map<string, GoValue>([
    ['Version', helmVersion.version],
    ['GitCommit', helmVersion.gitCommit],
    ['GitTreeState', helmVersion.gitTreeState],
    ['GoVersion', helmVersion.goVersion],
  ]);
  if (version === 4) helm.set('KubeClientVersion', helmVersion.kubeClientVersion);
  return new GoStruct(
    types.capabilities,
    new Map<string, GoValue>([
      ['KubeVersion', new GoStruct(types.kubeVersion, kube)],
      ['APIVersions', withType([...apiVersions], types.apiVersions)],
      ['HelmVersion', new GoStruct(types.buildInfo, helm)],
    ]),
  );
}

/** Helm 4: Chart.yaml's Go struct turned into a map by reflection. */
function chartMap(chart: Chart): GoValue {
  const { metadata } = chart;
  const map: GoMap = new Map();
  for (const [name, value] of metadataFields(metadata)) map.set(name, value);
  map.set(
    'Maintainers',
    (metadata.maintainers ?? []).map(
      ({ name, email, url }): GoValue =>
        new Map<GoValue, GoValue>([
          ['Name', name],
          ['Email', email],
          ['URL', url],
        ]),
    ),
  );
  map.set('Sources', [...(metadata.sources ?? [])]);
  map.set('Keywords', [...(metadata.keywords ?? [])]);
  map.set('Dependencies', (metadata.dependencies ?? []).map(dependencyMap));
  map.set('IsRoot', chart.parent === undefined);
  return map;
}

function dependencyMap(dependency: Dependency): GoValue {
  return new Map<GoValue, GoValue>([
    ['Name', dependency.name],
    ['Version', dependency.version],
    ['Repository', dependency.repository],
    ['Condition', dependency.condition],
    ['Tags', [...dependency.tags]],
    ['Enabled', dependency.enabled],
    ['ImportValues', importValuesOf(dependency)],
    ['Alias', dependency.alias],
  ]);
}

function importValuesOf(dependency: Dependency): GoValue[] {
  return dependency.importValues.map((entry): GoValue => {
    if (typeof entry === 'string') return entry;
    const pair = new Map<GoValue, GoValue>([
      ['child', entry.child],
      ['parent', entry.parent],
    ]);
    return withType(pair, stringMapType);
  });
}

/** The fields of Metadata by their Go names, slices of structs aside. */
function metadataFields(metadata: ChartMetadata): [string, GoValue][] {
  const annotations = metadata.annotations;
  return [
    ['Name', metadata.name],
    ['Home', metadata.home],
    ['Version', metadata.version],
    ['Description', metadata.description],
    ['Icon', metadata.icon],
    ['APIVersion', metadata.apiVersion],
    ['Condition', metadata.condition],
    ['Tags', metadata.tags],
    ['AppVersion', metadata.appVersion],
    ['Deprecated', metadata.deprecated],
    [
      'Annotations',
      annotations === undefined
        ? nilMap(stringMapType)
        : withType(new Map<GoValue, GoValue>(annotations), stringMapType),
    ],
    ['KubeVersion', metadata.kubeVersion],
    ['Type', metadata.type],
  ];
}

const maintainerType: GoType = {
  kind: 'ptr',
  text: '*chart.Maintainer',
  fields: [field('Name', stringType, '?name'), field('Email', stringType, '?email'), field('URL', stringType, '?url')],
};

const dependencyType: GoType = {
  kind: 'ptr',
  text: '*chart.Dependency',
  fields: [
    field('Name', stringType, 'name'),
    field('Version', stringType, '?version'),
    field('Repository', stringType, 'repository'),
    field('Condition', stringType, '?condition'),
    field('Tags', stringSliceType, '?tags'),
    field('Enabled', boolType, '?enabled'),
    field('ImportValues', sliceOf(stringType), '?import-values'),
    field('Alias', stringType, '?alias'),
  ],
};

const metadataGoFields: readonly GoField[] = [
  field('Name', stringType, '?name'),
  field('Home', stringType, '?home'),
  field('Sources', stringSliceType, '?sources'),
  field('Version', stringType, '?version'),
  field('Description', stringType, '?description'),
  field('Keywords', stringSliceType, '?keywords'),
  field('Maintainers', sliceOf(maintainerType), '?maintainers'),
  field('Icon', stringType, '?icon'),
  field('APIVersion', stringType, '?apiVersion'),
  field('Condition', stringType, '?condition'),
  field('Tags', stringType, '?tags'),
  field('AppVersion', stringType, '?appVersion'),
  field('Deprecated', boolType, '?deprecated'),
  field('Annotations', stringMapType, '?annotations'),
  field('KubeVersion', stringType, '?kubeVersion'),
  field('Dependencies', sliceOf(dependencyType), '?dependencies'),
  field('Type', stringType, '?type'),
];

const metadataType: GoType = { kind: 'struct', text: 'chart.Metadata', fields: metadataGoFields };

const chartStructType: GoType = {
  kind: 'struct',
  text: 'struct { chart.Metadata; IsRoot bool }',
  fields: [field('Metadata', metadataType), field('IsRoot', boolType)],
  // An embedded struct's fields stand among those of the outer one.
  json: (self) => {
    const fields = self instanceof GoStruct ? self.fields : new Map<string, GoValue>();
    const inner = marshalJson(fields.get('Metadata') ?? null);
    return `${inner.slice(0, -1)}${inner === '{}' ? '' : ','}"IsRoot":${String(fields.get('IsRoot') === true)}}`;
  },
};

/** Helm 3: a struct that embeds Metadata, so that its fields are reachable on both levels. */
function chartStruct(chart: Chart): GoValue {
  const { metadata } = chart;
  const fields = new Map<string, GoValue>(metadataFields(metadata));
  const texts = (list: string[] | undefined): GoValue =>
    list === undefined ? nilSlice(stringSliceType) : withType<GoValue[]>([...list], stringSliceType);
  fields.set('Sources', texts(metadata.sources));
  fields.set('Keywords', texts(metadata.keywords));
  const maintainers = (metadata.maintainers ?? []).map(
    ({ name, email, url }): GoValue =>
      new GoStruct(
        maintainerType,
        new Map<string, GoValue>([
          ['Name', name],
          ['Email', email],
          ['URL', url],
        ]),
      ),
  );
  fields.set('Maintainers', withType(maintainers, sliceOf(maintainerType)));
  const dependencies = (metadata.dependencies ?? []).map((dependency): GoValue => {
    const members = new Map<string, GoValue>();
    const source = dependencyMap(dependency);
    if (source instanceof Map) for (const [key, value] of source) members.set(str.read(key), value);
    return new GoStruct(dependencyType, members);
  });
  fields.set('Dependencies', withType(dependencies, sliceOf(dependencyType)));
  const inner = new GoStruct(metadataType, fields);
  return new GoStruct(
    chartStructType,
    new Map<string, GoValue>([...fields, ['Metadata', inner], ['IsRoot', chart.parent === undefined]]),
  );
}
