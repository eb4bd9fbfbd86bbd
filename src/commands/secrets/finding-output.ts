import { escapeForTerminal } from '../../base/safe-text.ts';
import type { SecretFinding } from '../../engine/redact/finding.ts';
import type { Target } from '../../engine/resolve-session.ts';
import type { Printer } from '../../ui/printer.ts';
import type { Table } from '../../ui/table.ts';
import { untilClosed } from '../frame/until-closed.ts';
import { kindOf } from './kind-of.ts';

/** Prints findings by session; the verdict needs their number, also when nobody reads any more. */
export interface FindingOutput {
  readonly total: number;
  print(finding: SecretFinding, target: Target): Promise<void>;
  summary(searched: number): string;
  close(): Promise<void>;
}

/** @param beforeFirst called before anything goes to the terminal */
export function createFindingOutput(printer: Printer, beforeFirst: () => Promise<void>): FindingOutput {
  let table: Table | null = null;
  let subject: string | null = null;
  let total = 0;
  let withFindings = 0;
  const whileRead = untilClosed();
  return {
    get total() {
      return total;
    },
    async print(finding, target) {
      const name = target.kind === 'file' ? (target.isStdin ? '-' : target.path) : target.threadId;
      const isNew = name !== subject;
      subject = name;
      if (total++ === 0) await beforeFirst();
      if (isNew) withFindings++;
      await whileRead(async () => {
        if (printer.mode === 'json') return printer.record(finding);
        if (printer.mode === 'ids') return isNew ? printer.id(name) : undefined;
        // What measures text takes long to load, also for those who ask for no secrets.
        table ??= (await import('../../ui/table.ts')).createTable(columns, printer.columns, printer.colours);
        const head = isNew ? `${withFindings > 1 ? '\n' : ''}${escapeForTerminal(name)}\n${table.header()}` : '';
        return printer.text(head + table.rows([cellsOf(finding)]));
      });
    },
    summary(searched) {
      const sessions = `${searched} ${searched === 1 ? 'session' : 'sessions'}`;
      if (total === 0) return `${sessions}, no secrets found`;
      return `${sessions}, ${total} ${total === 1 ? 'finding' : 'findings'} in ${withFindings} of them`;
    },
    close: () => whileRead(() => printer.close()),
  };
}

const columns = [
  { title: 'MARK', width: 22 },
  { title: 'TURN', width: 4, align: 'right' as const },
  { title: 'LINE', width: 7, align: 'right' as const },
  { title: 'WHAT', width: 24 },
  { title: 'WHERE', width: 'rest' as const },
];

function cellsOf({ rule, turn, line, preview, mark, pointer, inner, encoding }: SecretFinding): string[] {
  const where = [[pointer ?? '', ...inner].join(' > '), ...encoding].filter((part) => part !== '').join(', ');
  const number = mark.slice(mark.lastIndexOf(':'), -1);
  return [
    // As in the copy. Those with the same number are the same secret: of a long name, the number stays.
    `${rule.length + number.length > LONGEST_MARK ? `${rule.slice(0, LONGEST_MARK - number.length - 1)}…` : rule}${number}`,
    String(turn ?? ''),
    String(line ?? ''),
    preview === '…' ? kindOf(rule) : `${preview} ${kindOf(rule)}`,
    where,
  ];
}

const LONGEST_MARK = 22;
