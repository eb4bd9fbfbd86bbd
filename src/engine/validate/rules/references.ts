import { parentOf } from '../../parent-thread.ts';
import type { HistoryBase } from '../../read-head.ts';
import type { FileFacts, FindingPlace, Report } from '../check.ts';
import type { Lineage } from '../lineage.ts';
import { shorten } from '../shorten.ts';
import type { Subject } from '../subject.ts';
import { checkBaseEnd } from './base-end.ts';

/** DANGLING, CYCLE, BASE-OFFSET: what a session_meta refers to. */
export async function checkReferences(
  facts: FileFacts,
  place: FindingPlace,
  subject: Subject,
  report: Report,
): Promise<void> {
  const { base, forkedFrom } = facts.head;
  const parent = parentOf(facts.head.meta);
  const named = [base?.rolloutId, forkedFrom, parent].filter((id) => typeof id === 'string');
  if (named.length === 0) return;
  const pointTo = (key: string) => ({ pointer: `${facts.head.dialect === 'bare' ? '' : '/payload'}/${key}` });
  if (!subject.home) {
    const message = `the session refers to ${[...new Set(named)].map(shorten).join(', ')}; the file lies in no home in which that could be looked for`;
    report('DANGLING', place, message, {
      severity: 'note',
      ...pointTo(base ? 'history_base' : forkedFrom ? 'forked_from_id' : 'source'),
    });
    return;
  }
  const { lineage } = subject.home;
  if (base) await checkBase(base, facts, place, lineage, report);
  if (forkedFrom) await checkFork(forkedFrom, facts, place, lineage, report);
  if (parent && !(await lineage.thread(parent))) {
    report('DANGLING', place, `the session ${shorten(parent)} that started this one is not in this home`, {
      severity: 'note',
      ...pointTo('source'),
    });
  }
}

async function checkBase(
  base: HistoryBase,
  facts: FileFacts,
  place: FindingPlace,
  lineage: Lineage,
  report: Report,
): Promise<void> {
  const pointer = '/payload/history_base';
  const seen = new Set([facts.name?.rolloutId]);
  let next: HistoryBase | null = base;
  while (next) {
    const { rolloutId }: HistoryBase = next;
    if (seen.has(rolloutId)) {
      report('CYCLE', place, `its history_base leads back to rollout ${shorten(rolloutId)}`, { pointer });
      return;
    }
    seen.add(rolloutId);
    const entry = await lineage.rollout(rolloutId);
    if (!entry) {
      const through = next === base ? '' : ', through others,';
      report(
        'DANGLING',
        place,
        `its history_base names${through} rollout ${shorten(rolloutId)}, which is not in this home: Codex cannot read the session`,
        { pointer },
      );
      return;
    }
    if (next === base) await checkBaseEnd(base, entry, place, report);
    next = (await lineage.linksOf(entry)).base;
  }
}

async function checkFork(
  forkedFrom: string,
  facts: FileFacts,
  place: FindingPlace,
  lineage: Lineage,
  report: Report,
): Promise<void> {
  const pointer = '/payload/forked_from_id';
  const seen = new Set([facts.threadId?.toLowerCase()]);
  let next: string | null = forkedFrom;
  while (next) {
    if (seen.has(next)) {
      report('CYCLE', place, `it was forked from itself, by way of ${shorten(next)}`, { pointer });
      return;
    }
    seen.add(next);
    const entry = await lineage.thread(next);
    if (!entry) {
      if (next === forkedFrom)
        report('DANGLING', place, `the session ${shorten(next)} that it was forked from is not in this home`, {
          severity: 'note',
          pointer,
        });
      return;
    }
    next = (await lineage.linksOf(entry)).forkedFrom;
  }
}
