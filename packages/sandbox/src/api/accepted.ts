// Which of the formats that objects are answered in a client takes.

export type Format = 'json' | 'yaml';

/** The first format of an Accept header that there is; undefined where none is. No header takes everything. */
export function acceptedFormat(header: string | undefined): Format | undefined {
  if (header === undefined || header.trim() === '') return 'json';
  const clauses = header
    .split(',')
    .map((clause, index) => {
      const [type = '', ...parameters] = clause.split(';').map((each) => each.trim());
      const quality = Number(parameters.find((each) => each.startsWith('q='))?.slice(2) ?? '1');
      return { type, quality, index };
    })
    .toSorted((left, right) => right.quality - left.quality || left.index - right.index);
  for (const { type } of clauses) {
    if (type === 'application/yaml') return 'yaml';
    // Who takes protobuf takes JSON too; see DEVIATIONS.md.
    if (/^(application\/(json|\*|vnd\.kubernetes\.protobuf)|\*\/\*)$/.test(type)) return 'json';
  }
  return undefined;
}
