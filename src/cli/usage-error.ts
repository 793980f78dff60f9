import { CLIError } from '@oclif/core/errors';
import { didYouMean, UserError } from '../base/index.js';

/** oclif's complaint about a command line in our words; undefined for anything else. */
export function usageError(error: unknown, commandName: string): UserError | undefined {
  if (!(error instanceof CLIError)) return undefined;
  const help = `see "tsprom ${commandName} --help"`;
  const { message, hint } = complaintOf(error, help);
  return new UserError({ code: 'usage', message, suggestions: [hint ?? help], cause: error });
}

/** What oclif's parse errors carry beside their text (@oclif/core/lib/parser/errors.js). */
interface ParseDetails {
  readonly parse?: { readonly input?: { readonly flags?: Readonly<Record<string, unknown>> } };
  readonly flags?: readonly string[];
  readonly args?: readonly (string | { readonly name: string; readonly description?: string })[];
}

function complaintOf(
  error: CLIError,
  help: string,
): { readonly message: string; readonly hint?: string | undefined } {
  const { parse, flags, args } = error as CLIError & ParseDetails;
  switch (error.constructor.name) {
    case 'NonExistentFlagsError': {
      const flag = String(flags?.[0]);
      const known = Object.keys(parse?.input?.flags ?? {}).map((name) => `--${name}`);
      const meant = didYouMean(flag, known);
      return { message: `unknown flag "${flag}"`, hint: meant && `did you mean "${meant}"?` };
    }
    case 'RequiredArgsError': {
      const missing = (args ?? []).flatMap((arg) =>
        typeof arg === 'string' ? [] : [arg.name.toUpperCase()],
      );
      return { message: `missing ${missing.join(' ')}` };
    }
    case 'UnexpectedArgsError': {
      const [first] = args ?? [];
      return {
        message: `unexpected argument "${String(first)}"`,
        hint: `quote an argument that holds blanks; ${help}`,
      };
    }
    default:
      return { message: detailOf(error.message) };
  }
}

/** Without oclif's heading and its closing advice, on one line. */
function detailOf(text: string): string {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter(
      (line) => line !== '' && !line.startsWith('See more help') && !/^The following errors?/.test(line),
    );
  const detail = lines
    .join('; ')
    .replaceAll(/All of the following must be provided when using (--\S+): /g, '$1 needs ')
    .replaceAll(/(--\S+?)(?:=\S*)? cannot also be provided when using (--\S+)/g, '$1 cannot stand beside $2');
  return detail.charAt(0).toLowerCase() + detail.slice(1);
}
