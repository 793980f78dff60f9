/** Reads pages as JSON lines {id, contentType, b64}, prints what they hold: the command that run.mjs checks. */
import { createInterface } from 'node:readline';
import { scanOpenMetrics, scanText } from '../../src/exposition/index.js';
import { describePage } from './describe-page.js';

for await (const line of createInterface({ input: process.stdin })) {
  const { id, contentType, b64 } = JSON.parse(line) as { id: string; contentType: string; b64: string };
  const bytes = Buffer.from(b64, 'base64');
  const scan = contentType.startsWith('application/openmetrics-text') ? scanOpenMetrics : scanText;
  const page = scan(bytes, { comments: true });
  const entries = describePage(page);
  process.stdout.write(
    `${JSON.stringify({ id, error: page.error?.message, samples: page.sampleCount, entries })}\n`,
  );
}
