import { escapeForTerminal, oneLine } from '../../base/safe-text.ts';
import type { SandboxPolicy } from '../../model/history.ts';
import type { ApprovalDecision, ApprovalRequest } from '../approvals.ts';
import { describeReach } from './describe-policy.ts';

export interface Terminal {
  /** Begins a question: until it is closed, nothing else is written there. */
  open(): Promise<Question>;
}

export interface Question {
  write(text: string): Promise<void>;
  /** Drops what was typed before. */
  discard(): Promise<void>;
  /** The next line without its end; null when there will be none. Rejects, or gives null, on abort. */
  readLine(signal: AbortSignal): Promise<string | null>;
  close(): void;
}

/** Asks on a terminal: what is to be done with all that it could hide made visible, where, under which sandbox, and why. */
export function askOnTerminal(terminal: Terminal, policy: SandboxPolicy) {
  return async (request: ApprovalRequest, signal: AbortSignal): Promise<ApprovalDecision> => {
    const question = await terminal.open();
    try {
      if (signal.aborted) return nobody;
      return await ask(question, request, policy, signal);
    } finally {
      question.close();
    }
  };
}

async function ask(
  { write, discard, readLine }: Question,
  request: ApprovalRequest,
  policy: SandboxPolicy,
  signal: AbortSignal,
): Promise<ApprovalDecision> {
  const [whole, short] = [describe(request, policy, Number.POSITIVE_INFINITY), describe(request, policy, 1)];
  const isShort = whole === short;
  await write(short);
  await discard();
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    await write(`Allow it? [y]es, [n]o, [a]bort the turn${isShort ? '' : ', [s]how all of it'}: `);
    const line = await readLine(signal);
    if (line === null) {
      // Nobody has pressed Enter.
      await write('\n');
      return nobody;
    }
    const answer = understand(line.trim());
    if (answer) return answer;
    if (!isShort && /^s(how)?$/i.test(line.trim())) await write(whole);
    else await write(`${line.trim() === '' ? '' : `That is no answer. `}${understood}${isShort ? '' : orShow}\n`);
  }
  return { decision: 'declined', by: 'user', reason: 'no answer was understood' };
}

const nobody: ApprovalDecision = {
  decision: 'declined',
  by: 'unavailable',
  reason: 'nobody answered (the input ended)',
};
const attempts = 5;

const understood = 'Type y for yes, n for no, `n: REASON` to tell the agent why, or a to end the turn';
const orShow = '; s shows all of it';

/** What is said behind a no is the reason that the agent is told. */
function understand(line: string): ApprovalDecision | null {
  const decision = answers.get(line.toLowerCase());
  if (decision) return { decision, by: 'user', reason: null };
  const reason = /^no?(?:\s*[,;:.!-]\s*|\s+)(\S.*)$/i.exec(line)?.[1];
  return reason === undefined ? null : { decision: 'declined', by: 'user', reason };
}

const answers = new Map<string, ApprovalDecision['decision']>([
  ...(['y', 'yes'] as const).map((key) => [key, 'approved'] as const),
  ...(['n', 'no'] as const).map((key) => [key, 'declined'] as const),
  ...(['a', 'abort'] as const).map((key) => [key, 'abort'] as const),
]);

/** Longer texts are cut in the middle, where it is said, so that the question is not scrolled away. */
const longestSummary = 4000;
const longestLine = 1000;

/** @param scale of what is shown, against what the longest texts may be */
function describe(request: ApprovalRequest, policy: SandboxPolicy, scale: number): string {
  const { kind, summary, reason, cwd } = request;
  const what = { command: 'run a command', patch: 'change files', tool: 'call a tool' }[kind];
  const shown = cut(summary, longestSummary * scale, '\n');
  const brief = (text: string) => oneLine(cut(text, longestLine * scale, ' '));
  const indented = escapeForTerminal(shown).replace(/^/gm, '  | ');
  return [
    `\nThe agent wants to ${what}:`,
    indented,
    `  in       ${brief(cwd)}`,
    `  sandbox  ${describeReach(request, policy)}`,
    `  reason   ${reason ? brief(reason) : '(none given)'}\n`,
  ].join('\n');
}

function cut(text: string, longest: number, space: string): string {
  if (text.length <= longest) return text;
  const half = longest / 2;
  return `${text.slice(0, half)}${space}[… ${text.length - longest} characters left out …]${space}${text.slice(-half)}`;
}
