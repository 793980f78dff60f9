import type { Config } from '@oclif/core/config';
import { Help } from '@oclif/core/help';

/** Prints the help of a command, of a topic, or of the program where there are no words. */
export async function showHelp(config: Config, words: readonly string[]): Promise<void> {
  await new Help(config, config.pjson.oclif.helpOptions).showHelp([...words]);
}
