// Messages of kustomize without the content they quote: whole patches and generators, in which passwords may stand. The command says
// them as the original does; what is written into conditions, events and histories says where to look, and not what is there.

/** The message with "…" for what kustomize quotes of a kustomization. */
export function withoutContent(message: string): string {
  return message
    .replaceAll(/with config: `[\s\S]*`(?=:|$)/g, 'with config: `…`')
    .replaceAll(/\[patch: "(?:[^"\\]|\\.)*"\]/g, '[patch: …]')
    .replaceAll(/literal sources \[[\s\S]*?\](?=: )/g, 'literal sources […]')
    .replaceAll(/invalid literal source [\s\S]*?, expected key=value/g, 'invalid literal source …, expected key=value');
}
