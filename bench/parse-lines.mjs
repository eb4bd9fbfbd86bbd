// The least that a reader of a rollout can do: parses each of its lines once, and keeps nothing. Argument: FILE.
import { openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

const file = openSync(process.argv[2]);
const block = Buffer.allocUnsafe(1 << 20);
const decoder = new StringDecoder('utf8');
let rest = '';
for (let bytes = readSync(file, block); bytes > 0; bytes = readSync(file, block)) {
  const lines = (rest + decoder.write(block.subarray(0, bytes))).split('\n');
  rest = lines.pop();
  for (const line of lines) JSON.parse(line);
}
