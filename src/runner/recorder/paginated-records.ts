import { pathToFileURL } from 'node:url';
import type { ModelItem } from '../../model/history.ts';
import { type DialectRecords, type Entry, eventMsg, fileEdits, responseItem, type Scene } from './dialect-records.ts';
import { assistantText, summaryTexts, textsOf } from './message-text.ts';

/** As Codex 0.169 says it: whatever people see of a turn is an item that was completed. */
export const paginatedRecords: DialectRecords = {
  userMessage({ text, images, localImages }, item, scene) {
    const content = [
      ...localImages.map(({ path }) => ({ type: 'local_image', path })),
      ...images.map((url) => ({ type: 'image', image_url: url })),
      { type: 'text', text, text_elements: [] },
    ];
    return [responseItem(item), completed({ type: 'UserMessage', id: scene.newId(), content }, scene)];
  },

  item(item, scene) {
    const text = assistantText(item);
    const copies: Entry[] = [];
    if (text !== null) {
      const content = [{ type: 'Text', text }];
      copies.push(completed({ type: 'AgentMessage', id: idOf(item, scene), content }, scene));
    }
    const summary = summaryTexts(item);
    if (summary) {
      const reasoning = { type: 'Reasoning', id: idOf(item, scene), summary_text: summary };
      copies.push(completed({ ...reasoning, raw_content: textsOf(item.content) }, scene));
    }
    return [...copies, responseItem(item)];
  },

  command({ callId, argv, cwd, output, exitCode, status, durationMs }, scene) {
    const item = {
      type: 'CommandExecution',
      id: callId,
      process_id: null,
      command: [...argv],
      cwd: pathToFileURL(cwd).href,
      parsed_cmd: [{ type: 'unknown', cmd: argv.join(' ') }],
      source: 'agent',
      status,
      aggregated_output: output,
      exit_code: exitCode ?? -1,
      duration: { secs: Math.floor(durationMs / 1000), nanos: Math.floor(durationMs % 1000) * 1_000_000 },
    };
    return [completed(item, scene, scene.now - Math.round(durationMs))];
  },

  fileChange: ({ callId, changes, status, stdout, stderr }, scene) => [
    completed({ type: 'FileChange', id: callId, changes: fileEdits(changes), status, stdout, stderr }, scene),
  ],

  compacted: (message, items, scene) => [
    { type: 'compacted', payload: { message, replacement_history: [...items] } },
    completed({ type: 'ContextCompaction', id: scene.newId() }, scene),
  ],
};

function completed(item: object, { threadId, turnId, now }: Scene, startedAt = now): Entry {
  return eventMsg('item_completed', {
    thread_id: threadId,
    turn_id: turnId,
    item,
    started_at_ms: startedAt,
    completed_at_ms: now,
  });
}

function idOf(item: ModelItem, scene: Scene): string {
  return typeof item.id === 'string' ? item.id : scene.newId();
}
