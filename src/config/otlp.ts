import { quoteGo } from '../base/index.js';
import {
  bool,
  list,
  type Report,
  type Schema,
  type StructOf,
  string,
  struct,
  withDefault,
} from '../yaml/index.js';

function fields() {
  return {
    promote_all_resource_attributes: bool(),
    promote_resource_attributes: list(string()),
    ignore_resource_attributes: list(string()),
    translation_strategy: withDefault(
      { ...string(), typeName: 'otlptranslator.TranslationStrategyOption' },
      'UnderscoreEscapingWithSuffixes',
    ),
    keep_identifying_resource_attributes: bool(),
    convert_histograms_to_nhcb: bool(),
    promote_scope_metadata: bool(),
    label_name_underscore_sanitization: withDefault(bool(), true),
    label_name_preserve_multiple_underscores: withDefault(bool(), true),
  };
}
export type OtlpOptions = StructOf<ReturnType<typeof fields>>;

/** The block `otlp`. Source: config.go (OTLPConfig). */
export function otlp(): Schema<OtlpOptions> {
  return struct(fields(), {
    typeName: 'config.plain',
    check: checkAttributes,
    complete: (options) => ({
      ...options,
      promoteResourceAttributes: options.promoteResourceAttributes.map((name) => name.trim()),
      ignoreResourceAttributes: options.ignoreResourceAttributes.map((name) => name.trim()),
    }),
  });
}

function checkAttributes(options: OtlpOptions, report: Report) {
  const { promoteResourceAttributes: promoted, ignoreResourceAttributes: ignored } = options;
  if (options.promoteAllResourceAttributes) {
    if (promoted.length > 0)
      return report(
        "'promote_all_resource_attributes' and 'promote_resource_attributes' cannot be configured simultaneously",
      );
    checkNames(ignored, 'ignore', 'ignored', report);
  } else {
    if (ignored.length > 0)
      return report(
        "'ignore_resource_attributes' cannot be configured unless 'promote_all_resource_attributes' is true",
      );
    checkNames(promoted, 'promote', 'promoted', report);
  }
}

function checkNames(names: readonly string[], verb: string, adjective: string, report: Report): void {
  const seen = new Set<string>();
  const problems: string[] = [];
  for (const name of names.map((text) => text.trim())) {
    if (name === '') problems.push(`empty ${adjective} OTel resource attribute`);
    else if (seen.has(name))
      problems.push(`duplicated ${adjective} OTel resource attribute ${quoteGo(name)}`);
    seen.add(name);
  }
  const key = `${verb}_resource_attributes`;
  if (problems.length > 0) report(`invalid '${key}': ${problems.join('\n')}`, { key });
}

/** Upstream's text for a strategy that cannot be; where metric names may be any text or not decides. */
export function strategyProblem({ translationStrategy }: OtlpOptions, isLegacy: boolean): string | undefined {
  switch (translationStrategy) {
    case '':
    case 'UnderscoreEscapingWithSuffixes':
    case 'UnderscoreEscapingWithoutSuffixes':
      return undefined;
    case 'NoTranslation':
    case 'NoUTF8EscapingWithSuffixes':
      return isLegacy
        ? `OTLP translation strategy ${quoteGo(translationStrategy)} is not allowed when UTF8 is disabled`
        : undefined;
    default:
      return `unsupported OTLP translation strategy ${quoteGo(translationStrategy)}`;
  }
}
