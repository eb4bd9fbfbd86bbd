import { parseTime, relativeAge } from '../../base/time.ts';
import { isOfPolicy } from '../../engine/prune/kept-result.ts';
import type { PrunePlan } from '../../engine/prune/plan.ts';
import type { Printer } from '../../ui/printer.ts';
import { shortSize } from '../../ui/short-size.ts';
import type { Column } from '../../ui/table.ts';
import { describeReasons, titleOf } from './describe-reasons.ts';

/** A plan as records, as the ids of what goes, or as a table of it and the reasons why the others stay. */
export async function printPlan(plan: PrunePlan, printer: Printer, now: number): Promise<void> {
  if (printer.mode === 'json') {
    await printer.record(plan.head);
    for (const session of plan.sessions) await printer.record(session);
    return;
  }
  if (printer.mode === 'ids') {
    for (const { action, thread_id } of plan.sessions) if (action === 'remove') await printer.id(thread_id);
    return;
  }
  await printTable(plan.sessions.filter(goes), printer, now);
  const { removes, remove_bytes, sessions } = plan.head;
  await printer.text(`${removes} of ${sessions} sessions (${shortSize(remove_bytes)}) would go to the trash.\n`);
  const staying = plan.sessions.filter(staysAllTheSame);
  if (staying.length === 0) return;
  await printer.text('\nChosen, and kept all the same:\n');
  await printTable(staying, printer, now);
}

type Session = PrunePlan['sessions'][number];

async function printTable(sessions: readonly Session[], printer: Printer, now: number): Promise<void> {
  const { createTable } = await import('../../ui/table.ts');
  const table = createTable(columns, printer.columns, printer.colours);
  if (sessions.length > 0) await printer.text(table.header());
  for (const { thread_id, age_at, size_bytes, reasons, name } of sessions) {
    const age = age_at === null ? '-' : relativeAge(parseTime(age_at) as number, now);
    const why = describeReasons(reasons);
    await printer.text(table.rows([[thread_id, age, shortSize(size_bytes), name === null ? why : `${why}: ${name}`]]));
  }
}

function goes({ action }: Session): boolean {
  return action === 'remove';
}

/** Whether the policy chose it, and something else speaks against it. */
function staysAllTheSame({ action, reasons }: Session): boolean {
  return action === 'keep' && !reasons.some(({ code }) => isOfPolicy(code));
}

export function countedTitle(reason: PrunePlan['sessions'][number]['reasons'][number]): string {
  if (reason.code === 'referenced') return 'needed by a session that stays';
  return reason.code === 'held' ? 'held' : titleOf(reason);
}

const columns: Column[] = [
  { title: 'ID', width: 36 },
  { title: 'TOUCHED', width: 10 },
  { title: 'SIZE', width: 8, align: 'right' },
  { title: 'REASONS AND NAME', width: 'rest', lines: 4 },
];
