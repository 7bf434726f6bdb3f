// Names of properties as expressions spell them: what is no identifier is escaped (k8s.io/apiserver v0.35:pkg/cel/escaping.go).

const reserved = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

const escapes: Readonly<Record<string, string>> = {
  __: '__underscores__',
  '.': '__dot__',
  '-': '__dash__',
  '/': '__slash__',
};

/** The name in expressions; undefined where the property cannot be named in them. */
export function escapedName(property: string): string | undefined {
  if (!/^[a-zA-Z_./-][a-zA-Z0-9_./-]*$/.test(property)) return undefined;
  if (reserved.has(property)) return `__${property}__`;
  return property.replaceAll(/__|[-./]/g, (part) => escapes[part] ?? part);
}

const plain: Readonly<Record<string, string>> = { underscores: '__', dot: '.', dash: '-', slash: '/' };

/** The property an expression means. */
export function unescapedName(name: string): string {
  return name.replaceAll(/__([^_]+)__/g, (whole, inner: string) =>
    reserved.has(inner) ? inner : (plain[inner] ?? whole),
  );
}
