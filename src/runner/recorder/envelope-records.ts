import { type DialectRecords, type Entry, eventMsg, fileEdits, responseItem } from './dialect-records.ts';
import { assistantText, summaryTexts } from './message-text.ts';

/** As Codex 0.120 says it: a message is an item, and an event with the same text beside it. */
export const envelopeRecords: DialectRecords = {
  userMessage: ({ text, images, localImages }, item) => [
    responseItem(item),
    eventMsg('user_message', {
      message: text,
      images: [...images],
      local_images: localImages.map(({ path }) => path),
      text_elements: [],
    }),
  ],

  item(item) {
    const message = assistantText(item);
    const copies: Entry[] =
      message === null ? [] : [eventMsg('agent_message', { message, phase: null, memory_citation: null })];
    for (const text of summaryTexts(item) ?? []) copies.push(eventMsg('agent_reasoning', { text }));
    return [...copies, responseItem(item)];
  },

  command: () => [],

  fileChange: ({ callId, changes, status, stdout, stderr }, { turnId }) => [
    eventMsg('patch_apply_end', {
      call_id: callId,
      turn_id: turnId,
      stdout,
      stderr,
      success: status === 'completed',
      changes: fileEdits(changes),
      status,
    }),
  ],

  compacted: (message, items) => [
    { type: 'compacted', payload: { message, replacement_history: [...items] } },
    eventMsg('context_compacted', {}),
  ],
};
