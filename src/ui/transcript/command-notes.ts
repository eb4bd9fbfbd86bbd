import { oneLine } from '../../base/safe-text.ts';
import { type Fields, textOf } from '../../model/fields.ts';
import { leads, type Paragraph, paragraph, span } from './paragraph.ts';

/**
 * What a command line does not say of itself: that it runs in another folder than the session, and that the model asks to
 * run it outside the sandbox.
 */
export function commandNotes(args: Fields, sessionFolder: string | null): Paragraph[] {
  const folder = textOf(args.workdir) ?? textOf(args.cwd) ?? textOf(args.working_directory);
  const isEscalated = args.with_escalated_permissions === true || args.sandbox_permissions === 'require_escalated';
  const reason = textOf(args.justification);
  return [
    ...(folder === null || folder === sessionFolder
      ? []
      : [paragraph(leads.note, span(`in ${oneLine(folder)}`, 'dim'))]),
    ...(isEscalated
      ? [paragraph(leads.note, span(`outside the sandbox${reason ? `: ${reason}` : ''}`, 'yellow'))]
      : []),
  ];
}
