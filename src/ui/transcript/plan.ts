import { listOf, objectOf, textOf } from '../../model/fields.ts';
import { leads, type Paragraph, paragraph, type Style, span } from './paragraph.ts';

/** An `update_plan` call as a check list; null where the arguments hold no plan. */
export function planParagraphs(args: unknown): Paragraph[] | null {
  const { plan, explanation } = objectOf(args);
  const steps = listOf(plan);
  if (steps.length === 0) return null;
  const why = textOf(explanation);
  return [paragraph(leads.tool, span('plan', 'bold'), ...(why === null ? [] : [`: ${why}`])), ...steps.map(stepRow)];
}

function stepRow(value: unknown): Paragraph {
  const step = objectOf(value);
  const status = textOf(step.status);
  const [box, style] = boxes.get(status ?? '') ?? [`[${status ?? '?'}] `, undefined];
  return paragraph(stepLead, span(box, style), span(textOf(step.step) ?? '', style === 'green' ? 'dim' : undefined));
}

const stepLead = { first: '  ', rest: '      ' };
const boxes = new Map<string, [box: string, style: Style | undefined]>([
  ['completed', ['[x] ', 'green']],
  ['in_progress', ['[>] ', 'yellow']],
  ['pending', ['[ ] ', undefined]],
]);
