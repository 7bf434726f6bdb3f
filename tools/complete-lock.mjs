// Completes package-lock.json after a dependency changed: `npm install` leaves out optional packages of other platforms
// that its registry does not hold, and `npm ci` then refuses the lock. Their names, versions and platforms are all that is
// needed, since they are never installed here. `node tools/complete-lock.mjs`.

import { readFileSync, writeFileSync } from 'node:fs';

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8'));
const systems = ['android', 'darwin', 'freebsd', 'linux', 'openbsd', 'netbsd', 'sunos', 'openharmony', 'win32', 'aix'];
const processors = ['arm64', 'arm', 'ia32', 'x64', 'ppc64', 'riscv64', 's390x', 'loong64', 'wasm32', 'mips64el'];

/** Platform of a package, read off its name: "@oxlint/binding-linux-arm64-gnu". */
function platformOf(name) {
  const words = name.split(/[/-]/);
  const os = systems.filter((system) => words.includes(system));
  const cpu = processors.filter((processor) => words.includes(processor));
  return { ...(cpu.length > 0 ? { cpu } : {}), ...(os.length > 0 ? { os } : {}) };
}

/** The directories an import of the owner looks in, nearest first. */
function placesOf(owner) {
  const parts = owner.split('/node_modules/');
  const places = parts
    .map((_part, index) => `${parts.slice(0, index + 1).join('/node_modules/')}/node_modules`)
    .toReversed();
  return owner === ''
    ? ['node_modules']
    : [...places, 'node_modules'].filter((place) => !place.startsWith('packages/'));
}

let added = 0;
const owners = Object.entries(lock.packages).sort(
  ([left], [right]) => left.split('node_modules').length - right.split('node_modules').length,
);
for (const [path, owner] of owners) {
  for (const [name, version] of Object.entries(owner.optionalDependencies ?? {})) {
    const places = placesOf(path).map((place) => `${place}/${name}`);
    const found = places.map((place) => lock.packages[place]).find((entry) => entry !== undefined);
    const platform = platformOf(name);
    if (found?.version === version || !/^\d/.test(version) || Object.keys(platform).length === 0) continue;
    // The outermost place that is free, unless something nearer would hide it.
    const free =
      found === undefined ? places.at(-1) : places[places.findIndex((place) => lock.packages[place] === found) - 1];
    if (free === undefined) continue;
    lock.packages[free] = { version, ...platform, ...(owner.dev === true ? { dev: true } : {}), optional: true };
    added += 1;
  }
}
const [root, ...rest] = Object.entries(lock.packages);
lock.packages = Object.fromEntries([root, ...rest.sort(([left], [right]) => (left < right ? -1 : 1))]);
writeFileSync(file, `${JSON.stringify(lock, undefined, 2)}\n`);
process.stdout.write(`${added} packages of other platforms added\n`);
