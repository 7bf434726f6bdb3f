// The shape of the house as data: which package may import which, and which are pure. ARCHITECTURE.md says why;
// architecture.test.ts proves it.

/** Packages by layer, lowest first. A package imports only from lower layers, or what `sideways` names. */
export const layers: readonly (readonly string[])[] = [
  ['std'],
  ['resource', 'lang', 'gotemplate', 'api'],
  ['kustomize', 'helm', 'engine'],
  ['kube', 'git', 'oci', 'sandbox'],
  ['controller', 'history', 'source', 'delivery'],
  ['argo', 'flux'],
  ['server'],
  ['world'],
  ['ui', 'cli'],
];

/** Imports inside one layer that are allowed, each with its reason. */
export const sideways: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  gotemplate: {
    resource: 'templates print YAML and JSON as Kubernetes tools do',
    lang: 'sprig compares versions as Masterminds does',
  },
  lang: { resource: 'expressions read Kubernetes objects' },
  sandbox: { kube: 'the sandbox is reached through the transport that the client defines' },
  delivery: {
    history: 'what a delivery does is recorded',
    source: 'a delivery renders from a source',
  },
};

/** Packages without I/O, clock or randomness. */
export const pure: ReadonlySet<string> = new Set([
  'std',
  'resource',
  'lang',
  'gotemplate',
  'api',
  'kustomize',
  'helm',
  'engine',
]);

/** Where the API groups of the front ends may be named. */
export const frontEndWords: readonly { readonly word: string; readonly packages: ReadonlySet<string> }[] = [
  { word: 'argoproj.io', packages: new Set(['argo']) },
  { word: 'fluxcd.io', packages: new Set(['flux']) },
];

/** What the engine knows of other people's kinds, by API group: data, in which the front ends' groups are two among many. */
export const catalogues: RegExp = /^packages\/engine\/src\/(health|actions)\//;

/** Files that may read the environment, the arguments and signals. */
export const rimFiles: ReadonlySet<string> = new Set(['packages/cli/src/main.ts', 'packages/server/src/main.ts']);

/** Names no file may carry: they say nothing about what is inside. */
export const bannedFileNames: RegExp = /(^|[-/])(utils?|helpers?|common|misc)(\.|[-/]|$)/;

/** Longest function, in lines. */
export const functionLinesMax = 60;
/** Longest file, in lines. */
export const fileLinesMax = 500;
