/**
 * Name rules. Source: prometheus/common model (IsValidLegacyMetricName, LabelName.IsValidLegacy) and UTF-8
 * scheme.
 */
export type NameValidationScheme = 'utf8' | 'legacy';

const legacyLabelName = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const legacyMetricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

export function isLegacyLabelName(name: string): boolean {
  return legacyLabelName.test(name);
}

export function isLegacyMetricName(name: string): boolean {
  return legacyMetricName.test(name);
}

/** Under `utf8` every non-empty well-formed string is a label name. */
export function isLabelName(name: string, scheme: NameValidationScheme = 'utf8'): boolean {
  return scheme === 'legacy' ? isLegacyLabelName(name) : name.length > 0 && name.isWellFormed();
}

export function isMetricName(name: string, scheme: NameValidationScheme = 'utf8'): boolean {
  return scheme === 'legacy' ? isLegacyMetricName(name) : name.length > 0 && name.isWellFormed();
}

const invalidLabelCharacter = /[^a-zA-Z0-9_]/gu;

/**
 * Everything that no legacy label name may hold becomes an underscore; a digit may still stand first, so
 * that the result wants a prefix. Source: util/strutil SanitizeLabelName.
 */
export function sanitizeLabelName(name: string): string {
  return name.replace(invalidLabelCharacter, '_');
}

/**
 * As `sanitizeLabelName`, for a whole name: no digit stands first, and an empty name becomes an underscore.
 */
export function sanitizeFullLabelName(name: string): string {
  return name === '' ? '_' : sanitizeLabelName(name).replace(/^[0-9]/, '_');
}
