import { type Entry, record } from '../builders.ts';

/** Records of a session as Codex up to 0.147 could have written it, with whatever may befall its history; the same for a seed. */
export function randomSession(seed: number): Entry[] {
  const pick = picker(seed);
  const marksTurns = pick(3) > 0;
  const entries: Entry[] = [];
  const length = 3 + pick(9);
  for (let number = 1; number <= length; number++) {
    const kind = pick(10);
    if (kind < 6) entries.push(...turn(`u${number}`, marksTurns || pick(8) === 0, pick));
    else if (kind < 8) entries.push(...marked(`m${number}`, marksTurns, [compaction(`${number}`, kind === 7)]));
    else entries.push(record.rolledBack(1 + pick(3)));
  }
  return entries;
}

type Pick = (below: number) => number;

function turn(text: string, isMarked: boolean, pick: Pick): Entry[] {
  const context: Entry = [
    'turn_context',
    {
      turn_id: text,
      cwd: '/x',
      approval_policy: 'never',
      sandbox_policy: { type: 'read-only' },
      model: 'gpt-5.5',
      summary: 'auto',
    },
  ];
  const body = [...ahead(text, pick), context, record.userItem(text), record.userEvent(text), ...within(text, pick)];
  return marked(text, isMarked, [...body, record.agentItem(`re: ${text}`), record.agentEvent(`re: ${text}`)]);
}

function marked(id: string, isMarked: boolean, entries: Entry[]): Entry[] {
  return isMarked ? [record.started(id), ...entries, record.complete(id)] : entries;
}

function ahead(text: string, pick: Pick): Entry[] {
  const entries: Entry[] = [];
  if (pick(2)) entries.push(developer(`<permissions instructions>${text}`));
  if (pick(2)) entries.push(record.userItem(`<environment_context>${text}</environment_context>`));
  if (pick(6) === 0) entries.push(developer(`plain ${text}`));
  return entries;
}

function within(text: string, pick: Pick): Entry[] {
  switch (pick(9)) {
    case 0:
      return [record.userItem(`steer ${text}`), record.userEvent(`steer ${text}`)];
    case 1:
      return [compaction(text, false)];
    case 2:
      return [compaction(text, true)];
    case 3:
      return [record.call(text, 'shell', {}), ...(pick(2) ? [record.output(text, 'out')] : [])];
    case 4:
      return [record.userItem('<turn_aborted>x</turn_aborted>')];
    case 5:
      return [record.output(`orphan ${text}`, 'out'), record.item('ghost_snapshot', { ghost_commit: {} })];
    default:
      return [];
  }
}

function compaction(text: string, replaces: boolean): Entry {
  if (!replaces) return ['compacted', { message: `gist ${text}` }];
  const left = ['kept', 'also kept', 'gist'].map((word) => record.userItem(`${word} ${text}`)[1]);
  return ['compacted', { message: '', replacement_history: left }];
}

function developer(text: string): Entry {
  return ['response_item', { type: 'message', role: 'developer', content: [{ type: 'input_text', text }] }];
}

function picker(seed: number): Pick {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 16) % below;
  };
}
