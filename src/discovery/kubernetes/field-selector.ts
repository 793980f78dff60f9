/** Why a field selector (`status.phase=Running,spec.nodeName!=a`) is none. Source: k8s.io/apimachinery pkg/fields. */
export function fieldSelectorProblem(selector: string): string | undefined {
  for (const term of selector.split(/(?<!\\),/)) {
    if (term === '' || /!=|==?/.test(term)) continue;
    return `invalid selector: '${selector}'; can't understand '${term}'`;
  }
  return undefined;
}
