// The shape of the generated table of schema facts (builtin.gen.ts, written by tools/schema/generate.ts).
// Keys are one letter because the table ships with every program that uses this package.
export {};
