import { describe, expect, it } from 'vitest';
import { type Entry, envelope, idOf, makeHome, record } from '../builders.ts';
import { runHere } from '../support/run-here.ts';

/*
 * Codex up to 0.98, which marks no beginnings of turns, shows the model a picture by a message in the name of the user: lines as
 * 0.64 wrote them, with other texts. Every command counts the turns in its own way, and all have to agree.
 */

const id = idOf(1);
const picture = { type: 'input_image', image_url: 'data:image/png;base64,iVBORw0KGgo=' };
const pictureItem = record.item('message', { role: 'user', content: [picture] });

const viewing: Entry[] = [
  record.userItem('look at pix.png'),
  record.userEvent('look at pix.png'),
  record.call('call_1', 'view_image', { path: '/home/dev/widget/pix.png' }),
  record.output('call_1', 'attached local image path'),
  pictureItem,
  record.agentEvent('a pixel'),
  record.agentItem('a pixel'),
];

const asking: Entry[] = [record.userItem('and the end'), record.userEvent('and the end'), record.agentEvent('of it')];

async function turnsOfAll(lines: Entry[]) {
  const home = makeHome();
  home.rollout(id, envelope(record.meta(id, { cli_version: '0.64.0' }), ...lines));
  const env = { CODEX_HOME: home.path };
  const run = async (...argv: string[]) => {
    const { out } = await runHere(argv, { env });
    const lines = out.toString().trim().split('\n');
    return lines.map((line) => JSON.parse(line));
  };
  const searched = await run('search', '--no-index', '--json', 'end');
  const [state] = await run('replay', '--state', '--json', id);
  return {
    ls: (await run('ls', '--json'))[0].turns,
    show: (await run('show', '--json', id)).at(-1).turn,
    stats: (await run('stats', '--json', '--no-index'))[0].turns,
    search: searched[0].turn,
    state: state.turns,
  };
}

const all = (turns: number) => ({ ls: turns, show: turns, stats: turns, search: turns, state: turns });

describe('a message that holds a picture alone', () => {
  it('begins no turn where the model has asked to see it', async () => {
    expect(await turnsOfAll([...viewing, ...asking])).toEqual(all(2));
  });

  it('begins one where the user has sent it', async () => {
    const alone = [pictureItem, record.event('user_message', { message: '', images: [picture.image_url] })];
    expect(await turnsOfAll([...viewing, ...alone, record.agentEvent('a pixel, too'), ...asking])).toEqual(all(3));
  });
});
