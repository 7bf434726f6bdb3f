// What this package uses of fengari, which carries no types. Lua strings are byte arrays there; a state is opaque.

declare module 'fengari/src/*' {
  const module: unknown;
  export default module;
}
