import process from 'node:process';

/**
 * Answers the one question that the program asks which has started this process by `fork`, and ends it. What is being done is stopped in
 * order when the asking program ends, or hangs up.
 */
export function answerParent<Question, Answer>(
  answer: (question: Question, signal: AbortSignal) => Promise<Answer>,
): void {
  const stop = new AbortController();
  process.once('disconnect', () => stop.abort());
  process.once('message', async (question: Question) => {
    const answered = await answer(question, stop.signal);
    // Nobody may be there to hear it.
    if (process.connected) process.send?.(answered, () => process.connected && process.disconnect());
  });
}
