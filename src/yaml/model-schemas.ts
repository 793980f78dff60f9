/** Schemas of the model's types, which several layers' options use. */
import { quoteGo } from '../base/index.js';
import {
  compileRelabelRegexp,
  defaultReplacement,
  defaultSeparator,
  RegexpSyntaxError,
  type RelabelAction,
  type RelabelRegexp,
  type RelabelRule,
  relabelActions,
} from '../model/index.js';
import { string, uint64 } from './scalars.js';
import { inFlow, list, map, optional, printed, refine, type Schema, withDefault } from './schema.js';
import { struct } from './struct.js';

/** A label name as upstream's model.LabelName reads it: any well-formed text. */
export function labelName(): Schema<string> {
  return refine(string(), {
    zero: '',
    convert(text, report) {
      if (text !== '' && text.isWellFormed()) return text;
      report(`${quoteGo(text)} is not a valid label name`);
      return undefined;
    },
  });
}

/** Label names to values, in file order. */
export function labelSet(): Schema<Map<string, string>> {
  return refine(map(string(), 'model.LabelSet'), {
    zero: new Map<string, string>(),
    convert(labels, report) {
      for (const [name, value] of labels) {
        if (name === '' || !name.isWellFormed()) report(`${quoteGo(name)} is not a valid label name`);
        if (!value.isWellFormed()) report(`${quoteGo(value)} is not a valid label value`);
      }
      return labels;
    },
  });
}

/** Absent is undefined, the default pattern; an explicit null is the empty one. */
function pattern(): Schema<RelabelRegexp | undefined> {
  const filled = refine<string, RelabelRegexp | undefined>(string(), {
    zero: compileRelabelRegexp(''),
    print: (regexp) => regexp?.pattern ?? '',
    isZero: (regexp) => regexp === undefined,
    convert(text, report) {
      try {
        return compileRelabelRegexp(text);
      } catch (error) {
        if (!(error instanceof RegexpSyntaxError)) throw error;
        report(error.message);
        return undefined;
      }
    },
  });
  return { ...filled, absent: () => undefined };
}

function action(): Schema<RelabelAction | ''> {
  const named = refine<string, RelabelAction | ''>(string(), {
    zero: '',
    convert(text, report) {
      const found = relabelActions.find((candidate) => candidate === text.toLowerCase());
      if (found === undefined) report(`unknown relabel action ${quoteGo(text)}`);
      return found;
    },
  });
  return withDefault(named, 'replace');
}

/** A relabelling rule; `checkRelabelRule` is left to who knows the validation scheme. */
export function relabelRule(): Schema<RelabelRule> {
  return struct(
    {
      source_labels: inFlow(optional(list(labelName()))),
      separator: printed(withDefault(string(), defaultSeparator)),
      regex: pattern(),
      modulus: uint64(),
      target_label: string(),
      replacement: printed(withDefault(string(), defaultReplacement)),
      action: action(),
    },
    { typeName: 'relabel.plain' },
  );
}
