import { statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defaultLimits } from '../../../src/format/limits.ts';
import { makeHome } from '../../builders.ts';
import { linesIn, openIn, start, threadId, turnId } from './recording.ts';

describe('changes of large files', () => {
  it('are cut before they make a line that is not read back', async () => {
    const recorder = await openIn(makeHome());
    const content = '\u0001'.repeat(3_000_000);
    const changes = Object.fromEntries(['/a', '/b', '/c'].map((path) => [path, { type: 'delete' as const, content }]));
    recorder.fileChange({ callId: 'c1', changes, status: 'completed', stdout: '', stderr: '' });
    await recorder.close({ compress: 'never' });
    expect(statSync(recorder.path as string).size).toBeLessThan(defaultLimits.lineBytes);
    const written = linesIn(recorder.path)[1].payload.changes;
    expect(written['/a'].content).toBe(content);
    expect(written['/b'].content).toMatch(/^\u0001+\n\[… 1805696 characters left out …\]\n$/);
    expect(written['/c'].content).toBe('\n[… 3000000 characters left out …]\n');
  });
});

describe('what is told between records', () => {
  it.each([false, true])(
    'stands behind those before it and in front of those after it (ephemeral: %s)',
    async (isEphemeral) => {
      const told: string[] = [];
      const recorder = await openIn(makeHome(), {
        thread: { kind: 'new', threadId, isEphemeral, start },
        onRecord: ({ body }) => void told.push(body.type === 'EventMsg' ? body.msg.type : body.type),
      });
      recorder.inOrder(() => told.push('before all'));
      recorder.begin({ turnId, contextWindow: null });
      recorder.inOrder(() => told.push('first'));
      recorder.inOrder(() => told.push('second'));
      recorder.endTurn({ outcome: 'completed', lastMessage: null });
      recorder.inOrder(() => told.push('third'));
      await recorder.close({ compress: 'never' });
      expect(told).toEqual(['before all', 'SessionMeta', 'TurnStarted', 'first', 'second', 'TurnComplete', 'third']);
    },
  );
});
