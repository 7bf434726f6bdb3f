// The message of a hydrated commit and the README beside its manifests, made from templates that argocd-cm may replace.
// Mirrors argoproj/argo-cd:util/settings/settings.go, util/hydrator/template.go and commitserver/commit/hydratorhelper.go (3.6).

import { type Value, execute, fromJson, parseTemplates, sprigFunctions } from '@evenkeel/gotemplate';
import { nodeHost } from '@evenkeel/gotemplate/host-node';
import { asJson } from '../application.ts';
import { type HydratorMetadata, metadataJson } from './metadata.ts';

/** The message where `sourceHydrator.commitMessageTemplate` is not set. */
export const defaultMessageTemplate = `{{.metadata.drySha | trunc 7}}: {{ .metadata.subject }}
{{- if .metadata.body }}

{{ .metadata.body }}
{{- end }}
{{ range $ref := .metadata.references }}
{{- if and $ref.commit $ref.commit.author }}
Co-authored-by: {{ $ref.commit.author }}
{{- end }}
{{- end }}
{{- if .metadata.author }}
Co-authored-by: {{ .metadata.author }}
{{- end }}
`;

/** The README where `sourceHydrator.readmeMessageTemplate` is not set. */
export const defaultReadmeTemplate: string = `# Manifest Hydration

To hydrate the manifests in this repository, run the following commands:

~~~shell
git clone {{ .RepoURL }}
# cd into the cloned directory
git checkout {{ .DrySHA }}
{{ range $command := .Commands -}}
{{ $command }}
{{ end -}}~~~
{{ if .References -}}

## References

{{ range $ref := .References -}}
{{ if $ref.Commit -}}
* [{{ $ref.Commit.SHA | mustRegexFind "[0-9a-f]+" | trunc 7 }}]({{ $ref.Commit.RepoURL }}): {{ $ref.Commit.Subject }} ({{ $ref.Commit.Author }})
{{ end -}}
{{ end -}}
{{ end -}}`.replaceAll('~~~', '```');

const host = nodeHost();
const functions = hydratorFunctions();

/** The message as the template has it. Throws an Error in upstream's words. */
export function renderMessage(template: string, metadata: HydratorMetadata): string {
  return run('commit-template', template, fromJson({ metadata: metadataJson(metadata) }));
}

/** The README of one directory. Throws an Error in upstream's words. */
export function renderReadme(template: string, metadata: HydratorMetadata): string {
  const references = (metadata.references ?? []).map(({ commit }) => ({
    Commit: {
      Author: commit.author ?? '',
      Date: commit.date ?? '',
      Subject: commit.subject ?? '',
      Body: commit.body ?? '',
      SHA: commit.sha ?? '',
      RepoURL: commit.repoUrl ?? '',
    },
  }));
  const data = {
    RepoURL: metadata.repoURL ?? '',
    DrySHA: metadata.drySha ?? '',
    Commands: metadata.commands ?? [],
    Author: metadata.author ?? '',
    Date: metadata.date ?? '',
    Subject: metadata.subject ?? '',
    Body: metadata.body ?? '',
    References: references,
  };
  // Upstream hands over a struct, which has these fields and no others.
  return run('readme', template, fromJson(asJson(data)), 'error');
}

function run(name: string, text: string, data: Value, missingKey: 'default' | 'error' = 'default'): string {
  const parsed = parseTemplates([{ name, text }], { functions, rootName: name });
  if (!parsed.ok) throw new Error(`failed to parse template ${text}: ${parsed.error.message}`, { cause: parsed.error });
  const { output, error } = execute(parsed.value, name, data, { host, missingKey });
  if (error) throw new Error(`failed to execute go template ${text}: ${error.message}`, { cause: error });
  return output;
}

function hydratorFunctions(): ReturnType<typeof sprigFunctions> {
  const all = sprigFunctions();
  for (const name of ['env', 'expandenv', 'getHostByName']) all.delete(name);
  return all;
}

/** What `git commit -m` makes of a message. Mirrors git:strbuf.c (2.39) strbuf_stripspace without comments. */
export function cleanMessage(message: string): string {
  const lines = message.split('\n').map((line) => line.replace(/[ \t\r\f\v]+$/, ''));
  const kept = lines.filter((line, index) => line !== '' || (index > 0 && lines[index - 1] !== ''));
  const text = kept.join('\n').replace(/^\n+|\n+$/g, '');
  return text === '' ? '' : `${text}\n`;
}
