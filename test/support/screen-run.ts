import { openProcessIo } from '../../src/base/process-io.ts';

// Draws on a screen, tells the bytes of each key, and ends in the way that the key asks for. Arguments: the screen (`alt` or
// `inline`), and what a signal makes it do (`orderly` or `stuck`).
const [where, onSignal] = process.argv.slice(2);
const { io, close } = openProcessIo();
const screen = io.openScreen({ altScreen: where === 'alt' });
if (!screen) throw new Error('no terminal');

const draw = (text: string) => screen.write(`${text} at ${screen.columns}x${screen.rows}\r\n`);
const timer = setInterval(() => {}, 1000);

async function end(code: number): Promise<void> {
  await screen?.close();
  await screen?.close();
  clearInterval(timer);
  close();
  process.exitCode = code;
}

screen.onRedraw(() => draw('drawn'));
screen.onInput((bytes) => {
  if (bytes === null) return void end(9);
  const text = Buffer.from(bytes).toString();
  draw(`got ${Buffer.from(bytes).toString('hex')}`);
  if (text === 'q') void end(0);
  if (text === 'e') process.exit(7);
  if (text === 'x') setTimeout(() => JSON.parse('{"thrown": '));
});
io.signal.addEventListener('abort', () => {
  draw('stopping');
  if (onSignal === 'orderly') void end(3);
});
screen.write('\x1b[?25l');
draw('ready');
