import { Chalk, type ChalkInstance } from 'chalk';

/** What the program prints to. Results go to `out` alone; everything said beside them goes to `err`. */
export interface Terminal {
  out(text: string): void;
  /** Resolves when more may follow; the bytes must not change until then. */
  outBytes(bytes: Uint8Array): Promise<void>;
  err(text: string): void;
  readonly colour: ChalkInstance;
  readonly errColour: ChalkInstance;
  /** Columns of the terminal, 80 when it is none. */
  readonly width: number;
  readonly isTerminal: boolean;
}

/** The stream as a terminal: colour only on a terminal that takes it, never with NO_COLOR or TERM=dumb. */
export function processTerminal(options: { color?: boolean } = {}): Terminal {
  const { env, stdout, stderr } = process;
  const wanted = options.color ?? (!env.NO_COLOR && env.TERM !== 'dumb');
  const forced = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0' && options.color !== false;
  const chalkFor = (isTerminal: boolean): ChalkInstance =>
    new Chalk({ level: forced || (wanted && isTerminal) ? 1 : 0 });
  return {
    out: (text) => void stdout.write(text),
    outBytes: (bytes) =>
      new Promise((resolve) => {
        if (stdout.write(bytes)) resolve();
        else stdout.once('drain', resolve);
      }),
    err: (text) => void stderr.write(text),
    colour: chalkFor(stdout.isTTY === true),
    errColour: chalkFor(stderr.isTTY === true),
    width: stdout.columns ?? 80,
    isTerminal: stdout.isTTY === true,
  };
}

/** A reader that closes the pipe (`| head`) ends the program quietly. */
export function endQuietlyOnClosedPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(0);
      throw error;
    });
  }
}
