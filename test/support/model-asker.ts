import process from 'node:process';
import { providerAt, requestOf } from '../runner/providers/asking.ts';

/**
 * Asks a server once in a process of its own, and prints the kind of the failure and the most memory that it took.
 * With a number of milliseconds it reads one event, waits so long, and stops.
 */
const [url, api, waitMs] = process.argv.slice(2) as [string, 'responses' | 'chat', string?];
let kind = 'none';
for await (const event of providerAt(url, api).stream(requestOf(), new AbortController().signal)) {
  if (event.type === 'failed') kind = event.kind;
  if (waitMs === undefined) continue;
  await new Promise((resolve) => setTimeout(resolve, Number(waitMs)));
  kind = 'stopped';
  break;
}
const peakMb = process.resourceUsage().maxRSS / 1024;
process.stdout.write(JSON.stringify({ kind, peakMb }));
